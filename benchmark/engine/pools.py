"""The resources that one user made: which there are, which is free, when to make another."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.engine.resources import Resource

OWN_LIMIT = 5
"""How many resources of one kind a user keeps; beyond it the oldest is deleted.

Servers have quotas, and there are many users.
"""

LONGEST_PAUSE = 30.0
"""Seconds until a user tries again, at the latest, to make what could not be made."""

REFUSED_LIMIT = 50
"""How many resources that are not deleted yet a user remembers, to do it in the end."""

STRIKES = 3
"""After how many 404s below it in a row a resource is taken to be gone."""


@dataclass(slots=True)
class _Refill:
    """How often in a row a kind could not be made, and when to try again."""

    failures: int = 0
    try_at: float = 0.0


class Pools:
    """One user's own resources by kind, each kind in the order of making."""

    def __init__(self) -> None:
        self._own: dict[str, list[Resource]] = {}
        self._refills: dict[str, _Refill] = {}
        self._abandoned: list[Resource] = []
        self._limits: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._abandoned) + sum(map(len, self._own.values()))

    def of(self, kind: str) -> list[Resource]:
        """The resources of a kind."""
        return self._own.setdefault(kind, [])

    def children_first(self) -> list[Resource]:
        """Everything that is to be deleted in the end, in the order in which that works."""
        every = [*self._abandoned, *(one for own in self._own.values() for one in own)]
        return sorted(every, key=lambda each: len(each.ancestors()), reverse=True)

    def add(self, resource: Resource) -> Resource | None:
        """Keep a resource. Gives back the one that has to go for it, if there are too many."""
        own = self.of(resource.kind)
        own.append(resource)
        self._refills.pop(resource.kind, None)
        limit = self._limits.get(resource.kind, OWN_LIMIT)
        return self.without_children(own[:-1]) if len(own) > limit else None

    def have_fewer(self, kind: str) -> Resource | None:
        """The server allows no more of a kind: keep fewer. Gives back the one that has to go."""
        own = self.of(kind)
        self._limits[kind] = max(1, len(own) - 1)
        return self.without_children(own) if len(own) > 1 else None

    def remove(self, resource: Resource) -> None:
        """Forget a resource."""
        for own in (self.of(resource.kind), self._abandoned):
            if resource in own:
                own.remove(resource)

    def set_aside(self, resource: Resource) -> Resource | None:
        """Keep a resource only to delete it in the end. Gives back one that has to go, if any."""
        self.remove(resource)
        self._abandoned.append(resource)
        crowded = len(self._abandoned) > OWN_LIMIT
        return self.without_children(self._abandoned[:-1]) if crowded else None

    def give_back(self, resource: Resource) -> bool:
        """Keep a resource to delete it in the end; False where too many are kept already."""
        if len(self._abandoned) >= REFUSED_LIMIT:
            return False
        self._abandoned.append(resource)
        return True

    def clear(self, kind: str, parents: Sequence[Resource]) -> None:
        """Forget all of a kind that was made with every one of `parents`, and what is below.

        Where some of that kind are themselves among `parents`, those alone are forgotten.
        """
        named = [one for one in parents if one.kind == kind]
        gone = named or [one for one in self.of(kind) if set(parents) <= set(one.ancestors())]
        below = [
            one
            for own in self._own.values()
            for one in own
            if any(each in gone for each in one.ancestors())
        ]
        for one in [*gone, *below]:
            self.remove(one)

    def without_children(self, resources: Sequence[Resource]) -> Resource | None:
        """The first of some resources that nothing of one's own was made with."""
        every = [self._abandoned, *self._own.values()]
        parents = {id(one) for own in every for r in own if r.parents for one in r.ancestors()}
        return next((r for r in resources if id(r) not in parents), None)

    # ── refills ───────────────────────────────────────────────────────────────────────────────

    def may_make(self, kind: str) -> bool:
        """Whether it is time to make one, after earlier failures."""
        refill = self._refills.get(kind)
        return refill is None or time.monotonic() >= refill.try_at

    def could_not_make(self, kind: str) -> None:
        """Wait before the next try: 1, 2, 4 … seconds, `LONGEST_PAUSE` at most."""
        refill = self._refills.setdefault(kind, _Refill())
        pause = min(2.0 ** min(refill.failures, 10), LONGEST_PAUSE)
        refill.failures += 1
        refill.try_at = time.monotonic() + pause

    # ── what is gone ──────────────────────────────────────────────────────────────────────────

    def missed(self, resource: Resource, *, itself: bool) -> bool:
        """A 404 or 410 for a resource (`itself`), or for something below it: whether it is gone.

        Something that is missing below it proves little, so it takes several in a row; what is left
        out for that reason alone is still deleted in the end. Its children go with it.
        """
        resource.strikes += STRIKES if itself else 1
        if resource.strikes < STRIKES:
            return False
        lost = [one for own in self._own.values() for one in own if resource in one.ancestors()]
        for one in [resource, *lost]:
            if one in self.of(one.kind):
                self.of(one.kind).remove(one)
                if not itself:
                    self._abandoned.append(one)
        return True
