"""Things of a certain sort: where one list holds several sorts, told apart by a member of theirs.

A server that speaks of an "engine" may keep engines in its list of parts, as those whose `type` is
"engine". What is found so becomes a kind of its own, listed like the other and filtered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from benchmark.generators import schema_view
from benchmark.generators.dependency_analyzer import kind_name
from benchmark.generators.naming import noun, plain, static_segments, words
from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.safety.caution import READ_ONLY
from benchmark.models import (
    ArrayNode,
    Constant,
    Created,
    Found,
    JsonSchema,
    Node,
    ObjectNode,
    Place,
    Recipe,
    Source,
    escape_pointer,
)
from benchmark.wire.resource_items import value_at

MAX_SORTS = 20
"""How many sorts of one kind, and members of one map, are looked at."""

MAX_TRIED = 6
"""How many targets are tried for a reference that says of which type it is."""

_MAX_MESSAGE = 2000
_SORTS = frozenset("type kind category class sort role flavor flavour".split())


def of_sort(prober: Prober, about: str, said: str = "") -> list[Found]:
    """Sources of things of a sort named by a noun, out of lists of several sorts.

    Lists of things of which a message speaks (`said`) come first.
    """
    wanted, found = plain(about), list[Found]()
    spoken = {noun(word) for word in words(said[:_MAX_MESSAGE])}
    names = sorted(prober.listed, key=lambda n: _collection_noun(prober, n) not in spoken)
    for name in names if wanted else ():
        for pointer, value in _sorts(prober, name):
            if plain(value) == wanted or plain(noun(value)) == wanted:
                found.append(Found(_kind_of_sort(prober, name, pointer, value), "/id"))
    return found


def by_sort(prober: Prober, case: Case, recipe: Recipe, outcome: Outcome) -> Iterator[Recipe]:
    """The recipe with what its maps and its typed references ask for by sort."""
    yield from maps_by_sort(prober, case, recipe, outcome)
    yield from of_told_type(case, recipe, prober)


def maps_by_sort(prober: Prober, case: Case, recipe: Recipe, outcome: Outcome) -> Iterator[Recipe]:
    """The recipe with maps from sorts to things filled: with those that a message names, or all."""
    if case.operation.body is None or outcome.reply is None or case.operation.method in READ_ONLY:
        return
    said = plain(outcome.reply.text[:_MAX_MESSAGE])
    definitions = case.spec.definitions
    schema = case.operation.body.media_types[0].schema
    for member, inner in schema_view.properties(schema, definitions).items():
        element = _map_of_ids(inner, definitions)
        if element is None:
            continue
        for name in list(prober.listed):
            if noun(member) not in {prober.kinds[name].kind, _collection_noun(prober, name)}:
                continue
            sorts = _sorts(prober, name)
            told = [sort for sort in sorts if plain(sort[1]) in said]
            members = [
                (value, _wrapped(Found(_kind_of_sort(prober, name, at, value), "/id"), element))
                for at, value in (told or sorts)
            ]
            if members:
                place: Place = ("body", f"/{escape_pointer(member)}")
                yield ideas.with_node(recipe, place, ObjectNode(tuple(members)))


def of_told_type(case: Case, recipe: Recipe, prober: Prober) -> Iterator[Recipe]:
    """The recipe with a reference beside its type: both as one of the kinds of things says.

    `{"owner_type": "team", "owner_id": …}` refers to a team; `{"type": …, "id": …}` alike.
    """
    maker = prober.maker(case)
    tried = 0
    for slot in list(recipe.slots()):
        holder, _, field = slot.pointer.rpartition("/")
        about = _typed_stem(field)
        if slot.location != "body" or about is None:
            continue
        place: Place = (slot.location, f"{holder}/{about}id" if about else f"{holder}/id")
        if not any(each.pointer == place[1] for each in recipe.slots()):
            continue
        schema = maker.documented((slot.location, slot.pointer))
        choices = schema_view.resolve(schema, case.spec.definitions) if schema is not None else {}
        values = choices.get("enum")
        for value in values if isinstance(values, list) else ():
            source = _thing_called(prober, value) if isinstance(value, str) else None
            if source is None or tried >= MAX_TRIED:
                continue
            tried += 1
            changed = ideas.with_source(recipe, (slot.location, slot.pointer), Constant(value))
            yield ideas.with_source(changed, place, source)


def _thing_called(prober: Prober, value: str) -> Source | None:
    """What can be made or found under a noun: own things first."""
    wanted = noun(value)
    for kind in list(prober.kinds.values()):
        nouns = {kind.kind, _collection_noun(prober, kind.kind)}
        sample = prober.holdings.samples.get(kind.kind)
        if wanted in nouns and isinstance(sample, Mapping) and "id" in sample and not kind.where:
            return Created(kind.kind, "/id") if kind.create else Found(kind.kind, "/id")
    return None


def _typed_stem(field: str) -> str | None:
    """What stands before "type" in a name: `owner_type` "owner_", `type` ""; None for others."""
    for ending in ("type", "kind"):
        if field.endswith(ending):
            return field[: -len(ending)]
    return None


def _sorts(prober: Prober, name: str) -> tuple[tuple[str, str], ...]:
    """The members of listed items that say what sort each is, and their values, each once."""
    items = prober.listed.get(name, ())
    known = prober.sorts.get(name)
    if known is None or known[0] is not items:  # what is listed is looked through once
        members = (pair for item in items for pair in _sort_members(item))
        found = tuple(islice(dict.fromkeys(members), MAX_SORTS))
        known = prober.sorts[name] = (items, found)
    return () if prober.kinds[name].where else known[1]


def _sort_members(item: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(item, Mapping) or "id" not in item:
        return
    holders = [("", item)] + [
        (f"/{escape_pointer(str(key))}", value)
        for key, value in item.items()
        if isinstance(value, Mapping)
    ]
    for prefix, holder in holders:
        for key, value in holder.items():
            last = (words(str(key)) or ("",))[-1]
            if last in _SORTS and isinstance(value, str) and value:
                yield f"{prefix}/{escape_pointer(str(key))}", value


def _kind_of_sort(prober: Prober, name: str, pointer: str, value: str) -> str:
    """The kind of the listed things whose member has a value; entered where it is new."""
    base, where = prober.kinds[name], ((pointer, value),)
    for kind in prober.kinds.values():
        if kind.list == base.list and kind.where == where:
            return kind.kind
    made = replace(base, kind=kind_name(value, prober.kinds), create=None, delete=None, where=where)
    items = tuple(i for i in prober.listed[name] if value_at(i, pointer) == value)
    prober.kinds[made.kind], prober.listed[made.kind] = made, items
    prober.holdings.samples[made.kind] = items[0]
    return made.kind


def _map_of_ids(schema: JsonSchema, definitions: Mapping[str, JsonSchema]) -> JsonSchema | None:
    """The schema of the values of a map without declared members, where these may be ids."""
    resolved = schema_view.resolve(schema, definitions)
    if schema_view.properties(schema, definitions) or resolved.get("type") != "object":
        return None
    values: JsonSchema | None = resolved.get("additionalProperties")
    if not isinstance(values, Mapping):
        return None
    inner = schema_view.items(values, definitions) or values
    known = schema_view.resolve(inner, definitions)
    options = [known, *(known.get("anyOf") or ()), *(known.get("oneOf") or ())]
    kinds = {one.get("type") for one in options if isinstance(one, Mapping)}
    return values if kinds & {"string", "integer"} else None


def _wrapped(source: Source, schema: JsonSchema) -> Node:
    is_array = isinstance(schema, Mapping) and schema.get("type") == "array"
    return ArrayNode((source,)) if is_array else source


def _collection_noun(prober: Prober, name: str) -> str:
    kind = prober.kinds[name]
    path = (kind.create or kind.list or "").partition(" ")[2]
    return noun(next(reversed(static_segments(path)), ""))
