"""Changes one value to another type, format or pattern, or to one that is allowed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from benchmark.generators.probe.repairs import limits
from benchmark.generators.probe.repairs.making import SAMPLES, Maker, of_format, wire
from benchmark.generators.probe.repairs.places import is_empty, opened, sent_values, tokens_of
from benchmark.generators.probe.repairs.relations import moment_format
from benchmark.models import ArrayNode, Clock, Constant, Node, ObjectNode, Place, Pooled, Unique

_STAMP = "-0a1b2c3d4e5f6g"  # what is put behind the sample of a unique text


def of_type(node: Node | None, kind: Any, place: Place, maker: Maker) -> Node | None:
    """The node as a value of a type of JSON Schema; None if it stays.

    A number in a text becomes that number, a value becomes the one item of an array.
    """
    values = sent_values(node)
    if not isinstance(kind, str):
        texts = bool(values) and isinstance(values[0], str)
        kind = "string" if values and not texts else "integer"
    if kind == "null":
        return Constant(wire(place[0], None))
    if kind == "array":
        return _as_array(node, place, maker)
    if kind == "object":
        return _as_object(node, place, maker)
    if kind == "string":
        return _as_text(node, place, maker)
    if kind in {"integer", "number"}:
        return _as_number(node, kind, place, maker)
    if kind == "boolean":
        is_one = bool(values) and all(isinstance(value, bool) for value in values)
        return None if is_one else Constant(wire(place[0], True))
    return None


def _as_array(node: Node | None, place: Place, maker: Maker) -> Node | None:
    node = opened(node)
    if place[0] != "body" or isinstance(node, ArrayNode):
        return None
    if node is None or is_empty(node):
        return maker.made(place, type="array") if maker.documented(place) else ArrayNode(())
    return ArrayNode((node,))


def _as_object(node: Node | None, place: Place, maker: Maker) -> Node | None:
    node = opened(node)
    if place[0] != "body" or isinstance(node, ObjectNode):
        return None
    if isinstance(node, ArrayNode) and len(node.items) == 1:
        first = opened(node.items[0])
        if isinstance(first, ObjectNode):
            return first
    return opened(maker.made(place, type="object")) if maker.documented(place) else ObjectNode(())


def _as_text(node: Node | None, place: Place, maker: Maker) -> Node | None:
    node = opened(node)
    if isinstance(node, ArrayNode) and node.items:
        return opened(node.items[0])
    if isinstance(node, ObjectNode | ArrayNode) or not sent_values(node):
        if isinstance(node, Unique) and node.style != "number":
            return None
        return maker.made(place, type="string")
    changed = limits.mapped(node, lambda v: v if isinstance(v, str) else json.dumps(v).strip('"'))
    if changed == node or "null" in sent_values(changed):
        return maker.made(place, type="string")
    return changed


def _as_number(node: Node | None, kind: str, place: Place, maker: Maker) -> Node | None:
    values = sent_values(node)
    if isinstance(node, Unique):
        made = sent_values(maker.made(place, type=kind))
        return Unique(made[0], "number") if made and node.style != "number" else None
    numbers = [limits.number_of(value) for value in values]
    spelt = bool(values) and all(number is not None for number in numbers)
    is_whole = kind == "number" or all(n == int(n) for n in numbers if n is not None)
    if spelt and is_whole and (place[0] == "body" or kind == "number"):
        plain_numbers = limits.mapped(node, lambda v: _number(v, kind))
        if place[0] == "body" and plain_numbers != node:
            return plain_numbers
        if plain_numbers == node and not any(isinstance(value, str) for value in values):
            return None
    return maker.made(place, type=kind)


def _number(value: Any, kind: str) -> int | float:
    number = limits.number_of(value) or 0
    return int(number) if kind == "integer" else number


def allowed(node: Node | None, allowed: Sequence[Any], place: Place, maker: Maker) -> Node | None:
    """The first allowed value that was not sent."""
    array = opened(node)
    if isinstance(array, ArrayNode):
        sent = [value for item in array.items for value in sent_values(item)]
    else:
        sent = sent_values(node)
    if not allowed:
        schema = maker.documented(place)
        allowed = schema.get("enum", ()) if isinstance(schema, Mapping) else ()
    texts = {str(value) for value in sent}
    chosen = next((value for value in allowed if str(value) not in texts and value != ""), None)
    if chosen is None:
        return None
    numeric = bool(sent) and all(isinstance(v, int) and not isinstance(v, bool) for v in sent)
    number = limits.number_of(chosen)
    source = Constant(wire(place[0], number if numeric and number is not None else chosen))
    return ArrayNode((source,)) if isinstance(array, ArrayNode) else source


def formatted(node: Node | None, name: Any, place: Place, maker: Maker) -> Node | None:
    """Other values of a format; if the format was not told, of the one that the name means."""
    if not place[1]:
        return None
    if not isinstance(name, str):
        name = _format_by_name(place)
        if not name:
            return None
    if name in {"date", "date-time", "time"}:
        return _as_moment(node, name, place, maker)
    if isinstance(node, Unique) and node.style == name:
        return None
    if isinstance(node, Unique) and name in {"email", "uuid"}:
        made = sent_values(maker.made(place, **of_format(name)))
        style: Any = name
        return Unique(made[0] if made else node.sample, style, node.max_length)
    schema = of_format(name)
    if name == "json" and isinstance(opened(node), ObjectNode | ArrayNode):
        return Constant("{}")
    values = [wire(place[0], value) for value in maker.values(place, schema)]
    sent = sent_values(node)
    others = [value for value in values if value not in sent]
    if not others:
        return None
    return Constant(others[0]) if "enum" in schema else _pooled(others)


def _as_moment(node: Node | None, name: Any, place: Place, maker: Maker) -> Node | None:
    """A moment in another way of writing; if it was written so already, without its zone."""
    if isinstance(node, Clock) and node.format != name:
        return Clock(node.offset_seconds, name)
    values = sent_values(node)
    written = [str(value) for value in maker.values(place, of_format(name))]
    if moment_format(node) == name and values:
        written = [str(value) for value in values]
    if isinstance(node, Clock):
        return _pooled([text.removesuffix("Z") for text in written])
    if values and moment_format(node) == name:
        naive = [text.removesuffix("Z").partition(".")[0] for text in written]
        if naive == written:
            naive = [text if text.endswith("Z") else f"{text}Z" for text in written]
        return None if name == "date" else _pooled(naive)
    return _pooled(written)


def _format_by_name(place: Place) -> str:
    name = (tokens_of(place[1]) or [""])[-1].lower()
    for word in ("email", "phone", "url", "uuid", "date", "password", "color"):
        if word in name:
            return {"url": "uri"}.get(word, word)
    return ""


def matching(node: Node | None, pattern: Any, place: Place, maker: Maker) -> Node | None:
    """Values drawn from a pattern; a unique text whose stamp fits it stays."""
    if not place[1]:
        return None
    if not isinstance(pattern, str):
        pattern = "^[a-z][a-z0-9]{3,11}$"
    pattern = pattern.replace("\\A", "^").replace("\\Z", "$").replace("\\z", "$")
    schema = {"type": "string", "pattern": pattern}
    generator = maker.generator
    if isinstance(node, Unique) and node.style == "text":
        if generator.is_valid(f"{node.sample}{_STAMP}", schema):
            return None
    values = [v for v in maker.values(place, schema) if isinstance(v, str)]
    fitting = [value for value in values if generator.is_valid(value, schema)] or values
    if not fitting or fitting == sent_values(node):
        return None
    if isinstance(node, Unique) and node.style == "text":
        bare = "^[A-Za-z0-9]"
        if pattern.startswith(bare) and generator.is_valid(f"{fitting[0]}{_STAMP}", schema):
            return replace(node, sample=fitting[0])
    return _pooled(fitting)


def _pooled(values: Sequence[Any]) -> Constant | Pooled:
    distinct = list(dict.fromkeys(values))
    if len(distinct) == 1:
        return Constant(distinct[0])
    return Pooled(tuple((distinct * SAMPLES)[:SAMPLES]))
