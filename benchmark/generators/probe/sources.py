"""Chooses the sources of the slots that name things, carefully: what is only found is only read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmark.generators.dependency_analyzer import Want, identifier_in
from benchmark.generators.naming import (
    collection_of,
    noun,
    path_noun,
    plain,
    static_segments,
    words,
)
from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.caution import READ_ONLY, changes_singleton
from benchmark.generators.probe.complaints import Complaint
from benchmark.generators.probe.repairs.making import Maker
from benchmark.generators.probe.suppliers import suppliers
from benchmark.models import (
    Created,
    Dependencies,
    Dependency,
    Found,
    JsonSchema,
    Place,
    Recipe,
    Source,
    escape_pointer,
)
from benchmark.resource_items import value_at

if TYPE_CHECKING:
    from benchmark.generators.probe.prober import Prober

_MAX_MESSAGE = 2000
_ABOUT_THINGS = frozenset({"not_found", "credentials", "other"})


@dataclass(frozen=True, slots=True)
class SlotSources:
    """What the document says supplies each slot: the best first, by operation and place."""

    links: Mapping[tuple[str, Place], tuple[Dependency, ...]]

    def best(self, case: Case, prober: Prober) -> tuple[dict[Place, Source], str]:
        """The likeliest source of each slot that names a thing, and what cannot be had, if so."""
        bound: dict[Place, Source] = {}
        for want in case.wants:
            if want.location != "path" and not want.required:
                continue  # what is optional is best left out: it can only be wrong
            place: Place = (want.location, want.pointer)
            options = self._options(case, want, prober)
            if options:
                bound[place] = options[0]
            elif want.location == "path" and self._needs_a_thing(case, want):
                return {}, f"no way found to get a {{{want.name}}}"
        return bound, ""

    def others(
        self, case: Case, recipe: Recipe, complaints: Sequence[Complaint], prober: Prober
    ) -> Iterator[Recipe]:
        """The recipe with other sources: of the last slots of the path first, then of the rest."""
        used = {(slot.location, slot.pointer): slot.source for slot in recipe.slots()}
        yield from self._for_complaints(case, recipe, complaints, prober)
        blamed = {c.pointer for c in complaints if c.pointer}
        about_things = not complaints or any(
            c.rule in _ABOUT_THINGS and (not c.pointer or not blamed) for c in complaints
        )
        for want in reversed(case.wants):
            if not about_things and want.pointer not in blamed:
                continue
            place: Place = (want.location, want.pointer)
            for source in self._options(case, want, prober):
                if used.get(place) != source:
                    yield ideas.with_source(recipe, place, source)

    def without(
        self, case: Case, recipe: Recipe, lacking: set[str], prober: Prober
    ) -> Iterator[Recipe]:
        """The recipe without the kinds of things that cannot be had: other sources, or left out."""
        changed, wants = recipe, {(w.location, w.pointer): w for w in case.wants}
        for slot in recipe.slots():
            if not _is_of(slot.source, lacking):
                continue
            place: Place = (slot.location, slot.pointer)
            want = wants.get(place)
            options = self._options(case, want, prober) if want else []
            others = [source for source in options if not _is_of(source, lacking)]
            if others:
                changed = ideas.with_source(changed, place, others[0])
            elif slot.location != "path":
                changed = ideas.without_slot(changed, place)
        if changed != recipe:
            yield changed

    def echo_only(self, case: Case) -> bool:
        """Whether an operation may only send back what is there: settings, the user's profile."""
        has_content = case.operation.body is not None
        return changes_singleton(case.operation) and has_content and not case.keeps

    def _options(self, case: Case, want: Want, prober: Prober) -> list[Source]:
        """The sources of a slot: those of the document, corrected by what was seen, then others."""
        only_own = self._only_own(case, want)
        found: list[Source] = []
        for link in self.links.get((case.key, (want.location, want.pointer)), ()):
            found.extend(self._of_link(link, want, prober, only_own=only_own))
        found.extend(suppliers(want, prober.kinds, prober.holdings.samples, only_own=only_own))
        fit = (source for source in dict.fromkeys(found) if self._fits(source, case, want, prober))
        return [source for source in fit if self._can_be_had(source, prober)]

    def _fits(self, source: Source, case: Case, want: Want, prober: Prober) -> bool:
        """Whether the value of a seen item is one that the document allows in the slot."""
        if not isinstance(source, Created | Found):
            return True
        value = value_at(prober.holdings.samples.get(source.kind), source.pointer)
        if value is None:
            return True
        if want.location != "body":
            value = _as_written(value, want.schema)
        return prober.writers[case.spec.application].generator.is_valid(value, want.schema)

    def _of_link(
        self, link: Dependency, want: Want, prober: Prober, *, only_own: bool
    ) -> Iterator[Source]:
        kind = prober.kinds.get(link.kind)
        if kind is None:
            return
        pointer = link.pointer
        item = prober.holdings.samples.get(link.kind)
        if isinstance(item, Mapping) and pointer[1:] not in item and pointer.count("/") == 1:
            pointer = identifier_in(item, want.name, want.noun) or pointer
        if kind.create and kind.create != want.operation.key:
            yield Created(kind.kind, pointer)
        if kind.list and not only_own:
            yield Found(kind.kind, pointer)

    def _can_be_had(self, source: Source, prober: Prober) -> bool:
        if isinstance(source, Created):
            if prober.holdings.newest(source.kind) is not None:
                return True
            maker = prober.cases.get(prober.kinds[source.kind].create or "")
            if maker is None or maker.status == "excluded" or maker.busy:
                return False
            return maker.works or maker.facts < prober.facts or maker.facts < 0
        if isinstance(source, Found):
            if prober.listed.get(source.kind):
                return True
            lister = prober.cases.get(prober.kinds[source.kind].list or "")
            return lister is not None and not lister.busy and lister.facts < prober.facts
        return True

    def _only_own(self, case: Case, want: Want) -> bool:
        """Whether a slot takes nothing but what the run made: the last thing of a write's path."""
        operation = case.operation
        if operation.method in READ_ONLY or want.location != "path":
            return False
        if case.keeps or (operation.method == "POST" and _creates(case)):
            return False
        paths = [w for w in case.wants if w.location == "path"]
        return want == paths[-1]

    def _needs_a_thing(self, case: Case, want: Want) -> bool:
        """Whether a made-up value would be aimed at nothing, or at somebody's data."""
        if case.operation.method in READ_ONLY:
            return False  # a read of what does not exist harms nobody, and some names are free
        return path_noun(collection_of(case.operation.path, want.name), want.name) is not None

    def _quoted(
        self, case: Case, recipe: Recipe, outcome: Outcome, prober: Prober
    ) -> Iterator[Recipe]:
        """Where a message names a kind of thing and quotes what was sent: the values of a real one.

        "no flavor with name 'a' and type 'b'": both slots take the members of one listed flavor.
        """
        if outcome.built is None or outcome.reply is None:
            return
        message = outcome.reply.text[:_MAX_MESSAGE]
        quoted = {
            place: value
            for place, value in outcome.built.sent.items()
            if isinstance(value, str) and len(value) > 2 and _quotes(message, value)
        }
        said = {noun(word) for word in words(message)}
        generator = prober.writers[case.spec.application].generator
        maker = Maker(case.operation, case.spec.definitions, generator)
        for kind, items in prober.listed.items() if quoted else ():
            listed = noun(static_segments((prober.kinds[kind].list or "/").partition(" ")[2])[-1])
            if not {kind, listed} & said or not isinstance(items[0], Mapping):
                continue
            for identifying in ("name", "id", "key", "slug", "code"):
                changed = recipe
                for place in quoted:
                    field = place[1].rpartition("/")[2]
                    names_it = noun(field) in {kind, listed}
                    pointer = _member(items[0], identifying if names_it else field)
                    value = value_at(items[0], pointer) if pointer else None
                    schema = maker.documented(place)
                    fits = schema is None or generator.is_valid(value, schema)
                    if value is not None and fits:
                        changed = ideas.with_source(changed, place, Found(kind, pointer))
                if changed != recipe:
                    yield changed

    def _for_complaints(
        self, case: Case, recipe: Recipe, complaints: Sequence[Complaint], prober: Prober
    ) -> Iterator[Recipe]:
        """Sources for slots of which the server says that what they name does not exist."""
        known = {(want.location, want.pointer) for want in case.wants}
        if case.last is not None and case.operation.method not in READ_ONLY:
            yield from self._quoted(case, recipe, case.last, prober)
        for complaint in complaints:
            if complaint.rule not in {"not_found", "required", "format", "type"}:
                continue
            location = complaint.location or "body"
            if not complaint.pointer or (location, complaint.pointer) in known:
                continue
            name = complaint.pointer.rpartition("/")[2]
            want = Want(case.operation, location, complaint.pointer, name, _about(name))
            for source in suppliers(want, prober.kinds, prober.holdings.samples, only_own=False):
                if self._can_be_had(source, prober):
                    yield ideas.with_source(recipe, (location, complaint.pointer), source)


def _member(item: Mapping[str, Any], name: str) -> str:
    """Where in an item a member of that name is: at the top, or one level below."""
    if name in item:
        return f"/{escape_pointer(name)}"
    for holder, value in item.items():
        if isinstance(value, Mapping) and name in value:
            return f"/{escape_pointer(str(holder))}/{escape_pointer(name)}"
    return ""


def _quotes(message: str, value: str) -> bool:
    return any(f"{mark}{value}{mark}" in message for mark in ("'", '"', "`"))


def _as_written(value: Any, schema: JsonSchema) -> Any:
    """A value as a parameter carries it: all is text there, so numbers do where text is asked."""
    kind = schema.get("type") if isinstance(schema, Mapping) else None
    if kind == "string" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if kind in {"integer", "number"} and isinstance(value, str) and value.isdecimal():
        return int(value)
    return value


def _is_of(source: Source, kinds: set[str]) -> bool:
    return isinstance(source, Created | Found) and source.kind in kinds


def slot_sources(dependencies: Dependencies) -> SlotSources:
    """The links of a target, by consumer and place, the best before the alternatives."""
    found: dict[tuple[str, Place], list[Dependency]] = {}
    for link in (*dependencies.links, *dependencies.alternatives):
        place: Place = (link.location, link.slot_pointer)
        found.setdefault((link.consumer, place), []).append(link)
    return SlotSources({key: tuple(links) for key, links in found.items()})


def _about(name: str) -> str:
    """What a field is about: `owner_id` an owner."""
    text = plain(name)
    for ending in ("uuid", "guid", "ids", "id", "key", "slug", "name"):
        if text.endswith(ending) and len(text) > len(ending):
            return noun(name[: -len(ending)].rstrip("_-."))
    return noun(name)


def _creates(case: Case) -> bool:
    return any(response.status == "201" for response in case.operation.responses)
