"""Who gets a ticket: the class by weight, then its free users, then those who come later."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gevent
import pytest

from benchmark.engine import counters
from benchmark.engine.arrivals import queue as queues
from benchmark.engine.arrivals.queue import TicketQueue, class_shares
from tests.waiting import until

PATIENCE = 600.0
"""Seconds that a ticket waits: none is dropped because the machine is slow."""


class Quick:
    """A user class like Locust's."""

    weight = 1
    fixed_count = 0


class Slow(Quick):
    """Another one, of three times the weight."""

    weight = 3


class Fixed(Quick):
    """One whose number is fixed."""

    fixed_count = 2


class Taker:
    """A user in a greenlet, which takes as many tickets as it can."""

    def __init__(self, queue: TicketQueue, user: Any, busy: float = 0.0) -> None:
        self.taken: list[float | None] = []
        self.user, self._queue, self._busy = user, queue, busy
        queue.join(user)
        self.greenlet = gevent.spawn(self._work)

    def _work(self) -> None:
        while True:
            self.taken.append(self._queue.take(self.user))
            if self.taken[-1] is None:
                self._queue.leave(self.user)
                return
            gevent.sleep(self._busy)


@pytest.fixture(autouse=True)
def _nothing_counted() -> Iterator[None]:
    counters.take()
    yield
    counters.take()


def counted() -> dict[str, float]:
    """What was counted since the last call."""
    return counters.take()[0]


def settle() -> None:
    """Let every greenlet go as far as it can."""
    for _ in range(5):
        gevent.sleep(0)


def test_free_users_begin_at_once_and_the_last_one_first() -> None:
    """As few users as possible are woken, so as few as possible connect and sign in."""
    queue = TicketQueue(PATIENCE, 1)
    takers = [Taker(queue, Quick()) for _ in range(3)]
    settle()
    now = time.perf_counter()
    for _ in range(4):
        queue.add(now)
        settle()
    assert [len(taker.taken) for taker in takers] == [0, 0, 4]
    assert counted() == {"asked_arrivals": 4, "started_iterations": 4}


def test_tickets_wait_for_users_in_their_order() -> None:
    """Nobody is free: the oldest goes first, and each is counted once."""
    queue = TicketQueue(PATIENCE, 1)
    taker = Taker(queue, Quick())
    now = time.perf_counter()
    tickets = [now + n / 1e6 for n in range(5)]
    for ticket in tickets:
        queue.add(ticket)
    settle()
    assert taker.taken == tickets
    assert counted() == {"asked_arrivals": 5, "started_iterations": 5}


def test_what_waits_too_long_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the patience is over, also where nobody comes to take it."""
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(queues, "time", SimpleNamespace(perf_counter=lambda: clock.now))
    queue = TicketQueue(10, 1)
    user = Quick()
    queue.join(user)
    for ticket in (91.0, 95.0, 100.0):
        queue.add(ticket)
    clock.now = 101.5
    queue.drop_late()
    assert counted() == {"asked_arrivals": 3, "dropped_iterations": 1}
    clock.now = 106.0
    assert queue.take(user) == 100.0
    assert counted() == {"started_iterations": 1, "dropped_iterations": 1}


def test_what_comes_too_late_to_the_queue_is_missed() -> None:
    """That is the generator's fault, not that of busy users."""
    queue = TicketQueue(0.05, 1)
    Taker(queue, Quick())
    settle()
    queue.add(time.perf_counter() - 0.06)
    assert counted() == {"asked_arrivals": 1, "missed_arrivals": 1}


def test_at_the_end_the_rest_is_dropped() -> None:
    """What waits, and what is on its way to a user; afterwards nobody gets anything."""
    queue = TicketQueue(PATIENCE, 1)
    taker = Taker(queue, Quick())
    settle()
    now = time.perf_counter()
    queue.add(now)
    queue.add(now)
    queue.close()
    settle()
    queue.close()
    assert taker.taken == [None]
    late = Quick()
    queue.join(late)
    assert queue.take(late) is None
    assert counted() == {"asked_arrivals": 2, "dropped_iterations": 2}


def test_a_user_that_is_sent_away_gets_nothing() -> None:
    """Neither does one that was killed; the others go on."""
    queue = TicketQueue(PATIENCE, 1)
    sent, killed, other = (Taker(queue, Quick()) for _ in range(3))
    settle()
    queue.send_away(sent.user)
    killed.greenlet.kill()
    settle()
    for _ in range(3):
        queue.add(time.perf_counter())
        settle()
    assert (sent.taken, killed.taken, len(other.taken)) == ([None], [], 3)


def test_slow_classes_keep_their_share() -> None:
    """The class is drawn before anybody looks who is free, else the quick ones would do it all."""
    queue = TicketQueue(PATIENCE, 7)
    takers = [Taker(queue, Quick()) for _ in range(5)]
    takers += [Taker(queue, Slow(), busy=0.002) for _ in range(5)]
    settle()
    for _ in range(400):
        queue.add(time.perf_counter())
        gevent.sleep(0)
    until(lambda: sum(len(taker.taken) for taker in takers) == 400)
    shares: Counter[str] = Counter()
    for taker in takers:
        shares[type(taker.user).__name__] += len(taker.taken)
    assert shares["Slow"] == pytest.approx(300, abs=40)
    assert counted() == {"asked_arrivals": 400, "started_iterations": 400}


def test_classes_without_users_take_no_part() -> None:
    """Where all users of a class have gone, the others take everything."""
    queue = TicketQueue(PATIENCE, 1)
    gone, stays = Taker(queue, Slow()), Taker(queue, Quick())
    settle()
    queue.send_away(gone.user)
    settle()
    for _ in range(20):
        queue.add(time.perf_counter())
        settle()
    assert len(stays.taken) == 20
    queue.send_away(stays.user)
    settle()
    counted()
    queue.add(time.perf_counter())
    assert counted() == {"asked_arrivals": 1, "dropped_iterations": 1}


def test_shares_of_classes() -> None:
    """By weight; a fixed number of users takes part as one of so many among all."""
    assert class_shares({Quick: 1, Slow: 1}) == [0.25, 0.75]
    assert class_shares({Quick: 4, Slow: 12, Fixed: 2}) == pytest.approx([2 / 9, 6 / 9, 1 / 9])
    assert class_shares({Fixed: 2}) == [1.0]
    assert class_shares({}) == []


def test_the_lateness_of_starts_is_that_of_the_generator(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is observed where a user was free, and not where tickets waited for one."""
    observed: list[tuple[str, float]] = []
    monkeypatch.setattr(queues, "observe", lambda *given: observed.append(given))
    queue = TicketQueue(PATIENCE, 1)
    taker = Taker(queue, Quick())
    settle()
    queue.add(time.perf_counter() - 0.002)
    queue.add(time.perf_counter())
    settle()
    assert len(taker.taken) == 2
    ((name, milliseconds),) = observed
    assert name == "start_lateness"
    assert milliseconds >= 2
