"""Matching: for every want the operation that creates such a thing, and the one that lists it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmark.generators.dependency_analyzer.producers import Producer, find_producer
from benchmark.generators.dependency_analyzer.wants import Known, Want, find_wants
from benchmark.generators.naming import plain, words
from benchmark.models import ApiSpec, escape_pointer

MAX_CANDIDATES = 100
"""How many producers of one noun are compared; the shallowest and shortest paths come first."""

MAX_NEEDED = 1000
"""How many things making one thing may need; a thing that needs more is not made but found."""


@dataclass(frozen=True, slots=True)
class Match:
    """A want and those who can supply it: the one that creates, the one that lists, or both."""

    want: Want
    create: Producer | None
    list: Producer | None

    @property
    def key(self) -> str:
        """What identifies the resource kind: the operation that creates it, else that lists it."""
        producer = self.create or self.list
        return producer.operation.key if producer else ""


def match_wants(spec: ApiSpec) -> tuple[Match, ...]:
    """Every want of an application that some operation of the application can supply."""
    producers = [p for op in spec.operations if (p := find_producer(op, spec.definitions))]
    creates = _index([p for p in producers if p.action == "create"])
    lists = _index([p for p in producers if p.action == "list"])
    matches: list[Match] = []
    known: Known = {}
    for operation in spec.operations:
        for want in find_wants(operation, spec.definitions, known):
            create, listed = _best(creates, want), _best(lists, want)
            if create and listed and identifier(create, want) != identifier(listed, want):
                listed = None  # its items name themselves otherwise: one pointer fits both or none
            if create or listed:
                matches.append(Match(want, create, listed))
    return _without_cycles(matches)


def _index(producers: Sequence[Producer]) -> dict[str, list[Producer]]:
    """The producers by what they can be found by: each of their nouns, and their path."""
    found: dict[str, list[Producer]] = {}
    for producer in sorted(producers, key=_remoteness):
        for key in {*producer.nouns, producer.operation.path.rstrip("/") or "/"}:
            if len(known := found.setdefault(key, [])) < MAX_CANDIDATES:
                known.append(producer)
    return found


def _remoteness(producer: Producer) -> tuple[int, int]:
    path = producer.operation.path
    return path.count("{"), len(path)


def _best(producers: Mapping[str, list[Producer]], want: Want) -> Producer | None:
    """The producer that fits best; None if none fits. Ties go to the shallower, shorter path."""
    path = "" if want.collection is None else want.collection.rstrip("/") or "/"
    candidates = {p.operation.key: p for key in (path, want.noun) for p in producers.get(key, ())}
    scored = [(score, p) for p in candidates.values() if (score := _score(p, want)) >= 3]
    return min(scored, key=lambda s: (-s[0], *_remoteness(s[1])))[1] if scored else None


def _score(producer: Producer, want: Want) -> int:
    """How well a producer fits a want: same collection 4, same noun 3, same member name 2."""
    path = producer.operation.path.rstrip("/")
    if not identifier(producer, want) or producer.operation.key == want.operation.key:
        return 0
    if want.collection is not None and path.startswith(f"{want.collection}/{{"):
        return 0  # it needs the identifier of such a thing itself
    score = 4 if want.collection is not None and path == want.collection.rstrip("/") else 0
    score += 3 if want.noun in producer.nouns else 0
    return score + (2 if score and plain(want.name) in producer.members else 0)


def identifier(producer: Producer | None, want: Want) -> str:
    """The JSON Pointer, in the producer's item, of the member that identifies it for this want."""
    if producer is None:
        return ""
    last = words(want.name)[-1]
    candidates = [plain(want.name), f"{plain(want.noun)}id", last, "id", "uuid", "guid", "uid"]
    candidates += ["key", "slug", "sid", "code", "name"] if want.location == "path" else []
    found = next((producer.members[name] for name in candidates if name in producer.members), None)
    return f"/{escape_pointer(found)}" if found is not None else ""


def _without_cycles(matches: Sequence[Match]) -> tuple[Match, ...]:
    """The matches without those by which making a thing would need that thing to exist first.

    Path slots are kept before body slots, since a body slot may be left to a generated value.
    """
    kept: list[Match] = []
    needs: dict[str, set[str]] = {}
    for match in sorted(matches, key=lambda m: m.want.location != "path"):
        if match.create is None:
            kept.append(match)
            continue
        maker, made = match.want.operation.key, match.create.operation.key
        if _reaches(needs, made, maker):
            if match.list:
                kept.append(Match(match.want, None, match.list))
            continue
        needs.setdefault(maker, set()).add(made)
        kept.append(match)
    order = {id(match.want): index for index, match in enumerate(matches)}
    return tuple(sorted(kept, key=lambda m: order[id(m.want)]))


def _reaches(needs: Mapping[str, set[str]], start: str, goal: str) -> bool:
    """Whether making `start` needs `goal`, or so many things that nobody would make it."""
    waiting, seen = [start], set[str]()
    while waiting:
        key = waiting.pop()
        if key == goal:
            return True
        if key not in seen:
            seen.add(key)
            waiting.extend(needs.get(key, ()))
        if len(seen) > MAX_NEEDED:
            return True
    return False
