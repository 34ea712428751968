"""Chooses the sources of the slots that name things, carefully: what is only found is only read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmark.generators import schema_view
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
from benchmark.generators.probe.clues.neighbours import is_worse_name, listed_names
from benchmark.generators.probe.complaints import Complaint
from benchmark.generators.probe.repairs import Maker
from benchmark.generators.probe.safety.caution import (
    READ_ONLY,
    changes_singleton,
    ends_a_thing,
    is_upsert,
)
from benchmark.generators.probe.slot_changes import kept_names, without_made_up
from benchmark.generators.probe.suppliers import about_of, suppliers
from benchmark.generators.probe.things.inner_things import of_inner_things
from benchmark.generators.probe.things.typed_things import of_sort
from benchmark.models import (
    ArrayNode,
    Created,
    Dependencies,
    Dependency,
    Found,
    JsonSchema,
    Operation,
    Place,
    Recipe,
    Source,
    escape_pointer,
)
from benchmark.resource_items import value_at

if TYPE_CHECKING:
    from benchmark.generators.probe.prober import Prober

_MAX_MESSAGE = 2000
_LONG = 12  # a value that long stands in a message for itself, quoted or not
_ABOUT_THINGS = frozenset({"not_found", "not_unique", "credentials", "other"})


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
            elif (
                prober.is_first_pass and want.location == "body" and (case.key, place) in self.links
            ):
                return {}, f"no {want.noun} could be made or found"
            elif want.location == "path" and self._needs_a_thing(case, want):
                return {}, f"no way found to get a {{{want.name}}}"
        return bound | kept_names(case, bound, prober), ""

    def others(
        self, case: Case, recipe: Recipe, complaints: Sequence[Complaint], prober: Prober
    ) -> Iterator[Recipe]:
        """The recipe with other sources: of the last slots of the path first, then of the rest."""
        used = {(slot.location, slot.pointer): slot.source for slot in recipe.slots()}
        yield from self._of_one_family(case, recipe, prober)
        yield from self._for_complaints(case, recipe, complaints, prober)
        blamed = {c.pointer for c in complaints if c.pointer}
        about_things = not complaints or any(
            c.rule in _ABOUT_THINGS and (not c.pointer or not blamed) for c in complaints
        )
        for want in reversed(case.wants):
            if not about_things and want.pointer not in blamed:
                continue
            place: Place = (want.location, want.pointer)
            now = used.get(place)
            for source in self._options(case, want, prober):
                if now != source and not is_worse_name(source, now, want, prober):
                    yield ideas.with_source(recipe, place, source)

    def without(
        self, case: Case, recipe: Recipe, lacking: set[str], prober: Prober
    ) -> Iterator[Recipe]:
        """The recipe without the kinds of things that cannot be had: other sources, or left out."""
        changed, wants = recipe, {(w.location, w.pointer): w for w in case.wants}
        for slot in recipe.slots():
            if not _is_lacking(slot.source, lacking, prober):
                continue
            place: Place = (slot.location, slot.pointer)
            want = wants.get(place)
            options = self._options(case, want, prober) if want else []
            others = [each for each in options if not _is_lacking(each, lacking, prober)]
            if others:
                changed = ideas.with_source(changed, place, others[0])
            elif slot.location == "path" or (want is not None and want.required):
                return  # the document says that it cannot be left out
            else:
                changed = ideas.without_slot(changed, place)
        if changed != recipe:
            yield changed

    def of_want(self, case: Case, want: Want, prober: Prober) -> list[Source]:
        """The sources of a slot, the likeliest first; the document need not know the slot."""
        return self._options(case, want, prober)

    def echo_only(self, case: Case) -> bool:
        """Whether an operation may only send back what is there: settings, the user's profile."""
        has_content = case.operation.body is not None
        if case.keeps or is_upsert(case.operation, case.siblings):
            return False
        return changes_singleton(case.operation) and has_content

    def _options(self, case: Case, want: Want, prober: Prober) -> list[Source]:
        """The sources of a slot: those of the document, corrected by what was seen, then others."""
        only_own = self._only_own(case, want)
        found: list[Source] = []
        is_named = want.location != "path" or self._is_identifier(case, want)
        for link in self.links.get((case.key, (want.location, want.pointer)), ()):
            if not is_named and link.kind not in prober.holdings.samples:
                continue  # whether such things exist at all is not known yet
            found.extend(self._of_link(link, want, prober, only_own=only_own))
        if not only_own and want.noun not in {k.kind for k in prober.kinds.values() if not k.where}:
            said = case.last.reply.text if case.last and case.last.reply else ""
            found.extend(of_sort(prober, want.noun, said))
        found.extend(suppliers(want, prober.kinds, prober.holdings.samples, only_own=only_own))
        found = [kept_as(source, prober.aliases) for source in found]
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
        makes = bool(case.keeps) or (operation.method == "POST" and _creates(case))
        if makes and not ends_a_thing(operation):
            return False
        paths = [w for w in case.wants if w.location == "path"]
        return not paths or want == paths[-1]  # a message may name what the document does not

    def _needs_a_thing(self, case: Case, want: Want) -> bool:
        """Whether a made-up value would be aimed at nothing, or at somebody's data."""
        if case.operation.method in READ_ONLY:
            return False  # a read of what does not exist harms nobody, and some names are free
        return self._is_identifier(case, want)

    def _is_identifier(self, case: Case, want: Want) -> bool:
        """Whether the name of a path parameter says that it names a thing."""
        return path_noun(collection_of(case.operation.path, want.name), want.name) is not None

    def _of_one_family(self, case: Case, recipe: Recipe, prober: Prober) -> Iterator[Recipe]:
        """The recipe with what one of its things says of another: its own project, not just any."""
        changed = recipe
        slots = {(slot.location, slot.pointer): slot.source for slot in recipe.slots()}
        for holder in slots.values():
            item = _sample(holder, prober)
            for want in case.wants if isinstance(item, Mapping) else ():
                place: Place = (want.location, want.pointer)
                source = slots.get(place)
                if source is None or source is holder or not isinstance(source, Created | Found):
                    continue
                if isinstance(holder, Created | Found) and source.kind != holder.kind:
                    pointer = _reference(item, want)
                    told = type(holder)(holder.kind, pointer)
                    if pointer and self._fits(told, case, want, prober):
                        changed = ideas.with_source(changed, place, told)
        if changed != recipe:
            yield changed

    def _quoted(
        self, case: Case, recipe: Recipe, outcome: Outcome, prober: Prober
    ) -> Iterator[Recipe]:
        """Where a message names a kind of thing and quotes what was sent: the values of a real one.

        "no flavor with name 'a' and type 'b'": both slots take the members of one listed flavor.
        """
        if outcome.built is None or outcome.reply is None:
            return
        message = outcome.reply.text[:_MAX_MESSAGE]
        quoted = [
            place
            for place, value in outcome.built.sent.items()
            if isinstance(value, str) and len(value) > 2 and _quotes(message, value)
        ]
        said = {noun(word) for word in words(message)}
        generator = prober.writers[case.spec.application].generator
        maker = Maker(case.operation, case.spec.definitions, generator)
        for name, item in list(prober.holdings.samples.items()) if quoted else ():
            kind = prober.kinds[name]
            nouns = {name, noun(static_segments(kind.list or kind.create or "/")[-1])}
            if not isinstance(item, Mapping) or not any(said.issuperset(words(n)) for n in nouns):
                continue
            own = prober.holdings.newest(name) is not None
            for identifying in ("id", "name", "key", "slug", "code"):
                changed = recipe
                for place in quoted:
                    field = place[1].rpartition("/")[2]
                    names_it = about_of(field) in nouns or len(quoted) == 1
                    pointer = _member(item, identifying if names_it else field)
                    value = value_at(item, pointer) if pointer else None
                    schema = maker.documented(place)
                    fits = schema is None or generator.is_valid(value, schema)
                    if value is not None and fits:
                        source = Created(name, pointer) if own else Found(name, pointer)
                        changed = ideas.with_source(changed, place, source)
                if changed != recipe:
                    yield changed

    def _for_complaints(
        self, case: Case, recipe: Recipe, complaints: Sequence[Complaint], prober: Prober
    ) -> Iterator[Recipe]:
        """Sources for slots of which the server says that what they name does not exist."""
        known = {(want.location, want.pointer): want for want in case.wants}
        missing = any(complaint.rule == "not_found" for complaint in complaints)
        if case.last is not None and case.operation.method not in READ_ONLY:
            if missing or case.last.verdict.name == "missing":
                yield from self._quoted(case, recipe, case.last, prober)
        for complaint in complaints:
            if complaint.rule not in {"not_found", "required", "format", "type"}:
                continue
            if not complaint.pointer:
                continue
            place: Place = (complaint.location or "body", complaint.pointer)
            place = prober.maker(case).as_documented(place)
            name = place[1].rpartition("/")[2]
            want = known.get(place) or Want(case.operation, *place, name, about_of(name))
            options = self._options(case, want, prober)
            if not options and complaint.rule == "not_found":
                options = listed_names(case, prober)
            is_list = prober.maker(case).is_list(place)
            for source in options:
                yield ideas.with_node(recipe, place, ArrayNode((source,)) if is_list else source)
            if complaint.rule == "not_found":
                yield from of_inner_things(prober, case, recipe, place, want.noun)
                yield from without_made_up(case, recipe, place, prober)


def _sample(source: Source, prober: Prober) -> Any:
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


def _member(item: Mapping[str, Any], name: str) -> str:
    """Where in an item a member of that name is: at the top, or one level below."""
    if name in item:
        return f"/{escape_pointer(name)}"
    for holder, value in item.items():
        if isinstance(value, Mapping) and name in value:
            return f"/{escape_pointer(str(holder))}/{escape_pointer(name)}"
    return ""


def _quotes(message: str, value: str) -> bool:
    marked = any(f"{mark}{value}{mark}" in message for mark in ("'", '"', "`"))
    return marked or (len(value) >= _LONG and value in message)


def _as_written(value: Any, schema: JsonSchema) -> Any:
    """A value as a parameter carries it: all is text there, so numbers do where text is asked."""
    kind = schema.get("type") if isinstance(schema, Mapping) else None
    if kind == "string" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if kind in {"integer", "number"} and isinstance(value, str) and value.isdecimal():
        return int(value)
    return value


def kept_as(source: Source, aliases: Mapping[str, str]) -> Source:
    """A source of the kind under which such things are kept."""
    if isinstance(source, Created) and source.kind in aliases:
        return Created(aliases[source.kind], source.pointer)
    return source


def _is_lacking(source: Source, kinds: set[str], prober: Prober) -> bool:
    """Whether a source is of a kind that cannot be had; what cannot be made may still be listed."""
    if isinstance(source, Found):
        return source.kind in kinds and not prober.listed.get(source.kind)
    return isinstance(source, Created) and source.kind in kinds


def unnamed_wants(
    operation: Operation, definitions: Mapping[str, JsonSchema], known: Sequence[Want]
) -> Iterator[Want]:
    """Members of the body that must be UUIDs, and so refer to something, whatever their names."""
    if operation.body is None:
        return
    schema = operation.body.media_types[0].schema
    places = {want.pointer for want in known if want.location == "body"}
    for branch in range(max(1, schema_view.alternatives(schema, definitions))):
        one = schema_view.with_branch(schema, definitions, branch + 1)
        needed = schema_view.required(one, definitions)
        for name, member in schema_view.properties(one, definitions).items():
            pointer = f"/{escape_pointer(name)}"
            is_uuid = schema_view.resolve(member, definitions).get("format") == "uuid"
            if is_uuid and name in needed and name != "id" and pointer not in places:
                places.add(pointer)
                yield Want(operation, "body", pointer, name, about_of(name), schema=member)


def slot_sources(dependencies: Dependencies) -> SlotSources:
    """The links of a target, by consumer and place, the best before the alternatives."""
    found: dict[tuple[str, Place], list[Dependency]] = {}
    for link in (*dependencies.links, *dependencies.alternatives):
        place: Place = (link.location, link.slot_pointer)
        found.setdefault((link.consumer, place), []).append(link)
    return SlotSources({key: tuple(links) for key, links in found.items()})


def _creates(case: Case) -> bool:
    return any(response.status == "201" for response in case.operation.responses)
