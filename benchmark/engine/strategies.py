"""How a user chooses its next task.

- `sequential`: each task once, in the order of the class, and again; weights are ignored. In
  generated classes that is the order of dependency.
- `interleaved`: evenly by weight and always in the same order; users begin at different places.
- `random`: by weight.

A task stands in `tasks` as often as its weight says, as Locust has it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from functools import lru_cache
from itertools import count, cycle
from math import gcd
from random import Random
from typing import Any, TypeVar

Task = TypeVar("Task", bound=Hashable)

STRATEGIES = ("sequential", "interleaved", "random")

_GOLDEN = 0.6180339887498949
_MAX_OFFSET = 1000


def next_tasks(strategy: str, tasks: Sequence[Task], random: Random, number: int) -> Iterator[Task]:
    """The tasks of one user, without end. `number` says which of the users of its class it is."""
    if strategy == "sequential":
        return sequential(tasks)
    if strategy == "interleaved":
        return interleaved(tasks, number)
    return at_random(tasks, random)


def sequential(tasks: Sequence[Task]) -> Iterator[Task]:
    """Each task once, in their order, and again."""
    return cycle(dict.fromkeys(tasks))


def interleaved(tasks: Sequence[Task], number: int) -> Iterator[Task]:
    """Smooth weighted round-robin; the user with this `number` begins at a place of its own.

    Multiples of the golden ratio spread the beginnings evenly, however many users there are.
    """
    order = _smooth_order(tuple(tasks))
    offset = int(number * _GOLDEN % 1 * min(order.length, _MAX_OFFSET))
    return (order.at(position) for position in count(offset))


def at_random(tasks: Sequence[Task], random: Random) -> Iterator[Task]:
    """Any task, by weight."""
    while True:
        yield tasks[int(random.random() * len(tasks))]


class _SmoothOrder:
    """The order in which nginx's smooth weighted round-robin chooses, made as far as needed.

    In each step every task gains its weight; the one that has most is chosen and pays the sum of
    all weights. In `length` steps each is chosen exactly as often as its weight says.
    """

    def __init__(self, tasks: tuple[Any, ...]) -> None:
        weights = Counter(tasks)
        divisor = gcd(*weights.values())
        self._weights = {task: weight // divisor for task, weight in weights.items()}
        self._credit = dict.fromkeys(self._weights, 0)
        self._order: list[Any] = []
        self.length = sum(self._weights.values())

    def at(self, position: int) -> Any:
        """The task at a position; after `length` of them it begins again."""
        position %= self.length
        while len(self._order) <= position:
            self._step()
        return self._order[position]

    def _step(self) -> None:
        credit = self._credit
        for task, weight in self._weights.items():
            credit[task] += weight
        chosen = max(credit, key=credit.__getitem__)
        credit[chosen] -= self.length
        self._order.append(chosen)


@lru_cache(maxsize=64)
def _smooth_order(tasks: tuple[Any, ...]) -> _SmoothOrder:
    """One order for all users with the same tasks."""
    return _SmoothOrder(tasks)
