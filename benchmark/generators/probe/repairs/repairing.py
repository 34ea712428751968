"""`repaired`: the recipe changed, complaint by complaint."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from benchmark.generators.media_types import essence, is_form, is_json
from benchmark.generators.parameter_generator import ParameterGenerator
from benchmark.generators.probe.complaints import Complaint, Rule
from benchmark.generators.probe.repairs import limits, values
from benchmark.generators.probe.repairs.making import (
    Maker,
    empty,
    guessed,
    of_branch,
)
from benchmark.generators.probe.repairs.places import (
    is_empty,
    node_at,
    opened,
    place_of,
    put,
    tokens_of,
    with_media_type,
)
from benchmark.generators.probe.repairs.relations import (
    REFERENCES,
    made_same,
    made_unique,
    moved_in_time,
    one_of_them,
)
from benchmark.generators.scenario_planner import OMIT
from benchmark.models import (
    ArrayNode,
    Clock,
    Constant,
    JsonSchema,
    Node,
    ObjectNode,
    Operation,
    Place,
    Pooled,
    Recipe,
)

MAX_COMPLAINTS = 50

_UNANSWERED: frozenset[Rule] = frozenset({"other", "credentials", "not_found"})
_FIRST: Sequence[Rule] = ("required", "type", "enum", "format", "pattern")
_WHOLE: Mapping[Rule, Callable[[Recipe, Complaint, Maker], Recipe]] = {
    "not_unique": made_unique,
    "past": moved_in_time,
    "future": moved_in_time,
    "same": made_same,
    "either": one_of_them,
}


def repaired(
    recipe: Recipe,
    operation: Operation,
    definitions: Mapping[str, JsonSchema],
    complaints: Sequence[Complaint],
    generator: ParameterGenerator,
) -> Recipe | None:
    """The recipe changed so that the complaints should no longer hold; None if nothing changed.

    Only allowed values, bounds, names and formats are taken over from the complaints. Sources that
    refer to resources, accounts or answers stay as they are. A body that the document does not know
    is built from what the server says is missing.
    """
    maker = Maker(of_branch(operation, definitions, recipe.body), definitions, generator)
    changed = recipe
    for complaint in _ordered(complaints[:MAX_COMPLAINTS]):
        changed = _repair(changed, complaint, complaints, maker)
    changed = with_media_type(changed, operation)
    return None if changed == recipe else changed


def _ordered(complaints: Sequence[Complaint]) -> list[Complaint]:
    """Outer places before inner ones, and what must be there before what it must be like."""

    def rank(complaint: Complaint) -> tuple[int, int]:
        rule = complaint.rule
        return complaint.pointer.count("/"), _FIRST.index(rule) if rule in _FIRST else len(_FIRST)

    return sorted(complaints, key=rank)


def _repair(
    recipe: Recipe, complaint: Complaint, complaints: Sequence[Complaint], maker: Maker
) -> Recipe:
    if complaint.rule in _UNANSWERED:
        return _without_refused(recipe, complaint, maker)
    if complaint.location == "header" and complaint.pointer.lower() == "/content-type":
        return _with_other_media_type(recipe, complaint, maker)
    if whole := _WHOLE.get(complaint.rule):
        return whole(recipe, complaint, maker)
    place = maker.as_documented(place_of(complaint, recipe, maker.operation))
    if not place[1] and place[0] != "body":
        return recipe
    if not place[1] and complaint.location is None:
        return recipe
    node = node_at(recipe, place)
    if isinstance(node, REFERENCES):
        return recipe
    if complaint.rule == "unexpected":
        wanted = any(c.rule == "required" and _same_place(c, complaint) for c in complaints)
        return recipe if wanted or place[0] == "path" or not place[1] else put(recipe, place, OMIT)
    if complaint.rule == "required":
        return _added(recipe, place, node, complaints, maker)
    made = _changed(node, complaint, place, maker)
    if made is None and complaint.rule == "format":  # nobody knows what would be right
        return _without_refused(recipe, complaint, maker)
    return recipe if made is None else put(recipe, place, made)


def _same_place(one: Complaint, other: Complaint) -> bool:
    return (one.location, one.pointer) == (other.location, other.pointer)


# ── What is missing ───────────────────────────────────────────────────────────────────────────────


def _added(
    recipe: Recipe, place: Place, node: Node | None, complaints: Sequence[Complaint], maker: Maker
) -> Recipe:
    if place == ("body", ""):
        if recipe.body is not None:
            return recipe
        media_type, body = maker.whole_body()
        return replace(recipe, media_type=media_type, body=body)
    if node is not None and not is_empty(node):
        return recipe
    below = [
        complaint.pointer[len(place[1]) + 1 :].partition("/")[0]
        for complaint in complaints
        if complaint.location in {None, place[0]} and complaint.pointer.startswith(f"{place[1]}/")
    ]
    if below and place[0] == "body" and maker.documented(place) is None:
        return put(recipe, place, empty("array" if below[0].isdecimal() else "object"))
    if node is not None:
        schema = maker.documented(place)
        kind = "array" if isinstance(node, ArrayNode) else None
        if isinstance(node, ArrayNode) and schema is None:
            return put(recipe, place, _with_items(node, 1, place, maker))
        made = maker.made(place, type=kind) if kind else maker.made(place)
        if made == node or is_empty(made):
            asked = {"minItems": 1} if kind else {"type": "string", "minLength": 1}
            made = maker.made(place, **asked)
        return put(recipe, place, made)
    return put(recipe, place, maker.made(place))


def _with_items(node: ArrayNode, least: int, place: Place, maker: Maker) -> Node:
    item = (place[0], f"{place[1]}/0")
    name = (tokens_of(place[1]) or [""])[-1]

    def make() -> Node:
        if maker.documented(item) is None:
            return Constant(maker.values((place[0], f"/{name}"), guessed(name), 1)[0])
        return maker.made(item)

    return limits.filled(node, least, make) or node


def _without_refused(recipe: Recipe, complaint: Complaint, maker: Maker) -> Recipe:
    """Leave out a made-up member that nobody needs, where only its name is said to be wrong."""
    place: Place = ("body", complaint.pointer)
    if complaint.location != "body" or complaint.rule == "credentials" or not place[1]:
        return recipe
    made_up = isinstance(node_at(recipe, place), Constant | Pooled | ArrayNode | ObjectNode)
    return put(recipe, place, OMIT) if made_up and maker.is_optional(place) else recipe


# ── What is wrong ─────────────────────────────────────────────────────────────────────────────────


def _changed(node: Node | None, complaint: Complaint, place: Place, maker: Maker) -> Node | None:
    """The node as it should be; None if it stays."""
    rule, value = complaint.rule, complaint.value
    if rule == "type":
        return values.of_type(node, value, place, maker)
    if rule == "enum":
        return values.allowed(node, value if isinstance(value, tuple) else (), place, maker)
    if rule == "format":
        return values.formatted(node, value, place, maker)
    if rule == "pattern":
        return values.matching(node, value, place, maker)
    if rule == "min_length":
        return limits.lengthened(node, value) or _made_within(rule, value, place, maker, node)
    if rule == "max_length":
        return limits.shortened(node, value)
    if rule == "min_items":
        array = opened(node) if node is not None else ArrayNode(())
        if not isinstance(array, ArrayNode):
            return limits.lengthened(node, value)
        return _with_items(array, value if isinstance(value, int) else 1, place, maker)
    if rule == "max_items":
        return limits.cut(opened(node), value) or limits.shortened(node, value)
    return limits.bounded(node, rule, value) or _made_within(rule, value, place, maker, node)


_KEYWORDS: Mapping[str, str] = {
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusive_minimum": "exclusiveMinimum",
    "exclusive_maximum": "exclusiveMaximum",
    "multiple_of": "multipleOf",
    "min_length": "minLength",
}


def _made_within(
    rule: Rule, value: Any, place: Place, maker: Maker, node: Node | None
) -> Node | None:
    """A new value within a limit, where there is none that could be moved."""
    if limits.number_of(value) is None or isinstance(node, ObjectNode | ArrayNode | Clock):
        return None
    kind = "string" if rule == "min_length" else "integer"
    if isinstance(value, float):
        kind = "number"
    return maker.made(place, **{"type": kind, _KEYWORDS[rule]: value})


# ── Media types ───────────────────────────────────────────────────────────────────────────────────


def _with_other_media_type(recipe: Recipe, complaint: Complaint, maker: Maker) -> Recipe:
    """The same body as another media type: one that the server names, else the next documented."""
    documented = maker.operation.body.media_types if maker.operation.body else ()
    told = [name for name in complaint.value or () if is_json(name) or is_form(name)]
    names = [*told, *(media.content_type for media in documented), "application/json"]
    if recipe.body is None:
        media_type, body = maker.whole_body()
        return replace(recipe, media_type=told[0] if told else media_type, body=body)
    current = essence(recipe.media_type or "")
    for name in names:
        if essence(name) != current and (is_json(name) or is_form(name)):
            if isinstance(recipe.body, ObjectNode | ArrayNode):
                return replace(recipe, media_type=name)
    return recipe
