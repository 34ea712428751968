"""Wants: the slots of an operation that, by their names, take the identifier of a resource."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from benchmark.generators import schema_view
from benchmark.generators.dependency_analyzer.layout import Layout, last_parameter
from benchmark.generators.dependency_analyzer.members import type_of
from benchmark.generators.naming import (
    attribute_noun,
    collection_of,
    noun,
    path_noun,
    path_shape,
    plain,
    reference_noun,
    static_segments,
    words,
)
from benchmark.models import JsonSchema, Operation, SlotLocation, escape_pointer

MAX_BODY_DEPTH = 3
"""How deep body schemas are searched for references to other resources."""

MAX_REFERENCES = 200
"""How many such references are taken of one body; further ones get generated values."""

SlotKey = tuple[str, SlotLocation, str]
"""What identifies a slot in an application: the operation's key, the location, the pointer."""

Evidence = Literal["id", "place", "attribute", "noun"]
"""Why a slot is taken for a reference: its name is that of an identifier; its place in the path;
its name may be that of an attribute (`bucket_name`); its name is that of a thing (`bucket`)."""

Reference = tuple[str, str, str, Evidence, bool, JsonSchema]
"""A member of a body that refers to a resource: pointer, name, noun, evidence, whether it must be
there, and its schema."""

Known = dict[tuple[str, int], tuple[Reference, ...]]
"""What was found in the definitions of one application, by name and remaining depth."""

_COMPOSED = frozenset({"$ref", "allOf", "anyOf", "oneOf", "properties", "items"})
_REFERRING = frozenset({"string", "uuid", "integer"})
_CONTENT = frozenset(
    "address amount body caption category color colour comment content country currency date "
    "description detail email field file filter format gender group icon image label language "
    "level limit link locale location logo message metric mode name note number order page "
    "password path phone photo picture position price priority property query question rate "
    "rating reason result role score secret size sort source state status subject summary tag "
    "text time timezone title token type unit url value version video word zone code key host "
    "command answer term topic log event option setting theme region city street".split()
)
"""Nouns that, as texts in a body, are contents far more often than references."""


@dataclass(frozen=True, slots=True)
class Want:
    """A slot that needs the identifier of a `noun`; `collection` is the path before a path slot.

    In `pointer`, the items of an array are those at 0: what holds for one holds for all.
    A request without an optional slot (not `required`) is complete.
    """

    operation: Operation
    location: SlotLocation
    pointer: str
    name: str
    noun: str
    collection: str | None = None
    required: bool = True
    evidence: Evidence = "id"
    schema: JsonSchema = True

    @property
    def slot(self) -> SlotKey:
        """What identifies the slot in its application."""
        return self.operation.key, self.location, self.pointer


def find_wants(
    operation: Operation,
    definitions: Mapping[str, JsonSchema],
    known: Known,
    layout: Layout,
    produced: Collection[str],
) -> Iterator[Want]:
    """The wants of an operation. `known` is filled, and serves the next operations.

    `produced` are the nouns of what the application's operations make or list.
    """
    for parameter in operation.parameters:
        name, schema = parameter.name, parameter.schema
        pointer = f"/{escape_pointer(name)}"
        if "const" in schema_view.resolve(schema, definitions):
            continue  # nothing else than this value may be sent
        if parameter.location == "path":
            collection = collection_of(operation.path, name)
            if things := _looked_up_in(collection, name, layout):
                what = noun(static_segments(things)[-1])
                yield Want(operation, "path", pointer, name, what, things, True, "place", schema)
            elif about := path_noun(collection, name):
                yield Want(operation, "path", pointer, name, about, collection, schema=schema)
            elif about := _noun_by_place(operation.path, name, schema, definitions, layout):
                yield Want(
                    operation, "path", pointer, name, about, collection, True, "place", schema
                )
        elif parameter.required and parameter.location in ("query", "header"):
            bare = name[2:] if name[:2].lower() == "x-" else name
            if found := _referred(bare, schema, definitions, produced):
                yield Want(
                    operation, parameter.location, pointer, name, found[0], None, True, found[1],
                    schema,
                )  # fmt: skip
    if operation.body:
        own = noun(next(reversed(static_segments(operation.path)), ""))
        media = operation.body.media_types[0]
        for here, name, about, evidence, required, schema in _references(
            media.schema, definitions, MAX_BODY_DEPTH, known, produced
        ):
            names_itself = about == own and operation.method != "DELETE"
            if not names_itself or (evidence == "id" and last_parameter(operation.path)):
                must = required and operation.body.required
                yield Want(
                    operation, "body", here, name, about, None, must, evidence, schema
                )  # fmt: skip


def _looked_up_in(head: str, name: str, layout: Layout) -> str:
    """The collection whose items are looked up by an attribute: /flows for /flows/name/{name}.

    What is asked for there is the attribute, and nothing else is found under its name. "" if so.
    """
    things, _, attribute = head.rpartition("/")
    said = plain(attribute).removeprefix("by")
    if said != plain(name) or not things or things.endswith("}") or not static_segments(things):
        return ""
    is_served = path_shape(head) in layout.methods
    has_items = {"GET", "POST", "PUT"} & layout.methods.get(path_shape(things), set())
    return things if has_items and not is_served else ""


def _noun_by_place(
    path: str,
    name: str,
    schema: JsonSchema,
    definitions: Mapping[str, JsonSchema],
    layout: Layout,
) -> str:
    """What a parameter identifies whose name does not say it: the items of a collection.

    A collection is what can be asked for, or added to, without the parameter.
    """
    if last_parameter(path) != name and "{" + name + "}/" not in path:
        return ""
    head = collection_of(path, name)
    if not head or head.endswith("}") or not static_segments(head):
        return ""
    resolved = schema_view.resolve(schema, definitions)
    if "enum" in resolved or "const" in resolved or resolved.get("type") == "boolean":
        return ""
    if {"GET", "POST"} & layout.methods.get(path_shape(head), set()):
        before = next(reversed(static_segments(head)))
        return noun(before) if head.endswith(before) else ""
    return ""


def _referred(
    name: str,
    schema: JsonSchema,
    definitions: Mapping[str, JsonSchema],
    produced: Collection[str],
    *,
    is_array: bool = False,
) -> tuple[str, Evidence] | None:
    """The noun that a member or a parameter refers to, and why it is taken for a reference."""
    if about := reference_noun(name) or reference_noun(schema_view.reference_name(schema)):
        return about, "id"
    about, evidence = attribute_noun(name), "attribute"
    if not about:
        about, evidence = noun(name), "noun"
    if about not in produced:
        return None
    resolved = schema_view.resolve(schema, definitions)
    kind = type_of(schema, definitions)
    parts = words(name)
    if evidence == "noun" and not is_array and about != "_".join(parts):
        return None  # several of something in one value
    if kind not in _REFERRING or "enum" in resolved or "const" in resolved:
        return None
    if kind == "string":
        is_content = evidence == "noun" and noun(parts[-1]) in _CONTENT
        if is_content or resolved.get("format") not in (None, "string"):
            return None
    return about, "attribute" if evidence == "attribute" else "noun"


def _may_refer(name: str, produced: Collection[str]) -> bool:
    """Whether a member's name alone may make it a reference."""
    return bool(reference_noun(name)) or (attribute_noun(name) or noun(name)) in produced


def _references(
    schema: JsonSchema,
    definitions: Mapping[str, JsonSchema],
    depth: int,
    known: Known,
    produced: Collection[str],
) -> tuple[Reference, ...]:
    key = (schema_view.definition_name(schema), depth)
    if key[0] and key in known:
        return known[key]
    found: list[Reference] = []
    members = schema_view.properties(schema, definitions)
    needed = schema_view.required(schema, definitions) if members else frozenset()
    for name, member in members.items():
        if len(found) >= MAX_REFERENCES:
            break
        is_plain = isinstance(member, dict) and _COMPOSED.isdisjoint(member)
        if is_plain and not _may_refer(name, produced):
            continue
        element = None if is_plain else schema_view.items(member, definitions)
        inside = member if element is None else element
        about = _referred(name, inside, definitions, produced, is_array=element is not None)
        if not about and (is_plain or not depth):
            continue
        here = f"/{escape_pointer(name)}" + ("" if element is None else "/0")
        must = name in needed
        if about:
            found.append((here, name, *about, must, inside))
        else:
            inner = _references(inside, definitions, depth - 1, known, produced)
            found.extend((here + i[0], *i[1:4], i[4] and must, i[5]) for i in inner)
    if key[0]:
        known[key] = tuple(found[:MAX_REFERENCES])
    return tuple(found[:MAX_REFERENCES])
