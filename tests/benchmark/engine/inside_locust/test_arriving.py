"""The greenlet that issues tickets: in time, by its share of the moment, until the end."""

from __future__ import annotations

import time
from collections.abc import Iterator

import gevent
import pytest

from benchmark.curve import level
from benchmark.engine import counters
from benchmark.engine.arrivals.arriving import LARGEST_BUNCH, STOPPING_SECONDS, Arrivals
from benchmark.engine.arrivals.schedule import Share
from tests.waiting import until


class Issued(Arrivals):
    """Arrivals whose tickets are kept, and none of which is given to a user."""

    def __init__(self, kind: str = "constant") -> None:
        self.ends: list[float] = []
        super().__init__(kind, 10.0, 1, 0, lambda: self.ends.append(self.elapsed))  # type: ignore[arg-type]  # one of two words
        self.dues: list[float] = []
        self.late: list[float] = []
        self.queue.add = self._keep  # type: ignore[method-assign]  # instead of giving it out

    def _keep(self, ticket: float) -> None:
        self.late.append(time.perf_counter() - ticket)
        self.dues.append(ticket - (self._began or 0.0))


def hold_up(seconds: float) -> None:
    """Let nothing else run for a while."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


@pytest.fixture(autouse=True)
def _nothing_counted() -> Iterator[None]:
    yield
    counters.take()


def test_tickets_are_never_early_and_none_is_left_out() -> None:
    """They come one after the other, and the end is told when the schedule is over."""
    arrivals = Issued()
    arrivals.take(level(50, 0.5), Share())
    until(lambda: arrivals.ends)
    assert arrivals.dues == pytest.approx([n / 50 for n in range(25)])
    assert min(arrivals.late) >= 0
    (end,) = arrivals.ends
    assert end >= 0.5


def test_a_loop_that_was_held_up_issues_what_is_due() -> None:
    """Nothing is left out: what came late is as late as it is."""
    arrivals = Issued()
    arrivals.take(level(100, 0.4), Share())
    hold_up(0.2)
    until(lambda: arrivals.ends)
    assert len(arrivals.dues) == 40
    assert max(arrivals.late) >= 0.2


def test_more_than_can_be_issued_leaves_others_their_turn() -> None:
    """A rate beyond all measure does not freeze the process: each turn is a bunch, and no more."""
    arrivals = Issued()
    arrivals.take(level(1e6, 600), Share(), elapsed=300)  # three hundred million are due
    for _ in range(20):
        gevent.sleep(0)
    arrivals.finish()
    assert LARGEST_BUNCH < len(arrivals.dues) <= 20 * LARGEST_BUNCH


def test_a_share_holds_from_its_moment_on() -> None:
    """Until then the one before does, and the sleeping greenlet hears of it in time."""
    arrivals = Issued()
    arrivals.take(level(20, 100), Share(0, 1000))  # the next one would be due after 50 seconds
    until(lambda: arrivals.dues)
    arrivals.take(level(20, 100), Share(1, 2, since=0.6))
    until(lambda: len(arrivals.dues) >= 4)
    arrivals.finish()
    assert arrivals.dues[:4] == pytest.approx([0.0, 0.65, 0.75, 0.85])


def test_a_share_may_begin_in_the_middle() -> None:
    """A worker that comes later takes its part of what is left."""
    arrivals = Issued()
    arrivals.take(level(20, 500), Share(0, 2, since=3.0), elapsed=2.9)
    until(lambda: len(arrivals.dues) >= 2)
    arrivals.finish()
    assert arrivals.dues[:2] == pytest.approx([3.0, 3.1])
    assert arrivals.ends == []


@pytest.mark.parametrize("seconds", [500.0, 0.4])
def test_what_was_due_at_the_end_and_not_issued_is_missed(seconds: float) -> None:
    """All of it where the schedule is over, elsewhere but for the moment that stopping takes."""
    arrivals = Issued()
    arrivals.take(level(100, seconds), Share())
    until(lambda: arrivals.dues)
    known = len(arrivals.dues)
    counters.take()
    hold_up(0.4)
    before = arrivals.elapsed
    arrivals.finish()
    after = arrivals.elapsed
    missed = counters.take()[0]
    assert missed["missed_arrivals"] == missed["asked_arrivals"]
    if seconds < before:
        assert known + missed["missed_arrivals"] == 40
    else:
        ended = (known + missed["missed_arrivals"]) / 100 + STOPPING_SECONDS
        assert before - 0.02 <= ended <= after + 0.02
    arrivals.finish()
    assert counters.take()[0] == {}
    assert len(arrivals.dues) == known


def test_nothing_is_issued_after_the_end_of_the_load() -> None:
    """Nor is the end of the schedule told, which is not why it ended."""
    arrivals = Issued("poisson")
    arrivals.take(level(1000, 500), Share())
    until(lambda: arrivals.dues)
    arrivals.finish()
    known = len(arrivals.dues)
    gevent.sleep(0.1)
    assert len(arrivals.dues) == known
    assert arrivals.ends == []
