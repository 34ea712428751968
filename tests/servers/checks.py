"""Checks a body against a schema, strictly, and says what is wrong as values.

Beside the usual keywords a schema may hold rules that no document states: `x-past` (a date must
not lie in the future) and `x-either` (exactly one of these members).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the member, the rule it breaks, and the rule's limit."""

    path: tuple[str, ...]
    rule: str
    limit: Any = None


_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}
_FORMATS: dict[str, Callable[[str], object]] = {
    "date": date.fromisoformat,
    "date-time": datetime.fromisoformat,
    "uuid": UUID,
}


def problems(schema: Schema, value: Any, path: tuple[str, ...] = ()) -> Iterator[Problem]:
    """Everything that is wrong with a value."""
    kind = schema.get("type", "object")
    if not _TYPES[kind](value):
        yield Problem(path, "type", kind)
    elif kind == "object":
        yield from _object(schema, value, path)
    elif kind == "array":
        for index, item in enumerate(value):
            yield from problems(schema["items"], item, (*path, str(index)))
    elif kind == "string":
        yield from _string(schema, value, path)
    elif kind in ("integer", "number"):
        if value < schema.get("minimum", value):
            yield Problem(path, "minimum", schema["minimum"])
        if value > schema.get("maximum", value):
            yield Problem(path, "maximum", schema["maximum"])


def _object(schema: Schema, value: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Problem]:
    members = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield Problem((*path, name), "required")
    if either := schema.get("x-either"):
        if sum(name in value for name in either) != 1:
            yield Problem((*path, either[0]), "either", tuple(either))
    for name, member in value.items():
        if name in members:
            yield from problems(members[name], member, (*path, name))
        elif schema.get("additionalProperties") is False:
            yield Problem((*path, name), "unknown")


def _string(schema: Schema, value: str, path: tuple[str, ...]) -> Iterator[Problem]:
    if len(value) < schema.get("minLength", 0):
        yield Problem(path, "minLength", schema["minLength"])
    if len(value) > schema.get("maxLength", 200):
        yield Problem(path, "maxLength", schema.get("maxLength", 200))
    if "enum" in schema and value not in schema["enum"]:
        yield Problem(path, "enum", tuple(schema["enum"]))
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield Problem(path, "pattern", schema["pattern"])
    read = _FORMATS.get(schema.get("format", ""))
    if read is None:
        return
    try:
        read(value)
    except ValueError:
        yield Problem(path, "format", schema["format"])
        return
    if schema.get("x-past") and date.fromisoformat(value[:10]) > datetime.now(UTC).date():
        yield Problem(path, "past")
