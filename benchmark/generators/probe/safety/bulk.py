"""Updates of many things at once, cut down to one's own: `PATCH /items` with a list of ids."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from benchmark.generators import schema_view
from benchmark.generators.dependency_analyzer import identifier_in
from benchmark.generators.naming import noun, plain, static_segments
from benchmark.generators.probe.cases import Case
from benchmark.generators.probe.prober import Prober
from benchmark.models import Created, Operation, Place, Recipe, ResourceKind, escape_pointer

_IDS = frozenset("id ids key keys pk pks uuid uuids".split())
_INDEX = re.compile(r"/\d+(?=/|$)")
_SCALARS = ("string", "integer", "number")


def is_bulk_update(case: Case) -> bool:
    """Whether a write without a name in its path is on a collection, whose items have paths."""
    path = case.operation.path.rstrip("/")
    below = (f"POST {path}", f"POST {path}/")
    has_items = any(key.partition(" ")[2].startswith(f"{path}/{{") for key in case.siblings)
    return has_items and any(key in case.siblings for key in below)


def of_own_things(case: Case, prober: Prober) -> Iterator[Recipe]:
    """The request for one own thing, where the body names the things that it is about."""
    operation = case.operation
    kind = _kind_at(operation, prober.kinds)
    item = prober.holdings.samples.get(kind.kind) if kind else None
    if kind is None or not isinstance(item, Mapping):
        return
    place = _place_of_ids(case)
    pointer = identifier_in(item, "id", noun(static_segments(operation.path)[-1]))
    if place is not None and pointer:
        source = Created(kind.kind, pointer)
        writer = prober.writers[case.spec.application]
        yield writer.write(operation, {place: source})


def is_of_own_things(case: Case, recipe: Recipe) -> bool:
    """Whether a request still names things, and nothing but what the run made."""
    place = _place_of_ids(case)
    if place is None:
        return False
    wanted = _INDEX.sub("/0", place[1])
    named = [
        slot.source
        for slot in recipe.slots()
        if slot.location == "body" and _INDEX.sub("/0", slot.pointer) == wanted
    ]
    return bool(named) and all(isinstance(source, Created) for source in named)


def _kind_at(operation: Operation, kinds: Mapping[str, ResourceKind]) -> ResourceKind | None:
    path = operation.path.rstrip("/")
    made = {f"POST {path}", f"POST {path}/"}
    return next((kind for kind in kinds.values() if kind.create in made), None)


def _place_of_ids(case: Case) -> Place | None:
    """Where the body lists the identifiers: `keys`, or the `id` of each item of a list."""
    body = case.operation.body
    if body is None:
        return None
    known = case.spec.definitions
    schema = body.media_types[0].schema
    about = plain(noun(next(reversed(static_segments(case.operation.path)), "")))
    for name, member in schema_view.properties(schema, known).items():
        element = schema_view.items(member, known)
        is_ids = plain(name) in {*_IDS, f"{about}ids", f"{about}keys"}
        if is_ids and element is not None and _type(element, known) in _SCALARS:
            return "body", f"/{escape_pointer(name)}/0"
    element = schema_view.items(schema, known)
    for name in schema_view.properties(element, known) if element is not None else ():
        if plain(name) in _IDS:
            return "body", f"/0/{escape_pointer(name)}"
    return None


def _type(schema: Any, definitions: Mapping[str, Any]) -> Any:
    return schema_view.resolve(schema, definitions).get("type")
