"""Writes the recipe of one operation: every slot of its request, and the one source of its value.

Several complete requests are generated and laid over each other: what is equal in all of them is
constant, what differs is pooled, and what must be new every time is unique or follows the clock.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from benchmark.generators import schema_view
from benchmark.generators.media_types import is_form, is_json, is_xml
from benchmark.generators.naming import words
from benchmark.generators.parameter_generator import ParameterGenerator
from benchmark.generators.parameter_serializer import serialize_parameter
from benchmark.generators.xml_body import to_xml
from benchmark.models import (
    ArrayNode,
    Clock,
    Constant,
    JsonSchema,
    MediaType,
    Node,
    ObjectNode,
    Operation,
    Parameter,
    Pooled,
    Recipe,
    Slot,
    Source,
    Unique,
    Upload,
    escape_pointer,
)

SAMPLES = 4
"""How many requests are generated for one operation; a pool holds at most that many values."""

_UNIQUE_NAMES = frozenset(
    "email username login slug handle nickname sku uuid guid identifier".split()
)
_UNIQUE_AT_TOP = frozenset({("id",), ("name",), ("user", "name"), ("key",), ("code",)})
_PAGING = frozenset("limit page offset size skip top per_page page_size pagesize perpage".split())
_INT32_MAX = 2**31 - 1
_BODILESS = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})
_SETTLED = ("enum", "const", "pattern")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.Z+\-]{9,24})?")
_DAY = 86_400
_MOMENT = _DAY // 100  # what a moment's distance from now is rounded to: 0.01 days


@dataclass(frozen=True, slots=True)
class RecipeWriter:
    """Writes recipes with one value generator.

    `now` is when the samples are made: their future dates are kept as a distance from it.
    """

    generator: ParameterGenerator
    definitions: Mapping[str, JsonSchema]
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def write(self, operation: Operation, bound: Mapping[tuple[str, str], Source]) -> Recipe:
        """The recipe of an operation. `bound` maps (location, JSON Pointer) to known sources.

        In a pointer into a body, 0 stands for every item of an array.
        """
        slots = {_place(slot): slot for slot in reversed([*self._parameters(operation, bound)])}
        parameters = tuple(reversed(slots.values()))  # the first of several with one name stays
        if operation.body is None:
            return Recipe(parameters)
        media = operation.body.media_types[0]
        creates = operation.method in {"POST", "PUT"}
        body = self._body(media, {p: s for (at, p), s in bound.items() if at == "body"}, creates)
        if operation.method in _BODILESS and not operation.body.required:
            if operation.method != "DELETE" or body == ObjectNode(()):
                return Recipe(parameters)
        return Recipe(parameters, media.content_type, body)

    def _parameters(
        self, operation: Operation, bound: Mapping[tuple[str, str], Source]
    ) -> Iterator[Slot]:
        for parameter in operation.parameters:
            pointer = f"/{escape_pointer(parameter.name)}"
            source = bound.get((parameter.location, pointer))
            if source is not None:
                yield Slot(parameter.location, pointer, source)
            elif _is_sent(parameter):
                yield from self._parameter(parameter)

    def _parameter(self, parameter: Parameter) -> Iterator[Slot]:
        samples = self.generator.samples(
            parameter.schema, SAMPLES, parameter.name, "minimal", parameter.examples
        )
        if parameter.location == "path":
            samples = tuple(s for s in samples if s not in ("", ".", "..")) or ("1",)
        wires = [serialize_parameter(parameter, sample) for sample in samples]
        names = list(dict.fromkeys(name for wire in wires for name, _ in wire))
        for name in names:
            values = [[text for key, text in wire if key == name] for wire in wires]
            flat = [texts[0] if len(texts) == 1 else texts for texts in values if texts]
            if len(flat) == len(wires) or len(names) == 1:
                yield Slot(parameter.location, f"/{escape_pointer(name)}", merge_values(flat))

    def _body(self, media: MediaType, bound: Mapping[str, Source], creates: bool) -> Node:
        samples = self.generator.samples_for_body(media, SAMPLES)
        if is_form(media.content_type) and not all(isinstance(s, dict) for s in samples):
            return _as_text(samples)
        structured = is_json(media.content_type) or is_form(media.content_type)
        if structured or isinstance(samples[0], Upload):
            return self._node(list(samples), media.schema, "", bound, creates)
        if is_xml(media.content_type):
            return merge_values([to_xml(media.schema, self.definitions, s) for s in samples])
        return _as_text(samples)

    def _node(
        self,
        samples: list[Any],
        schema: JsonSchema,
        pointer: str,
        bound: Mapping[str, Source],
        creates: bool,
    ) -> Node:
        """Lay samples over each other: members that all have are nodes, the rest is pooled."""
        if pointer in bound:
            return bound[pointer]
        first = samples[0]
        if all(isinstance(s, dict) and s.keys() == first.keys() for s in samples):
            members = []
            for name in first:
                token = f"/{escape_pointer(name)}"
                member = schema_view.at_pointer(schema, self.definitions, token)
                values = [sample[name] for sample in samples]
                node = self._node(values, member, pointer + token, bound, creates)
                members.append((name, node))
            return ObjectNode(tuple(members))
        if all(isinstance(s, list) and len(s) == len(first) for s in samples):
            element = schema_view.items(schema, self.definitions) or {}
            if f"{pointer}/0" in bound:
                return ArrayNode((bound[f"{pointer}/0"],))
            columns = [[sample[index] for sample in samples] for index in range(len(first))]
            return ArrayNode(
                tuple(self._node(c, element, f"{pointer}/0", bound, creates) for c in columns)
            )
        return self._leaf(samples, schema, pointer, creates)

    def _leaf(self, samples: list[Any], schema: JsonSchema, pointer: str, creates: bool) -> Source:
        if isinstance(samples[0], Upload):
            return samples[0]
        resolved = schema_view.resolve(schema, self.definitions)
        if creates and (unique := _as_unique(samples[0], resolved, pointer)):
            return unique
        if clock := _as_clock(samples, resolved, self.now):
            return clock
        return merge_values(samples)


def merge_values(values: Sequence[Any]) -> Constant | Pooled:
    """One source for several values: constant where they are all alike, else a pool."""
    if all(value == values[0] and type(value) is type(values[0]) for value in values):
        return Constant(values[0])
    return Pooled(tuple(values))


def _as_text(samples: Sequence[Any]) -> Source:
    return merge_values([s if isinstance(s, str) else json.dumps(s) for s in samples])


def _place(slot: Slot) -> tuple[str, str]:
    pointer = slot.pointer.lower() if slot.location == "header" else slot.pointer
    return slot.location, pointer


def _is_sent(parameter: Parameter) -> bool:
    """Whether a request carries the parameter: required ones, and optional ones that are safe.

    Safe are those for which the document itself names a value, and paging.
    """
    if parameter.required:
        return True
    if parameter.location != "query":
        return False
    schema = parameter.schema if isinstance(parameter.schema, Mapping) else {}
    named = bool(parameter.examples) or "default" in schema or "example" in schema
    return named or "_".join(words(parameter.name)) in _PAGING


def _as_unique(sample: Any, schema: Mapping[str, Any], pointer: str) -> Unique | None:
    """A value that a create must not repeat, judged by its name; None where repeating is fine.

    Fields with an enum, a constant or a pattern keep the values that the document allows.
    """
    if any(keyword in schema for keyword in _SETTLED):
        return None
    parts = words(pointer.rpartition("/")[2])
    if not parts:
        return None
    at_top = pointer.count("/") == 1 and parts in _UNIQUE_AT_TOP
    if parts == ("id",) and isinstance(sample, int) and not isinstance(sample, bool):
        return Unique(sample, "number") if _allows_large_numbers(schema) else None
    if not isinstance(sample, str) or not (at_top or parts[-1] in _UNIQUE_NAMES):
        return None
    text_format = schema.get("format")
    limit = schema.get("maxLength")
    limit = limit if isinstance(limit, int) else None
    if text_format in {"uuid", "guid"}:
        return Unique(sample, "uuid")
    if text_format in {"email", "idn-email"} or (parts[-1] == "email" and "@" in sample):
        return Unique(sample, "email", limit)
    if text_format in {None, "string"}:
        return Unique(sample, "text", limit)
    return None


def _allows_large_numbers(schema: Mapping[str, Any]) -> bool:
    bounds = (schema.get("maximum"), schema.get("exclusiveMaximum"))
    known = [bound for bound in bounds if isinstance(bound, int | float)]
    return all(bound >= _INT32_MAX for bound in known) and "multipleOf" not in schema


def _as_clock(samples: Sequence[Any], schema: Mapping[str, Any], now: datetime) -> Clock | None:
    """A clock where every sample is today or later: written down, it would soon be past.

    The distance is counted from the beginning of today, so it is the same all day.
    """
    if any(keyword in schema for keyword in _SETTLED):
        return None
    moments = [_moment(sample) for sample in samples]
    known = [moment for moment, _ in filter(None, moments)]
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if len(known) != len(samples) or min(known) < today:
        return None
    distance = known[0] - today
    if moments[0] and moments[0][1] == "date":
        return Clock(distance.days * _DAY, "date")
    return Clock(round(distance.total_seconds() / _MOMENT) * _MOMENT, "date-time")


def _moment(value: Any) -> tuple[datetime, str] | None:
    """A date or a date-time as RFC 3339 writes it, and which of them it is."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return None
    try:
        if len(value) == 10:
            day = date.fromisoformat(value)
            return datetime(day.year, day.month, day.day, tzinfo=UTC), "date"
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment, "date-time") if moment.tzinfo else None
