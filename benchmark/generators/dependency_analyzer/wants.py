"""Wants: the slots of an operation that, by their names, take the identifier of a resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmark.generators import schema_view
from benchmark.generators.naming import collection_of, path_noun, reference_noun
from benchmark.models import JsonSchema, Operation, SlotLocation, escape_pointer

MAX_BODY_DEPTH = 3
"""How deep body schemas are searched for references to other resources."""

MAX_REFERENCES = 200
"""How many such references are taken of one body; further ones get generated values."""

Reference = tuple[str, str, str]
"""A member of a body that refers to a resource: its pointer, its name, and the noun."""

Known = dict[tuple[str, int], tuple[Reference, ...]]
"""What was found in the definitions of one application, by name and remaining depth."""


@dataclass(frozen=True, slots=True)
class Want:
    """A slot that needs the identifier of a `noun`; `collection` is the path before a path slot.

    In `pointer`, the items of an array are those at 0: what holds for one holds for all.
    """

    operation: Operation
    location: SlotLocation
    pointer: str
    name: str
    noun: str
    collection: str | None = None


def find_wants(
    operation: Operation, definitions: Mapping[str, JsonSchema], known: Known
) -> Iterator[Want]:
    """The wants of an operation. `known` is filled, and serves the next operations."""
    for parameter in operation.parameters:
        pointer = f"/{escape_pointer(parameter.name)}"
        if parameter.location == "path":
            collection = collection_of(operation.path, parameter.name)
            about = path_noun(collection, parameter.name)
            if about is not None:
                yield Want(operation, "path", pointer, parameter.name, about, collection)
        elif parameter.location == "query" and parameter.required:
            if about := reference_noun(parameter.name):
                yield Want(operation, "query", pointer, parameter.name, about)
    if operation.body:
        schema = operation.body.media_types[0].schema
        for pointer, name, about in _references(schema, definitions, MAX_BODY_DEPTH, known):
            yield Want(operation, "body", pointer, name, about)


def _references(
    schema: JsonSchema, definitions: Mapping[str, JsonSchema], depth: int, known: Known
) -> tuple[Reference, ...]:
    key = (schema_view.reference_name(schema), depth)
    if key[0] and key in known:
        return known[key]
    found: list[Reference] = []
    for name, member in schema_view.properties(schema, definitions).items():
        if len(found) >= MAX_REFERENCES:
            break
        about = reference_noun(name)
        if not about and not depth:
            continue
        element = schema_view.items(member, definitions)
        here = f"/{escape_pointer(name)}" + ("" if element is None else "/0")
        if about:
            found.append((here, name, about))
        else:
            inner = _references(
                member if element is None else element, definitions, depth - 1, known
            )
            found.extend((here + pointer, below, noun) for pointer, below, noun in inner)
    if key[0]:
        known[key] = tuple(found[:MAX_REFERENCES])
    return tuple(found[:MAX_REFERENCES])
