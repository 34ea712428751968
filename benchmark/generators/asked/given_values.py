"""Lays given values over what documents say, and over recipes: exactly these are sent."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from benchmark.generators.asked.asking import Asked, AskedOperation, Place
from benchmark.generators.media_types import is_form, is_json
from benchmark.generators.parameter_serializer import serialize_parameter
from benchmark.generators.scenario_planner import fixed_node, merge_values
from benchmark.models import (
    ApiSpec,
    ArrayNode,
    Constant,
    JsonSchema,
    MediaType,
    Node,
    ObjectNode,
    Operation,
    Parameter,
    Pooled,
    Recipe,
    RequestBody,
    Slot,
    Source,
    escape_pointer,
)

_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
_MAX_POOL = 400


def laid_over(specs: Sequence[ApiSpec], asked: Asked) -> tuple[ApiSpec, ...]:
    """The API whose documents allow nothing but the given values where some were given.

    So generator, probe and planner need not know of them.
    """
    return tuple(
        replace(
            spec,
            operations=tuple(
                _with_values(operation, asked.operations[operation.key])
                if operation.key in asked.operations
                else operation
                for operation in spec.operations
            ),
        )
        for spec in specs
    )


def _with_values(operation: Operation, asked: AskedOperation) -> Operation:
    parameters = [
        replace(p, required=True, schema=_only(asked.values[p.location, p.name]), examples=())
        if (p.location, p.name) in asked.values
        else p
        for p in operation.parameters
    ]
    known = {(p.location, p.name) for p in parameters}
    for location, name in asked.values:
        if (location, name) not in known:
            style = _STYLES[location]
            schema = _only(asked.values[location, name])
            parameters.append(Parameter(name, location, True, schema, style, style == "form"))
    body = operation.body
    if asked.bodies:
        media = MediaType(_content_type(body, asked.bodies[0]), _only(asked.bodies))
        body = RequestBody((media,), True)
    return replace(operation, parameters=tuple(parameters), body=body)


def _only(values: Sequence[Any]) -> JsonSchema:
    """A schema that allows the first of these values alone: with that the probe tries."""
    return {"const": values[0]}


def _content_type(body: RequestBody | None, value: Any) -> str:
    """The documented content type that a body suits best; JSON, or plain text, where none does."""
    types = [media.content_type for media in body.media_types] if body else []
    structured = [t for t in types if is_json(t)]
    if isinstance(value, Mapping):
        structured += [t for t in types if is_form(t)]
    if isinstance(value, str):
        texts = [t for t in types if not is_json(t) and not is_form(t)]
        return next(iter((*texts, *structured)), "text/plain")
    return next(iter(structured), "application/json")


# ── recipes ───────────────────────────────────────────────────────────────────────────────────────


def with_given(recipe: Recipe, operation: Operation, asked: AskedOperation) -> Recipe:
    """The recipe with exactly the given values; `operation` is one with them laid over it."""
    if not asked.is_given:
        return recipe
    own = [slot for slot in recipe.parameters if not _is_given(slot, operation, asked)]
    slots = [*_given_slots(operation, asked), *own]
    recipe = replace(recipe, parameters=tuple(slots), doubts=())
    if asked.bodies:
        media = operation.body.media_types[0].content_type if operation.body else ""
        encoding = recipe.encoding if media == recipe.media_type else {}
        body = fixed_node(asked.bodies)
        recipe = replace(recipe, media_type=media, body=body, encoding=encoding)
    return _with_equal_pools(recipe)


def sends_given(recipe: Recipe, operation: Operation, asked: AskedOperation) -> bool:
    """Whether a recipe, as the probe proved it, sends the given values in their places."""
    if asked.bodies and (recipe.body is None or not _is_one_of(recipe.body, asked.bodies)):
        return False
    sent = {(slot.location, slot.pointer): slot.source for slot in recipe.parameters}
    for slot in _given_slots(operation, asked):
        values = _values(sent.get((slot.location, slot.pointer)))
        if not values or any(value not in _values(slot.source) for value in values):
            return False
    return True


def _is_given(slot: Slot, operation: Operation, asked: AskedOperation) -> bool:
    """Whether a slot carries a parameter of which the values were given, or a part of it."""
    for parameter in _given_parameters(operation, asked):
        names = {parameter.name, *_wire_names(parameter, asked)}
        found = {_pointer(name) for name in names}
        if slot.location == "header" == parameter.location:
            found, pointer = {each.lower() for each in found}, slot.pointer.lower()
        else:
            pointer = slot.pointer
        if slot.location == parameter.location and pointer in found:
            return True
    return False


def _given_slots(operation: Operation, asked: AskedOperation) -> Iterator[Slot]:
    """The slots that carry the given values, as they go on the wire."""
    for parameter in _given_parameters(operation, asked):
        wires = [
            serialize_parameter(parameter, value)
            for value in asked.values[parameter.location, parameter.name]
        ]
        for name in _wire_names(parameter, asked):
            texts = [[text for key, text in wire if key == name] for wire in wires]
            if all(texts):
                source = merge_values([each[0] if len(each) == 1 else each for each in texts])
                reserved = parameter.allow_reserved and parameter.location != "header"
                yield Slot(parameter.location, _pointer(name), source, reserved)


def _given_parameters(operation: Operation, asked: AskedOperation) -> Iterator[Parameter]:
    places: set[Place] = set()
    for parameter in operation.parameters:
        place = (parameter.location, parameter.name)
        if place in asked.values and place not in places:
            places.add(place)
            yield parameter


def _wire_names(parameter: Parameter, asked: AskedOperation) -> list[str]:
    """The names under which a parameter's values are sent: an object may be several."""
    values = asked.values[parameter.location, parameter.name]
    pairs = (pair for value in values for pair in serialize_parameter(parameter, value))
    return list(dict.fromkeys(name for name, _ in pairs))


def _pointer(name: str) -> str:
    return f"/{escape_pointer(name)}"


def _values(source: Source | None) -> tuple[Any, ...]:
    """All values of a source that is known before anything is sent."""
    if isinstance(source, Constant):
        return (source.value,)
    return source.values if isinstance(source, Pooled) else ()


def _is_one_of(node: Node, bodies: Sequence[Any]) -> bool:
    """Whether a body never has another value than one of the given ones."""
    pools = [len(s.source.values) for s in _leaves(node) if isinstance(s.source, Pooled)]
    known = all(isinstance(s.source, Constant | Pooled) for s in _leaves(node))
    return known and all(_value(node, i) in bodies for i in range(max(pools, default=1)))


def _leaves(node: Node) -> Iterator[Slot]:
    return Recipe(body=node).slots()


def _value(node: Node, index: int) -> Any:
    if isinstance(node, ObjectNode):
        return {name: _value(member, index) for name, member in node.members}
    if isinstance(node, ArrayNode):
        return [_value(item, index) for item in node.items]
    values = _values(node)
    return values[index % len(values)] if values else None


def _with_equal_pools(recipe: Recipe) -> Recipe:
    """The recipe with pools of one length, as a plan has them; values are repeated for that."""
    lengths = {len(s.source.values) for s in recipe.slots() if isinstance(s.source, Pooled)}
    if len(lengths) < 2:
        return recipe
    size = math.lcm(*lengths)
    size = size if size <= _MAX_POOL else max(lengths)

    def longer(source: Source) -> Source:
        if not isinstance(source, Pooled):
            return source
        return Pooled(tuple(source.values[i % len(source.values)] for i in range(size)))

    def grown(node: Node) -> Node:
        if isinstance(node, ObjectNode):
            return ObjectNode(tuple((name, grown(member)) for name, member in node.members))
        if isinstance(node, ArrayNode):
            return ArrayNode(tuple(grown(item) for item in node.items))
        return longer(node)

    parameters = tuple(replace(slot, source=longer(slot.source)) for slot in recipe.parameters)
    body = None if recipe.body is None else grown(recipe.body)
    return replace(recipe, parameters=parameters, body=body)
