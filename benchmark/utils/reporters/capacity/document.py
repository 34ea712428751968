"""Writes a capacity as JSON: a document of a kind of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmark.models import Capacity, CapacityStep, FirstToBreak, OperationStats
from benchmark.utils.reporters.capacity.words import explanation, headline

SCHEMA_VERSION = 1
_PERCENTILES = (50, 95, 99)


def capacity_to_json(
    capacity: Capacity, environment: Mapping[str, str], files: Mapping[str, str]
) -> dict[str, Any]:
    """The answer with every step. Rates are iterations per second, shares 0 to 1."""
    return {
        "kind": "capacity",
        "schema_version": SCHEMA_VERSION,
        "target": {"base_url": capacity.base_url},
        "started_at": capacity.started_at.isoformat(),
        "duration_s": round(capacity.duration, 3),
        "objective": {"conditions": list(capacity.objective), "is_default": capacity.is_default},
        "arrivals": capacity.arrivals,
        "seed": capacity.seed,
        "step_s": capacity.step_seconds,
        "command": capacity.command,
        "capacity": {
            "rate": capacity.rate,
            "is_exact": capacity.is_exact,
            "at_least": capacity.at_least,
            "below": capacity.below,
            "confirmed": capacity.confirmed,
            "ending": capacity.ending,
            "reason": capacity.reason,
            "headline": headline(capacity),
            "explanation": explanation(capacity),
        },
        "first_to_break": _first_to_json(capacity.first_to_break),
        "steps": [_step_to_json(step) for step in capacity.steps],
        "environment": dict(environment),
        "files": dict(files),
    }


def _first_to_json(first: FirstToBreak | None) -> dict[str, Any] | None:
    if first is None:
        return None
    return {
        "operation": first.operation,
        "condition": first.condition,
        "rate": first.rate,
        "measured": first.measured,
        "limit": first.limit,
        "before": first.before,
        "share": round(first.share, 6),
    }


def _step_to_json(step: CapacityStep) -> dict[str, Any]:
    return {
        "rate": step.rate,
        "purpose": step.purpose,
        "verdict": step.verdict,
        "reason": step.reason,
        "seconds": step.seconds,
        "users": step.users,
        "asked": step.asked,
        "dropped_iterations": step.dropped,
        "missed_arrivals": step.missed,
        "answered_per_s": round(step.answered, 3),
        "drained_s": None if step.drained is None else round(step.drained, 3),
        "totals": _stats_to_json(step.totals),
        "conditions": [
            {
                "condition": each.condition,
                "operation": each.operation,
                "judged_on": each.kind,
                "measured": each.measured,
                "limit": each.limit,
                "held": each.held,
            }
            for each in step.conditions
        ],
        "operations": [
            {"method": each.method, "name": each.name, **_stats_to_json(each)}
            for each in step.operations
        ],
    }


def _stats_to_json(stats: OperationStats) -> dict[str, Any]:
    document: dict[str, Any] = {
        "requests": stats.requests,
        "failures": stats.failures,
        "statuses": dict(stats.statuses),
        "latency_ms": {
            f"p{percent}": round(stats.latency.percentile(percent), 3) for percent in _PERCENTILES
        },
    }
    if stats.latency_from_schedule.counts:
        document["latency_from_schedule_ms"] = {
            f"p{percent}": round(stats.latency_from_schedule.percentile(percent), 3)
            for percent in _PERCENTILES
        }
    return document
