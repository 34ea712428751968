"""Chooses the sources of an operation's slots: the likeliest first, others after each refusal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmark.generators.dependency_analyzer import Want
from benchmark.generators.naming import plain
from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case
from benchmark.generators.probe.clues.neighbours import is_worse_name, listed_names
from benchmark.generators.probe.clues.quoted_values import with_quoted
from benchmark.generators.probe.complaints import Complaint
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.safety.caution import READ_ONLY
from benchmark.generators.probe.slot_changes import kept_names, without_made_up
from benchmark.generators.probe.sources import fits, needs_a_thing, sources_of
from benchmark.generators.probe.suppliers import about_of
from benchmark.generators.probe.things.inner_things import of_inner_things
from benchmark.models import ArrayNode, Created, Found, Place, Recipe, Source, escape_pointer

_ABOUT_THINGS = frozenset({"not_found", "not_unique", "credentials", "other"})


def best_sources(prober: Prober, case: Case) -> tuple[dict[Place, Source], str]:
    """The likeliest source of each slot that names a thing, and what cannot be had, if so."""
    bound: dict[Place, Source] = {}
    for want in case.wants:
        if want.location != "path" and not want.required:
            continue  # what is optional is best left out: it can only be wrong
        place: Place = (want.location, want.pointer)
        options = sources_of(prober, case, want)
        if options:
            bound[place] = options[0]
        elif prober.is_first_pass and want.location == "body" and (case.key, place) in prober.links:
            return {}, f"no {want.noun} could be made or found"
        elif want.location == "path" and needs_a_thing(case, want):
            return {}, f"no way found to get a {{{want.name}}}"
    return bound | kept_names(case, bound, prober), ""


def with_other_sources(
    prober: Prober, case: Case, recipe: Recipe, complaints: Sequence[Complaint]
) -> Iterator[Recipe]:
    """The recipe with other sources: of the last slots of the path first, then of the rest."""
    used = {(slot.location, slot.pointer): slot.source for slot in recipe.slots()}
    yield from _of_one_family(prober, case, recipe)
    yield from _for_complaints(prober, case, recipe, complaints)
    blamed = {c.pointer for c in complaints if c.pointer}
    about_things = not complaints or any(
        c.rule in _ABOUT_THINGS and (not c.pointer or not blamed) for c in complaints
    )
    for want in reversed(case.wants):
        if not about_things and want.pointer not in blamed:
            continue
        place: Place = (want.location, want.pointer)
        now = used.get(place)
        for source in sources_of(prober, case, want):
            if now != source and not is_worse_name(source, now, want, prober):
                yield ideas.with_source(recipe, place, source)


def without_lacking(
    prober: Prober, case: Case, recipe: Recipe, lacking: set[str]
) -> Iterator[Recipe]:
    """The recipe without the kinds of things that cannot be had: other sources, or left out."""
    changed, wants = recipe, {(w.location, w.pointer): w for w in case.wants}
    for slot in recipe.slots():
        if not _is_lacking(prober, slot.source, lacking):
            continue
        place: Place = (slot.location, slot.pointer)
        want = wants.get(place)
        options = sources_of(prober, case, want) if want else []
        others = [each for each in options if not _is_lacking(prober, each, lacking)]
        if others:
            changed = ideas.with_source(changed, place, others[0])
        elif slot.location == "path" or (want is not None and want.required):
            return  # the document says that it cannot be left out
        else:
            changed = ideas.without_slot(changed, place)
    if changed != recipe:
        yield changed


def _of_one_family(prober: Prober, case: Case, recipe: Recipe) -> Iterator[Recipe]:
    """The recipe with what one of its things says of another: its own project, not just any."""
    changed = recipe
    slots = {(slot.location, slot.pointer): slot.source for slot in recipe.slots()}
    for holder in slots.values():
        item = _sample(prober, holder)
        for want in case.wants if isinstance(item, Mapping) else ():
            place: Place = (want.location, want.pointer)
            source = slots.get(place)
            if source is None or source is holder or not isinstance(source, Created | Found):
                continue
            if isinstance(holder, Created | Found) and source.kind != holder.kind:
                pointer = _reference(item, want)
                told = type(holder)(holder.kind, pointer)
                if pointer and fits(prober, told, case, want):
                    changed = ideas.with_source(changed, place, told)
    if changed != recipe:
        yield changed


def _for_complaints(
    prober: Prober, case: Case, recipe: Recipe, complaints: Sequence[Complaint]
) -> Iterator[Recipe]:
    """Sources for slots of which the server says that what they name does not exist."""
    known = {(want.location, want.pointer): want for want in case.wants}
    missing = any(complaint.rule == "not_found" for complaint in complaints)
    if case.last is not None and case.operation.method not in READ_ONLY:
        if missing or case.last.verdict.name == "missing":
            yield from with_quoted(prober, case, recipe, case.last)
    for complaint in complaints:
        if complaint.rule not in {"not_found", "required", "format", "type"}:
            continue
        if not complaint.pointer:
            continue
        place: Place = (complaint.location or "body", complaint.pointer)
        place = prober.maker(case).as_documented(place)
        name = place[1].rpartition("/")[2]
        want = known.get(place) or Want(case.operation, *place, name, about_of(name))
        options = sources_of(prober, case, want)
        if not options and complaint.rule == "not_found":
            options = listed_names(case, prober)
        is_list = prober.maker(case).is_list(place)
        for source in options:
            yield ideas.with_node(recipe, place, ArrayNode((source,)) if is_list else source)
        if complaint.rule == "not_found":
            yield from of_inner_things(prober, case, recipe, place, want.noun)
            yield from without_made_up(case, recipe, place, prober)


def _sample(prober: Prober, source: Source) -> Any:
    if isinstance(source, Created | Found):
        return prober.holdings.samples.get(source.kind)
    return None


def _reference(item: Mapping[str, Any], want: Want) -> str:
    """Where an item refers to the thing that a slot wants; "" where it does not."""
    about = plain(want.noun)
    for name in (f"{about}id", f"{about}uuid", about, plain(want.name)):
        for holder in ("", *(key for key, value in item.items() if isinstance(value, Mapping))):
            members = item[holder] if holder else item
            for member, value in members.items():
                scalar = isinstance(value, str | int) and not isinstance(value, bool)
                if scalar and plain(str(member)) == name and name not in {"id", "name"}:
                    prefix = f"/{escape_pointer(str(holder))}" if holder else ""
                    return f"{prefix}/{escape_pointer(str(member))}"
    return ""


def _is_lacking(prober: Prober, source: Source, kinds: set[str]) -> bool:
    """Whether a source is of a kind that cannot be had; what cannot be made may still be listed."""
    if isinstance(source, Found):
        return source.kind in kinds and not prober.listed.get(source.kind)
    return isinstance(source, Created) and source.kind in kinds
