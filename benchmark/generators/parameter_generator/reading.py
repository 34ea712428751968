"""Reads single keywords of a schema tolerantly: what has the wrong type counts as not there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

JSON_TYPES = ("string", "integer", "number", "boolean", "object", "array", "null")

# Names that documents use although no version of the specification knows them.
MISSPELT_TYPES = {
    "int": "integer",
    "int32": "integer",
    "int64": "integer",
    "long": "integer",
    "float": "number",
    "double": "number",
    "decimal": "number",
    "bool": "boolean",
    "str": "string",
    "text": "string",
    "file": "string",
    "date": "string",
    "datetime": "string",
    "uuid": "string",
    "dict": "object",
    "map": "object",
    "list": "array",
}


def a_mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is a mapping, else an empty one."""
    if value is None:  # so it is nearly always, and asking for a `Mapping` is slow
        return {}
    return value if isinstance(value, Mapping) else {}


def a_sequence(value: Any) -> Sequence[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, (list, tuple)) else ()


def a_text(value: Any) -> str:
    """The value if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def texts(values: Iterable[Any]) -> tuple[str, ...]:
    """The strings among the values, each once."""
    return tuple(dict.fromkeys(value for value in values if isinstance(value, str)))


def number(value: Any) -> int | float | None:
    """The value if it is a finite number, else None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if math.isfinite(value) else None


def count(value: Any) -> int | None:
    """The value if it is a whole number of at least 0, else None."""
    value = number(value)
    if value is None or value < 0 or value != int(value):
        return None
    return int(value)


def types_of(schema: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The types that a schema allows, in its order; None for all."""
    declared = schema.get("type")
    names = [declared] if isinstance(declared, str) else a_sequence(declared)
    types = []
    for name in texts(names):
        known = MISSPELT_TYPES.get(name.lower(), name.lower())
        if known in JSON_TYPES:
            types.append(known)
    if not types:
        return None
    if schema.get("nullable") is True or schema.get("x-nullable") is True:
        types.append("null")
    return tuple(dict.fromkeys(types))


def bounds(
    schema: Mapping[str, Any],
) -> tuple[int | float | None, int | float | None, int | float | None, int | float | None]:
    """Least and greatest value, and the exclusive bounds: both dialects of `exclusiveMinimum`."""
    low, high = number(schema.get("minimum")), number(schema.get("maximum"))
    above, below = (
        number(schema.get("exclusiveMinimum")),
        number(schema.get("exclusiveMaximum")),
    )
    if schema.get("exclusiveMinimum") is True:
        low, above = None, low
    if schema.get("exclusiveMaximum") is True:
        high, below = None, high
    return low, high, above, below


def identical(first: Any, second: Any) -> bool:
    """Equality of JSON: 1 is 1.0, but true is not 1."""
    if isinstance(first, str):
        return bool(first == second)
    if isinstance(first, bool) or isinstance(second, bool):
        return first is second
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        return first.keys() == second.keys() and all(
            identical(value, second[key]) for key, value in first.items()
        )
    if isinstance(first, (list, tuple)) and isinstance(second, (list, tuple)):
        return len(first) == len(second) and all(map(identical, first, second))
    if isinstance(first, (list, tuple)) or isinstance(second, (list, tuple)):
        return False
    return bool(first == second)
