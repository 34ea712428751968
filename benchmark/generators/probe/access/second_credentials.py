"""Tries what answers hand out as keys: `api_key` of an own thing opens what lies below it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from benchmark.generators.naming import words
from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.things.holdings import Held
from benchmark.models import Created, Found, Place, Recipe, SlotLocation, escape_pointer

MAX_TRIES = 8
"""How many pairs of a key and a place are tried for one request."""

_SECRET = frozenset("key apikey token secret accesskey password signature".split())
_LOCATIONS: Mapping[str, SlotLocation] = {
    "header": "header", "query": "query", "cookie": "cookie"
}  # fmt: skip
_LEAST_LENGTH = 8
_HEADER = re.compile(r"\bX-[A-Za-z][A-Za-z0-9-]{1,40}")
_MAX_MESSAGE = 500


def keyed(prober: Prober, case: Case, recipe: Recipe, outcome: Outcome) -> Iterator[Recipe]:
    """The recipe with a key that an own thing was given, in each place where keys belong.

    The things that the request is about come first, then others.
    """
    if outcome.verdict.name != "denied" or outcome.reply is None:
        return
    used = {(slot.location, slot.pointer): slot.source for slot in recipe.parameters}
    places = _places(case, outcome.reply.text[:_MAX_MESSAGE])
    tries = 0
    for held in _things(prober, outcome):
        for pointer in _secrets(held.item):
            source = Created(held.kind, pointer)
            for place in places:
                if used.get(place) != source and tries < MAX_TRIES:
                    tries += 1
                    changed = ideas.with_source(recipe, place, source)
                    yield _all_own(changed, held.kind)


def _things(prober: Prober, outcome: Outcome) -> list[Held]:
    """Own things whose keys may be meant: those of the request, those above them, then others."""
    near = [one for held in outcome.resources.values() for one in (held, *held.ancestors())]
    kinds = dict.fromkeys(held.kind for held in near)
    kinds |= dict.fromkeys(prober.kinds)
    newest = [prober.holdings.newest(kind) for kind in kinds]
    own = [held for held in near if held.own] + [held for held in newest if held is not None]
    return list(dict.fromkeys(own))


def _places(case: Case, said: str) -> list[Place]:
    """Where keys go: as the operation documents it, as the message says, as any scheme does."""
    known = case.spec.security_schemes
    asked = [known[name] for group in case.operation.security for name in group if name in known]
    schemes = [scheme for scheme in (*asked, *known.values()) if scheme.type == "apiKey"]
    own = [p for p in case.operation.parameters if p.location in {"header", "query"}]
    named = [
        *((scheme.location, scheme.parameter) for scheme in schemes),
        *((parameter.location, parameter.name) for parameter in own if _is_secret(parameter.name)),
        *(("header", name) for name in _HEADER.findall(said)),
    ]
    places: dict[Place, None] = {}
    for location, name in named:
        if (at := _LOCATIONS.get(location)) is not None and name.lower() != "authorization":
            places[at, f"/{escape_pointer(name)}"] = None
    return list(places)


def _secrets(item: Any) -> list[str]:
    """The members of an item that look like keys."""
    if not isinstance(item, Mapping):
        return []
    return [
        f"/{escape_pointer(str(name))}"
        for name, value in item.items()
        if isinstance(value, str) and len(value) >= _LEAST_LENGTH and _is_secret(str(name))
        if len(set(value)) > 1  # not a mask of stars
    ]


def _is_secret(name: str) -> bool:
    parts = words(name)
    return bool(parts) and (parts[-1] in _SECRET or "".join(parts) in _SECRET)


def _all_own(recipe: Recipe, kind: str) -> Recipe:
    """The recipe with every value of a kind taken from an own thing: keys belong to their thing."""
    slots = tuple(
        replace(slot, source=Created(kind, slot.source.pointer))
        if isinstance(slot.source, Found) and slot.source.kind == kind
        else slot
        for slot in recipe.parameters
    )
    return replace(recipe, parameters=slots)
