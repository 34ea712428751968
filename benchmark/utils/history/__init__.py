"""Many runs beside each other: who compares with whom, and where their numbers shifted."""

from benchmark.utils.history.change_points import ChangePoint, find_change_points
from benchmark.utils.history.grouping import find_shifts, group_runs
from benchmark.utils.history.metrics import BY_NAME, Metric
from benchmark.utils.history.reading import read_history
from benchmark.utils.history.summaries import (
    LOCUST_TYPE,
    load_in_words,
    read_summaries,
    read_summary,
    summarise,
)
from benchmark.utils.history.words import (
    ordered_shifts,
    runs_in_words,
    shift_in_words,
    short_moment,
    state,
    trend_in_words,
)

__all__ = [
    "BY_NAME",
    "LOCUST_TYPE",
    "ChangePoint",
    "Metric",
    "find_change_points",
    "find_shifts",
    "group_runs",
    "load_in_words",
    "ordered_shifts",
    "read_history",
    "read_summaries",
    "read_summary",
    "runs_in_words",
    "shift_in_words",
    "short_moment",
    "state",
    "summarise",
    "trend_in_words",
]
