"""Users that wait for work and work that waits for users: first come, first served in each class.

A ticket is the moment (`time.perf_counter()`) at which an iteration is due. The user class is drawn
before anybody looks who is free; else a class with slow tasks, whose users are seldom free, would
do less than its weight says.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random
from typing import Any

import gevent
from gevent.hub import Waiter

from benchmark.engine.counters import count, observe


@dataclass(slots=True)
class _Lane:
    """One user class: its free users, the last of whom works next, and the tickets that wait.

    So no more users connect and sign in than the load needs.
    """

    users: int = 0
    idle: dict[Any, Waiter] = field(default_factory=dict)
    backlog: deque[float] = field(default_factory=deque)


class TicketQueue:
    """Hands tickets to users, and counts what becomes of them (see `benchmark.engine.counters`).

    A ticket that is older than `patience` seconds is not begun any more: it was dropped where
    nobody was free for it, and missed where it came too late to the queue.
    """

    def __init__(self, patience: float, seed: object) -> None:
        self._patience = patience
        self._random = Random(f"classes/{seed}")
        self._lanes: dict[type, _Lane] = {}
        self._open: list[_Lane] = []
        self._bounds: list[float] = []
        self._leaving: set[Any] = set()
        self._given = 0
        self._changed = self._closed = False

    def join(self, user: Any) -> None:
        """A user is there from now on."""
        self._lanes.setdefault(type(user), _Lane()).users += 1
        self._changed = True

    def leave(self, user: Any) -> None:
        """A user goes. What waits for a class without users waits in vain."""
        self._lanes[type(user)].users -= 1
        self._leaving.discard(user)
        self._changed = True

    def take(self, user: Any) -> float | None:
        """The next ticket of the user's class; it waits for one. None: there is none any more."""
        lane = self._lanes[type(user)]
        self._drop_late(lane, time.perf_counter())
        if self._closed:
            return None
        if lane.backlog:
            count("started_iterations")
            return lane.backlog.popleft()
        ticket = self._wait(lane, user)
        if ticket is None:
            return None
        count("started_iterations")
        observe("start_lateness", (time.perf_counter() - ticket) * 1000)
        return ticket

    def send_away(self, user: Any) -> None:
        """A user that waits for a ticket shall not get one, not even one that is on its way."""
        self._leaving.add(user)
        if (waiter := self._lanes[type(user)].idle.pop(user, None)) is not None:
            gevent.get_hub().loop.run_callback(waiter.switch, None)

    def add(self, ticket: float) -> None:
        """An iteration is due: a free user begins with it, or it waits."""
        if time.perf_counter() - ticket > self._patience:
            self.miss()
            return
        count("asked_arrivals")
        if self._changed:
            self._weigh()
        if not self._open:
            count("dropped_iterations")
            return
        lane = self._draw()
        if lane.idle:
            _, waiter = lane.idle.popitem()
            self._given += 1
            gevent.get_hub().loop.run_callback(waiter.switch, ticket)
        else:
            lane.backlog.append(ticket)

    def miss(self, number: int = 1) -> None:
        """Iterations were due, and come too late to be begun: that is the generator's fault."""
        count("asked_arrivals", number)
        count("missed_arrivals", number)

    def drop_late(self) -> None:
        """Drop what has waited too long."""
        now = time.perf_counter()
        for lane in self._lanes.values():
            self._drop_late(lane, now)

    def close(self) -> None:
        """The load ends: what has not begun is dropped, and nobody waits any longer."""
        if self._closed:
            return
        self._closed = True
        dropped = self._given
        for lane in self._lanes.values():
            dropped += len(lane.backlog)
            lane.backlog.clear()
        count("dropped_iterations", dropped)

    def _wait(self, lane: _Lane, user: Any) -> float | None:
        waiter = lane.idle[user] = Waiter()
        try:
            ticket: float | None = waiter.get()
        finally:
            lane.idle.pop(user, None)
        if ticket is None:
            return None
        self._given -= 1
        if self._closed:
            return None
        if user in self._leaving:
            count("dropped_iterations")
            return None
        return ticket

    def _drop_late(self, lane: _Lane, now: float) -> None:
        oldest = now - self._patience
        while lane.backlog and lane.backlog[0] < oldest:
            lane.backlog.popleft()
            count("dropped_iterations")

    def _draw(self) -> _Lane:
        if len(self._open) == 1:
            return self._open[0]
        place = bisect_right(self._bounds, self._random.random() * self._bounds[-1])
        return self._open[min(place, len(self._open) - 1)]

    def _weigh(self) -> None:
        """Note which classes have users, and how much of the load each of them takes."""
        present = {kind: lane.users for kind, lane in self._lanes.items() if lane.users}
        self._open = [self._lanes[kind] for kind in present]
        self._bounds = list(accumulate(class_shares(present)))
        self._changed = False


def class_shares(users: Mapping[Any, int]) -> list[float]:
    """How much of the load each user class takes, 0 to 1. `users` is how many there are of each.

    Classes with a `fixed_count`, which have no weight in Locust, take as much as they are among all
    users; the others share the rest by weight.
    """
    fixed = sum(number for kind, number in users.items() if kind.fixed_count)
    weights = sum(kind.weight for kind in users if not kind.fixed_count)
    everybody = sum(users.values())
    rest = 1 - fixed / everybody if everybody else 0.0
    return [
        number / everybody if kind.fixed_count else rest * kind.weight / weights
        for kind, number in users.items()
    ]
