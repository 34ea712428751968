"""What a run's latency must not exceed, as lines of the latency chart."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.models import RunResult
from benchmark.utils.text_safety import clean_text

MOST_LIMITS = 3
_NEAR = 4.0
_LABEL = 40  # characters


def latency_limits(result: RunResult, measured: Sequence[float]) -> tuple[tuple[float, str], ...]:
    """Upper limits of percentiles of all requests, in milliseconds, the lowest first, as written.

    They are those of thresholds and of abort conditions, near what was measured (a factor of four
    at most): one far away would squeeze the curves, and is neither broken nor about to be.
    """
    conditions = [(each, each.text) for each in result.thresholds]
    conditions += [(each.threshold, each.text) for each in result.abort_on]
    limits = {
        threshold.limit: clean_text(text, _LABEL)
        for threshold, text in reversed(conditions)
        if not threshold.operation
        and threshold.statistic == "percentile"
        and threshold.comparison in ("<", "<=")
        and min(measured) / _NEAR <= threshold.limit <= max(measured) * _NEAR
    }
    return tuple(sorted(limits.items()))[:MOST_LIMITS]
