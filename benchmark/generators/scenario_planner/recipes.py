"""Writes the recipe of one operation: every slot of its request, and the one source of its value.

Several complete requests are generated and laid over each other: what is equal in all of them is
constant, what differs is pooled, and what must be new every time is unique or follows the clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from benchmark.generators import schema_view
from benchmark.generators.media_types import is_form, is_json, is_xml
from benchmark.generators.naming import reference_noun, words
from benchmark.generators.parameter_generator import Level, ParameterGenerator
from benchmark.generators.parameter_serializer import serialize_parameter
from benchmark.generators.scenario_planner.leaf_sources import as_clock, as_unique
from benchmark.generators.scenario_planner.xml_body import to_xml
from benchmark.models import (
    ArrayNode,
    Constant,
    JsonSchema,
    MediaType,
    Node,
    ObjectNode,
    Operation,
    Parameter,
    Place,
    Pooled,
    Recipe,
    Slot,
    Source,
    Upload,
    escape_pointer,
)

SAMPLES = 4
"""How many requests are generated for one operation; a pool holds at most that many values."""

_TIMES = frozenset("delay duration pause seconds sleep wait".split())
_PAGING = frozenset("limit page offset size skip top per_page page_size pagesize perpage".split())
_GIVEN = ("const", "default", "enum", "example", "examples")
_BODILESS = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Variant:
    """Which of the requests that a document allows: how much of it, and which alternative.

    `branch` chooses among the alternatives (`oneOf`, `anyOf`) of the body, 0 being whichever fits
    best; `media` among its content types, the best first; both wrap around. `samples` is how many
    values are generated for each slot.
    """

    level: Level = "typical"
    branch: int = 0
    media: int = 0
    samples: int = SAMPLES


@dataclass(frozen=True, slots=True)
class RecipeWriter:
    """Writes recipes with one value generator.

    `now` is when the samples are made: their future dates are kept as a distance from it.
    """

    generator: ParameterGenerator
    definitions: Mapping[str, JsonSchema]
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def write(
        self,
        operation: Operation,
        bound: Mapping[Place, Source],
        variant: Variant = Variant(),
    ) -> Recipe:
        """The recipe of an operation. `bound` maps (location, JSON Pointer) to known sources.

        In a pointer into a body, 0 stands for every item of an array.
        """
        doubts: list[str] = []
        found = [*self._parameters(operation, bound, variant, doubts)]
        slots = {_place(slot): slot for slot in reversed(found)}
        parameters = tuple(reversed(slots.values()))  # the first of several with one name stays
        if operation.body is None:
            return Recipe(parameters, doubts=tuple(doubts))
        if variant.level == "minimal" and not operation.body.required:
            return Recipe(parameters, doubts=tuple(doubts))
        media_types = operation.body.media_types
        media = media_types[variant.media % len(media_types)]
        creates = operation.method in {"POST", "PUT"}
        known = {p: s for (at, p), s in bound.items() if at == "body"}
        body = self._body(media, known, creates, variant, doubts)
        if operation.method in _BODILESS and not operation.body.required:
            if operation.method != "DELETE" or body == ObjectNode(()):
                return Recipe(parameters, doubts=tuple(doubts))
        return Recipe(parameters, media.content_type, body, tuple(doubts))

    def _parameters(
        self,
        operation: Operation,
        bound: Mapping[Place, Source],
        variant: Variant,
        doubts: list[str],
    ) -> Iterator[Slot]:
        for parameter in operation.parameters:
            pointer = f"/{escape_pointer(parameter.name)}"
            source = bound.get((parameter.location, pointer))
            if source is not None:
                yield Slot(parameter.location, pointer, source)
            elif is_sent(parameter, variant.level):
                yield from self._parameter(parameter, variant.samples, doubts)

    def _parameter(self, parameter: Parameter, count: int, doubts: list[str]) -> Iterator[Slot]:
        samples = self.generator.samples(
            parameter.schema, count, parameter.name, "minimal", parameter.examples
        )
        if _TIMES.intersection(words(parameter.name)):
            small = [s for s in (1, "1") if self.generator.is_valid(s, parameter.schema)]
            samples = tuple(small[:1]) or samples  # a test should not make the server idle
        if parameter.location == "path":
            samples = tuple(s for s in samples if s not in ("", ".", "..")) or ("1",)
        if not self.generator.is_valid(samples[0], parameter.schema):
            doubts.append(f"{parameter.location} {parameter.name}")
        wires = [serialize_parameter(parameter, sample) for sample in samples]
        names = list(dict.fromkeys(name for wire in wires for name, _ in wire))
        for name in names:
            values = [[text for key, text in wire if key == name] for wire in wires]
            flat = [texts[0] if len(texts) == 1 else texts for texts in values if texts]
            if len(flat) == len(wires) or len(names) == 1:
                yield Slot(parameter.location, f"/{escape_pointer(name)}", merge_values(flat))

    def _body(
        self,
        media: MediaType,
        bound: Mapping[str, Source],
        creates: bool,
        variant: Variant,
        doubts: list[str],
    ) -> Node:
        if variant.branch:
            schema = schema_view.with_branch(media.schema, self.definitions, variant.branch)
            media = replace(media, schema=schema, examples=())  # examples are of any branch
        samples = self.generator.samples_for_body(media, variant.samples, variant.level)
        is_structured = is_json(media.content_type) or is_form(media.content_type)
        if is_structured and not self.generator.is_valid(samples[0], media.schema):
            doubts.append("body")
        if is_form(media.content_type) and not all(isinstance(s, dict) for s in samples):
            return _as_text(samples)
        if is_structured or isinstance(samples[0], Upload):
            return self._node(list(samples), media.schema, "", bound, creates)
        if is_xml(media.content_type) and not all(isinstance(s, str) for s in samples):
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
        if "const" in schema_view.resolve(schema, self.definitions):
            return fixed_node(samples)
        first = samples[0]
        if all(isinstance(s, dict) and s.keys() == first.keys() for s in samples):
            declared = schema_view.properties(schema, self.definitions)
            sent = {name: declared[name] for name in first if name in declared}
            dangling = self._dangling(schema, sent, pointer, bound)
            members = []
            for name in first:
                if name not in dangling:
                    here = f"{pointer}/{escape_pointer(name)}"
                    values = [sample[name] for sample in samples]
                    node = self._node(values, declared.get(name, {}), here, bound, creates)
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

    def _dangling(
        self,
        schema: JsonSchema,
        sent: Mapping[str, JsonSchema],
        pointer: str,
        bound: Mapping[str, Source],
    ) -> set[str]:
        """The optional members that refer to a resource nobody supplies: made-up ids are refused.

        A UUID refers to something unless it is the thing's own id. A value that the document itself
        gives may exist.
        """
        found = set()
        for name, member in sent.items():
            if not reference_noun(name) and (name == "id" or not self._is_uuid(member)):
                continue
            here = f"{pointer}/{escape_pointer(name)}"
            supplied = here in bound or f"{here}/0" in bound
            resolved = schema_view.resolve(member, self.definitions)
            if not supplied and not any(keyword in resolved for keyword in _GIVEN):
                found.add(name)
        return found - schema_view.required(schema, self.definitions) if found else found

    def _is_uuid(self, schema: JsonSchema) -> bool:
        """Whether a member is a UUID or a list of them, null aside."""
        resolved = schema_view.resolve(schema, self.definitions)
        variants = [resolved, *(resolved.get("anyOf") or ()), resolved.get("items") or {}]
        return any(isinstance(v, Mapping) and v.get("format") == "uuid" for v in variants)

    def _leaf(self, samples: list[Any], schema: JsonSchema, pointer: str, creates: bool) -> Source:
        if isinstance(samples[0], Upload):
            return samples[0]
        resolved = schema_view.resolve(schema, self.definitions)
        if creates and (unique := as_unique(samples[0], resolved, pointer)):
            return unique
        if clock := as_clock(samples, resolved, self.now):
            return clock
        return merge_values(samples)


def fixed_node(values: Sequence[Any]) -> Node:
    """Values as they are, laid over each other: nothing in them is made unique or dated."""
    first = values[0]
    if all(isinstance(value, dict) and value.keys() == first.keys() for value in values):
        members = ((str(name), fixed_node([value[name] for value in values])) for name in first)
        return ObjectNode(tuple(members))
    if all(isinstance(value, list) and len(value) == len(first) for value in values):
        return ArrayNode(tuple(fixed_node(column) for column in zip(*values, strict=True)))
    return merge_values(values)


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


def is_sent(parameter: Parameter, level: Level) -> bool:
    """Whether a request carries the parameter: required ones, and optional ones that are safe.

    Safe are those for which the document itself names a value, and paging. At the level "minimal"
    only required ones are sent, at "full" all.
    """
    if parameter.required or level == "full":
        return True
    if level == "minimal":
        return False
    if parameter.location != "query":
        return False
    schema = parameter.schema if isinstance(parameter.schema, Mapping) else {}
    named = bool(parameter.examples) or "default" in schema or "example" in schema
    return named or "_".join(words(parameter.name)) in _PAGING
