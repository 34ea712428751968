"""Reads the history in a folder of results."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from benchmark.errors import UsageError
from benchmark.models import METRICS, History, MetricName, RunSummary, SkippedFile
from benchmark.utils.history.grouping import group_runs
from benchmark.utils.history.summaries import read_summaries
from benchmark.utils.result_files import find_results
from benchmark.utils.text_safety import clean_text


def read_history(
    folder: Path,
    *,
    metrics: Sequence[MetricName] = METRICS,
    target: str = "",
    test_type: str = "",
    last: int = 0,
) -> History:
    """The runs in a folder, grouped, with their shifts.

    `target` is a part of the base URL, or a pattern with `*`; of each group the `last` runs count,
    or all with 0. Raises UsageError if there is no such run.
    """
    found = find_results(folder)
    if not folder.is_dir():
        raise UsageError(f"{clean_text(folder)}: is no folder", "give the folder of results")
    runs: list[RunSummary] = []
    skipped: list[SkippedFile] = []
    for each in read_summaries(found):
        if isinstance(each, SkippedFile):
            skipped.append(each)
        else:
            runs.append(each)
    if not runs:
        raise UsageError(
            f"{clean_text(folder)}: no result in this folder could be read",
            f"{skipped[0].name}: {skipped[0].reason}" if skipped else "",
        )
    chosen = [
        run for run in runs if _is_meant(run.base_url, target) and test_type in ("", run.test_type)
    ]
    if not chosen:
        targets = ", ".join(sorted({run.base_url for run in runs})[:5])
        types = ", ".join(sorted({run.test_type for run in runs})[:10])
        raise UsageError("no run is of this target and type", f"there are {targets}; {types}")
    wanted = tuple(metric for metric in METRICS if metric in metrics)
    return History(group_runs(chosen, wanted, last), wanted, tuple(skipped))


def _is_meant(base_url: str, target: str) -> bool:
    return target in base_url or fnmatchcase(base_url, target)
