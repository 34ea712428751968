"""What no value can satisfy: bounds that cross, and definitions that need themselves.

Nothing is repaired here, since nobody can know what was meant; the user is told.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from benchmark.models import JsonSchema

MAX_ROUNDS = 50
"""Passes over the definitions to find those that end; a chain of more is not looked into."""

_PREFIX = "#/$defs/"
_COUNTS = (
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
    ("minContains", "maxContains"),
)
_FEW = {"boolean": 2, "null": 1}


def contradictions(schema: Mapping[str, Any]) -> Iterator[str]:
    """Why one levelled schema by itself allows no value, or not as many items as it asks for."""
    for low, high in _COUNTS:
        if low in schema and high in schema and schema[low] > schema[high]:
            yield f"no value is valid: {low} {schema[low]:,} is above {high} {schema[high]:,}"
    yield from _numbers(schema)
    items = schema.get("items")
    if schema.get("uniqueItems") and isinstance(items, dict) and "prefixItems" not in schema:
        choices = items.get("enum")
        count = len(choices) if isinstance(choices, list) else _FEW.get(str(items.get("type")))
        if count is not None and schema.get("minItems", 0) > count:
            yield f"no value is valid: minItems is {schema['minItems']:,}, but only {count} differ"


def _numbers(schema: Mapping[str, Any]) -> Iterator[str]:
    low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    above = schema.get("exclusiveMinimum", -math.inf)
    below = schema.get("exclusiveMaximum", math.inf)
    step = schema.get("multipleOf")
    is_empty = low > high or above >= high or low >= below or above >= below
    if not is_empty and (step is not None or schema.get("type") == "integer"):
        step = 1 if step is None else step
        lowest, highest = max(low, above), min(high, below)
        # Beyond 2**53 steps a float cannot tell one multiple from the next.
        if max(abs(lowest / step), abs(highest / step)) < 2**53:
            first = math.ceil(lowest / step) * step
            first += step if first <= above else 0
            is_empty = first > high or first >= below
    if is_empty:
        words = f"a multiple of {step} " if schema.get("multipleOf") else ""
        yield f"no value is valid: no number {words}lies between its bounds"


def endless(definitions: Mapping[str, JsonSchema]) -> list[str]:
    """The names of the definitions all of whose values would have to hold themselves."""
    finite: set[str] = set()
    unknown = list(definitions)
    for _ in range(MAX_ROUNDS):
        left = [name for name in unknown if not _ends(definitions[name], finite, definitions)]
        if len(left) == len(unknown):
            return left
        finite.update(set(unknown) - set(left))
        unknown = left
    return []


def _ends(schema: JsonSchema, finite: set[str], definitions: Mapping[str, JsonSchema]) -> bool:
    """Whether some value can be written down, given the definitions that are known to end."""
    if isinstance(schema, bool) or "enum" in schema or "const" in schema:
        return True
    name = str(schema.get("$ref", "")).removeprefix(_PREFIX)
    if name in definitions and name not in finite:
        return False
    if not all(_ends(part, finite, definitions) for part in schema.get("allOf", ())):
        return False
    for keyword in ("anyOf", "oneOf"):
        branches = schema.get(keyword)
        if branches and not any(_ends(branch, finite, definitions) for branch in branches):
            return False
    needed: list[JsonSchema] = []
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        needed = [properties[n] for n in schema.get("required", ()) if n in properties]
    elif schema.get("type") == "array" and schema.get("minItems", 0) > 0:
        needed = [*schema.get("prefixItems", ()), schema.get("items", True)][:1]
    return all(_ends(part, finite, definitions) for part in needed)
