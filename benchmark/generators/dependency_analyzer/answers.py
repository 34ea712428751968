"""Answers: where in what a 2xx documents the item is, or the list of items that exist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from benchmark.generators import schema_view
from benchmark.generators.dependency_analyzer.members import (
    Members,
    members_of,
    names_itself,
    type_of,
)
from benchmark.generators.naming import noun, plain, words
from benchmark.models import JsonSchema, escape_pointer

EVERY_MEMBER = "/*"
"""Ends the pointer to a list whose items are the values of an object, each under its id."""

_WRAPPERS = frozenset(
    "data item items result results content contents records record response payload value values "
    "rows entries list body object resource resources _embedded embedded edges nodes hits "
    "collection".split()
)
_SCHEMA_SUFFIXES = frozenset(
    "out output in input read create created response result dto model schema public detail "
    "details resource entity view base list page paginated collection".split()
)
_BARE = ("string", "integer", "uuid")
_MAX_WRAPPERS = 2


@dataclass(frozen=True, slots=True)
class Found:
    """Where an item or a list is in an answer, the item's members, and the nouns of its schema.

    `is_bare` where the item is a lone text or number; it is then its own member `id`.
    """

    pointer: str
    members: Members
    nouns: frozenset[str]
    is_bare: bool = False


def find_item(
    schema: JsonSchema, definitions: Mapping[str, JsonSchema], about: str, depth: int = 0
) -> Found | None:
    """The item that the answer to a create holds, at the top or below a wrapper."""
    members = members_of(schema, definitions)
    nouns = schema_nouns(schema, definitions)
    if "id" in members:
        return Found("", members, nouns)
    declared = schema_view.properties(schema, definitions)
    for name, member in declared.items():
        wraps = name.lower() in _WRAPPERS or len(declared) == 1 or (about and noun(name) == about)
        if wraps and depth < _MAX_WRAPPERS and schema_view.properties(member, definitions):
            if inner := find_item(member, definitions, about, depth + 1):
                pointer = f"/{escape_pointer(name)}{inner.pointer}"
                return Found(pointer, inner.members, nouns | inner.nouns)
    if names_itself(members):
        return Found("", members, nouns)
    if not members and depth == 0 and type_of(schema, definitions) in _BARE:
        return Found("", {"id": ("/id", schema)}, nouns, is_bare=True)
    return None


def find_list(
    schema: JsonSchema, definitions: Mapping[str, JsonSchema], about: str, keys: Iterable[str]
) -> Found | None:
    """The list in an answer, at the top or below wrappers, where its items say who they are.

    `keys` are the names of the parameters by which single items are asked for.
    """
    wanted = {plain(key) for key in keys}
    for pointer, element in _lists(schema, definitions, about):
        nouns = schema_nouns(schema, definitions) | schema_nouns(element, definitions)
        members = members_of(element, definitions)
        if not members and type_of(element, definitions) in _BARE:
            if wanted:
                return Found(pointer, {"id": ("/id", element)}, nouns, is_bare=True)
        elif names_itself(members) or wanted.intersection(members):
            return Found(pointer, members, nouns)
        return None
    return _find_map(schema, definitions, about) if wanted else None


def _lists(
    schema: JsonSchema, definitions: Mapping[str, JsonSchema], about: str, depth: int = 0
) -> list[tuple[str, JsonSchema]]:
    """Where in an answer the list is, and the schema of its items; at most one."""
    if (element := schema_view.items(schema, definitions)) is not None:
        return [("", element)]
    declared = schema_view.properties(schema, definitions)
    arrays = {
        n: e for n, m in declared.items() if (e := schema_view.items(m, definitions)) is not None
    }
    by_noun = [name for name in arrays if about and noun(name) == about]
    by_wrapper = [name for name in arrays if name.lower() in _WRAPPERS]
    for name in (*by_noun, *by_wrapper, *(arrays if len(arrays) == 1 else ())):
        return [(f"/{escape_pointer(name)}", arrays[name])]
    if depth < _MAX_WRAPPERS:
        for name, member in declared.items():
            if name not in arrays and (name.lower() in _WRAPPERS or len(declared) == 1):
                for pointer, element in _lists(member, definitions, about, depth + 1):
                    return [(f"/{escape_pointer(name)}{pointer}", element)]
    return []


def _find_map(
    schema: JsonSchema, definitions: Mapping[str, JsonSchema], about: str
) -> Found | None:
    """The items that are the values of an object, each under its id."""
    declared = schema_view.properties(schema, definitions)
    wrapped = [n for n in declared if n.lower() in _WRAPPERS or (about and noun(n) == about)]
    inside = (
        [("", schema)]
        if not declared
        else [(f"/{escape_pointer(n)}", declared[n]) for n in wrapped]
    )
    for pointer, holder in inside:
        if schema_view.properties(holder, definitions):
            continue
        element = schema_view.resolve(holder, definitions).get("additionalProperties")
        if isinstance(element, Mapping) and (members := members_of(element, definitions)):
            nouns = schema_nouns(element, definitions)
            return Found(
                pointer + EVERY_MEMBER, {"id": ("/id", {"type": "string"}), **members}, nouns
            )
    return None


def schema_nouns(schema: JsonSchema, definitions: Mapping[str, JsonSchema]) -> frozenset[str]:
    """The nouns that a schema's name and title suggest: "SessionOut" → session."""
    title = schema_view.resolve(schema, definitions).get("title")
    found = set()
    for name in (schema_view.reference_name(schema), title if isinstance(title, str) else ""):
        parts = list(words(name.rpartition(".")[2]))
        while len(parts) > 1 and parts[-1] in _SCHEMA_SUFFIXES:
            parts.pop()
        found.add(noun("_".join(parts)))
    return frozenset(found - {""})
