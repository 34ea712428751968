"""Ranks what could fill a slot that names a thing: the kinds that were made or listed so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmark.generators.dependency_analyzer import Want, identifier_in
from benchmark.generators.naming import noun, plain, static_segments
from benchmark.models import Created, Found, ResourceKind, escape_pointer

MAX_SUPPLIERS = 6
"""How many sources are tried for one slot."""

_MAX_POINTERS = 3
_LINKS = ("link", "record", "entry", "relation", "association", "assignment", "membership")
"""What stands behind the noun of a thing, and means the same thing."""

_NAMES = ("id", "uuid", "guid", "uid", "key", "slug", "name", "sid", "code", "username", "number")


def suppliers(
    want: Want,
    kinds: Mapping[str, ResourceKind],
    samples: Mapping[str, Any],
    *,
    only_own: bool,
) -> list[Created | Found]:
    """Sources for a slot, the likeliest first: own things before those that were only listed.

    Only kinds of which an item was seen are considered; what is there is known, not guessed.
    """
    scored: list[tuple[int, Created | Found]] = []
    for kind in kinds.values():
        item = samples.get(kind.kind)
        if not isinstance(item, Mapping):
            continue
        score = _score(want, kind, item)
        if score < 2 or kind.create == want.operation.key:
            continue
        for rank, pointer in enumerate(_pointers(want, item)):
            if kind.create:
                scored.append((score * 10 - rank * 5 + 3, Created(kind.kind, pointer)))
            if kind.list and not only_own:
                scored.append((score * 10 - rank * 5, Found(kind.kind, pointer)))
    scored.sort(key=lambda pair: -pair[0])
    return [source for _, source in scored[:MAX_SUPPLIERS]]


def _score(want: Want, kind: ResourceKind, item: Mapping[str, Any]) -> int:
    """How well a kind fits: the same collection 4, the same noun 3, a member of that name 2."""
    score = 0
    collections = {_collection(key) for key in (kind.create, kind.list) if key}
    if want.collection is not None and want.collection.rstrip("/") in collections:
        score += 4
    nouns = {noun(next(reversed(static_segments(path)), "")) for path in collections} | {kind.kind}
    if want.noun in nouns:
        score += 3
    elif any(
        name.endswith(f"_{want.noun}") or want.noun.endswith(f"_{name}") for name in nouns
    ) or any(want.noun in {f"{name}_{end}" for end in _LINKS} for name in nouns):
        score += 2
    if plain(want.name) not in _NAMES and any(plain(name) == plain(want.name) for name in item):
        score += 2
    return score


def _collection(key: str) -> str:
    """The collection that an operation is on: `PUT /buckets/{id}` is on /buckets."""
    path = key.partition(" ")[2].rstrip("/")
    while path.endswith("}"):
        path = path.rpartition("/")[0]
    return path


def _pointers(want: Want, item: Mapping[str, Any]) -> list[str]:
    """The members of an item that may name it, the likeliest first."""
    first = identifier_in(item, want.name, want.noun)
    others = [f"/{escape_pointer(name)}" for name in _NAMES if _is_name(item.get(name))]
    found = dict.fromkeys(([first] if first else []) + others)
    return list(found)[:_MAX_POINTERS]


def _is_name(value: Any) -> bool:
    return (isinstance(value, str) and value != "") or (
        isinstance(value, int) and not isinstance(value, bool)
    )


def about_of(name: str) -> str:
    """What a field is about: `owner_id` an owner."""
    text = plain(name)
    for ending in ("uuid", "guid", "ids", "id", "key", "slug", "name"):
        if text.endswith(ending) and len(text) > len(ending):
            return noun(name[: -len(ending)].rstrip("_-."))
    return noun(name)
