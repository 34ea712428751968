"""Finds and changes places in recipes: which slot a complaint means, and what is there now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from benchmark.generators.media_types import is_form, is_json
from benchmark.generators.naming import plain
from benchmark.generators.probe.complaints import Complaint
from benchmark.generators.scenario_planner import OMIT, Omit, repaired_at
from benchmark.models import (
    ArrayNode,
    Constant,
    Node,
    ObjectNode,
    Operation,
    Place,
    Pooled,
    Recipe,
    escape_pointer,
    unescape_pointer,
)

MAX_DEPTH = 12
"""How deep a body is built from complaints."""

_BODILESS = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})


def place_of(complaint: Complaint, recipe: Recipe, operation: Operation) -> Place:
    """The place that a complaint means.

    Where the server did not say whether a name is that of a parameter or of a member of the body,
    the document, the recipe, and the method decide, in this order.
    """
    if complaint.location is not None:
        return complaint.location, complaint.pointer
    name = plain(complaint.pointer.rpartition("/")[2])
    for parameter in operation.parameters:
        if name and plain(parameter.name) == name:
            return parameter.location, f"/{escape_pointer(parameter.name)}"
    for slot in recipe.slots():
        if name and plain(slot.pointer.rpartition("/")[2]) == name:
            return slot.location, slot.pointer
    if recipe.body is None and operation.method in _BODILESS:
        return "query", complaint.pointer
    return "body", complaint.pointer


def node_at(recipe: Recipe, place: Place) -> Node | None:
    """What the recipe has at a place; inside a plain value, that part of it as a constant."""
    location, pointer = place
    if location != "body":
        same = (s for s in recipe.parameters if s.location == location and _alike(s.pointer, place))
        return next((slot.source for slot in same), None)
    node: Node | None = recipe.body
    for token in tokens_of(pointer):
        node = _child(opened(node), token)
    return node


def put(recipe: Recipe, place: Place, node: Node | Omit) -> Recipe:
    """The recipe with a node at a place; what is missing on the way there is made.

    A plain value on the way gives way to an object: the server asks for a member of it.
    """
    location, pointer = place
    if location != "body":
        same = (s for s in recipe.parameters if s.location == location and _alike(s.pointer, place))
        pointer = next((slot.pointer for slot in same), pointer)
        slots = tuple(slot.pointer for slot in recipe.parameters if slot.location == location)
        if pointer.count("/") != 1 or (isinstance(node, Omit) and pointer not in slots):
            return recipe
        changed = repaired_at(recipe, location, pointer, node)
        return _in_order(changed, recipe)
    tokens = tokens_of(pointer)
    if len(tokens) > MAX_DEPTH:
        return recipe
    if isinstance(node, Omit):
        if node_at(recipe, place) is None:
            return recipe
        return repaired_at(_opened_on_the_way(recipe, tokens), "body", pointer, OMIT)
    if _is_text(recipe):
        return recipe
    return replace(recipe, body=_with(recipe.body, tokens, node), media_type=recipe.media_type)


def with_media_type(recipe: Recipe, operation: Operation) -> Recipe:
    """A recipe with a body that has none of its type yet: the first documented one that fits."""
    if recipe.body is None or recipe.media_type is not None:
        return recipe
    documented = operation.body.media_types if operation.body else ()
    names = [media.content_type for media in documented]
    fitting = (name for name in names if is_json(name) or is_form(name))
    return replace(recipe, media_type=next(fitting, "application/json"))


def tokens_of(pointer: str) -> list[str]:
    """The names in a JSON Pointer."""
    return [unescape_pointer(token) for token in pointer[1:].split("/")] if pointer else []


def opened(node: Node | None) -> Node | None:
    """A plain object or array as a node with members, so that these can be changed."""
    if isinstance(node, Pooled) and node.values and isinstance(node.values[0], Mapping | list):
        node = Constant(node.values[0])
    if isinstance(node, Constant) and isinstance(node.value, Mapping):
        return ObjectNode(tuple((str(k), Constant(v)) for k, v in node.value.items()))
    if isinstance(node, Constant) and isinstance(node.value, list | tuple):
        return ArrayNode(tuple(Constant(item) for item in node.value))
    return node


def sent_values(node: Node | None) -> list[Any]:
    """The plain values of a source; [] where it makes them when sending."""
    if isinstance(node, Constant):
        return [node.value]
    return list(node.values) if isinstance(node, Pooled) else []


def is_empty(node: Node) -> bool:
    """Whether there is nothing in it, an object without members apart: some bodies are one."""
    if isinstance(node, ArrayNode):
        return not node.items
    if isinstance(node, ObjectNode):
        return False
    sent = sent_values(node)
    return bool(sent) and all(value is None or value in ("", [], {}) for value in sent)


def _alike(pointer: str, place: Place) -> bool:
    if place[0] == "header":
        return pointer.lower() == place[1].lower()
    return pointer == place[1]


def _child(node: Node | None, token: str) -> Node | None:
    if isinstance(node, ObjectNode):
        return dict(node.members).get(token)
    if isinstance(node, ArrayNode) and token.isdecimal() and len(token) < 6:
        return node.items[int(token)] if int(token) < len(node.items) else None
    return None


def _with(node: Node | None, tokens: Sequence[str], made: Node) -> Node:
    if not tokens:
        return made
    name, *rest = tokens
    node = opened(node)
    is_index = name.isdecimal() and len(name) < 6
    if isinstance(node, ArrayNode) and is_index:
        items = list(node.items)
        at = min(int(name), len(items))
        items[at : at + 1] = [_with(items[at] if at < len(items) else None, rest, made)]
        return ArrayNode(tuple(items))
    if not isinstance(node, ObjectNode) and is_index:
        return ArrayNode((_with(None, rest, made),))
    members = dict(node.members) if isinstance(node, ObjectNode) else {}
    members[name] = _with(members.get(name), rest, made)
    return ObjectNode(tuple(members.items()))


def _opened_on_the_way(recipe: Recipe, tokens: Sequence[str]) -> Recipe:
    for end in range(len(tokens)):
        pointer = "".join(f"/{escape_pointer(token)}" for token in tokens[:end])
        node = node_at(recipe, ("body", pointer))
        if node is not None and opened(node) is not node:
            body = _with(recipe.body, tokens[:end], opened(node) or node)
            recipe = replace(recipe, body=body)
    return recipe


def _is_text(recipe: Recipe) -> bool:
    """Whether the body is a text of which no part can be changed."""
    structured = recipe.media_type is None or is_json(recipe.media_type)
    return recipe.body is not None and not (structured or is_form(recipe.media_type or ""))


def _in_order(changed: Recipe, before: Recipe) -> Recipe:
    """The parameters in the order they had, a new one last."""
    order = {(slot.location, slot.pointer): at for at, slot in enumerate(before.parameters)}
    last = len(order)
    slots = sorted(changed.parameters, key=lambda s: order.get((s.location, s.pointer), last))
    return replace(changed, parameters=tuple(slots))
