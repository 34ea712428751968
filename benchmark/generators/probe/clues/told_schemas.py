"""JSON Schemas that answers hold: what a plugin, model or connector wants as its configuration.

A document says of such a field that it is an object, and no more: what belongs in it depends on
what was chosen beside it. The read of the choice itself often tells it as a JSON Schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchmark.generators.openapi_parser import parse_document
from benchmark.generators.parameter_generator import ParameterGenerator
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.requests.judging import answer_value
from benchmark.generators.scenario_planner import RecipeWriter, Variant
from benchmark.models import ApiDocument, Node

MAX_TOLD = 12
"""How many schemas are remembered."""

_MAX_DEPTH = 4
_MAX_MEMBERS = 60  # a schema with more is rather a whole document


@dataclass(frozen=True, slots=True)
class ToldSchema:
    """An object after a schema that `operation` told, asked by the text `choice` in its path."""

    operation: str
    choice: str
    node: Node


def told_by(case: Case, outcome: Outcome) -> Iterator[ToldSchema]:
    """What a good answer of a read says of objects that are to be sent."""
    if case.operation.method != "GET" or outcome.reply is None or outcome.built is None:
        return
    named = [value for value in outcome.built.path_values().values() if isinstance(value, str)]
    choice = named[-1] if named and case.operation.path.rstrip("/").endswith("}") else ""
    for schema in _schemas(answer_value(outcome.reply), 0):
        if (node := _after(schema)) is not None:
            yield ToldSchema(case.key, choice, node)


def _after(schema: Mapping[str, Any]) -> Node | None:
    """An object after a schema that came from a server: it is read as a document would be."""
    content = {"application/json": {"schema": schema}}
    spec = parse_document(
        ApiDocument(
            "told",
            "",
            "",
            {
                "openapi": "3.1.0",
                "info": {"title": "told", "version": "1"},
                "paths": {"/told": {"post": {"requestBody": {"content": content}}}},
                "$defs": schema.get("$defs") or {},
                "definitions": schema.get("definitions") or {},
            },
            "an answer",
        )
    )
    if not spec.operations:
        return None
    generator = ParameterGenerator(0, spec.definitions)
    writer = RecipeWriter(generator, spec.definitions)
    return writer.write(spec.operations[0], {}, Variant(samples=1)).body


def _schemas(value: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list) and depth < _MAX_DEPTH:
        for item in value[:4]:
            yield from _schemas(item, depth + 1)
    if not isinstance(value, Mapping):
        return
    members = value.get("properties")
    if isinstance(members, Mapping) and value.get("type") == "object":
        described = all(isinstance(member, Mapping) for member in members.values())
        if described and 0 < len(members) <= _MAX_MEMBERS:
            yield value
    elif depth < _MAX_DEPTH:
        for member in list(value.values())[:_MAX_MEMBERS]:
            yield from _schemas(member, depth + 1)
