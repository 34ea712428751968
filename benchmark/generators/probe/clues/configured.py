"""Writes objects of which a document says no more after the schemas that answers told of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmark.generators import schema_view
from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case
from benchmark.generators.probe.prober import Prober
from benchmark.generators.scenario_planner import repaired_at
from benchmark.models import Constant, JsonSchema, Place, Recipe, escape_pointer

MAX_TRIES = 6
"""How many pairs of a choice and its schema are tried for one request."""


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
