"""Finds things that are made within others: an order's items, each with an id of its own.

A slot may want the id of such a part. It is read from the item of the thing that holds it; where
things are made without parts, they are made with one from then on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from benchmark.generators import schema_view
from benchmark.generators.naming import noun
from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case
from benchmark.generators.probe.prober import Prober
from benchmark.models import ArrayNode, Created, ObjectNode, Place, Recipe, escape_pointer

_MAX_MEMBERS = 200
_IDS = ("id", "uuid", "key")


def of_inner_things(
    prober: Prober, case: Case, recipe: Recipe, place: Place, about: str
) -> Iterator[Recipe]:
    """The recipe with the id of a part of some own thing in a place; `about` is what it names."""
    for kind, maker in _makers(prober, case):
        for member in _members(maker, about):
            sample = prober.holdings.newest(kind)
            pointer = _part(sample.item, member) if sample is not None else ""
            mark = f"{maker.key} {member}"
            if not pointer and mark not in case.enriched and case.allowance > 0:
                case.enriched.add(mark)
                pointer = _made_with(prober, kind, maker, member)
            if pointer:
                yield ideas.with_source(recipe, place, Created(kind, pointer))


def _makers(prober: Prober, case: Case) -> Iterator[tuple[str, Case]]:
    for maker in list(prober.cases.values()):
        if maker.keeps and maker.works and not maker.busy and maker is not case:
            yield maker.keeps, maker


def _members(maker: Case, about: str) -> Iterator[str]:
    """The members of a create that are lists of objects, and are called as what is wanted."""
    if maker.operation.body is None:
        return
    definitions = maker.spec.definitions
    schema = maker.operation.body.media_types[0].schema
    for name, inner in list(schema_view.properties(schema, definitions).items())[:_MAX_MEMBERS]:
        element = schema_view.items(inner, definitions)
        part = noun(name)
        if element is None or not (about == part or about.endswith(f"_{part}")):
            continue
        if schema_view.properties(element, definitions):
            yield name


def _made_with(prober: Prober, kind: str, maker: Case, member: str) -> str:
    """Make a thing with a part; where the part's id is in its item, it is made so from then on."""
    if maker.recipe is None or not isinstance(maker.recipe.body, ObjectNode):
        return ""
    place: Place = ("body", f"/{escape_pointer(member)}")
    part = prober.maker(maker).made(("body", f"{place[1]}/0"))
    changed = ideas.with_node(maker.recipe, place, ArrayNode((part,)))
    before = prober.holdings.newest(kind)
    maker.busy = True
    try:
        made = prober.attempt(maker, changed, 0)
    finally:
        maker.busy = False
    new = prober.holdings.newest(kind)
    if not made.verdict.is_good or new is None or new is before:
        return ""
    if pointer := _part(new.item, member):
        maker.recipe = changed
        for held in prober.holdings.of_kind(kind):
            if held is not new:
                prober.holdings.use_up(held)
    return pointer


def _part(item: Any, member: str) -> str:
    """Where in an item the id of the first of its parts stands: at the top, or one level below."""
    if not isinstance(item, Mapping):
        return ""
    holders = [("", item)] + [
        (f"/{escape_pointer(str(key))}", value)
        for key, value in item.items()
        if isinstance(value, Mapping)
    ]
    for prefix, holder in holders:
        parts = holder.get(member)
        first = parts[0] if isinstance(parts, list) and parts else None
        members = first if isinstance(first, Mapping) else {}
        for name in _IDS:
            if isinstance(members.get(name), str | int):
                return f"{prefix}/{escape_pointer(member)}/0/{name}"
    return ""
