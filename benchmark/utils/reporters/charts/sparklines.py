"""Small charts for rows of a table: an operation's p95 over time, and when it failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmark.histogram import HistogramBuilder
from benchmark.models import Block, RunResult
from benchmark.utils.figures import milliseconds, plural
from benchmark.utils.reporters.charts.lines import Curve, line_chart
from benchmark.utils.reporters.charts.points import rising_blocks
from benchmark.utils.reporters.charts.scales import Axis
from benchmark.utils.reporters.charts.time_axis import clock

_MOST_POINTS = 60
_LEAST_BAR, _HIGHEST_BAR = 12.0, 45.0  # of a height of 100
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Sparkline:
    """An operation's p95 over time, from 0 to its highest; `summary` says it in words.

    `failing` are bars at the foot of the drawing, as high as the share of failures.
    """

    path: str
    failing: str
    summary: str


@dataclass(slots=True)
class _Sums:
    requests: int = 0
    failures: int = 0
    latency: HistogramBuilder = field(default_factory=HistogramBuilder)


def sparklines(result: RunResult) -> Mapping[Key, Sparkline]:
    """A small chart for each operation, by method and name; none of runs of a single block."""
    blocks = rising_blocks(result.blocks)
    if len(blocks) < 2:
        return {}
    stride = -(-len(blocks) // _MOST_POINTS)
    groups = [blocks[first : first + stride] for first in range(0, len(blocks), stride)]
    ends = [group[-1].elapsed for group in groups]
    end = ends[-1]
    sums = [_summed(group) for group in groups]
    keys = dict.fromkeys((each.method, each.name) for each in result.operations)
    begins = [0.0, *ends[:-1]]
    spans = [(a / end * 1000, b / end * 1000) for a, b in zip(begins, ends, strict=True)]
    return {key: _drawn([each.get(key) for each in sums], spans, end) for key in keys}


def _summed(blocks: Sequence[Block]) -> Mapping[Key, _Sums]:
    sums: dict[Key, _Sums] = {}
    for block in blocks:
        for each in block.operations:
            known = sums.setdefault((each.method, each.name), _Sums())
            known.requests += each.requests
            known.failures += each.failures
            known.latency.add_histogram(each.latency)
    return sums


def _drawn(
    sums: Sequence[_Sums | None], spans: Sequence[tuple[float, float]], end: float
) -> Sparkline:
    values = [each.latency.histogram().percentile(95) if each else None for each in sums]
    known = [value for value in values if value is not None]
    top = max(known, default=0.0) or 1.0
    middles = [(begin + until) / 2 for begin, until in spans]
    curve = Curve("p95", "p95", values)
    chart = line_chart("", "", middles, [curve], Axis(lambda value: value / top, ()))
    failing = [
        f"M{begin:.0f} 100v-{_height(each):.0f}H{until:.0f}V100z"
        for each, (begin, until) in zip(sums, spans, strict=True)
        if each and each.failures
    ]
    said = f"p95 from {milliseconds(min(known))} to {milliseconds(top)}" if known else "no latency"
    if failing:
        said += f"; failures in {plural(len(failing), 'part')} of {len(spans)}"
    return Sparkline(chart.lines[0].path, "".join(failing), f"{said}, over {clock(end)}")


def _height(sums: _Sums) -> float:
    """The share of failures as a height, which is seen even where it is small."""
    share = sums.failures / sums.requests if sums.requests else 1.0
    return _LEAST_BAR + (_HIGHEST_BAR - _LEAST_BAR) * min(share, 1.0)
