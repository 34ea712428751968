"""Looking into a JSON Schema without expanding it: references followed, `allOf` merged, lazily."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmark.models import JsonSchema, unescape_pointer

MAX_HOPS = 50
"""How many references or nested `allOf` are followed before a schema counts as empty."""

_PREFIX = "#/$defs/"


def resolve(schema: JsonSchema, definitions: Mapping[str, JsonSchema]) -> Mapping[str, Any]:
    """The schema that a chain of references ends at; members beside a reference are laid over it.

    Gives {} for a boolean schema, an unknown reference, or a reference that leads to itself.
    """
    over: dict[str, Any] = {}
    for _ in range(MAX_HOPS):
        if not isinstance(schema, Mapping):
            return over
        over = {**schema, **over}
        reference = over.pop("$ref", None)
        if not isinstance(reference, str) or not reference.startswith(_PREFIX):
            return over
        schema = definitions.get(unescape_pointer(reference[len(_PREFIX) :]), {})
    return over


def reference_name(schema: JsonSchema) -> str:
    """The name of the definition that a schema refers to directly, "" if it refers to none."""
    if isinstance(schema, Mapping):
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference.startswith(_PREFIX):
            return unescape_pointer(reference[len(_PREFIX) :])
    return ""


def properties(
    schema: JsonSchema, definitions: Mapping[str, JsonSchema], hops: int = 0
) -> dict[str, JsonSchema]:
    """The declared members of an object: its own, those of `allOf`, those of a lone variant."""
    if hops > MAX_HOPS:
        return {}
    resolved = resolve(schema, definitions)
    found: dict[str, JsonSchema] = {}
    for part in _parts(resolved, definitions):
        found.update(properties(part, definitions, hops + 1))
    own = resolved.get("properties")
    if isinstance(own, Mapping):
        found.update(own)
    return found


def required(
    schema: JsonSchema, definitions: Mapping[str, JsonSchema], hops: int = 0
) -> frozenset[str]:
    """The names of the members that an object must have."""
    if hops > MAX_HOPS:
        return frozenset()
    resolved = resolve(schema, definitions)
    own = resolved.get("required")
    names = (
        frozenset(n for n in own if isinstance(n, str)) if isinstance(own, list) else frozenset()
    )
    for part in _parts(resolved, definitions):
        names |= required(part, definitions, hops + 1)
    return names


def items(schema: JsonSchema, definitions: Mapping[str, JsonSchema]) -> JsonSchema | None:
    """The schema of an array's items; None if the schema describes no array."""
    resolved = resolve(schema, definitions)
    for part in [resolved, *(resolve(p, definitions) for p in _parts(resolved, definitions))]:
        found = part.get("items")
        if isinstance(found, Mapping):
            return found
    return None


def types(schema: JsonSchema, definitions: Mapping[str, JsonSchema]) -> frozenset[str]:
    """The JSON types that the schema names, "null" left out; empty where it names none."""
    resolved = resolve(schema, definitions)
    named: set[str] = set()
    for part in [resolved, *(resolve(p, definitions) for p in _parts(resolved, definitions))]:
        declared = part.get("type")
        named.update([declared] if isinstance(declared, str) else declared or ())
    return frozenset(name for name in named if name != "null")


def at_pointer(
    schema: JsonSchema, definitions: Mapping[str, JsonSchema], pointer: str
) -> JsonSchema:
    """The schema of the member that a JSON Pointer into a value leads to; {} if undeclared."""
    for token in pointer[1:].split("/") if pointer else []:
        members = properties(schema, definitions)
        name = unescape_pointer(token)
        if name in members:
            schema = members[name]
        else:
            schema = (items(schema, definitions) if token.isdecimal() else None) or {}
    return schema


def _parts(schema: Mapping[str, Any], definitions: Mapping[str, JsonSchema]) -> list[JsonSchema]:
    """The schemas that apply beside the own keywords: all of `allOf`, and a lone non-null variant.

    OpenAPI 3.1 writes "nullable" as `anyOf` of a schema and null, so that lone variant is the
    schema that was meant.
    """
    found = list(schema["allOf"]) if isinstance(schema.get("allOf"), list) else []
    for keyword in ("anyOf", "oneOf"):
        variants = schema.get(keyword)
        if isinstance(variants, list):
            real = [v for v in variants if resolve(v, definitions).get("type") != "null"]
            if len(real) == 1:
                found.append(real[0])
    return found
