"""Offers: for one want the operations that make or list such things, the best ones first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest

from benchmark.generators.dependency_analyzer.layout import Layout
from benchmark.generators.dependency_analyzer.members import IDS, fits, identifier, type_of
from benchmark.generators.dependency_analyzer.producers import Producer
from benchmark.generators.dependency_analyzer.wants import Want
from benchmark.generators.naming import identified_noun, path_shape, plain, static_segments, words
from benchmark.models import JsonSchema, escape_pointer

MAX_CANDIDATES = 100
"""How many producers of one noun are compared; the shallowest and shortest paths come first."""

MAX_OFFERS = 6
"""How many producers are kept for one want, the best one included."""

_ENOUGH = 30
_WEAK_WORDS = ("name", "key", "slug", "code", "arn")
_FOREIGN = frozenset("client external foreign custom correlation anonymous batch".split())
"""Words before a noun that make it another thing: a client_user_id is no user's id."""

_ROLES = frozenset(
    "owner author assignee creator reporter reviewer recipient sender manager".split()
)
"""Nouns that stand for a user where nothing of that name is produced."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A way to supply a want: the one that creates, the one that lists, or both.

    The value is at `pointer` of the item, whichever of them it comes from. `is_declared` where the
    document itself says so.
    """

    create: Producer | None
    list: Producer | None
    pointer: str
    is_declared: bool = False

    @property
    def key(self) -> str:
        """What identifies the resource kind: the operation that creates it, else that lists it."""
        producer = self.create or self.list
        return producer.operation.key if producer else ""


@dataclass(frozen=True, slots=True)
class Index:
    """The producers of an application by their nouns and by their collections."""

    by_key: Mapping[str, list[Producer]]
    definitions: Mapping[str, JsonSchema]

    def get(self, keys: Iterable[str]) -> list[Producer]:
        """The producers found under any of these nouns and shapes, each once."""
        found = {p.operation.key: p for key in keys for p in self.by_key.get(key, ())}
        return list(found.values())


def index_of(producers: Sequence[Producer], definitions: Mapping[str, JsonSchema]) -> Index:
    """The producers of an application, as they are looked for."""
    found: dict[str, list[Producer]] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for producer in sorted(producers, key=_remoteness):
        for key in {*producer.nouns, producer.collection}:
            counts[key, producer.action] += 1
            if counts[key, producer.action] <= MAX_CANDIDATES:
                found.setdefault(key, []).append(producer)
    return Index(found, definitions)


def _remoteness(producer: Producer) -> tuple[int, int]:
    path = producer.operation.path
    return path.count("{"), len(path)


def find_offers(want: Want, index: Index, layout: Layout) -> list[Offer]:
    """The ways to supply a want, the best first; ties go to the shallower, shorter path."""
    shape = "" if want.collection is None else path_shape(want.collection)
    ranked: list[tuple[int, Producer, str]] = []
    for about in _nouns(want, index):
        for producer in index.get([shape, about]):
            pointer = _supplied(producer, want, shape, about, index, layout)
            if not pointer:
                continue
            score = _score(producer, want, shape, about, pointer, index, layout)
            if score >= _ENOUGH:
                ranked.append((score, producer, pointer))
        if ranked:
            break

    def order(entry: tuple[int, Producer, str]) -> tuple[int, int, int]:
        return -entry[0], *_remoteness(entry[1])

    creates = nsmallest(MAX_OFFERS, (r for r in ranked if r[1].action == "create"), key=order)
    lists = nsmallest(MAX_OFFERS, (r for r in ranked if r[1].action == "list"), key=order)
    return _paired(creates, lists, order)


def _nouns(want: Want, index: Index) -> list[str]:
    """The noun of a want, then what else it may mean: `billing_address` an address."""
    if want.collection is not None and not static_segments(want.collection):
        if not identified_noun(want.name):
            return [""]  # nothing says what /{id} is
    nouns = [want.noun]
    if want.evidence == "id":
        parts = want.noun.split("_")
        if parts[0] in _FOREIGN:
            return nouns
        nouns += ["_".join(parts[start:]) for start in range(1, len(parts))]
        if want.location == "body" and parts[-1] in _ROLES:
            nouns.append("user")
    return nouns[:1] + [about for about in nouns[1:] if about in index.by_key][:2]


def _paired(
    creates: list[tuple[int, Producer, str]],
    lists: list[tuple[int, Producer, str]],
    order: Callable[[tuple[int, Producer, str]], tuple[int, int, int]],
) -> list[Offer]:
    """Each create with the list of the same things, where their items are named alike."""
    offers: list[tuple[tuple[int, int, int], Offer]] = []
    left = list(lists)
    for made in creates:
        _, create, pointer = made
        same = (
            entry
            for entry in left
            if entry[2] == pointer and _same(create, entry[1], made is creates[0])
        )
        listed = next(same, None)
        if listed is not None:
            left.remove(listed)
        offers.append((order(made), Offer(create, listed[1] if listed else None, pointer)))
    offers.sort(key=lambda each: each[0])
    offers += [(order(entry), Offer(None, entry[1], entry[2])) for entry in left]
    return [offer for _, offer in offers][:MAX_OFFERS]


def _same(create: Producer, listed: Producer, is_best: bool) -> bool:
    """Whether what is listed are the things that are created."""
    if create.collection == listed.collection:
        return True
    return is_best and "{" not in listed.operation.path and bool(create.nouns & listed.nouns)


def _supplied(
    producer: Producer, want: Want, shape: str, about: str, index: Index, layout: Layout
) -> str:
    """The JSON Pointer, in the producer's item, of the member that goes to a want; "" if none."""
    members, known = producer.members, index.definitions
    if producer.own_key and shape == producer.collection:
        return f"/{escape_pointer(producer.own_key)}"
    if producer.implied and "id" not in members:
        is_named = _ends_in_name(want.name)
        found = identifier(members, want.name, want.noun, want.schema, known) if is_named else ""
        return found or _guessed(want)
    if want.evidence == "attribute":
        last = words(want.name)[-1]
        return members.get(last, members.get(plain(want.name), ("", True)))[0]
    if want.evidence == "noun":  # what the thing's own path asks for
        keys = layout.keys.get(producer.collection, ())
        name = next(iter(keys)) if len(keys) == 1 else "id"
        return identifier(members, name, about, want.schema, known)
    if about != want.noun and shape != producer.collection:  # billing_address_id: address_id
        return identifier(members, f"{about}_id", about, want.schema, known)
    found = identifier(members, want.name, want.noun, want.schema, known)
    is_name = plain(found.rpartition("/")[2]) in _WEAK_WORDS
    if want.location != "path" and is_name:
        return ""  # an id in a body is not meant to be a name
    return found


def _ends_in_name(name: str) -> bool:
    return bool(words(name)) and words(name)[-1] in _WEAK_WORDS


def _guessed(want: Want) -> str:
    """Where the document does not say what an item consists of: its id, or what is asked for."""
    last = words(want.name)[-1:]
    return f"/{escape_pointer(last[0])}" if last and last[0] in _WEAK_WORDS else "/id"


def _score(
    producer: Producer,
    want: Want,
    shape: str,
    about: str,
    pointer: str,
    index: Index,
    layout: Layout,
) -> int:
    """How well a producer fits a want: the place counts most, then the noun, then the name."""
    if producer.operation.key == want.operation.key:
        return 0
    own_shape = path_shape(producer.operation.path)
    if shape and (own_shape.startswith(f"{shape}/{{}}") and not producer.own_key):
        return 0  # it needs the identifier of such a thing itself
    has_noun = about in producer.nouns
    is_here = bool(shape) and producer.collection == shape
    score = 30 if has_noun else 0
    if is_here:
        if has_noun or _may_mean(want, producer, index):
            score += 40
        else:  # /members/{user_id}: a member by the user's id
            score += 36 if producer.action == "create" else 15
    if not score:
        return 0
    exact = pointer in (found[0] for found in [producer.members.get(plain(want.name))] if found)
    score += 20 if exact else 0
    if about != want.noun and producer.implied and not exact:
        return 0
    if want.evidence == "place" and not (
        is_here and (exact or layout.is_changed(f"{shape}/{{}}") or producer.own_key)
    ):
        return 0
    if want.evidence in ("attribute", "noun") and not (
        _is_reference(want, producer, pointer, index, layout)
    ):
        return 0
    if producer.implied:
        if not is_here and want.location != "path":
            return 0
        score -= 10 if is_here else 0
    offered = next((s for p, s in producer.members.values() if p == pointer), True)
    if not fits(type_of(want.schema, index.definitions), type_of(offered, index.definitions)):
        score -= 5 if is_here else 15
    return score + _shared(own_shape, path_shape(want.operation.path))


def _may_mean(want: Want, producer: Producer, index: Index) -> bool:
    """Whether a parameter directly behind a collection, of another name, names its items.

    It does where its name is short for theirs (`repo` for repositories), says nothing of its own,
    or means nothing else that is known.
    """
    if want.noun not in index.by_key:
        return True
    last = want.noun.split("_")[-1]
    return any(noun.startswith(last) or last.startswith(noun) for noun in producer.nouns)


def _is_reference(
    want: Want, producer: Producer, pointer: str, index: Index, layout: Layout
) -> bool:
    """Whether a field that is called as a thing, or an attribute, takes what identifies the thing.

    It does where the value is what paths ask for, or an id, and has the same type.
    """
    member = plain(pointer.rpartition("/")[2])
    keys = {plain(key) for key in layout.keys.get(producer.collection, ())}
    about = plain(want.noun)
    asked = member in keys or f"{about}{member}" in keys or member == about
    if want.evidence == "attribute":
        return asked
    wanted = type_of(want.schema, index.definitions)
    offered = next((s for p, s in producer.members.values() if p == pointer), True)
    given = type_of(offered, index.definitions)
    texts = ("string", "uuid")
    alike = wanted == given or (wanted in texts and given in texts)
    return alike and (asked or member in IDS or member.removeprefix(about) in IDS)


def _shared(one: str, other: str) -> int:
    """How many segments two paths have in common at their beginning, 5 at most."""
    count = 0
    for left, right in zip(one.split("/")[1:6], other.split("/")[1:6], strict=False):
        if left != right:
            break
        count += 1
    return count
