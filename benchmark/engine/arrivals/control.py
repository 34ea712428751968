"""Open runs: their options, and how arrivals begin and end with the tests of a Locust process."""

from __future__ import annotations

import logging
from collections.abc import Callable
from math import inf
from typing import Any
from weakref import WeakKeyDictionary

import gevent
from locust.runners import MasterRunner, WorkerRunner

from benchmark.curve import Curve, level
from benchmark.engine.arrivals.arriving import Arrivals
from benchmark.engine.arrivals.schedule import Share
from benchmark.engine.arrivals.workers import MESSAGE, REPORTED, Dealer
from benchmark.engine.counters import counted
from benchmark.models import ArrivalKind
from benchmark.stages import MAX_RATE, PRESET_SHAPES, parse_stages

logger = logging.getLogger(__name__)

_running: WeakKeyDictionary[Any, Arrivals] = WeakKeyDictionary()


def arrivals_of(environment: Any) -> Arrivals | None:
    """The arrivals of the test that runs in an environment; None where users go on by themselves.

    A process without the suite's hooks (plain `locust -f FILE`) never has any.
    """
    return _running.get(environment)


def rate_curve(options: Any, run_time: float | None) -> Curve | None:
    """The rate of an open run, in iterations per second; None where a run is not open."""
    if options.stages and (stages := parse_stages(options.stages)).per_second:
        return Curve((stage.seconds, stage.target) for stage in stages.stages)
    rate = float(options.request_rate or 0)
    if not rate:
        return None
    if not 0 < rate <= MAX_RATE:
        logger.error("%s iterations per second cannot be started", options.request_rate)
        return None
    if options.load_shape and run_time:
        stages_of = PRESET_SHAPES[options.load_shape]
        return Curve((stage.seconds, stage.target) for stage in stages_of(rate, run_time))
    return level(rate, run_time or inf)


class ArrivalControl:
    """Begins the arrivals of each test when its users are there, and ends the test after them.

    `run_time` is how many seconds a rate without stages lasts; None is until somebody stops it.
    `user_class` is the one whose users wait for tickets.
    """

    def __init__(self, environment: Any, run_time: float | None, user_class: type) -> None:
        self._environment = environment
        self._run_time = run_time
        self._user_class = user_class
        self._dealer: Dealer | None = None
        self._curve: Curve | None = None
        events = environment.events
        events.test_start.add_listener(self._start)
        events.spawning_complete.add_listener(self._begin)
        events.test_stopping.add_listener(self._finish)
        runner = environment.runner
        if isinstance(runner, WorkerRunner):
            runner.register_message(MESSAGE, self._take_share)
            events.report_to_master.add_listener(self._report)
        if isinstance(runner, MasterRunner):
            events.worker_report.add_listener(self._note)

    def problem(self) -> str:
        """Why the users of this process cannot be started at a rate; "" where they can."""
        classes = self._environment.user_classes
        others = sorted(one.__name__ for one in classes if not issubclass(one, self._user_class))
        if not others:
            return ""
        return (
            f"users of {', '.join(others)} cannot be started at a rate: "
            "let them stand on benchmark.engine.RapidHttpUser"
        )

    def _start(self, **_: Any) -> None:
        """A test begins, perhaps not the first one: its options say whether it is open."""
        self._finish()
        environment, options = self._environment, self._environment.parsed_options
        _running.pop(environment, None)  # those of the test before
        self._curve = rate_curve(options, self._run_time)
        if self._curve is not None and (problem := self.problem()):
            logger.error("They go on by themselves: %s", problem)
            self._curve = None
        if self._curve is None or isinstance(environment.runner, MasterRunner):
            return
        patience, seed = float(options.max_start_delay), int(options.arrivals_seed)
        kind: ArrivalKind = "poisson" if options.arrivals == "poisson" else "constant"
        process = getattr(environment.runner, "worker_index", 0)
        _running[environment] = Arrivals(kind, patience, seed, process, self._end_test)

    def _begin(self, **_: Any) -> None:
        """All users are there."""
        if self._curve is None:
            return
        runner = self._environment.runner
        if isinstance(runner, MasterRunner):
            if self._dealer is None:
                self._dealer = Dealer(runner, self._curve, self._end_test)
        elif not isinstance(runner, WorkerRunner):
            arrivals = arrivals_of(self._environment)
            if arrivals is not None and not arrivals.began:
                arrivals.take(self._curve, Share())

    def _take_share(self, msg: Any, **_: Any) -> None:
        """The master says which part of the arrivals is ours."""
        if (arrivals := arrivals_of(self._environment)) is not None:
            data = msg.data
            index, of, since = data["share"]
            arrivals.take(Curve(data["lines"]), Share(index, of, since), data["elapsed"])

    def _report(self, data: dict[str, Any], **_: Any) -> None:
        if (arrivals := arrivals_of(self._environment)) is not None:
            data[REPORTED] = (arrivals.elapsed, counted("asked_arrivals"))

    def _note(self, client_id: str, data: dict[str, Any], **_: Any) -> None:
        if self._dealer is not None:
            self._dealer.note(client_id, data)

    def _finish(self, **_: Any) -> None:
        """The load is over; users finish what they have begun."""
        if self._dealer is not None:
            self._dealer.finish()
            self._dealer = None
        if (arrivals := arrivals_of(self._environment)) is not None:
            arrivals.finish()
        self._curve = None

    def _end_test(self) -> None:
        """The schedule is over. On a worker the master says so to everybody."""
        environment = self._environment
        runner = environment.runner
        if isinstance(runner, WorkerRunner):
            return
        end: Callable[[], None] = runner.stop if environment.web_ui else runner.quit
        gevent.spawn(end)  # the greenlet that calls this is itself ended by it
