"""Puts the seconds of all processes together: a second is whole when every process has passed it.

Pure bookkeeping: what the processes say comes in, lines of the timeline come out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from benchmark.engine.counters import unsettled
from benchmark.histogram import HistogramBuilder

MAX_WAIT = 3.0
"""Seconds after which a second is written without the processes that have not reported it."""

_SUMS = ("requests", "failures", "received")
_LATENCIES = ("latency", "latency_from_schedule")


class Aggregator:
    """The seconds of one test, numbered from 1 as the master counts them.

    Processes have keys of the caller's; nothing that they report is lost: what comes after its
    second was given away counts in the next one.
    """

    def __init__(self) -> None:
        self._open: dict[int, _Second] = {}
        self._given = 0
        self._passed: dict[str, int] = {}
        self._users: dict[str, int] = {}
        self._waiting: defaultdict[str, float] = defaultdict(int)

    def add(self, process: str, seconds: Sequence[Mapping[str, Any]], passed: int) -> None:
        """A process reports seconds, and that it will say nothing more of those up to `passed`."""
        for second in seconds:
            self._second(int(second["second"])).add(process, second)
            self._waiting[process] += unsettled(second["counters"])
        self._passed[process] = max(passed, self._passed.get(process, 0))

    def count(self, name: str, elapsed: float, number: float = 1) -> None:
        """The master itself counts something that happened `elapsed` seconds after the start."""
        self._second(int(elapsed) + 1).counters[name] += number

    def lose(self, process: str, elapsed: float) -> None:
        """A process is gone, `elapsed` seconds after the start.

        Iterations that were asked of it, and of which it has not told what became of them, are
        missed.
        """
        self.count("lost_workers", elapsed)
        if (waiting := self._waiting.pop(process, 0)) > 0:
            self.count("missed_arrivals", elapsed, waiting)

    def whole(self, elapsed: float, live: Collection[str]) -> list[dict[str, Any]]:
        """The lines of seconds that are over for all `live` processes, or have waited too long."""
        passed = min((self._passed.get(process, 0) for process in live), default=0)
        last = max(min(passed, int(elapsed)), int(elapsed - MAX_WAIT))
        return [self._give(number, live) for number in range(self._given + 1, last + 1)]

    def rest(self, live: Collection[str]) -> list[dict[str, Any]]:
        """The lines of everything that was not given away yet."""
        last = max(self._open, default=self._given)
        return [self._give(number, live) for number in range(self._given + 1, last + 1)]

    def _second(self, number: int) -> _Second:
        number = max(number, self._given + 1)
        if number not in self._open:
            self._open[number] = _Second()
        return self._open[number]

    def _give(self, number: int, live: Collection[str]) -> dict[str, Any]:
        second = self._open.pop(number, None) or _Second()
        self._given = number
        self._users.update(second.users)
        # A process that is late has as many users as it had; one that is gone has none.
        users = sum(
            count
            for process, count in self._users.items()
            if process in live or process in second.users
        )
        return {"kind": "second", "elapsed": float(number), "users": users, **second.plain()}


class _Second:
    """What is known of one second so far."""

    def __init__(self) -> None:
        self.users: dict[str, int] = {}
        self.counters: defaultdict[str, float] = defaultdict(int)
        self._operations: dict[tuple[str, str, str], _Operation] = {}
        self._skipped: Counter[str] = Counter()
        self._times: dict[str, HistogramBuilder] = {}
        self._processes: list[Any] = []

    def add(self, process: str, report: Mapping[str, Any]) -> None:
        self.users[process] = report["users"]
        for each in report["operations"]:
            key = (each["method"], each["name"], each["role"])
            if key not in self._operations:
                self._operations[key] = _Operation()
            self._operations[key].add(each)
        self._skipped.update(report["skipped"])
        for name, number in report["counters"].items():
            self.counters[name] += number
        for name, times in report["times"].items():
            self._times.setdefault(name, HistogramBuilder()).merge(**times)
        if report["health"]:
            self._processes.append(report["health"])

    def plain(self) -> dict[str, Any]:
        line: dict[str, Any] = {
            "operations": [
                {"method": method, "name": name, "role": role, **operation.plain()}
                for (method, name, role), operation in self._operations.items()
            ]
        }
        times = {name: each.histogram().plain() for name, each in self._times.items()}
        more = {
            "skipped": dict(self._skipped),
            "counters": dict(self.counters),
            "times": times,
            "processes": self._processes,
        }
        return line | {name: value for name, value in more.items() if value}


class _Operation:
    """One operation in one second, all processes together."""

    def __init__(self) -> None:
        self._sums: Counter[str] = Counter()
        self._statuses: Counter[Any] = Counter()
        self._errors: dict[tuple[str, int], dict[str, Any]] = {}
        self._latencies: dict[str, HistogramBuilder] = {}

    def add(self, reported: Mapping[str, Any]) -> None:
        for name in _SUMS:
            self._sums[name] += reported[name]
        self._statuses.update(reported["statuses"])
        for error in reported["errors"]:
            sort = (error["message"], error["status"])
            known = self._errors.setdefault(sort, {**error, "count": 0})
            known["count"] += error["count"]
            if "sample" in error:
                known.setdefault("sample", error["sample"])
        for name in _LATENCIES:
            if name in reported:
                self._latencies.setdefault(name, HistogramBuilder()).merge(**reported[name])

    def plain(self) -> dict[str, Any]:
        latencies = {name: each.histogram().plain() for name, each in self._latencies.items()}
        return {
            **{name: self._sums[name] for name in _SUMS},
            "statuses": self._statuses,
            "errors": list(self._errors.values()),
            **latencies,
        }
