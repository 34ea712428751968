"""Repairs that need more than one place: equal fields, moments, alternatives, what is taken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from benchmark.generators.naming import plain, words
from benchmark.generators.probe.complaints import Complaint
from benchmark.generators.probe.repairs.limits import mapped, number_of
from benchmark.generators.probe.repairs.making import Maker
from benchmark.generators.probe.repairs.places import node_at, place_of, put, sent_values
from benchmark.generators.scenario_planner import OMIT
from benchmark.models import (
    ArrayNode,
    Clock,
    Constant,
    Created,
    Credential,
    Echo,
    Found,
    Node,
    ObjectNode,
    OwnAddress,
    Place,
    Recipe,
    Registered,
    Unique,
    escape_pointer,
)

DAY = 86_400
AHEAD = 30 * DAY
"""How far from now a moment is put that must lie in the past or in the future."""

LIFE = 30 * 365 * DAY
"""How far back a birth is put."""

REFERENCES = (Created, Found, Echo, Credential, Registered, OwnAddress)
"""Sources whose values are not ours to change."""

Written = Literal["date-time", "date", "time", "epoch"]

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d\d:\d\d(:\d\d)?Z?")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SECRETS = frozenset("password passwd pwd passphrase pin secret".split())
_REPEATS = frozenset("confirm confirmation confirmed repeat repeated retype again verify 2".split())
_NAMES = ("email", "username", "login", "name", "slug", "code", "title", "key", "label", "handle")
_BIRTH = frozenset("birth birthday birthdate dob born".split())


# ── What is taken ─────────────────────────────────────────────────────────────────────────────────


def made_unique(recipe: Recipe, complaint: Complaint, maker: Maker) -> Recipe:
    """The recipe with a value that is new in every request, in the slot that is taken."""
    place = place_of(complaint, recipe, maker.operation)
    if complaint.pointer and node_at(recipe, place) is not None:
        return put(recipe, place, as_unique(node_at(recipe, place), maker, place))
    texts = [slot for slot in recipe.slots() if _may_be_unique(slot.source)]
    ends = {plain(slot.pointer.rpartition("/")[2]): slot for slot in reversed(texts)}
    chosen = next((ends[name] for name in _NAMES if name in ends), None)
    if chosen is None:
        telling = [slot for slot in texts if set(words(slot.pointer)) & set(_NAMES)]
        in_body = [slot for slot in texts if slot.location == "body"]
        chosen = next(iter([*telling, *in_body, *texts]), None)
    if chosen is None:
        return recipe
    place = (chosen.location, chosen.pointer)
    return put(recipe, place, as_unique(chosen.source, maker, place))


def as_unique(node: Node | None, maker: Maker, place: Place) -> Node:
    """A source as one whose values are never repeated, of the style of its values."""
    values = sent_values(node)
    if not values or node is None:
        return node if node is not None else maker.made(place)
    value, schema = values[0], maker.documented(place)
    limit = schema.get("maxLength") if isinstance(schema, dict) else None
    limit = limit if isinstance(limit, int) and limit > 0 else None
    if isinstance(value, bool) or not isinstance(value, str | int):
        return node
    if isinstance(value, int):
        return Unique(value, "number")
    if _UUID.fullmatch(value):
        return Unique(value, "uuid")
    if "@" in value and not value.startswith("@"):
        return Unique(value, "email", limit)
    if value.isdecimal() and place[0] != "body":
        return Unique(int(value), "number")
    return Unique(value, "text", limit)


def _may_be_unique(source: Node) -> bool:
    values = sent_values(source)
    return bool(values) and isinstance(values[0], str) and not _DATE.match(values[0])


# ── Moments ───────────────────────────────────────────────────────────────────────────────────────


def moved_in_time(recipe: Recipe, complaint: Complaint, maker: Maker) -> Recipe:
    """The recipe with a moment before or behind now, or another field."""
    place = place_of(complaint, recipe, maker.operation)
    node = node_at(recipe, place) if complaint.pointer else None
    if node is None:
        slots = [slot for slot in recipe.slots() if moment_format(slot.source)]
        named = [s for s in slots if plain(s.pointer) == plain(complaint.pointer)]
        if not (named or slots):
            return recipe
        chosen = (named or slots)[0]
        place, node = (chosen.location, chosen.pointer), chosen.source
    is_later = complaint.rule == "future"
    if isinstance(complaint.value, str):
        other = next(_named(recipe, [complaint.value], place), None)
        if other is not None:
            return _ordered(recipe, place, node, node_at(recipe, other), is_later)
    if isinstance(node, (ObjectNode, ArrayNode, *REFERENCES)):
        return recipe
    distance = LIFE if _BIRTH.intersection(words(place[1])) else AHEAD
    offset = distance if is_later else -distance
    written: Written = moment_format(node) or "date-time"
    return put(recipe, place, Clock(offset, written))


def _ordered(
    recipe: Recipe, place: Place, node: Node, other: Node | None, is_later: bool
) -> Recipe:
    """The recipe with the node behind (or before) the other one."""
    step = 1 if is_later else -1
    if isinstance(other, Clock):
        written = moment_format(node) or other.format
        return put(recipe, place, Clock(other.offset_seconds + step * DAY, written))
    values = sent_values(other)
    moments = [_moment(value) for value in values]
    if moments and moments[0] is not None:
        distance = int((moments[0] - datetime.now(UTC)).total_seconds()) // DAY * DAY
        written = moment_format(node) or "date-time"
        return put(recipe, place, Clock(distance + step * 2 * DAY, written))
    if values and all(number_of(value) is not None for value in values):
        moved = mapped(other, lambda v: _shifted(v, step))
        return recipe if moved is None else put(recipe, place, moved)
    return recipe


def _shifted(value: Any, step: int) -> Any:
    moved = (number_of(value) or 0) + step
    return str(moved) if isinstance(value, str) else moved


def moment_format(node: Node | None) -> Written | None:
    """How a source writes moments; None if its values are none."""
    if isinstance(node, Clock):
        return node.format
    values = sent_values(node)
    if not values:
        return None
    value = values[0]
    if isinstance(value, int) and not isinstance(value, bool) and value > 10**9:
        return "epoch"
    if not isinstance(value, str):
        return None
    if _DATE.fullmatch(value):
        return "date"
    if _DATE.match(value):
        return "date-time"
    return "time" if _TIME.fullmatch(value) else None


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or not _DATE.match(value):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


# ── Equal fields and alternatives ─────────────────────────────────────────────────────────────────


def made_same(recipe: Recipe, complaint: Complaint, maker: Maker) -> Recipe:
    """The recipe with a field that repeats another one: a password and its confirmation."""
    place = place_of(complaint, recipe, maker.operation)
    repetition: Place | None = place if complaint.pointer else None
    secrets = [
        (slot.location, slot.pointer)
        for slot in recipe.slots()
        if _SECRETS.intersection(words(slot.pointer.rpartition("/")[2]))
    ]
    repeats = [
        (slot.location, slot.pointer)
        for slot in recipe.slots()
        if _REPEATS.intersection(words(slot.pointer.rpartition("/")[2]))
    ]
    original: Place | None = None
    if isinstance(complaint.value, str):
        original = next(_named(recipe, [complaint.value], repetition), None)
    if original is None:
        original = next((one for one in secrets if one not in repeats and one != place), None)
    if original is None and repetition is not None and secrets:
        original = next((one for one in secrets if one != repetition), None)
    if repetition is None:
        others = [one for one in (*repeats, *secrets) if one != original]
        repetition = others[0] if others else None
    if original is None or repetition is None or original == repetition:
        return recipe
    if original in repeats and repetition not in repeats:
        original, repetition = repetition, original
    source = node_at(recipe, original)
    if isinstance(source, Unique):  # two of them would differ
        source = Constant(source.sample)
        recipe = put(recipe, original, source)
    return recipe if source is None else put(recipe, repetition, source)


def one_of_them(recipe: Recipe, complaint: Complaint, maker: Maker) -> Recipe:
    """The recipe with exactly one of the named fields: the first of those that it has.

    Fields may be meant by one word of their name ("cron" for `cron_expression`). Where that one is
    alone already, others that nobody needs may stand in its way: names are not always told.
    """
    names = [str(name) for name in complaint.value] if isinstance(complaint.value, tuple) else []
    if len(names) < 2:
        return recipe
    present = list(
        dict.fromkeys(
            place
            for name in names
            for place in list(_named(recipe, [name], None)) or _meant(recipe, [name])
        )
    )
    if len(present) > 1:
        for place in present[1:]:
            if place[0] != "path":
                recipe = put(recipe, place, OMIT)
        return recipe
    if present:
        return _alone(recipe, present[0], maker)
    documented = maker.top_members()
    known = [n for n in names if n in documented] or [
        member for name in names for member in documented if _means(name, member)
    ]
    name = _escaped((known or names)[0])
    first = Complaint("required", complaint.location, f"{complaint.pointer}/{name}")
    place = place_of(first, recipe, maker.operation)
    return put(recipe, place, maker.made(place))


def _alone(recipe: Recipe, kept: Place, maker: Maker) -> Recipe:
    """The recipe without what the document does not require at the top of the body, but for one."""
    if kept[0] != "body" or not isinstance(recipe.body, ObjectNode):
        return recipe
    members = [
        (name, node)
        for name, node in recipe.body.members
        if kept[1].startswith(f"/{escape_pointer(name)}")
        or maker.is_needed(("body", f"/{escape_pointer(name)}"))
        or (isinstance(node, Constant) and name in maker.fixed_members())
    ]
    return replace(recipe, body=ObjectNode(tuple(members)))


def _meant(recipe: Recipe, names: list[str]) -> list[Place]:
    """The places at the top of a request that are meant by a word of their names."""
    places = [place for place in dict.fromkeys(_places(recipe)) if place[1].count("/") == 1]
    return [p for name in names for p in places if p[0] != "path" and _means(name, p[1])]


def _means(said: str, name: str) -> bool:
    """Whether a name consists of what was said and more words."""
    parts = words(said)
    return bool(parts) and set(parts) <= set(words(name))


def _named(recipe: Recipe, names: list[str], but: Place | None) -> Iterator[Place]:
    """The places that have these names, in the order of the names, the outermost first."""
    places = list(dict.fromkeys(_places(recipe)))
    places.sort(key=lambda place: place[1].count("/"))
    for name in names:
        wanted = plain(name.rpartition(".")[2])
        for place in places:
            if wanted and plain(place[1].rpartition("/")[2]) == wanted and place != but:
                yield place
                break


def _places(recipe: Recipe) -> Iterator[Place]:
    for slot in recipe.slots():
        yield slot.location, slot.pointer
    if isinstance(recipe.body, ObjectNode):
        for name, _ in recipe.body.members:
            yield "body", f"/{escape_pointer(name)}"


def _escaped(name: str) -> str:
    return "/".join(escape_pointer(part) for part in name.split(".") if part)
