"""Makes sources for places: by what the document knows, what the server said, and by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from benchmark.generators import schema_view
from benchmark.generators.naming import plain, words
from benchmark.generators.parameter_generator import ParameterGenerator
from benchmark.generators.probe.complaints import Complaint
from benchmark.generators.probe.repairs.places import tokens_of
from benchmark.generators.scenario_planner import RecipeWriter, Variant
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
    RequestBody,
    escape_pointer,
    unescape_pointer,
)

SAMPLES = 4
"""How many values are drawn where they may differ."""

_NUMBERS = frozenset(
    "age amount capacity count day days duration height hours hour index length level limit "
    "minute minutes month months number offset page percent percentage points port position "
    "price priority quantity qty radius rank rating ratio score seats seconds size stock timeout "
    "total volume weight width year years x y".split()
)
_SWITCHES = frozenset("is has can should allow enable enabled disabled active".split())

FORMAT_SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "yaml": {"type": "string", "enum": ["key: value"]},
    "json": {"type": "string", "enum": ["{}", "[]", "null"]},
    "xml": {"type": "string", "enum": ["<item>1</item>"]},
    "cron": {"type": "string", "enum": ["0 3 * * *", "30 4 * * 1"]},
    "slug": {"type": "string", "pattern": "^[a-z]{4,12}$"},
    "hex": {"type": "string", "pattern": "^[0-9a-f]{8}$"},
    "semver": {"type": "string", "pattern": "^[1-9]\\.[0-9]\\.[0-9]$"},
    "timezone": {"type": "string", "enum": ["UTC", "Europe/Berlin"]},
    "currency": {"type": "string", "enum": ["EUR", "USD"]},
    "country": {"type": "string", "enum": ["DE", "FR"]},
    "language": {"type": "string", "enum": ["en", "de"]},
    "credit-card": {"type": "string", "enum": ["4111111111111111"]},
    "latitude": {"type": "number", "minimum": -80, "maximum": 80},
    "longitude": {"type": "number", "minimum": -170, "maximum": 170},
}
"""Schemas for what servers call a format and JSON Schema does not."""


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the nodes of one operation."""

    operation: Operation
    definitions: Mapping[str, JsonSchema]
    generator: ParameterGenerator

    def documented(self, place: Place) -> JsonSchema | None:
        """The schema that the document has for a place; None if it knows no such member."""
        location, pointer = place
        tokens = tokens_of(pointer)
        if location != "body":
            parameter = self._parameter(place)
            return parameter.schema if parameter else None
        if self.operation.body is None:
            return None
        schema: JsonSchema | None = self.operation.body.media_types[0].schema
        for token in tokens:
            if schema is None:
                return None
            members = schema_view.properties(schema, self.definitions)
            if token in members:
                schema = members[token]
            else:
                schema = schema_view.items(schema, self.definitions) if token.isdecimal() else None
        return schema

    def allows(self, place: Place, value: Any) -> bool:
        """Whether a value fits a place, as far as the document says."""
        schema = self.documented(place)
        return schema is None or self.generator.is_valid(value, schema)

    def is_needed(self, place: Place) -> bool:
        """Whether the document requires a member at the top of the body."""
        if self.operation.body is None:
            return True
        schema = self.operation.body.media_types[0].schema
        return tokens_of(place[1])[0] in schema_view.required(schema, self.definitions)

    def as_documented(self, place: Place) -> Place:
        """A place at the top of the body as the document spells its name: "start time" too."""
        tokens = tokens_of(place[1])
        if place[0] != "body" or len(tokens) != 1:
            return place
        members = self.top_members()
        said = plain(tokens[0])
        spelt = (said, said.removesuffix("id"), f"{said}id")  # a column, a member that refers
        alike = [name for form in spelt for name in members if form and plain(name) == form]
        if tokens[0] in members or not alike:
            return place
        return "body", f"/{escape_pointer(alike[0])}"

    def top_members(self) -> list[str]:
        """The names of the members that the document has at the top of the body."""
        if self.operation.body is None:
            return []
        schema = self.operation.body.media_types[0].schema
        return list(schema_view.properties(schema, self.definitions))

    def fixed_members(self) -> frozenset[str]:
        """Members at the top of the body that can have one value only: they name the sort."""
        if self.operation.body is None:
            return frozenset()
        schema = self.operation.body.media_types[0].schema
        members = schema_view.properties(schema, self.definitions)
        resolved = {n: schema_view.resolve(m, self.definitions) for n, m in members.items()}
        return frozenset(name for name, member in resolved.items() if "const" in member)

    def is_free_map(self, place: Place) -> bool:
        """Whether a member is an object without declared members, in which anything may stand."""
        schema = self.documented(place)
        if not isinstance(schema, Mapping) or schema_view.properties(schema, self.definitions):
            return False
        known = schema_view.resolve(schema, self.definitions)
        anything = known.get("additionalProperties", True) in (True, {})
        return known.get("type") == "object" and anything

    def is_list(self, place: Place) -> bool:
        """Whether the document has an array at a place of the body."""
        schema = self.documented(place) if place[0] == "body" else None
        return schema is not None and schema_view.items(schema, self.definitions) is not None

    def is_optional(self, place: Place) -> bool:
        """Whether the document knows a member of the body, and that it may be left out."""
        outer, _, name = place[1].rpartition("/")
        parent = self.documented((place[0], outer))
        if parent is None or self.documented(place) is None:
            return False
        return unescape_pointer(name) not in schema_view.required(parent, self.definitions)

    def lists_no_choice(self, complaint: Complaint) -> bool:
        """Whether a value was no valid choice, and neither server nor document list the choices."""
        place: Place = (complaint.location or "body", complaint.pointer)
        unsaid = complaint.rule == "enum" and not complaint.value and bool(complaint.pointer)
        return unsaid and "enum" not in self._resolved(place)

    def _resolved(self, place: Place) -> Mapping[str, Any]:
        schema = self.documented(place)
        return schema_view.resolve(schema, self.definitions) if schema is not None else {}

    def made(self, place: Place, **asked: Any) -> Node:
        """A node for a place. `asked` are keywords of a schema that its value must satisfy too."""
        schema = self.documented(place)
        known = schema_view.resolve(schema, self.definitions) if schema is not None else {}
        if not known and not asked:
            known = guessed(place[1].rpartition("/")[2])
        if not asked:
            return self._written(place, schema if schema not in (None, True, {}) else known)
        return self._written(place, _overlaid(known, asked))

    def whole_body(self) -> tuple[str, Node]:
        """A body as the document has it, else an empty object; with its content type."""
        if self.operation.body is not None:
            body = replace(self.operation.body, required=True)
            recipe = self._writer().write(
                replace(self.operation, body=body), {}, Variant("typical")
            )
            if recipe.body is not None and recipe.media_type is not None:
                return recipe.media_type, recipe.body
        return "application/json", ObjectNode(())

    def values(self, place: Place, schema: JsonSchema, count: int = SAMPLES) -> tuple[Any, ...]:
        """Plain values of a schema, with the meaning that the place's name has."""
        return self.generator.samples(schema, count, unescape_pointer(place[1].rpartition("/")[2]))

    def _written(self, place: Place, schema: JsonSchema) -> Node:
        location, pointer = place
        tokens = tokens_of(pointer) or ["value"]
        # Of what no document describes, one value is sent: others might break a rule not yet told.
        variant = Variant(samples=1 if self.documented(place) is None else SAMPLES)
        if location != "body":
            known = self._parameter(place)
            parameter = (
                replace(known, required=True, schema=schema)
                if known
                else Parameter(
                    tokens[0], location, True, schema, "simple" if location == "header" else "form"
                )
            )
            bare = replace(self.operation, parameters=(parameter,), body=None)
            slots = self._writer().write(bare, {}, variant).parameters
            return slots[0].source if slots else Constant("1")
        nested = schema
        for token in reversed(tokens):
            nested = {"type": "object", "required": [token], "properties": {token: nested}}
        media = MediaType("application/json", nested)
        bare = replace(self.operation, parameters=(), body=RequestBody((media,), required=True))
        if bare.method not in {"POST", "PUT", "PATCH"}:
            bare = replace(bare, method="PATCH")
        node: Node | None = self._writer().write(bare, {}, variant).body
        for token in tokens:
            node = dict(node.members).get(token) if isinstance(node, ObjectNode) else None
        return Constant(None) if node is None else node

    def _writer(self) -> RecipeWriter:
        return RecipeWriter(self.generator, self.definitions)

    def _parameter(self, place: Place) -> Parameter | None:
        wanted = plain(unescape_pointer(place[1][1:]))
        for parameter in self.operation.parameters:
            if parameter.location == place[0] and plain(parameter.name) == wanted:
                return parameter
        return None


def of_branch(
    operation: Operation, definitions: Mapping[str, JsonSchema], body: Node | None
) -> Operation:
    """The operation with the alternative of its body left (`oneOf`) that a body is meant as."""
    if operation.body is None or not isinstance(body, ObjectNode):
        return operation
    media, *others = operation.body.media_types
    if not schema_view.alternatives(media.schema, definitions):
        return operation
    sent = {name: n.value if isinstance(n, Constant) else None for name, n in body.members}
    schema = schema_view.fitting_branch(media.schema, definitions, sent)
    types = (replace(media, schema=schema), *others)
    return replace(operation, body=replace(operation.body, media_types=types))


def guessed(name: str) -> dict[str, Any]:
    """A schema for a member of which only the name is known."""
    parts = words(unescape_pointer(name))
    if not parts:
        return {}
    if parts[0] in _SWITCHES or parts[-1] in {"enabled", "disabled", "active"}:
        return {"type": "boolean"}
    if parts[-1] in {"price", "latitude", "longitude", "lat", "lng", "lon", "ratio"}:
        return {"type": "number"}
    return {"type": "integer"} if parts[-1] in _NUMBERS else {"type": "string"}


def of_format(name: str) -> Mapping[str, Any]:
    """The schema of a format."""
    return FORMAT_SCHEMAS.get(name, {"type": "string", "format": name})


def wire(location: str, value: Any) -> Any:
    """A value as a slot of this location holds it: text everywhere but in a body."""
    if location == "body" or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def empty(kind: str) -> Node:
    """An object or array without anything in it."""
    return ArrayNode(()) if kind == "array" else ObjectNode(())


def _overlaid(known: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the server asks for wins over the document; the rest of the document stays."""
    if "type" in asked or "enum" in asked or "format" in asked:
        kept = {key: known[key] for key in _kept(known, asked) if key in known}
        return {**kept, **asked}
    return {**known, **asked}


def _kept(known: Mapping[str, Any], asked: Mapping[str, Any]) -> Sequence[str]:
    if known.get("type") != asked.get("type"):
        return ()
    if asked.get("type") == "string" and "enum" not in asked:
        return ("minLength", "maxLength")
    return tuple(known) if set(asked) == {"type"} else ()
