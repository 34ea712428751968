"""A page of a list, and ids that a database can hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")

_LARGEST_ID = 2**31 - 1
_LARGEST_OFFSET = 2**62


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, and how many the whole list has."""

    total: int
    rows: tuple[Row, ...]


def may_exist(number: int) -> bool:
    """Whether a row can have this number as its id. Databases refuse larger ones."""
    return 0 < number <= _LARGEST_ID


def bounded(number: int) -> int:
    """A limit or offset as databases take it."""
    return max(0, min(number, _LARGEST_OFFSET))
