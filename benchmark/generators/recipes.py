"""Writes the recipe of one operation: every slot of its request, and the one source of its value.

Several complete requests are generated and laid over each other: what is equal in all of them is
constant, what differs is pooled, and what must be new every time is unique or follows the clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from benchmark.generators import schema_view
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


@dataclass(frozen=True, slots=True)
class RecipeWriter:
    """Writes recipes with one value generator. `bound` gives the sources that are already known.

    `today` is the moment at which dates in samples are read as an offset from now.
    """

    generator: ParameterGenerator
    definitions: Mapping[str, JsonSchema]
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def write(self, operation: Operation, bound: Mapping[tuple[str, str], Source]) -> Recipe:
        """The recipe of an operation. `bound` maps (location, JSON Pointer) to known sources."""
        slots: list[Slot] = []
        for parameter in operation.parameters:
            pointer = f"/{escape_pointer(parameter.name)}"
            source = bound.get((parameter.location, pointer))
            if source is not None:
                slots.append(Slot(parameter.location, pointer, source))
            elif _is_sent(parameter):
                slots.extend(self._parameter(parameter))
        if operation.body is None:
            return Recipe(tuple(slots))
        media = operation.body.media_types[0]
        creates = operation.method in {"POST", "PUT"}
        body = self._body(media, {p: s for (at, p), s in bound.items() if at == "body"}, creates)
        return Recipe(tuple(slots), media.content_type, body)

    def _parameter(self, parameter: Parameter) -> list[Slot]:
        samples = self.generator.samples(
            parameter.schema, SAMPLES, parameter.name, "minimal", parameter.examples
        )
        if parameter.location == "path":
            samples = tuple(s for s in samples if s not in ("", ".", "..")) or ("1",)
        wires = [serialize_parameter(parameter, sample) for sample in samples]
        names = list(dict.fromkeys(name for wire in wires for name, _ in wire))
        slots = []
        for name in names:
            values = [[text for key, text in wire if key == name] for wire in wires]
            flat = [texts[0] if len(texts) == 1 else texts for texts in values if texts]
            if len(flat) == len(wires) or len(names) == 1:
                source = merge_values(flat)
                slots.append(Slot(parameter.location, f"/{escape_pointer(name)}", source))
        return slots

    def _body(self, media: MediaType, bound: Mapping[str, Source], creates: bool) -> Node:
        samples = self.generator.samples(media.schema, SAMPLES, "", "typical", media.examples)
        if is_xml(media.content_type):
            return merge_values([to_xml(media.schema, self.definitions, s) for s in samples])
        return self._node(list(samples), media.schema, "", bound, creates)

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
            return ArrayNode(
                tuple(
                    self._node([s[i] for s in samples], element, f"{pointer}/{i}", bound, creates)
                    for i in range(len(first))
                )
            )
        return self._leaf(samples, schema, pointer, creates)

    def _leaf(self, samples: list[Any], schema: JsonSchema, pointer: str, creates: bool) -> Source:
        if isinstance(samples[0], Upload):
            return samples[0]
        resolved = schema_view.resolve(schema, self.definitions)
        if creates and (unique := _as_unique(samples[0], resolved, pointer)):
            return unique
        if clock := _as_clock(samples, self.now):
            return clock
        return merge_values(samples)


def merge_values(values: Sequence[Any]) -> Constant | Pooled:
    """One source for several values: constant where they are all alike, else a pool."""
    if all(value == values[0] and type(value) is type(values[0]) for value in values):
        return Constant(values[0])
    return Pooled(tuple(values))


def is_xml(content_type: str) -> bool:
    """Whether a media type is XML (RFC 7303): text/xml, application/xml, or anything +xml."""
    essence = content_type.partition(";")[0].strip().lower()
    return essence in {"text/xml", "application/xml"} or essence.endswith("+xml")


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
    if any(keyword in schema for keyword in ("enum", "const", "pattern", "$ref")):
        return None
    parts = words(pointer.rpartition("/")[2])
    if not parts:
        return None
    at_top = pointer.count("/") == 1 and parts in _UNIQUE_AT_TOP
    if parts == ("id",) and isinstance(sample, int) and not isinstance(sample, bool):
        maximum = schema.get("maximum", _INT32_MAX)
        return Unique(sample, "number") if maximum >= _INT32_MAX else None
    if not isinstance(sample, str) or not (at_top or parts[-1] in _UNIQUE_NAMES):
        return None
    text_format = schema.get("format")
    if text_format in {"uuid", "guid"}:
        return Unique(sample, "uuid")
    if text_format in {"email", "idn-email"} or (parts[-1] == "email" and "@" in sample):
        return Unique(sample, "email")
    if text_format in {None, "string"}:
        limit = schema.get("maxLength")
        return Unique(sample, "text", limit if isinstance(limit, int) else None)
    return None


def _as_clock(samples: Sequence[Any], now: datetime) -> Clock | None:
    """A clock where every sample is a date in the future: written down, it would soon be past."""
    moments = [_moment(sample) for sample in samples]
    known = [moment for moment, _ in filter(None, moments)]
    if len(known) != len(samples) or min(known) <= now:
        return None
    style = moments[0][1] if moments[0] else "date-time"
    offset = int((known[0] - now).total_seconds())
    return Clock(max(offset, 86_400), "date" if style == "date" else "date-time")


def _moment(value: Any) -> tuple[datetime, str] | None:
    if not isinstance(value, str) or not 10 <= len(value) <= 35:
        return None
    try:
        if len(value) == 10:
            day = date.fromisoformat(value)
            return datetime(day.year, day.month, day.day, tzinfo=UTC), "date"
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment, "date-time") if moment.tzinfo else None
