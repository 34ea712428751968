"""Changes slots that refer to things: names that stay, references that were made up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from benchmark.generators import schema_view
from benchmark.generators.dependency_analyzer import Want
from benchmark.generators.naming import noun
from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.repairs.places import node_at, sent_values
from benchmark.generators.probe.sources import sources_of
from benchmark.models import (
    Constant,
    Created,
    JsonSchema,
    Place,
    Pooled,
    Recipe,
    Source,
    unescape_pointer,
)

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def kept_names(case: Case, bound: Mapping[Place, Source], prober: Prober) -> dict[Place, Source]:
    """What an update must leave as it is: the names by which other things refer to this one."""
    last = next((w for w in reversed(case.wants) if w.location == "path"), None)
    thing = bound.get((last.location, last.pointer)) if last else None
    if case.operation.method not in {"PUT", "PATCH"} or not isinstance(thing, Created):
        return {}
    used = {
        slot.source
        for other in prober.cases.values()
        if other is not case and other.keeps and other.recipe is not None
        for slot in other.recipe.slots()
        if slot.location == "body" and isinstance(slot.source, Created)
    }
    names = (s for s in used if s.kind == thing.kind and s.pointer != thing.pointer)
    members = schema_view.properties(_body_schema(case), case.spec.definitions)
    ends = {f"/{s.pointer.rpartition('/')[2]}": s for s in names}
    return {
        ("body", end): source
        for end, source in ends.items()
        if unescape_pointer(end[1:]) in members
    }


def referring(prober: Prober, case: Case, before: Recipe, changed: Recipe) -> Recipe:
    """A repaired recipe with known things in the new slots that refer to something.

    A UUID that was made up for a member that was asked for names nothing. It is noted as the
    furthest that the operation got.
    """
    known = {(slot.location, slot.pointer) for slot in before.slots()}
    wants = {(want.location, want.pointer): want for want in case.wants}
    for slot in changed.slots():
        place: Place = (slot.location, slot.pointer)
        values = sent_values(slot.source)
        is_uuid = bool(values) and isinstance(values[0], str) and _UUID.fullmatch(values[0])
        name = slot.pointer.rpartition("/")[2]
        if place in known or name == "id" or not is_uuid:
            continue
        about = noun(re.sub(r"_?(?:uu)?id$", "", name, flags=re.IGNORECASE) or name)
        want = wants.get(place) or Want(case.operation, *place, name, about)
        if options := sources_of(prober, case, want):
            changed = ideas.with_source(changed, place, options[0])
    case.furthest = changed
    return changed


def without_made_up(case: Case, recipe: Recipe, place: Place, prober: Prober) -> Iterator[Recipe]:
    """The recipe without a made-up value that names nothing: an item of an array, what is optional.

    What else is asked for beside it is not known, so one step is enough.
    """
    source = node_at(recipe, place)
    holder, _, last = place[1].rpartition("/")
    is_made_up = isinstance(source, Constant | Pooled) and place[0] == "body"
    if not is_made_up:
        return
    is_optional = not holder and not prober.maker(case).is_needed(place)
    if last.isdecimal() or is_optional:
        yield ideas.without_slot(recipe, place)


def _body_schema(case: Case) -> JsonSchema:
    body = case.operation.body
    return body.media_types[0].schema if body is not None else True
