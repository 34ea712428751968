"""Objects, arrays, composition, references, levels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from benchmark.generators.parameter_generator import ParameterGenerator
from benchmark.generators.parameter_generator.drawing import Level

Check = Callable[..., None]
LEVELS: tuple[Level, ...] = ("minimal", "typical", "full")

DEFINITIONS: dict[str, Any] = {
    "Node": {
        "type": "object",
        "required": ["label", "children"],
        "properties": {
            "label": {"type": "string"},
            "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
            "parent": {"$ref": "#/$defs/Node"},
        },
    },
    "Expression": {
        "oneOf": [
            {"$ref": "#/$defs/And"},
            {"type": "object", "required": ["value"], "properties": {"value": {"type": "integer"}}},
        ]
    },
    "And": {
        "type": "object",
        "required": ["and"],
        "properties": {
            "and": {"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/Expression"}}
        },
    },
    "Pet": {
        "type": "object",
        "required": ["petType"],
        "properties": {"petType": {"type": "string"}, "name": {"type": "string"}},
        "discriminator": {
            "propertyName": "petType",
            "mapping": {"dog": "#/components/schemas/Dog", "cat": "Cat"},
        },
    },
    "Dog": {
        "allOf": [
            {"$ref": "#/$defs/Pet"},
            {"type": "object", "required": ["bark"], "properties": {"bark": {"type": "boolean"}}},
        ]
    },
    "Cat": {
        "allOf": [
            {"$ref": "#/$defs/Pet"},
            {"type": "object", "required": ["lives"], "properties": {"lives": {"enum": [7, 9]}}},
        ]
    },
    "a/b": {"type": "integer", "minimum": 70},
}

SCHEMAS: list[Any] = [
    True,
    {},
    {"type": "object"},
    {"type": "object", "minProperties": 3},
    {"type": "object", "minProperties": 2, "additionalProperties": {"type": "integer"}},
    {"type": "object", "maxProperties": 1, "properties": {"a": {}, "b": {}}, "required": ["b"]},
    {"type": "object", "propertyNames": {"pattern": "^[a-c]$"}, "minProperties": 3},
    {"type": "object", "propertyNames": {"enum": ["x", "y"]}, "minProperties": 2},
    {
        "type": "object",
        "patternProperties": {"^n_": {"type": "integer"}},
        "additionalProperties": False,
        "minProperties": 2,
    },
    {
        "type": "object",
        "properties": {"n_a": {"minimum": 5}},
        "patternProperties": {"^n_": {"type": "integer"}},
        "required": ["n_a", "other"],
    },
    {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "dependentRequired": {"a": ["b", "c"]},
    },
    {
        "type": "object",
        "properties": {"card": {"type": "string"}},
        "dependentSchemas": {
            "card": {"required": ["street"], "properties": {"street": {"type": "string"}}}
        },
    },
    {"type": "array", "items": {"type": "boolean"}, "minItems": 2, "uniqueItems": True},
    {"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 3, "uniqueItems": True},
    {"type": "array", "items": {"type": "integer"}, "minItems": 20, "uniqueItems": True},
    {"type": "array", "items": {"type": "integer"}, "maxItems": 0},
    {"type": "array", "items": False},
    {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False},
    {"type": "array", "contains": {"const": 3}, "items": {"type": "integer"}},
    {"type": "array", "contains": {"const": "x"}, "minContains": 2, "minItems": 3},
    {"type": ["object", "null"], "properties": {"a": {"type": ["string", "null"]}}},
    {"allOf": [{"required": ["a"]}, {"type": "object", "properties": {"a": {"type": "integer"}}}]},
    {
        "type": "object",
        "properties": {"a": {"minimum": 5}},
        "allOf": [{"properties": {"a": {"type": "integer", "maximum": 6}}, "required": ["a"]}],
    },
    {
        "allOf": [
            {"properties": {"a": {}}, "additionalProperties": False},
            {"properties": {"b": {}}},
        ]
    },
    {
        "oneOf": [
            {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}},
            {"type": "object", "required": ["b"], "properties": {"b": {"type": "integer"}}},
        ]
    },
    {
        "oneOf": [
            {"type": "object", "properties": {"a": {"type": "integer"}}},
            {"type": "object", "properties": {"a": {"type": "string"}}},
        ]
    },
    {"oneOf": [{"type": "integer", "multipleOf": 3}, {"type": "integer", "multipleOf": 5}]},
    {"oneOf": [{"type": "string"}, {"type": "string", "format": "uuid"}, {"type": "integer"}]},
    {"oneOf": [False, {"type": "null"}, {"type": "boolean"}]},
    {"anyOf": [{"type": "null"}, {"type": "string", "minLength": 3}]},
    {"anyOf": [{"required": ["a"]}, {"required": ["b"]}], "type": "object"},
    {
        "type": "object",
        "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
        "anyOf": [{"required": ["c"]}, {"required": ["d"]}],
        "properties": {name: {"type": "integer"} for name in "abcd"},
    },
    {"type": "string", "not": {"enum": ["a"]}},
    {"type": "integer", "minimum": 1, "maximum": 2, "not": {"const": 1}},
    {"type": "object", "properties": {"a": {}, "b": {}}, "not": {"required": ["a"]}},
    {"not": {"type": "string"}},
    {
        "type": "object",
        "properties": {"kind": {"enum": ["x", "y"]}, "extra": {"type": "integer"}},
        "required": ["kind"],
        "if": {"properties": {"kind": {"const": "x"}}},
        "then": {"required": ["extra"]},
        "else": {"properties": {"extra": False}},
    },
    {
        "allOf": [
            {"$ref": "#/$defs/Dog"},
            {"if": {"required": ["bark"]}, "then": {"properties": {"tone": {"const": "low"}}}},
        ],
    },
    {
        "type": "object",
        "oneOf": [{"properties": {"a": {"type": "integer"}}, "required": ["a"]}],
        "unevaluatedProperties": False,
    },
    *({"$ref": f"#/$defs/{name}"} for name in (*list(DEFINITIONS)[:-1], "a~1b")),
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: str(schema)[:60])
@pytest.mark.parametrize("level", LEVELS)
def test_structures_are_valid(schema: Any, level: Level, assert_valid: Check) -> None:
    """Whatever the vocabulary, a value of every level satisfies its schema, and so do samples."""
    generator = ParameterGenerator(1, DEFINITIONS)
    for _ in range(3):
        assert_valid(generator.generate_for_schema(schema, level=level), schema, DEFINITIONS)
    for value in generator.samples(schema, 4, level=level):
        assert_valid(value, schema, DEFINITIONS)


def test_levels() -> None:
    """Minimal has what is required, typical what is commonly sent, full everything."""
    deep = {"type": "object", "properties": {"x": {"type": "object", "properties": {"y": {}}}}}
    schema = {
        "type": "object",
        "required": ["a"],
        "properties": {
            "a": {"type": "string"},
            "b": {"type": "string"},
            "shallow": {"type": "object", "properties": {"c": {"type": "integer"}}},
            "list": {"type": "array", "items": {"type": "string"}},
            "deep": deep,
            "exampled": {**deep, "example": {"x": {}}},
            "old": {"type": "string", "deprecated": True},
        },
    }
    generator = ParameterGenerator(1)
    assert set(generator.generate_for_schema(schema, level="minimal")) == {"a"}
    typical = generator.generate_for_schema(schema, level="typical")
    assert set(typical) == {"a", "b", "shallow", "list", "exampled"}
    assert len(typical["list"]) == 1
    assert set(generator.generate_for_schema(schema, level="full")) == set(schema["properties"])


def test_the_order_of_members_is_the_documents() -> None:
    """Members stand in the order in which the document declares them."""
    properties = {name: {"type": "integer"} for name in "dcba"}
    schema = {"type": "object", "required": ["a", "c"], "properties": properties}
    assert list(ParameterGenerator(1).generate_for_schema(schema)) == list("dcba")


def test_read_only_members_are_never_sent() -> None:
    """Neither generated, nor required, nor taken from an example, also behind a reference."""
    definitions = {"Id": {"type": "integer", "readOnly": True}}
    schema = {
        "type": "object",
        "required": ["id", "name", "stamp"],
        "properties": {
            "id": {"$ref": "#/$defs/Id"},
            "name": {"type": "string"},
            "stamp": {"allOf": [{"type": "string"}, {"readOnly": True}]},
            "secret": {"type": "string", "writeOnly": True},
        },
    }
    generator = ParameterGenerator(1, definitions)
    for level in LEVELS:
        assert not {"id", "stamp"} & set(generator.generate_for_schema(schema, level=level))
    assert "secret" in generator.generate_for_schema(schema)
    exampled = {**schema, "example": {"id": 1, "name": "Rex", "stamp": "x", "secret": "y"}}
    assert generator.generate_for_schema(exampled) == {"name": "Rex", "secret": "y"}
    assert generator.generate_for_schema(exampled, level="minimal") == {"name": "Rex"}


def test_recursion_ends() -> None:
    """An optional recursive member is left out, a required recursive array is empty."""
    generator = ParameterGenerator(1, DEFINITIONS)
    for level in LEVELS:
        node = generator.generate_for_schema({"$ref": "#/$defs/Node"}, level=level)
        assert node["children"] == []
        assert "parent" not in node


def test_what_cannot_be_satisfied_still_gives_a_value() -> None:
    """A contradiction or an endless value gives the nearest attempt, and never an error."""
    definitions: dict[str, Any] = {
        "Endless": {
            "type": "object",
            "required": ["next"],
            "properties": {"next": {"$ref": "#/$defs/Endless"}},
        },
        "Loop": {"$ref": "#/$defs/Loop"},
        "All": {"allOf": [{"$ref": "#/$defs/All"}, {"type": "integer"}]},
        "One": {"oneOf": [{"$ref": "#/$defs/One"}]},
    }
    generator = ParameterGenerator(1, definitions)
    for name in definitions:
        generator.generate_for_schema({"$ref": f"#/$defs/{name}"}, level="full")
    assert isinstance(generator.generate_for_schema({"$ref": "#/$defs/All"}), int)
    assert "next" in generator.generate_for_schema({"$ref": "#/$defs/Endless"})
    for schema in (
        False,
        {"type": "integer", "minimum": 5, "maximum": 1},
        {"allOf": [{"type": "string"}, {"type": "integer"}]},
        {"type": "object", "required": ["a"], "properties": {"a": False}},
        {"$ref": "#/$defs/missing"},
    ):
        generator.generate_for_schema(schema)


@pytest.mark.parametrize("level", LEVELS)
def test_discriminators_name_the_branch(level: Level) -> None:
    """The discriminator has the mapping's name of the branch, else that of the definition."""
    generator = ParameterGenerator(1, DEFINITIONS)
    one_of = {
        "oneOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}],
        "discriminator": {"propertyName": "petType", "mapping": {"kitty": "#/$defs/Cat"}},
    }
    cat = generator.generate_for_schema(one_of, level=level)
    assert cat["petType"] == "kitty"
    assert "lives" in cat
    dog = generator.generate_for_schema({"$ref": "#/$defs/Dog"}, level=level)
    assert dog["petType"] == "dog"
    base = generator.generate_for_schema({"$ref": "#/$defs/Pet"}, level=level)
    assert base["petType"] == "dog"
    assert "bark" in base


def test_a_branch_with_an_example_or_few_members_is_preferred() -> None:
    """Of several branches the one that the document shows, else the smallest, is taken."""
    small = {"type": "object", "required": ["a"], "properties": {"a": {"const": 1}}}
    large = {
        "type": "object",
        "required": ["b", "c"],
        "properties": {"b": {"const": 1}, "c": {"const": 2}},
    }
    generator = ParameterGenerator(1)
    assert "a" in generator.generate_for_schema({"oneOf": [large, small]})
    shown = {**large, "example": {"b": 1, "c": 2}}
    assert "b" in generator.generate_for_schema({"oneOf": [small, shown]})
