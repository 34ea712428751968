"""The value: one thing that a server says is wrong with a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from benchmark.models import SlotLocation

Rule = Literal[
    "required", "type", "enum", "minimum", "maximum", "exclusive_minimum", "exclusive_maximum",
    "min_length", "max_length", "min_items", "max_items", "multiple_of", "pattern", "format",
    "unexpected", "not_found", "not_unique", "past", "future", "same", "either", "credentials",
    "other",
]  # fmt: skip
"""What is broken. Types, formats and bounds are those of JSON Schema."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that a server says is wrong with a request.

    `location` is None where it was not said, even if a name was. `pointer` is the JSON Pointer of
    the field below its location; "" is the whole of it, or means that no field was named.

    `value` depends on the rule: the bound; the allowed values, or the names of the fields of which
    one is wanted (tuples, () where they were not told); the name of a type or format; a pattern;
    the noun of what was not found; the name of the field that must be the same, or that a moment
    must lie behind ("future") or before ("past"). None where it was not told.

    `message` is what the server said, one line, cut.
    """

    rule: Rule
    location: SlotLocation | None
    pointer: str
    value: Any = None
    message: str = ""
