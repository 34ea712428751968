"""What exists on the server: lists that all users of a class share, each asked for once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gevent.lock import BoundedSemaphore

LISTINGS_LIMIT = 100
"""How many lists are kept."""

ASK_AGAIN_SECONDS = 5.0
"""How soon a list that was empty, or could not be had, is asked for again."""


@dataclass(slots=True)
class Listing:
    """Existing items of the server, and when to ask for them again where there are none."""

    items: list[Any] = field(default_factory=list)
    ask_at: float = 0.0
    lock: BoundedSemaphore = field(default_factory=BoundedSemaphore)


class Listings:
    """The lists of one user class, by what they were asked for with."""

    def __init__(self) -> None:
        self._known: dict[str, Listing] = {}

    def __len__(self) -> int:
        return len(self._known)

    def items(self, key: str, ask: Callable[[], list[Any]]) -> list[Any]:
        """The items of a list; `ask` fetches them while there are none, once for all users."""
        listing = self._known.setdefault(key, Listing())
        with listing.lock:  # the others wait for the first one's answer
            if not listing.items and time.monotonic() >= listing.ask_at:
                listing.items = ask()
                listing.ask_at = time.monotonic() + ASK_AGAIN_SECONDS
        if len(self._known) > LISTINGS_LIMIT:
            del self._known[next(iter(self._known))]
        return listing.items

    def discard(self, item: Any) -> None:
        """Forget an item that is gone."""
        for listing in self._known.values():
            listing.items = [one for one in listing.items if one is not item]
