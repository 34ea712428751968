"""A store in memory that forgets its oldest entries before it outgrows its capacity."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

K = TypeVar("K", bound="Hashable")
V = TypeVar("V")


def one(_value: object) -> int:
    """The cost of a value in a store whose capacity is a number of entries."""
    return 1


class BoundedStore(Generic[K, V]):
    """Values by key, in the order of their arrival.

    `capacity` bounds the sum of `cost` over all values. No method waits for anything, so
    handlers that run on one event loop need no lock.
    """

    def __init__(self, capacity: int, cost: Callable[[V], int] = one) -> None:
        self._capacity = capacity
        self._cost = cost
        self._values: dict[K, V] = {}
        self._used = 0

    def __len__(self) -> int:
        return len(self._values)

    def add(self, key: K, value: V) -> list[V]:
        """Store a value under a new key; the answer is what had to leave for it, oldest first."""
        self._values[key] = value
        self._used += self._cost(value)
        evicted = []
        while self._used > self._capacity and len(self._values) > 1:
            evicted.append(self._remove(next(iter(self._values))))
        return evicted

    def get(self, key: K) -> V | None:
        """The value, or None where it never was, was removed, or had to leave."""
        return self._values.get(key)

    def pop(self, key: K) -> V | None:
        """Remove a value and return it, or None where there is none."""
        return self._remove(key) if key in self._values else None

    def newest(self, limit: int, offset: int = 0) -> list[V]:
        """At most `limit` values, newest first, after skipping `offset` of them."""
        return list(islice(reversed(self._values.values()), offset, offset + limit))

    def _remove(self, key: K) -> V:
        value = self._values.pop(key)
        self._used -= self._cost(value)
        return value
