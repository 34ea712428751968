"""Compares results, and a run that was just done with an older one: its baseline."""
# ruff: noqa: PLC0415  # comparing needs NumPy, which is slow to import, and few runs have a baseline

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmark.errors import UsageError
from benchmark.models import Comparison, LoadProfile, Report

if TYPE_CHECKING:
    from benchmark.settings import BenchmarkConfig
    from benchmark.utils.comparison import Side


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a run will be compared with. `margin` is the share that counts as no change."""

    side: Side
    margin: float


def compare_results(base: str, new: Sequence[str], margin: float | None) -> tuple[Comparison, ...]:
    """Each of `new` compared with `base`; all of them name results as `read_side` takes them.

    Raises UsageError for what cannot be read, or cannot be compared.
    """
    from benchmark.utils.comparison import MARGIN, compare, read_side

    before = read_side(base)
    return tuple(compare(before, read_side(name), margin or MARGIN) for name in new)


def read_baseline(config: BenchmarkConfig, profiles: Sequence[LoadProfile]) -> Baseline | None:
    """What the runs that are about to start will be compared with; None where that is not asked.

    Raises UsageError where it cannot be read, or had another load: better before than afterwards.
    """
    if config.baseline is None:
        return None
    from benchmark.utils.comparison import MARGIN, differences_of_load, read_side

    side = read_side(config.baseline)
    before = side.runs[0].result
    for profile in profiles:
        coming = replace(before, profile=profile, wait_time=config.pauses)
        for what, was, will in differences_of_load(before, coming):
            raise UsageError(
                f"--baseline: {side.label} had another load than {profile.name} ({what}): {was}, "
                f"now {will}",
                "give this run the load of the baseline, or make a new baseline",
            )
    return Baseline(side, config.margin or MARGIN)


def with_comparison(report: Report, baseline: Baseline | None) -> Report:
    """The report with what changed since the baseline, or why that cannot be said."""
    if baseline is None:
        return report
    from benchmark.utils.comparison import Side, compare, measured_run

    new = Side("this run", (measured_run(report.result),))
    try:
        return replace(report, comparison=compare(baseline.side, new, baseline.margin))
    except UsageError as error:
        return replace(report, not_compared=error.message)
