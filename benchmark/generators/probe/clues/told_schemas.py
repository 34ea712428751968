"""JSON Schemas that answers hold: what a plugin, model or connector wants as its configuration.

A document says of such a field that it is an object, and no more: what belongs in it depends on
what was chosen beside it. The read of the choice itself often tells it as a JSON Schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmark.generators import schema_view
from benchmark.generators.openapi_parser import parse_document
from benchmark.generators.parameter_generator import ParameterGenerator
from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.requests.judging import answer_value
from benchmark.generators.scenario_planner import RecipeWriter, Variant, repaired_at
from benchmark.models import (
    ApiDocument,
    Constant,
    JsonSchema,
    Node,
    Place,
    Recipe,
    escape_pointer,
)

if TYPE_CHECKING:
    from benchmark.generators.probe.prober import Prober

MAX_TOLD = 12
"""How many schemas are remembered."""

MAX_TRIES = 6
"""How many pairs of a choice and its schema are tried for one request."""

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


def configured(prober: Prober, case: Case, recipe: Recipe) -> Iterator[Recipe]:
    """The recipe with its free objects written after a schema, and the choice that it belongs to.

    The choice goes into a text that the body must have. Only what is told in the same folder of the
    API counts.
    """
    free = _free_objects(case)
    tries = 0
    for told in prober.told_schemas.values() if free else ():
        if _folder(told.operation.partition(" ")[2]) != _folder(case.operation.path):
            continue
        for pointer in free:
            filled = repaired_at(recipe, "body", pointer, told.node)
            places = _choices(case, recipe) if told.choice else []
            made = [ideas.with_source(filled, place, Constant(told.choice)) for place in places]
            for each in made or [filled]:
                if tries < MAX_TRIES:
                    tries += 1
                    yield each


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


def _free_objects(case: Case) -> list[str]:
    """Pointers of the members of a body of which the document says only that they are objects."""
    if case.operation.body is None:
        return []
    definitions = case.spec.definitions
    schema = case.operation.body.media_types[0].schema
    return [
        f"/{escape_pointer(name)}"
        for name, member in schema_view.properties(schema, definitions).items()
        if _is_free(schema_view.resolve(member, definitions))
    ]


def _is_free(schema: JsonSchema) -> bool:
    if not isinstance(schema, Mapping) or schema.get("type") != "object":
        return False
    return not schema.get("properties") and not schema.get("readOnly")


def _choices(case: Case, recipe: Recipe) -> list[Place]:
    """Where the choice may go: texts that the body must have, and that are no enumerations."""
    if case.operation.body is None:
        return []
    schema, definitions = case.operation.body.media_types[0].schema, case.spec.definitions
    members = schema_view.properties(schema, definitions)
    sent = {slot.pointer for slot in recipe.slots() if slot.location == "body"}
    found: list[Place] = []
    for name in sorted(schema_view.required(schema, definitions) & members.keys()):
        known = schema_view.resolve(members[name], definitions)
        pointer = f"/{escape_pointer(name)}"
        if known.get("type") == "string" and "enum" not in known and pointer in sent:
            found.append(("body", pointer))
    return found[:2]


def _folder(path: str) -> str:
    """Where a collection, or the collection of an item, stands: `/a/{id}` for `/a/{id}/b/{c}`."""
    collection, _, last = path.rstrip("/").rpartition("/")
    return collection.rpartition("/")[0] if last.endswith("}") else collection
