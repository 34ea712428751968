"""Says what may fill a slot that names a thing, carefully: what is only found is only read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmark.generators import schema_view
from benchmark.generators.dependency_analyzer import Want, identifier_in
from benchmark.generators.naming import collection_of, path_noun
from benchmark.generators.probe.cases import Case
from benchmark.generators.probe.prober import Links, Prober
from benchmark.generators.probe.safety.caution import READ_ONLY, ends_a_thing
from benchmark.generators.probe.suppliers import about_of, suppliers
from benchmark.generators.probe.things.typed_things import of_sort
from benchmark.models import (
    Created,
    Dependencies,
    Dependency,
    Found,
    JsonSchema,
    Operation,
    Place,
    Source,
    escape_pointer,
)
from benchmark.wire.resource_items import value_at


def links_by_slot(dependencies: Dependencies) -> Links:
    """The links of a target, by consumer and place, the best before the alternatives."""
    found: dict[tuple[str, Place], list[Dependency]] = {}
    for link in (*dependencies.links, *dependencies.alternatives):
        place: Place = (link.location, link.slot_pointer)
        found.setdefault((link.consumer, place), []).append(link)
    return {key: tuple(links) for key, links in found.items()}


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


def sources_of(prober: Prober, case: Case, want: Want) -> list[Source]:
    """The sources of a slot, the likeliest first; the document need not know the slot.

    Those that it tells of come first, corrected by what was seen.
    """
    only_own = _only_own(case, want)
    found: list[Source] = []
    is_named = want.location != "path" or _is_identifier(case, want)
    for link in prober.links.get((case.key, (want.location, want.pointer)), ()):
        if not is_named and link.kind not in prober.holdings.samples:
            continue  # whether such things exist at all is not known yet
        found.extend(_of_link(prober, link, want, only_own=only_own))
    if not only_own and want.noun not in {k.kind for k in prober.kinds.values() if not k.where}:
        said = case.last.reply.text if case.last and case.last.reply else ""
        found.extend(of_sort(prober, want.noun, said))
    found.extend(suppliers(want, prober.kinds, prober.holdings.samples, only_own=only_own))
    found = [kept_as(source, prober.aliases) for source in found]
    fit = (source for source in dict.fromkeys(found) if fits(prober, source, case, want))
    return [source for source in fit if _can_be_had(prober, source)]


def fits(prober: Prober, source: Source, case: Case, want: Want) -> bool:
    """Whether the value of a seen item is one that the document allows in the slot."""
    if not isinstance(source, Created | Found):
        return True
    value = value_at(prober.holdings.samples.get(source.kind), source.pointer)
    if value is None:
        return True
    if want.location != "body":
        value = _as_written(value, want.schema)
    return prober.writers[case.spec.application].generator.is_valid(value, want.schema)


def needs_a_thing(case: Case, want: Want) -> bool:
    """Whether a made-up value would be aimed at nothing, or at somebody's data."""
    if case.operation.method in READ_ONLY:
        return False  # a read of what does not exist harms nobody, and some names are free
    return _is_identifier(case, want)


def kept_as(source: Source, aliases: Mapping[str, str]) -> Source:
    """A source of the kind under which such things are kept."""
    if isinstance(source, Created) and source.kind in aliases:
        return Created(aliases[source.kind], source.pointer)
    return source


def _of_link(prober: Prober, link: Dependency, want: Want, *, only_own: bool) -> Iterator[Source]:
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


def _can_be_had(prober: Prober, source: Source) -> bool:
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


def _only_own(case: Case, want: Want) -> bool:
    """Whether a slot takes nothing but what the run made: the last thing of a write's path."""
    operation = case.operation
    if operation.method in READ_ONLY or want.location != "path":
        return False
    makes = bool(case.keeps) or (operation.method == "POST" and _creates(case))
    if makes and not ends_a_thing(operation):
        return False
    paths = [w for w in case.wants if w.location == "path"]
    return not paths or want == paths[-1]  # a message may name what the document does not


def _is_identifier(case: Case, want: Want) -> bool:
    """Whether the name of a path parameter says that it names a thing."""
    return path_noun(collection_of(case.operation.path, want.name), want.name) is not None


def _as_written(value: Any, schema: JsonSchema) -> Any:
    """A value as a parameter carries it: all is text there, so numbers do where text is asked."""
    kind = schema.get("type") if isinstance(schema, Mapping) else None
    if kind == "string" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if kind in {"integer", "number"} and isinstance(value, str) and value.isdecimal():
        return int(value)
    return value


def _creates(case: Case) -> bool:
    return any(response.status == "201" for response in case.operation.responses)
