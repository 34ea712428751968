"""Conditions on what a run measured, such as `GET /users/{id}: p99<1s`: grammar and verdicts.

    threshold = [operation ":"] statistic comparison number [unit]
    statistic = p95 | p(99.9) | avg | mean | min | med | median | max      latency
              | failures | rate                                            failures
              | rps | rate                                                 requests per second
              | requests | count                                           number of requests
    comparison = < | <= | > | >= | == | !=
    unit = us | ms | s | m | % | /s

`operation` is written as in the report, with or without its method; `*` stands for any characters,
and the condition is then one on each operation that matches. Latencies without a unit are in
milliseconds. `failures` is a number of requests, or with `%` their share. The words are those of k6
as well; as k6's `rate` means two things, its unit says which: `rate<1%` or `rate>100/s`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from benchmark.errors import UsageError
from benchmark.models import OperationStats, Statistic, Threshold, ThresholdVerdict

MAX_LENGTH = 1000
"""Characters that a threshold may have."""

EXAMPLES = "for example: p95<500ms, failures<1%, rps>100, or GET /users/{id}: p99<1s"

_CONDITION = re.compile(
    r"\s*(?P<statistic>[A-Za-z]+(?:\(\s*[\d.]+\s*\)|[\d.]*))"
    r"\s*(?P<comparison><=|>=|===?|!==?|<|>)"
    r"\s*(?P<number>\d+(?:\.\d+)?|\.\d+)\s*(?P<unit>[A-Za-zµ%/]*)\s*\Z",
    re.ASCII,
)
_PERCENTILE = re.compile(r"p\(?\s*(\d+(?:\.\d+)?)\s*\)?\Z", re.ASCII)
_LATENCIES: Mapping[str, tuple[Statistic, float]] = {
    "avg": ("mean", 0.0),
    "mean": ("mean", 0.0),
    "min": ("lowest", 0.0),
    "med": ("percentile", 50.0),
    "median": ("percentile", 50.0),
    "max": ("highest", 0.0),
}
_MILLISECONDS = {"": 1.0, "us": 0.001, "µs": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


def parse_threshold(text: str) -> Threshold:
    """The threshold that a person wrote. Raises UsageError that says which part is wrong."""
    if len(text) > MAX_LENGTH:
        raise UsageError(f"{text[:50]!r}… is too long for a threshold", EXAMPLES)
    operation, _, condition = text.rpartition(":")
    match = _CONDITION.match(condition)
    if match is None:
        raise UsageError(f"{text!r} is no threshold: {_what_is_missing(condition)}", EXAMPLES)
    word, unit = match["statistic"], match["unit"]
    try:
        statistic, percent, scale = _measure(word, unit)
    except ValueError as problem:
        raise UsageError(f"{text!r} is no threshold: {problem}", EXAMPLES) from None
    limit = float(match["number"]) * scale
    if math.isinf(limit):
        raise UsageError(f"{text[:50]!r}… is no threshold: nothing is so much", EXAMPLES)
    return Threshold(
        text=text.strip(),
        operation=operation.strip(),
        statistic=statistic,
        percent=percent,
        comparison=match["comparison"].replace("===", "==").replace("!==", "!="),
        limit=limit,
    )


def judge_thresholds(
    thresholds: Iterable[Threshold],
    totals: OperationStats,
    operations: Sequence[OperationStats],
    seconds: float,
) -> tuple[ThresholdVerdict, ...]:
    """Whether each threshold held in a run of so many `seconds`.

    A pattern gives a verdict for each operation that it matches. What names an operation that was
    never called, or has no samples, has failed: nothing shows that the target would have met it.
    """
    verdicts: list[ThresholdVerdict] = []
    for threshold in thresholds:
        wanted = threshold.operation
        chosen = [each for each in operations if is_meant(wanted, each.method, each.name)]
        if not wanted:
            chosen = [totals]
        verdicts += [_judged(threshold, each, seconds) for each in chosen]
        if not chosen:
            verdicts.append(ThresholdVerdict(threshold, wanted, None, held=False))
    return tuple(verdicts)


def measure(threshold: Threshold, stats: OperationStats, seconds: float) -> float | None:
    """The value that a threshold speaks of, in the unit of its statistic; None without samples."""
    if not stats.requests:
        return None
    latency = stats.latency
    match threshold.statistic:
        case "percentile":
            return latency.percentile(threshold.percent)
        case "mean":
            return latency.mean
        case "lowest":
            return latency.lowest
        case "highest":
            return latency.highest
        case "failures":
            return float(stats.failures)
        case "failure share":
            return stats.failure_share
        case "requests":
            return float(stats.requests)
        case "rate":
            return stats.requests / seconds if seconds > 0 else None


def is_meant(wanted: str, method: str, name: str) -> bool:
    """Whether the operation of a threshold is this one. `[` and `?` stand for themselves."""
    pattern = wanted.replace("[", "[[]").replace("?", "[?]")
    return fnmatchcase(f"{method} {name}", pattern) or fnmatchcase(name, pattern)


def in_words(threshold: Threshold, measured: float | None) -> str:
    """A measured value with its unit, with as many digits as show on which side of the limit it is.

    Three digits, or more: 500 ms would not tell why p95<=500ms has failed, 500.4 ms does.
    """
    if measured is None:
        return "no requests"
    match threshold.statistic:
        case "failures" | "requests":
            return f"{measured:,.0f} {threshold.statistic}"
        case "failure share":
            return f"{_rounded(threshold, measured) * 100:.12g} % failures"
        case "rate":
            return f"{_rounded(threshold, measured):,.12g} requests/s"
    shown = _rounded(threshold, measured)
    return f"{shown:.12g} ms" if shown < 1000 else f"{shown / 1000:,.12g} s"


def by_threshold(
    verdicts: Iterable[ThresholdVerdict],
) -> dict[Threshold, list[ThresholdVerdict]]:
    """The verdicts of each threshold: as many as operations that it speaks of."""
    grouped: dict[Threshold, list[ThresholdVerdict]] = {}
    for verdict in verdicts:
        grouped.setdefault(verdict.threshold, []).append(verdict)
    return grouped


def count_held(verdicts: Iterable[ThresholdVerdict]) -> tuple[int, int]:
    """How many thresholds held, each for all operations that it speaks of, and how many are."""
    grouped = by_threshold(verdicts).values()
    return sum(all(verdict.held for verdict in each) for each in grouped), len(grouped)


def _rounded(threshold: Threshold, measured: float) -> float:
    held = threshold.holds_for(measured)
    rounded = (float(f"{measured:.{digits}g}") for digits in range(3, 17))
    return next((each for each in rounded if threshold.holds_for(each) == held), measured)


def _judged(threshold: Threshold, stats: OperationStats, seconds: float) -> ThresholdVerdict:
    measured = measure(threshold, stats, seconds)
    held = measured is not None and threshold.holds_for(measured)
    operation = f"{stats.method} {stats.name}" if threshold.operation else ""
    return ThresholdVerdict(threshold, operation, measured, held)


def _measure(word: str, unit: str) -> tuple[Statistic, float, float]:
    """The statistic, its percent, and what the number is multiplied by. Raises ValueError."""
    name = word.lower()
    if percentile := _PERCENTILE.match(name):
        percent = float(percentile[1])
        if not 0 < percent <= 100:
            raise ValueError(f"there is no percentile {word}")
        return "percentile", percent, _scale(word, unit, _MILLISECONDS)
    if name in _LATENCIES:
        return (*_LATENCIES[name], _scale(word, unit, _MILLISECONDS))
    if name == "rate":
        if unit not in ("%", "/s"):
            raise ValueError("rate of what? Write failures<1% or rps>100")
        name = "failures" if unit == "%" else "rps"
    if name == "failures":
        scale = _scale(word, unit, {"": 1.0, "%": 0.01})
        return ("failure share" if unit == "%" else "failures"), 0.0, scale
    if name == "rps":
        return "rate", 0.0, _scale(word, unit, {"": 1.0, "/s": 1.0})
    if name in ("requests", "count"):
        return "requests", 0.0, _scale(word, unit, {"": 1.0})
    known = "p95 (any percentile), avg, min, med, max, failures, rps, requests"
    raise ValueError(f"{word!r} is no statistic; known are {known}")


def _scale(word: str, unit: str, known: Mapping[str, float]) -> float:
    if unit not in known:
        units = ", ".join(each for each in known if each) or "no unit"
        raise ValueError(f"{word} is not measured in {unit!r} but in {units}")
    return known[unit]


def _what_is_missing(condition: str) -> str:
    """Why a condition does not even have the form of one."""
    if not condition.strip():
        return "it says no condition"
    if not re.search(r"[<>=]", condition):
        return "it compares nothing (<, <=, >, >=, == or != is needed)"
    return f"{condition.strip()!r} cannot be read as statistic, comparison and number"
