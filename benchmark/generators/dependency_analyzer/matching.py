"""Matching: what supplies each want of an application, with no cycle in what needs what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmark.generators.dependency_analyzer.layout import Layout, layout_of
from benchmark.generators.dependency_analyzer.links import declared_offers
from benchmark.generators.dependency_analyzer.members import owner_pointer
from benchmark.generators.dependency_analyzer.offers import (
    MAX_OFFERS,
    Offer,
    find_offers,
    index_of,
)
from benchmark.generators.dependency_analyzer.producers import Producer, find_producers
from benchmark.generators.dependency_analyzer.wants import Known, SlotKey, Want, find_wants
from benchmark.generators.naming import path_shape
from benchmark.models import ApiSpec, escape_pointer

_ADJACENT = re.compile(r"\{([^{}]*)\}(?=/\{([^{}]*)\}(?:/|$))")

MAX_NEEDED = 1000
"""How many things making one thing may need; a thing that needs more is not made but found."""


@dataclass(frozen=True, slots=True)
class Match:
    """A want, the best offer for it, and the others; without an offer, they are mere guesses."""

    want: Want
    offer: Offer | None
    others: tuple[Offer, ...] = ()


def wants_of(spec: ApiSpec) -> tuple[Want, ...]:
    """Every want of an application, those that nothing supplies included."""
    layout = layout_of(spec.operations)
    producers = find_producers(spec.operations, layout, spec.definitions)
    return tuple(_wants(spec, layout, producers))


def match_wants(spec: ApiSpec) -> tuple[Match, ...]:
    """Every want of an application that some operation of the application can supply."""
    layout = layout_of(spec.operations)
    producers = find_producers(spec.operations, layout, spec.definitions)
    index = index_of(producers, spec.definitions)
    found = [(w, find_offers(w, index, layout)) for w in _wants(spec, layout, producers)]
    matches = _without_cycles(_with_declared(spec, producers, found))
    return (*matches, *owner_matches(spec, matches))


def _wants(spec: ApiSpec, layout: Layout, producers: Sequence[Producer]) -> Iterable[Want]:
    produced = frozenset(noun for producer in producers for noun in producer.nouns)
    chosen = {p.operation.key: p.own_key for p in producers if p.own_key}
    known: Known = {}
    for operation in spec.operations:
        for want in find_wants(operation, spec.definitions, known, layout, produced):
            if want.location != "path" or chosen.get(operation.key) != want.name:
                yield want


def _with_declared(
    spec: ApiSpec, producers: Sequence[Producer], found: Sequence[tuple[Want, list[Offer]]]
) -> list[tuple[Want, list[Offer]]]:
    """The wants with their offers, what the document declares before what names suggest."""
    by_slot = {want.slot: (want, offers) for want, offers in found}
    best = {slot: offers[0] for slot, (_, offers) in by_slot.items() if offers}
    for want, offer in declared_offers(spec, {p.operation.key: p for p in producers}, best):
        known, offers = by_slot.get(want.slot, (want, []))
        others = [o for o in offers if (o.key, o.pointer) != (offer.key, offer.pointer)]
        same = next((o for o in offers if (o.key, o.pointer) == (offer.key, offer.pointer)), offer)
        best_one = replace(same, is_declared=True)
        by_slot[want.slot] = (known, [best_one, *others][:MAX_OFFERS])
    return [(want, offers) for want, offers in by_slot.values() if offers]


def owner_matches(spec: ApiSpec, matches: Sequence[Match]) -> Iterable[Match]:
    """What stands directly before a thing in its path, and belongs to its name.

    In `/repos/{owner}/{repo}`, what a repo's item says of its owner goes to `{owner}`.
    """
    by_slot = {match.want.slot: match for match in matches if match.offer}
    for operation in spec.operations:
        for first, second in _ADJACENT.findall(operation.path):
            slot: SlotKey = (operation.key, "path", f"/{escape_pointer(first)}")
            thing = by_slot.get((operation.key, "path", f"/{escape_pointer(second)}"))
            if slot in by_slot or thing is None or thing.offer is None:
                continue
            producer = thing.offer.create or thing.offer.list
            schema = next((p.schema for p in operation.parameters if p.name == first), True)
            if producer and (pointer := owner_pointer(producer.members, first, spec.definitions)):
                offer = replace(thing.offer, pointer=pointer)
                about = thing.want.noun
                want = Want(operation, "path", slot[2], first, about, None, True, "id", schema)
                yield Match(want, offer)


def _without_cycles(found: Sequence[tuple[Want, list[Offer]]]) -> tuple[Match, ...]:
    """For each want the best offer by which making a thing does not need that thing first.

    What a path needs is chosen first, then what a request must have, then what it may leave out:
    so a cycle loses its optional part. Offers that were not chosen are the others; among them may
    be such that form a cycle.
    """
    needs: dict[str, set[str]] = {}
    order = sorted(range(len(found)), key=lambda n: _urgency(found[n][0]))
    kept: dict[int, Match] = {}
    for number in order:
        want, offers = found[number]
        maker = want.operation.key
        chosen, taken = None, None
        for offer in offers:
            if _is_sure(want, offer) and (chosen := _possible(offer, maker, needs)):
                if producer := chosen.create or chosen.list:
                    needs.setdefault(maker, set()).add(producer.operation.key)
                taken = offer
                break
        others = tuple(offer for offer in offers if offer is not taken)
        kept[number] = Match(want, chosen, others)
    return tuple(kept[number] for number in sorted(kept))


def _is_sure(want: Want, offer: Offer) -> bool:
    """Whether an offer may be taken without having been tried.

    A slot that may be left out is filled only with what an identifier's name or a thing's own name
    asks for, and only where nothing must be made for it but what the request's path needs anyway.
    """
    if want.required or offer.is_declared:
        return True
    producer = offer.create or offer.list
    if producer is None or producer.own_key or want.noun not in producer.nouns:
        return False
    if want.evidence == "attribute":
        return False
    above = producer.collection.rpartition("}")[0]
    return path_shape(want.operation.path).startswith(above)


def _urgency(want: Want) -> int:
    return 0 if want.location == "path" else 1 if want.required else 2


def _possible(offer: Offer, maker: str, needs: Mapping[str, set[str]]) -> Offer | None:
    """The part of an offer that does not need what it is for; None if all of it does."""
    if offer.create and not _reaches(needs, offer.create.operation.key, maker):
        return offer
    if offer.list and not _reaches(needs, offer.list.operation.key, maker):
        return Offer(None, offer.list, offer.pointer)
    return None


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
