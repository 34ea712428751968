"""Looking into a JSON Schema without expanding it: references followed, `allOf` merged, lazily."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from benchmark.models import JsonSchema, unescape_pointer

MAX_HOPS = 50
"""How many references or nested `allOf` are followed before a schema counts as empty."""

MAX_PARTS = 1000
"""How many schemas are laid over each other; further parts of `allOf` do not count."""

MAX_BRANCHES = 50
"""How many alternatives of a schema are compared with what was sent."""

_PREFIX = "#/$defs/"
_STRUCTURE = frozenset({"properties", "items", "anyOf", "oneOf"})
_COMPOSING = frozenset({"$ref", "allOf", "anyOf", "oneOf"})


def resolve(schema: JsonSchema, definitions: Mapping[str, JsonSchema]) -> Mapping[str, Any]:
    """The schema that a chain of references ends at; members beside a reference are laid over it.

    Gives {} for a boolean schema, an unknown reference, or a reference that leads to itself.
    """
    if isinstance(schema, Mapping) and "$ref" not in schema:
        return schema
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


def definition_name(schema: JsonSchema) -> str:
    """The name of the definition whose members and items a schema has, "" if it adds any itself.

    Documents wrap a reference into `allOf` to describe it.
    """
    for _ in range(MAX_HOPS):
        if not isinstance(schema, Mapping) or not _STRUCTURE.isdisjoint(schema):
            return ""
        parts = schema.get("allOf")
        if not parts:
            return reference_name(schema)
        if "$ref" in schema or not isinstance(parts, list) or len(parts) != 1:
            return ""
        schema = parts[0]
    return ""


def properties(schema: JsonSchema, definitions: Mapping[str, JsonSchema]) -> dict[str, JsonSchema]:
    """The declared members of an object: its own, those of `allOf`, those of a lone variant."""
    found: dict[str, JsonSchema] = {}
    for layer in _layers(schema, definitions):
        own = layer.get("properties")
        if isinstance(own, Mapping):
            found.update(own)
    return found


def required(schema: JsonSchema, definitions: Mapping[str, JsonSchema]) -> frozenset[str]:
    """The names of the members that an object must have."""
    names: set[str] = set()
    for layer in _layers(schema, definitions):
        own = layer.get("required")
        if isinstance(own, list):
            names.update(name for name in own if isinstance(name, str))
    return frozenset(names)


def items(schema: JsonSchema, definitions: Mapping[str, JsonSchema]) -> JsonSchema | None:
    """The schema of an array's items; None if the schema describes no array."""
    for layer in reversed(_layers(schema, definitions)):
        found = layer.get("items")
        if isinstance(found, Mapping):
            return found
    return None


def with_branch(
    schema: JsonSchema, definitions: Mapping[str, JsonSchema], branch: int
) -> JsonSchema:
    """The schema with one alternative of its `oneOf` or `anyOf` left, numbered from 1.

    Numbers wrap around. A schema without alternatives is given back as it is.
    """
    resolved = resolve(schema, definitions)
    for keyword in ("oneOf", "anyOf"):
        variants = resolved.get(keyword)
        if isinstance(variants, list) and variants:
            return {**resolved, keyword: [variants[(branch - 1) % len(variants)]]}
    return schema


def alternatives(schema: JsonSchema, definitions: Mapping[str, JsonSchema]) -> int:
    """How many alternatives the outermost `oneOf` or `anyOf` of a schema has; 0 without one."""
    resolved = resolve(schema, definitions)
    for keyword in ("oneOf", "anyOf"):
        variants = resolved.get(keyword)
        if isinstance(variants, list) and variants:
            return len(variants)
    return 0


def fitting_branch(
    schema: JsonSchema, definitions: Mapping[str, JsonSchema], sent: Mapping[str, Any]
) -> JsonSchema:
    """The schema with the alternative left that an object with the members `sent` is meant as.

    Members whose value is not known are None. It is the alternative whose constants and choices
    hold, and that declares most of the members; where none does, the schema stays as it is.
    """
    best, chosen = -1, schema
    for branch in range(1, min(alternatives(schema, definitions), MAX_BRANCHES) + 1):
        one = with_branch(schema, definitions, branch)
        members = properties(one, definitions)
        known = {name: resolve(members[name], definitions) for name in sent if name in members}
        if any(_excludes(member, sent[name]) for name, member in known.items()):
            continue
        if len(known) > best:
            best, chosen = len(known), one
    return chosen


def _excludes(member: Mapping[str, Any], value: Any) -> bool:
    """Whether a constant or a choice says that a member is not that value."""
    if value is None:
        return False
    if "const" in member:
        return bool(member["const"] != value)
    choices = member.get("enum")
    return isinstance(choices, list) and value not in choices


def _layers(schema: JsonSchema, definitions: Mapping[str, JsonSchema]) -> list[Mapping[str, Any]]:
    """The schemas that apply to one value together, the outermost last.

    Beside the schema's own keywords these are all of `allOf`, and a lone variant beside null:
    OpenAPI 3.1 writes "nullable" as `anyOf` of a schema and null, so that variant is what was
    meant. Each part is there once, however often and however deeply it is named.
    """
    if not isinstance(schema, Mapping):
        return [{}]
    if _COMPOSING.isdisjoint(schema):  # most schemas are plain ones
        return [schema]
    layers: list[Mapping[str, Any]] = []
    seen: set[str | int] = set()

    def add(part: JsonSchema, hops: int) -> None:
        lone = isinstance(part, Mapping) and len(part) == 1
        key = (reference_name(part) if lone else "") or id(part)
        if key in seen or hops > MAX_HOPS or len(seen) >= MAX_PARTS:
            return
        seen.add(key)
        resolved = resolve(part, definitions)
        for inner in _parts(resolved, definitions):
            add(inner, hops + 1)
        layers.append(resolved)

    add(schema, 0)
    return layers


def _parts(schema: Mapping[str, Any], definitions: Mapping[str, JsonSchema]) -> list[JsonSchema]:
    found = list(schema["allOf"]) if isinstance(schema.get("allOf"), list) else []
    for keyword in ("anyOf", "oneOf"):
        variants = schema.get(keyword)
        if isinstance(variants, list):
            real = (v for v in variants if resolve(v, definitions).get("type") != "null")
            first_two = list(islice(real, 2))
            found += first_two if len(first_two) == 1 else []
    return found
