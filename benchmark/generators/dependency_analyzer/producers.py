"""Producers: operations that make an item, or list the items that exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from benchmark.generators import schema_view
from benchmark.generators.dependency_analyzer.answers import Found, find_item, find_list
from benchmark.generators.dependency_analyzer.layout import (
    Layout,
    last_parameter,
    place_of,
)
from benchmark.generators.dependency_analyzer.members import Members, identifier, type_of
from benchmark.generators.naming import (
    collection_of,
    identified_noun,
    noun,
    path_noun,
    path_shape,
    plain,
    singular,
    static_segments,
    words,
)
from benchmark.models import JsonSchema, Operation, Response, escape_pointer

_NOT_CREATING = frozenset(
    "search query login logout signin signout token refresh validate verify check preview count "
    "batch bulk export get list fetch read all scroll simulate estimate delete remove destroy "
    "cancel find filter exists test ping reset".split()
)
_MAKES = frozenset("create creates add adds upsert upserts insert register put set store".split())
_CHANGES = frozenset("update updates modify edit change patch replace replaces".split())
_CHOSEN = ("name", "key", "slug", "code", "id")
"""Members of a body by which a client names what it makes."""


@dataclass(frozen=True, slots=True)
class Producer:
    """An operation whose answer holds an item, or the list of items, at `pointer`.

    `collection` is the shape of the path of what it handles. `sent` and `from_location` are as in
    `ResourceKind`. What is `implied` is a guess: the document says nothing about the answer.
    """

    operation: Operation
    action: Literal["create", "list"]
    collection: str
    nouns: frozenset[str]
    pointer: str
    members: Members
    sent: tuple[str, ...] = ()
    from_location: bool = False
    implied: bool = False

    @property
    def own_key(self) -> str:
        """The path parameter by which the client names what it makes; "" if there is none."""
        return next((name for name in self.sent if not name.startswith("/")), "")


def find_producers(
    operations: Iterable[Operation], layout: Layout, definitions: Mapping[str, JsonSchema]
) -> list[Producer]:
    """What the operations of an application produce, judged by paths and documented answers."""
    found: list[Producer] = []
    keyed: list[Operation] = []
    for operation in operations:
        if operation.method == "GET":
            found.extend(_lists(operation, layout, definitions))
        elif operation.method in ("POST", "PUT") and last_parameter(operation.path):
            keyed.append(operation)
        elif operation.method == "POST":
            found.extend(_creates(operation, layout, definitions))
    made = {p.collection for p in found if p.action == "create"}
    made_nouns = {noun for p in found if p.action == "create" for noun in p.nouns}
    for operation in keyed:
        if upsert := _upsert(operation, made, made_nouns, definitions):
            made.add(upsert.collection)
            found.append(upsert)
    return found


# ── lists ─────────────────────────────────────────────────────────────────────────────────────


def _lists(
    operation: Operation, layout: Layout, definitions: Mapping[str, JsonSchema]
) -> Iterator[Producer]:
    if any(p.required and p.location != "path" for p in operation.parameters):
        return  # what it needs cannot be known
    place = place_of(operation.path)
    if not place.about:
        return
    keys = layout.keys.get(place.shape, ())
    documented = False
    for _, schema in _answers(operation):
        documented = documented or bool(schema_view.resolve(schema, definitions))
        if listed := find_list(schema, definitions, place.about, keys):
            nouns = place.nouns | listed.nouns
            yield Producer(operation, "list", place.shape, nouns, listed.pointer, listed.members)
            return
    last = words(path_shape(operation.path).rpartition("/")[2])
    if keys and not documented and singular(last[-1]) != last[-1]:
        yield Producer(operation, "list", place.shape, place.nouns, "", {}, implied=True)


# ── creates ───────────────────────────────────────────────────────────────────────────────────


def _creates(
    operation: Operation, layout: Layout, definitions: Mapping[str, JsonSchema]
) -> Iterator[Producer]:
    place = place_of(operation.path)
    last = path_shape(operation.path).rpartition("/")[2]
    if not place.about or _NOT_CREATING.intersection(words(last)):
        return
    keys = sorted(layout.keys.get(place.shape, ()))
    item = next(
        (f for _, s in _answers(operation) if (f := find_item(s, definitions, place.about))), None
    )
    if item and item.is_bare and not keys:
        item = None
    if item is None and not keys:
        return
    base = Producer(operation, "create", place.shape, place.nouns, "", {}, implied=True)
    if item:
        nouns = place.nouns | (item.nouns - _nouns_above(operation))
        base = replace(base, nouns=nouns, pointer=item.pointer, members=item.members)
        base = replace(base, implied=item.is_bare)
    yield _named(base, keys, definitions)


def _named(producer: Producer, keys: list[str], definitions: Mapping[str, JsonSchema]) -> Producer:
    """The producer with what else names its items, where the answer alone does not."""
    members = producer.members
    for key in keys:
        if _is_known(key, producer, members, definitions):
            return producer
    for key in keys:
        if sent := _sent_in_body(producer.operation, key, members, definitions):
            pointer, schema = sent
            more = {**members, plain(pointer[1:]): (pointer, schema)}
            return replace(producer, members=more, sent=(pointer,), implied=False)
    if not members:
        producer = _with_sent_names(producer, definitions)
        members = producer.members
    if "id" not in members and _has_location(producer.operation):
        more = {**members, "id": ("/id", {})}
        return replace(producer, members=more, from_location=True, implied=False)
    return producer


def _with_sent_names(producer: Producer, definitions: Mapping[str, JsonSchema]) -> Producer:
    """The producer with the names that its body gives: its answer is not documented at all."""
    if producer.operation.body is None:
        return producer
    schema = producer.operation.body.media_types[0].schema
    about = plain(place_of(producer.operation.path).about)
    wanted = {*_CHOSEN[:3], *(f"{about}{name}" for name in _CHOSEN[:3])}
    members = {
        plain(name): (f"/{escape_pointer(name)}", member)
        for name, member in schema_view.properties(schema, definitions).items()
        if plain(name) in wanted and type_of(member, definitions) in ("string", "uuid")
    }
    return replace(
        producer, members=members, sent=tuple(pointer for pointer, _ in members.values())
    )


def _is_known(
    key: str, producer: Producer, members: Members, definitions: Mapping[str, JsonSchema]
) -> bool:
    """Whether the answer holds what a path calls `key`: a name is not given by an id."""
    about = path_noun(producer.operation.path, key) or ""
    found = identifier(members, key, about, True, definitions)
    if not found:
        return False
    last = words(key)[-1:]
    by_name = bool(last) and last[0] in ("name", "slug", "key", "code")
    return not by_name or plain(found.rpartition("/")[2]).endswith(last[0])


def _sent_in_body(
    operation: Operation, key: str, members: Members, definitions: Mapping[str, JsonSchema]
) -> tuple[str, JsonSchema] | None:
    """The member of the body by which the client names what it makes: pointer and schema."""
    if operation.body is None:
        return None
    declared = schema_view.properties(operation.body.media_types[0].schema, definitions)
    required = schema_view.required(operation.body.media_types[0].schema, definitions)
    by_plain = {plain(name): name for name in reversed(declared)}
    about = (path_noun(operation.path, key) or "").replace("_", "")
    exact = plain(key)
    candidates = [exact, exact.removeprefix(about)]
    if exact in ("id", f"{about}id") and "id" not in by_plain:
        candidates = [exact, "id"]  # a name is no substitute for a number that the server gives
    elif exact == about:
        candidates += _CHOSEN
    for name in candidates:
        if name and (real := by_plain.get(name)) is not None and name not in members:
            if type_of(declared[real], definitions) in ("string", "uuid", "integer", ""):
                if name == exact or real in required or name in _CHOSEN[:2]:
                    return f"/{escape_pointer(real)}", declared[real]
    return None


def _nouns_above(operation: Operation) -> set[str]:
    """The nouns of what stands in a path: an action on an order that answers it makes none."""
    found = set()
    for parameter in operation.parameters:
        if parameter.location == "path":
            collection = collection_of(operation.path, parameter.name)
            found.add(path_noun(collection, parameter.name) or "")
    return found


def _upsert(
    operation: Operation,
    made: set[str],
    made_nouns: set[str],
    definitions: Mapping[str, JsonSchema],
) -> Producer | None:
    """The making of something whose key the client chooses, by PUT or POST on its own path."""
    key = last_parameter(operation.path)
    head = collection_of(operation.path, key)
    shape = path_shape(head)
    place = place_of(head)
    if shape in made or not place.about or not static_segments(head):
        return None
    if {place.about, identified_noun(key)} & made_nouns:
        return None  # it relates what exists: a user's policy is a policy made elsewhere
    schema = next((p.schema for p in operation.parameters if p.name == key), True)
    resolved = schema_view.resolve(schema, definitions)
    if type_of(schema, definitions) not in ("string", "") or {"enum", "const"} & resolved.keys():
        return None
    said = {*words(operation.name), *words(operation.summary)}
    creates = any(response.status == "201" for response in operation.responses)
    creates = creates or bool(said & _MAKES - {"put", "set"})
    if operation.method == "POST" and not creates:
        return None
    if not creates and (said & _CHANGES or not said & _MAKES):
        return None
    item = next(
        (f for _, s in _answers(operation) if (f := find_item(s, definitions, place.about))), None
    ) or Found("", {}, frozenset())
    members = {**item.members, plain(key): (f"/{escape_pointer(key)}", schema)}
    nouns = place.nouns | {identified_noun(key) or place.about}
    return Producer(operation, "create", shape, nouns, item.pointer, members, sent=(key,))


def _answers(operation: Operation) -> Iterator[tuple[Response, JsonSchema]]:
    for response in operation.responses:
        if response.is_success:
            for media in response.media_types:
                yield response, media.schema


def _has_location(operation: Operation) -> bool:
    return any(
        response.is_success and any(header.lower() == "location" for header in response.headers)
        for response in operation.responses
    )


def own_noun(operation: Operation) -> str:
    """What the operation itself handles: the noun of the last static segment of its path."""
    before = next(reversed(static_segments(operation.path)), "")
    return noun(before)
