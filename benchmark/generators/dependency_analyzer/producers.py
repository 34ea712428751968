"""Producers: operations whose answers hold an item, or the list of items that exist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from benchmark.generators import schema_view
from benchmark.generators.naming import identified_noun, noun, plain, words
from benchmark.models import JsonSchema, Operation, escape_pointer

_SCHEMA_SUFFIXES = frozenset(
    "out output in input read create created response result dto model schema public detail "
    "details resource entity view base".split()
)
_NOT_CREATING = frozenset(
    "search query login logout signin signout token refresh validate verify check preview count "
    "batch bulk export".split()
)
_WRAPPERS = frozenset(
    "data item items result results content records record response payload value values rows "
    "entries list".split()
)


@dataclass(frozen=True, slots=True)
class Producer:
    """An operation whose answer holds an item, or the list of items, at `pointer`.

    `members` are the item's, by their plain names (`naming.plain`).
    """

    operation: Operation
    action: Literal["create", "list"]
    nouns: frozenset[str]
    pointer: str
    members: Mapping[str, str]


def find_producer(operation: Operation, definitions: Mapping[str, JsonSchema]) -> Producer | None:
    """What an operation produces, judged by its documented 2xx answers; None if nothing."""
    last = operation.path.rstrip("/").rpartition("/")[2]
    about = "" if "{" in last else noun(last)
    for response in operation.responses:
        for media in response.media_types if response.is_success else ():
            nouns = frozenset({about, *_schema_nouns(media.schema, definitions)} - {""})
            if operation.method == "POST" and not _NOT_CREATING.intersection(words(last)):
                if found := _item(media.schema, definitions):
                    return Producer(operation, "create", nouns, found[0], _by_plain(found[1]))
            elif operation.method == "GET" and _is_plain_list(operation):
                if listed := _items(media.schema, definitions):
                    pointer, element = listed
                    item = _item(element, definitions)
                    if item and item[0] == "":
                        nouns |= _schema_nouns(element, definitions)
                        return Producer(operation, "list", nouns, pointer, _by_plain(item[1]))
    return None


def _by_plain(names: Sequence[str]) -> dict[str, str]:
    return {plain(name): name for name in reversed(names)}


def _is_plain_list(operation: Operation) -> bool:
    """Whether a list can be asked for without knowing anything: nothing in it is required."""
    return "{" not in operation.path and not any(p.required for p in operation.parameters)


def _item(
    schema: JsonSchema, definitions: Mapping[str, JsonSchema], depth: int = 0
) -> tuple[str, tuple[str, ...]] | None:
    """Where in an answer the item is, and its members: at the top, or below a wrapper."""
    members = schema_view.properties(schema, definitions)
    names = tuple(members)
    if "id" in members:
        return "", names
    for name, member in members.items():
        wraps = name in _WRAPPERS or len(members) == 1
        if wraps and depth < 2 and schema_view.properties(member, definitions):
            if inner := _item(member, definitions, depth + 1):
                return f"/{escape_pointer(name)}{inner[0]}", inner[1]
    return ("", names) if any(identified_noun(name) is not None for name in names) else None


def _items(
    schema: JsonSchema, definitions: Mapping[str, JsonSchema]
) -> tuple[str, JsonSchema] | None:
    """Where in an answer the list is, and the schema of its items: at the top, or below a name."""
    if element := schema_view.items(schema, definitions):
        return "", element
    members = schema_view.properties(schema, definitions)
    arrays = {n: e for n, m in members.items() if (e := schema_view.items(m, definitions))}
    for name, element in arrays.items():
        if name in _WRAPPERS or len(arrays) == 1:
            return f"/{escape_pointer(name)}", element
    return None


def _schema_nouns(schema: JsonSchema, definitions: Mapping[str, JsonSchema]) -> set[str]:
    """The nouns that a schema's name and title suggest: "SessionOut" → session."""
    title = schema_view.resolve(schema, definitions).get("title")
    found = set()
    for name in (schema_view.reference_name(schema), title if isinstance(title, str) else ""):
        parts = list(words(name.rpartition(".")[2]))
        while len(parts) > 1 and parts[-1] in _SCHEMA_SUFFIXES:
            parts.pop()
        found.add(noun("_".join(parts)))
    return found - {""}
