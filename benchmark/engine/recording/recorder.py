"""Counts every request of one process, by operation, until the second is over.

It listens to Locust's `request` event, so it runs once for each request, in the middle of the load:
what can be done once a second instead is done in `take`.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from typing import Any

import gevent

from benchmark.engine import counters
from benchmark.engine.counters import LATENESS
from benchmark.engine.failures import describe_failure, exhausted_resource
from benchmark.engine.recording.samples import MAX_SAMPLES, FailedAnswer, failed_answer
from benchmark.engine.resources import skipped_tasks
from benchmark.histogram import HistogramBuilder

MAX_MESSAGES = 50
"""How many different failures (by message and status) are kept per operation and second."""
OTHER_FAILURES = "(other failures)"
_AT_ONCE = 1000  # latencies: a fifth of a millisecond
_PAUSE = 0.001  # seconds; with none at all the loop would not look for arrived data
ROLES = frozenset({"load", "setup", "clean-up"})


class _Tally:
    """What happened to one operation within the current second."""

    __slots__ = (
        "answers",
        "errors",
        "failures",
        "from_schedule",
        "received",
        "service",
        "statuses",
    )

    def __init__(self) -> None:
        self.service = array("d")  # milliseconds; sorted into buckets when the second is over
        self.from_schedule = array("d")
        self.failures = 0
        self.received = 0
        self.statuses: defaultdict[Any, int] = defaultdict(int)
        self.errors: Counter[tuple[str, int]] = Counter()
        self.answers: dict[tuple[str, int], FailedAnswer] = {}

    def fail(self, message: str, status: int) -> tuple[str, int]:
        """Count a failure; gives the sort that it counts as."""
        self.failures += 1
        sort = (message, status)
        if sort not in self.errors and len(self.errors) >= MAX_MESSAGES:
            sort = (OTHER_FAILURES, 0)
        self.errors[sort] += 1
        return sort

    def plain(self, method: object, name: object, role: str) -> dict[str, Any]:
        """The tally as it is sent and written."""
        statuses: Counter[int] = Counter()
        for status, number in self.statuses.items():  # a plugin's answer may have any status
            statuses[status if isinstance(status, int) else 0] += number
        operation = {
            "method": str(method),
            "name": str(name),
            "role": role,
            "requests": len(self.service),
            "failures": self.failures,
            "received": self.received,
            "statuses": dict(statuses),
            "latency": _plain(self.service),
            "errors": [self._error(sort, number) for sort, number in self.errors.items()],
        }
        if self.from_schedule:
            operation["latency_from_schedule"] = _plain(self.from_schedule)
        return operation

    def _error(self, sort: tuple[str, int], number: int) -> dict[str, Any]:
        message, status = sort
        error = {"message": message, "status": status, "count": number}
        if (answer := self.answers.get(sort)) is not None and (sample := answer.sample()):
            error["sample"] = sample
            gevent.sleep(_PAUSE)
        return error


class Recorder:
    """What happened in this process since the last `take`."""

    def __init__(self, events: Any) -> None:
        self._events = events
        self._listening = False
        self._tallies: dict[tuple[Any, Any, str], _Tally] = {}
        self._skipped: Counter[str] = Counter()
        self._sampled: set[tuple[Any, ...]] = set()

    def start(self) -> None:
        """Begin to listen, with everything at zero."""
        self._tallies = {}
        self._skipped = Counter(skipped_tasks)
        self._sampled = set()
        counters.take()
        if not self._listening:
            self._events.request.add_listener(self.record)
            self._listening = True

    def stop(self) -> None:
        """Listen no more; what was counted can still be taken."""
        if self._listening:
            self._events.request.remove_listener(self.record)
            self._listening = False

    def record(
        self,
        request_type: Any,
        name: Any,
        response_time: float | None,
        response_length: int | None,
        response: Any = None,
        context: Any = None,
        exception: BaseException | str | None = None,
        start_time: Any = None,  # noqa: ARG002  # named, or a dictionary is made for them each time
        url: Any = None,  # noqa: ARG002  # likewise
        **_: Any,
    ) -> None:
        """Count one request."""
        role, lateness = "load", None
        if context and isinstance(context, dict):
            lateness = context.get(LATENESS)
            role = context.get("role", "load")
            if role not in ROLES:
                role = "load"
        tally = self._tallies.get((request_type, name, role))
        if tally is None:
            tally = self._tallies[request_type, name, role] = _Tally()
        tally.service.append(response_time or 0.0)
        if response_length:
            tally.received += response_length
        try:
            status = response.status_code
        except AttributeError:  # there was no answer
            status = 0
        tally.statuses[status] += 1
        if lateness is not None:
            tally.from_schedule.append((response_time or 0.0) + lateness)
        if exception:
            if not isinstance(status, int) or not 0 <= status < 1000:
                status = 0
            sort = tally.fail(describe_failure(exception, status), status)
            if response is not None and role == "load":
                self._keep_answer(tally, (request_type, name, *sort), response)
            if resource := exhausted_resource(exception):
                counters.count(resource)

    def _keep_answer(self, tally: _Tally, sort: tuple[Any, ...], response: Any) -> None:
        """Keep the first answer of a sort of failure."""
        if sort in self._sampled or len(self._sampled) >= MAX_SAMPLES:
            return
        if (answer := failed_answer(response)) is not None:
            self._sampled.add(sort)
            tally.answers[sort[-2], sort[-1]] = answer

    def take(self) -> dict[str, Any]:
        """Everything since the last call, as numbers and texts that can be sent and written.

        It lets others run in between: sorting the latencies of a second takes milliseconds.
        """
        tallies, self._tallies = self._tallies, {}
        skipped = Counter(skipped_tasks)
        skipped.subtract(self._skipped)
        self._skipped.update(skipped)
        counted, observed = counters.take()
        return {
            "operations": [tally.plain(*key) for key, tally in tallies.items()],
            "skipped": {reason: number for reason, number in skipped.items() if number > 0},
            "counters": counted,
            "times": {name: times.plain() for name, times in observed.items()},
        }


def _plain(latencies: array[float]) -> dict[str, Any]:
    builder = HistogramBuilder()
    for begin in range(0, len(latencies), _AT_ONCE):
        builder.add_all(latencies[begin : begin + _AT_ONCE])
        if len(latencies) > _AT_ONCE:
            gevent.sleep(_PAUSE)
    return builder.histogram().plain()
