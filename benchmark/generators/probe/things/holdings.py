"""What the probe holds: the resources it made, and samples of those that the server listed."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


def _now() -> float:
    return time.monotonic()


@dataclass(eq=False, slots=True)
class Held:
    """A thing on the server: its kind, its item, and the things that it was made under.

    `own` says whether the probe made it; `made_at` is a reading of the monotonic clock.
    `is_accepted` says that its making was accepted (202), and may go on.
    """

    kind: str
    item: Any
    parents: Mapping[str, Held] = field(default_factory=dict)
    own: bool = True
    made_at: float = field(default_factory=_now)
    is_accepted: bool = False

    def ancestors(self) -> list[Held]:
        """Its parents, their parents, and so on: each once."""
        known = list(self.parents.values())
        for held in known:  # it grows meanwhile
            known.extend(one for one in held.parents.values() if one not in known)
        return known


class Holdings:
    """The probe's own things by kind, the newest last, and one listed sample of each kind."""

    def __init__(self) -> None:
        self._own: dict[str, list[Held]] = {}
        self._used_up: list[Held] = []
        self.samples: dict[str, Any] = {}

    def add(self, held: Held) -> None:
        """Remember a thing that was made."""
        self._own.setdefault(held.kind, []).append(held)
        self.samples[held.kind] = held.item

    def newest(self, kind: str) -> Held | None:
        """The thing of a kind that was made last and still exists; None if there is none."""
        own = self._own.get(kind)
        return own[-1] if own else None

    def childless(self, kind: str) -> Held | None:
        """The newest thing of a kind that nothing else was made with."""
        parents = {id(one) for own in self._own.values() for h in own for one in h.ancestors()}
        return next((h for h in reversed(self.of_kind(kind)) if id(h) not in parents), None)

    def use_up(self, used: Held) -> None:
        """Keep a thing, and what was made with it, only to be deleted in the end."""
        for own in self._own.values():
            gone = [h for h in own if h is used or used in h.ancestors()]
            self._used_up.extend(gone)
            own[:] = [h for h in own if h not in gone]

    def of_kind(self, kind: str) -> list[Held]:
        """Every own thing of a kind, the newest last."""
        return list(self._own.get(kind, ()))

    def drop(self, gone: Held) -> None:
        """Forget a thing and all that was made under it."""
        for own in (*self._own.values(), self._used_up):
            own[:] = [h for h in own if h is not gone and gone not in h.ancestors()]

    def clear(self, kind: str, parents: Collection[Held]) -> None:
        """Forget all of a kind that was made with every one of `parents`, or those named there."""
        named = [held for held in parents if held.kind == kind]
        for held in named or self.of_kind(kind):
            if named or all(parent in held.ancestors() for parent in parents):
                self.drop(held)

    def forget(self, gone: Held) -> None:
        """Forget a thing alone."""
        if gone in (own := self._own.get(gone.kind, [])):
            own.remove(gone)

    def is_own(self, item: Any) -> bool:
        """Whether a listed item is one of the probe's own things, as far as its id tells."""
        mark = item.get("id") if isinstance(item, Mapping) else None
        if mark is None:
            return False
        own = (held.item for every in self._own.values() for held in every)
        return any(isinstance(each, Mapping) and each.get("id") == mark for each in own)

    def children_first(self) -> Iterator[Held]:
        """Every own thing, those made last first: children before their parents."""
        everything = [h for own in (*self._own.values(), self._used_up) for h in own]
        yield from sorted(everything, key=lambda held: held.made_at, reverse=True)
