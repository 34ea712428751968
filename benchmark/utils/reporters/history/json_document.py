"""A history as JSON. Latencies are milliseconds, shares lie between 0 and 1."""

from __future__ import annotations

from typing import Any

from benchmark.models import History, RunGroup, RunSummary
from benchmark.utils.history import ordered_shifts, shift_in_words

SCHEMA_VERSION = 1


def history_to_json(history: History) -> dict[str, Any]:
    """A history as one object. `position` of a shift counts runs of the group from 0."""
    return {
        "schema_version": SCHEMA_VERSION,
        "metrics": list(history.metrics),
        "groups": [_group(group) for group in history.groups],
        "skipped": [{"name": skip.name, "reason": skip.reason} for skip in history.skipped],
    }


def _group(group: RunGroup) -> dict[str, Any]:
    return {
        "target": group.base_url,
        "test_type": group.test_type,
        "load": group.load,
        "runs": [_run(run) for run in group.runs],
        "shifts": [
            {
                "metric": shift.metric,
                "position": shift.position,
                "source": group.runs[shift.position].source,
                "started_at": group.runs[shift.position].started_at.isoformat(),
                "before": round(shift.before, 6),
                "after": round(shift.after, 6),
                "worse": shift.worse,
                "message": shift_in_words(group, shift),
            }
            for shift in ordered_shifts(group)
        ],
    }


def _run(run: RunSummary) -> dict[str, Any]:
    return {
        "source": run.source,
        "started_at": run.started_at.isoformat(),
        "status": run.status,
        "validity": run.validity or None,
        "grade": run.grade or None,
        "thresholds": run.thresholds or None,
        "counted": not run.doubt,
        "requests": run.requests,
        "metrics": {name: round(value, 6) for name, value in run.metrics.items()},
    }
