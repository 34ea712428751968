"""Conditions that stop a run early, such as `p95<500ms for 10s`: grammar and sliding windows.

    abort condition = threshold "for" seconds

The threshold is what must hold, as in `benchmark.thresholds`; it is judged after each second, over
so many seconds up to it.
"""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from benchmark.errors import UsageError
from benchmark.histogram import Histogram, HistogramBuilder, bucket_index
from benchmark.models import AbortCondition, Breach, Threshold
from benchmark.setting_values import parse_duration
from benchmark.thresholds import in_words, is_meant, parse_threshold

MIN_SAMPLES = 100
"""Requests without which a window says nothing of latencies and of the share of failures."""

MAX_WINDOW = 3600
"""Seconds that a window may have."""

_EXAMPLE = "for example: p95<500ms for 10s, or failures<5% for 30s"
_FOR = re.compile(r"(?P<threshold>.*\S)\s+for\s+(?P<seconds>[^\s:]+)\s*\Z", re.DOTALL)
_OPPOSITES = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_AT_LEAST = frozenset({"rate", "requests"})  # what is bounded from below; the rest is from above


# ── the grammar ───────────────────────────────────────────────────────────────────────────────


def parse_abort_condition(text: str) -> AbortCondition:
    """The condition that a person wrote. Raises UsageError that says which part is wrong."""
    match = _FOR.match(text)
    if match is None:
        raise UsageError(f"{text!r} does not say for how long", _EXAMPLE)
    threshold = parse_threshold(match["threshold"])
    seconds = parse_duration(match["seconds"])
    if not (seconds.is_integer() and seconds <= MAX_WINDOW):
        problem = f"{match['seconds']!r} is no length of a window"
        raise UsageError(problem, f"write whole seconds, {MAX_WINDOW // 60}m at most")
    condition = AbortCondition(threshold, int(seconds))
    upwards = threshold.comparison in (">", ">=")
    if threshold.comparison in _OPPOSITES and upwards != (threshold.statistic in _AT_LEAST):
        opposite = _OPPOSITES[threshold.comparison]
        text_before, text_after = threshold.text.rsplit(threshold.comparison, 1)
        meant = replace(threshold, text=f"{text_before}{opposite}{text_after}")
        raise UsageError(
            f"{text!r} would stop a run that goes well: a run goes on while its condition holds",
            f"write {replace(condition, threshold=meant).text!r}",
        )
    return condition


def breach_in_words(breach: Breach) -> str:
    """What did not hold, and what was measured instead."""
    of = f" of {breach.operation}" if breach.operation else ""
    measured = in_words(breach.condition.threshold, breach.measured)
    return f"{breach.condition.text} did not hold: {measured}{of} up to second {breach.second}"


# ── sliding windows ───────────────────────────────────────────────────────────────────────────


_Operation = tuple[str, str] | None
"""Method and name; None stands for all requests together."""


class AbortWatch:
    """Judges a run's conditions over its last seconds; it is told each second once, in order.

    A window must be whole. Latencies and the share of failures need `MIN_SAMPLES` in it; numbers
    and rates do not, and those of requests count from when all users are there.
    """

    def __init__(self, conditions: Sequence[AbortCondition]) -> None:
        self._conditions = conditions
        self._windows: dict[_Operation, list[_Window]] = {}
        self._full_load_since: int | None = None
        self._second = 0
        self._begin(None, [each for each in conditions if not each.threshold.operation])

    def full_load(self, elapsed: float) -> None:
        """All users are there, so many seconds after the start. Said again, it changes nothing."""
        if self._full_load_since is None:
            self._full_load_since = int(elapsed) + 1  # the second that goes on

    def judge(self, line: Mapping[str, Any]) -> Iterator[Breach | None]:
        """Take the timeline's line of the next second, and give what no longer holds.

        It gives None after each step of its work, so that others can run in between.
        """
        self._second += 1
        totals = _Part()
        parts: dict[_Operation, _Part] = {None: totals}
        for each in line["operations"]:
            if each["role"] == "load":
                operation = (each["method"], each["name"])
                parts[operation] = _Part.of(each)
                totals.add(parts[operation])
                if operation not in self._windows:
                    self._begin(operation, self._meant(*operation))
                yield None
        for watched, windows in self._windows.items():
            for window in windows:
                window.add(parts.get(watched, _NOTHING))
                yield self._judged(window, watched)

    def _meant(self, method: str, name: str) -> list[AbortCondition]:
        named = (each for each in self._conditions if each.threshold.operation)
        return [each for each in named if is_meant(each.threshold.operation, method, name)]

    def _begin(self, operation: _Operation, conditions: Sequence[AbortCondition]) -> None:
        self._windows[operation] = [_Window(condition) for condition in conditions]

    def _judged(self, window: _Window, operation: _Operation) -> Breach | None:
        condition = window.condition
        if condition.threshold.statistic in _AT_LEAST:
            since = self._full_load_since
            if since is None or self._second - since < condition.seconds:
                return None
        measured = window.breach()
        if measured is None:
            return None
        return Breach(condition, " ".join(operation or ()), measured, self._second)


@dataclass(slots=True)
class _Part:
    """What happened in one second."""

    requests: int = 0
    failures: int = 0
    latency: HistogramBuilder = field(default_factory=HistogramBuilder)

    @classmethod
    def of(cls, operation: Mapping[str, Any]) -> _Part:
        """That of an operation of a timeline's line."""
        part = cls(operation["requests"], operation["failures"])
        part.latency.merge(**operation["latency"])
        return part

    def add(self, other: _Part) -> None:
        self.requests += other.requests
        self.failures += other.failures
        self.latency.add_histogram(other.latency)


_NOTHING = _Part()


class _Window:
    """What one condition sees of one operation: the sums of its last seconds.

    Nothing in it is added up anew each second, for there may be hundreds of windows.
    """

    def __init__(self, condition: AbortCondition) -> None:
        self.condition = condition
        self._parts: deque[_Part] = deque()
        self._requests = 0
        self._failures = 0
        self._counts: dict[int, int] = {}
        # Whatever lies in lower buckets is below the limit, even where its own bucket's middle and
        # the exact extremes round it up.
        self._bound = bucket_index(condition.threshold.limit) - 1
        self._beyond_bound = 0
        self._share_below = Fraction(str(condition.threshold.percent)) / 100

    def add(self, part: _Part) -> None:
        """Take the next second, and forget the oldest one."""
        self._parts.append(part)
        self._count(part, 1)
        if len(self._parts) > self.condition.seconds:
            self._count(self._parts.popleft(), -1)

    def breach(self) -> float | None:
        """What was measured, if the condition does not hold; None where it does, or is too new."""
        threshold = self.condition.threshold
        if len(self._parts) < self.condition.seconds:
            return None
        measured = self._measured(threshold)
        return None if measured is None or threshold.holds_for(measured) else measured

    def _measured(self, threshold: Threshold) -> float | None:
        match threshold.statistic:
            case "rate":
                return self._requests / self.condition.seconds
            case "requests":
                return float(self._requests)
            case "failures":
                return float(self._failures)
        if self._requests < MIN_SAMPLES:
            return None
        if threshold.statistic == "failure share":
            return self._failures / self._requests
        latencies = [part.latency for part in self._parts if part.requests]
        match threshold.statistic:
            case "mean":
                return sum(each.total for each in latencies) / self._requests
            case "lowest":
                return min(each.lowest for each in latencies)
            case "highest":
                return max(each.highest for each in latencies)
        if threshold.comparison in ("<", "<=") and not self._may_exceed():
            return None
        return Histogram(
            self._counts,
            lowest=min(each.lowest for each in latencies),
            highest=max(each.highest for each in latencies),
        ).percentile(threshold.percent)

    def _may_exceed(self) -> bool:
        """Whether so many latencies are near the limit or beyond it that a percentile may be."""
        rank = max(1, math.ceil(self._requests * self._share_below))
        return self._beyond_bound > self._requests - rank

    def _count(self, part: _Part, sign: int) -> None:
        self._requests += sign * part.requests
        self._failures += sign * part.failures
        if self.condition.threshold.statistic != "percentile":
            return
        counts, bound = self._counts, self._bound
        for index, count in part.latency.counts.items():
            if index >= bound:
                self._beyond_bound += sign * count
            left = counts.get(index, 0) + sign * count
            if left:
                counts[index] = left
            else:
                del counts[index]
