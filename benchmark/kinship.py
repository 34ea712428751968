"""Whether things belong together: what they were made under must be the same, kind by kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar


class Descendant(Protocol):
    """A thing of a kind that was made under others."""

    @property
    def kind(self) -> str:
        """What it is."""

    def ancestors(self) -> Sequence[Descendant]:
        """The things that it was made with, theirs, and so on."""


D = TypeVar("D", bound=Descendant)


def are_kin(one: Descendant, others: Iterable[Descendant]) -> bool:
    """Whether nothing above a thing is another one of its kind than what is above the others."""
    above = {each.kind: each for each in reversed([one, *one.ancestors()])}
    for other in others:
        for each in (other, *other.ancestors()):
            is_beside = each is other and each.kind == one.kind  # two of one kind may be meant
            if not is_beside and above.get(each.kind, each) is not each:
                return False
    return True


def of_kin(things: Sequence[D], others: Sequence[Descendant]) -> list[D]:
    """Those of some things that belong together with the others; all, where there are none."""
    return [one for one in things if are_kin(one, others)] if others else list(things)
