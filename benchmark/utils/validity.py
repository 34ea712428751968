"""Judges whether the numbers of a run can be trusted: whether the generator kept up with itself.

Errors and slowness of the target are findings. What makes numbers worthless is a generator that
ran out of something, or was so late that it measured itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from benchmark.models import ProcessHealth, RunResult, Validity
from benchmark.utils.figures import milliseconds, percent, plural
from benchmark.utils.locust_csv import EXCEPTIONS, SOURCE

MAX_LAG_MS, MAX_LAG_SHARE = 5.0, 0.5
"""Invalid: the event loop's p99 lateness is above both, the share being of the run's p95."""
HIGH_LAG_MS, HIGH_LAG_SHARE = 1.0, 0.1
"""Suspect, likewise."""
BUSY_SHARE = 0.1
"""Suspect: above this share of seconds with more than 90 % of a processor used."""
MISSED_SHARE = 0.005
"""Suspect: above this share of arrivals that the generator missed."""
LEAST_REQUESTS = 100
"""Suspect: fewer requests than this."""

_SPREAD = "spread the load over more processes (--processes) or machines, or offer less"
_ALONE = "let nothing else run on the machine that sends, and the target on another one"
_OWN_CPU = 0.5
"""A late process that used less of a processor than this was kept from it by others."""


@dataclass(frozen=True, slots=True)
class _Doubt:
    """One thing that speaks against the numbers, and what to do about it."""

    verdict: Literal["suspect", "invalid"]
    reason: str
    advice: str


def judge_validity(result: RunResult) -> Validity:
    """The verdict, with every reason for it; what was not watched is not held against a run."""
    return _verdict((*_of_generator(result), *_counted(result), *_foreign(result)))


def judge_generator(result: RunResult) -> Validity:
    """The same, of the generator alone: whatever the answers were, and however few."""
    return _verdict(_of_generator(result))


def _of_generator(result: RunResult) -> Iterator[_Doubt]:
    yield from _exhausted(result)
    yield from _late(result)
    yield from _busy(result)
    yield from _lost(result)


def _verdict(found: Iterable[_Doubt]) -> Validity:
    doubts = sorted(found, key=lambda doubt: doubt.verdict)
    return Validity(
        verdict=doubts[0].verdict if doubts else "valid",
        reasons=tuple(doubt.reason for doubt in doubts),
        advice=tuple(dict.fromkeys(doubt.advice for doubt in doubts)),
    )


def _exhausted(result: RunResult) -> Iterator[_Doubt]:
    if refused := result.counters.get("descriptors_exhausted", 0):
        yield _Doubt(
            "invalid",
            f"the generator ran out of file descriptors ({_requests(refused)} refused)",
            "raise the limit of open files (ulimit -Hn), or run fewer users for each process",
        )
    if refused := result.counters.get("ports_exhausted", 0):
        yield _Doubt(
            "invalid",
            f"the generator ran out of local ports ({_requests(refused)} refused)",
            "let the target keep connections open, or add machines that send",
        )


def _counted(result: RunResult) -> Iterator[_Doubt]:
    totals = result.totals
    if totals.failures >= totals.requests:
        sent = "no request was sent" if not totals.requests else "no request succeeded"
        yield _Doubt("invalid", sent, "see the failures and the log, and mend that first")
    elif totals.requests < LEAST_REQUESTS:
        yield _Doubt(
            "suspect",
            f"only {plural(totals.requests, 'request')}: too few for percentiles",
            "run longer, or with more users",
        )


def _late(result: RunResult) -> Iterator[_Doubt]:
    if not result.processes or not result.totals.requests:
        return
    worst = max(result.processes, key=lambda each: each.lag.percentile(99))
    lag = worst.lag.percentile(99)
    p95 = result.totals.latency.percentile(95)
    verdict: Literal["suspect", "invalid"]
    if lag > MAX_LAG_MS and lag > MAX_LAG_SHARE * p95:
        verdict = "invalid"
    elif lag > HIGH_LAG_MS and lag > HIGH_LAG_SHARE * p95:
        verdict = "suspect"
    else:
        return
    yield _Doubt(
        verdict,
        f"the generator itself was late by up to {milliseconds(lag)} (p99 of its event loop"
        f"{_of(worst.process)}), where requests took {milliseconds(p95)} (p95)",
        _SPREAD if worst.cpu >= _OWN_CPU else _ALONE,
    )


def _busy(result: RunResult) -> Iterator[_Doubt]:
    watched = [each for each in result.processes if each.seconds]
    if not watched:
        return
    worst = max(watched, key=_busy_share)
    if _busy_share(worst) > BUSY_SHARE:
        yield _Doubt(
            "suspect",
            f"the generator{_of(worst.process)} used more than 90 % of a processor in "
            f"{percent(_busy_share(worst))} of the time",
            _SPREAD,
        )


def _lost(result: RunResult) -> Iterator[_Doubt]:
    missed, asked = (result.counters.get(f"{name}_arrivals", 0) for name in ("missed", "asked"))
    if missed > MISSED_SHARE * asked:
        share = f"{percent(missed / asked)} of" if asked else f"{missed:,.0f}"
        yield _Doubt("suspect", f"the generator missed {share} arrivals", _SPREAD)
    if lost := int(result.counters.get("lost_workers", 0)):
        yield _Doubt(
            "suspect",
            f"{plural(lost, 'worker')} of the generator was lost; its last second is missing",
            "see the log, and run again",
        )
    if silent := int(result.counters.get("silent_workers", 0)):
        yield _Doubt(
            "suspect",
            f"{plural(silent, 'worker')} sent load that is not in these numbers",
            "start workers with: python -m benchmark.engine --worker",
        )


def _foreign(result: RunResult) -> Iterator[_Doubt]:
    """What others measured, or their code spoilt: see `locust_csv`."""
    if source := result.environment.get(SOURCE):
        advice = "to know more, run its locustfile with: stress-api run --locustfile FILE"
        yield _Doubt("suspect", f"it was read from {source}", advice)
    if exceptions := result.environment.get(EXCEPTIONS):
        yield _Doubt("suspect", exceptions, "mend what the locustfile raises")


def _busy_share(health: ProcessHealth) -> float:
    return health.busy_seconds / health.seconds


def _of(process: str) -> str:
    return "" if process == "local" else f" in {process}"


def _requests(number: float) -> str:
    return plural(int(number), "request")
