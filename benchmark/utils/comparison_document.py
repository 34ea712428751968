"""Comparisons as JSON, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmark.models import ComparedSide, Comparison, MetricChange, OperationChange

SCHEMA_VERSION = 1


def comparisons_to_json(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """One object: that of a single comparison, or `comparisons` of several."""
    documents = [comparison_to_json(each) for each in comparisons]
    if len(documents) == 1:
        return documents[0]
    return {"schema_version": SCHEMA_VERSION, "comparisons": documents}


def comparison_to_json(comparison: Comparison) -> dict[str, Any]:
    """A comparison. Latencies are milliseconds, throughput is per second, shares are 0 to 1."""
    return {
        "schema_version": SCHEMA_VERSION,
        "answer": comparison.answer,
        "margin": comparison.margin,
        "base": _side(comparison.base),
        "new": _side(comparison.new),
        "notes": list(comparison.notes),
        "total": _operation(comparison.total),
        "operations": [_operation(each) for each in comparison.operations],
        "only_in_base": list(comparison.only_in_base),
        "only_in_new": list(comparison.only_in_new),
    }


def _side(side: ComparedSide) -> dict[str, Any]:
    return {
        "label": side.label,
        "base_url": side.base_url,
        "started_at": side.started_at.isoformat(),
        "runs": side.runs,
        "seconds": round(side.seconds, 3),
        "blocks": side.blocks,
        "skipped_s": round(side.skipped, 3),
        "files": list(side.files),
    }


def _operation(change: OperationChange) -> dict[str, Any]:
    return {
        "method": change.method,
        "name": change.name,
        "answer": change.answer,
        "more_runs": change.more_runs,
        "reason": change.reason,
        "base_requests": change.base_requests,
        "new_requests": change.new_requests,
        "metrics": {each.metric: _metric(each) for each in change.changes},
    }


def _metric(change: MetricChange) -> dict[str, Any]:
    ratio = {
        name: None if figure is None else round(min(figure, 1e12), 6)
        for name, figure in (("ratio", change.ratio), ("low", change.low), ("high", change.high))
    }
    return {
        "base": round(change.base, 6),
        "new": round(change.new, 6),
        **ratio,
        "limit": round(min(change.limit, 1e12), 6),
        "answer": change.answer,
        "more_runs": change.more_runs,
        "reason": change.reason,
    }
