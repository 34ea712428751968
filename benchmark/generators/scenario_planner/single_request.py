"""One request of an operation, slot by slot, so that a refused one can be repaired and sent again.

recipe = request(operation, spec.definitions, level="minimal", seed=7)
... the server says that /name is too short, and that /color is not known ...
recipe = request(operation, spec.definitions, level="minimal", seed=7, repairs={
    ("body", "/name"): Constant("Harold"), ("body", "/color"): OMIT,
})
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from benchmark.generators.parameter_generator import Level, ParameterGenerator
from benchmark.generators.scenario_planner.recipes import RecipeWriter, Variant
from benchmark.generators.scenario_planner.wire_forms import as_documented
from benchmark.models import (
    ArrayNode,
    JsonSchema,
    Node,
    ObjectNode,
    Operation,
    Place,
    Recipe,
    Slot,
    SlotLocation,
    Source,
    unescape_pointer,
)


@dataclass(frozen=True, slots=True)
class Omit:
    """In repairs: the slot is left out of the request."""


OMIT = Omit()

Repairs = Mapping[Place, Source | Omit]


def request(
    operation: Operation,
    definitions: Mapping[str, JsonSchema],
    *,
    level: Level = "typical",
    branch: int = 0,
    media: int = 0,
    repairs: Repairs | None = None,
    seed: int = 0,
) -> Recipe:
    """The values of one request, each with its source; the same for the same arguments.

    `level`, `branch` and `media` are those of `Variant`. A repair replaces the source at its place,
    adds one where there was none, or omits it.
    """
    generator = ParameterGenerator(seed, definitions)
    writer = RecipeWriter(generator, definitions)
    recipe = writer.write(operation, {}, Variant(level, branch, media, samples=1))
    for (location, pointer), repair in (repairs or {}).items():
        recipe = repaired_at(recipe, location, pointer, repair)
    return as_documented(recipe, operation, generator, definitions)


def repaired_at(
    recipe: Recipe, location: SlotLocation, pointer: str, repair: Node | Omit
) -> Recipe:
    """The recipe with another source at one place, with one more, or without it.

    Objects on the way to a place in the body are made, and arrays where 0 leads on. What lies below
    a plain value, or behind the end of an array, stays as it is.
    """
    if location == "body":
        tokens = [unescape_pointer(token) for token in pointer[1:].split("/")] if pointer else []
        body = _put(recipe.body, tokens, repair)
        return replace(recipe, body=body, media_type=recipe.media_type if body else None)
    slots = [
        slot for slot in recipe.parameters if (slot.location, slot.pointer) != (location, pointer)
    ]
    if not isinstance(repair, Omit | ObjectNode | ArrayNode):
        slots.append(Slot(location, pointer, repair))
    return replace(recipe, parameters=tuple(slots))


def _put(node: Node | None, tokens: list[str], repair: Node | Omit) -> Node | None:
    """The node with the repair at the place that the tokens lead to; unknown places stay as is."""
    if not tokens:
        return None if isinstance(repair, Omit) else repair
    name, *rest = tokens
    if isinstance(node, ArrayNode):
        if not name.isdecimal() or int(name) >= len(node.items):
            return node
        items = list(node.items)
        changed = _put(items[int(name)], rest, repair)
        items[int(name) : int(name) + 1] = [] if changed is None else [changed]
        return ArrayNode(tuple(items))
    if node is not None and not isinstance(node, ObjectNode):
        return node
    if node is None and name == "0":
        first = _put(None, rest, repair)
        return None if first is None else ArrayNode((first,))
    members = dict(node.members) if node else {}
    changed = _put(members.get(name), rest, repair)
    if changed is None:
        members.pop(name, None)
    else:
        members[name] = changed
    return ObjectNode(tuple(members.items()))
