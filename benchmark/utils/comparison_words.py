"""How a comparison is said in words and figures, the same in every output."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.models import (
    Answer,
    ComparedMetric,
    ComparedSide,
    Comparison,
    MetricChange,
    OperationChange,
)
from benchmark.models.comparison import MOST_RUNS
from benchmark.utils.figures import milliseconds, number, percent, plural, seconds
from benchmark.utils.text_safety import clean_text

ORDER = ("regressed", "improved", "cannot tell", "equivalent")
"""What matters comes first."""
NAMES: dict[ComparedMetric, str] = {
    "p50": "p50",
    "p95": "p95",
    "throughput": "per s",
    "failures": "failed",
}


def ordered(comparison: Comparison) -> list[OperationChange]:
    """The total and the operations, what matters first."""
    rows = [comparison.total, *comparison.operations]
    return sorted(rows, key=lambda each: ORDER.index(each.answer))


def changed(comparison: Comparison) -> list[OperationChange]:
    """What has certainly changed, for the worse first."""
    return [each for each in ordered(comparison) if each.answer in ("regressed", "improved")]


def name_of(change: OperationChange) -> str:
    """The operation as it is shown."""
    return clean_text(change.key) if change.method or change.name != "Total" else "All operations"


def value(metric: ComparedMetric, figure: float) -> str:
    """A metric with its unit."""
    if metric == "failures":
        return percent(figure)
    return number(figure) if metric == "throughput" else milliseconds(figure)


def change_in_words(change: MetricChange) -> str:
    """`p95 12.3 ms → 14.5 ms (+18 %, 95 % sure: +9 to +28 %)`."""
    base, new = value(change.metric, change.base), value(change.metric, change.new)
    words = f"{NAMES[change.metric]} {base} → {new}"
    return f"{words} ({shift(change)})" if change.ratio is not None else words


def shift(change: MetricChange) -> str:
    """The change and its 95 % interval: `+18 %, +9 to +28 %`; `-` where there is none."""
    if change.ratio is None:
        return "-"
    return f"{_by(change.ratio)}, {interval(change)}"


def point(change: MetricChange) -> str:
    """The change alone: `+18 %`; `-` where there is none."""
    return "-" if change.ratio is None else _by(change.ratio)


def interval(change: MetricChange) -> str:
    """Its 95 % interval alone: `+9 to +28 %`; `-` where there is none."""
    if change.low is None or change.high is None:
        return "-"
    return f"{_by(change.low)} to {_by(change.high)}"


def _by(ratio: float) -> str:
    """A ratio as a change: in percent, or as a factor where it is large."""
    if ratio >= 10:
        return f"×{number(min(ratio, 1e6))}" if ratio < 1e6 else "×10⁶ and more"
    if ratio >= 3:
        return f"×{ratio:.1f}"
    share = (ratio - 1) * 100
    sign = "+" if share >= 0 else "−"
    return f"{sign}{abs(share):.1f} %" if abs(share) < 9.95 else f"{sign}{abs(share):.0f} %"


def answer_in_words(change: OperationChange) -> str:
    """The verdict, with what would help where it cannot be told."""
    needed = needed_in_words(change)
    return f"{change.answer} ({needed})" if needed else change.answer


def needed_in_words(change: OperationChange) -> str:
    """What would probably help where nothing can be told; "" elsewhere."""
    if change.answer != "cannot tell" or not change.more_runs:
        return ""
    if change.more_runs >= MOST_RUNS:
        return f"{MOST_RUNS} more runs or longer ones"
    return plural(change.more_runs, "more run")


def headline(comparison: Comparison) -> str:
    """The outcome in one sentence."""
    regressed, improved = comparison.answered("regressed"), comparison.answered("improved")
    if regressed:
        words = f"{plural(len(regressed), 'regression')}: {_list(regressed, 'regressed')}"
        return words + (f"; {len(improved)} improved" if improved else "")
    if improved:
        return f"Nothing regressed; improved: {_list(improved, 'improved')}"
    if reason := common_reason(comparison):
        return f"Nothing can be told: {reason}"
    unknown = len(comparison.answered("cannot tell"))
    if not unknown:
        return f"No change beyond {percent(comparison.margin)}: all is equivalent"
    same = len(comparison.answered("equivalent"))
    rest = f", {same} {'is' if same == 1 else 'are'} equivalent" if same else ""
    return f"No regression found; {unknown} of {unknown + same} verdicts cannot be told{rest}"


def common_reason(comparison: Comparison) -> str:
    """Why nothing at all can be told, where that is the same for all; "" elsewhere."""
    rows = ordered(comparison)
    reasons = {each.reason for each in rows}
    if len(reasons) > 1 or any(each.answer != "cannot tell" for each in rows):
        return ""
    return reasons.pop()


def own_reason(comparison: Comparison, change: OperationChange) -> str:
    """Why nothing can be told of one operation; "" where that is said already of all."""
    return "" if common_reason(comparison) else change.reason


def _list(changes: Sequence[OperationChange], answer: Answer) -> str:
    names = ", ".join(f"{name_of(each)} ({_by_how_much(each, answer)})" for each in changes[:5])
    return names + (f" and {len(changes) - 5} more" if len(changes) > 5 else "")


def _by_how_much(change: OperationChange, answer: Answer) -> str:
    """The metrics with this answer, each with its change: `p50 +92 %, p95 +86 %`."""
    return ", ".join(
        f"{NAMES[each.metric]} {_by(each.ratio)}"
        if each.ratio is not None and each.metric != "failures"
        else f"{NAMES[each.metric]} {value(each.metric, each.base)} → "
        f"{value(each.metric, each.new)}"
        for each in change.answered(answer)
    )


def shown_metrics(changes: Sequence[OperationChange]) -> list[ComparedMetric]:
    """The metrics of any of these operations; failures only where something failed."""
    found = {
        change.metric
        for each in changes
        for change in each.changes
        if change.metric != "failures" or change.base or change.new
    }
    return [metric for metric in NAMES if metric in found]


def side_in_words(side: ComparedSide) -> str:
    """`main.json: 60 s of one run in 12 blocks, 5 s of warm-up left out`."""
    runs = "one run" if side.runs == 1 else f"{side.runs} runs"
    left = f", {seconds(side.skipped)} at the beginning left out" if side.skipped >= 0.5 else ""
    blocks = plural(side.blocks, "block")
    return f"{seconds(side.seconds)} of {runs} of {clean_text(side.base_url)} in {blocks}{left}"


def explanation(comparison: Comparison) -> str:
    """What the verdicts mean."""
    margin = percent(comparison.margin)
    return (
        f"Regressed and improved: beyond {margin}, all verdicts together wrong in at most 5 % of "
        f"comparisons. Equivalent: the 95 % interval lies within {margin}."
    )
