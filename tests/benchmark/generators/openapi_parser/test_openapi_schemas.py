"""Schemas of every dialect become JSON Schema 2020-12, whatever stands in them."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.generators.openapi_parser import parse_document
from benchmark.models import ApiDocument, ApiSpec, JsonSchema


def parse_schema(
    schema: Any, schemas: dict[str, Any] | None = None, version: str = "3.0.3"
) -> tuple[JsonSchema, ApiSpec]:
    """The levelled body schema of the one operation of a document, and the whole API."""
    content = {"application/json": {"schema": schema}}
    document = {
        "openapi": version,
        "paths": {"/x": {"post": {"requestBody": {"content": content}, "responses": {}}}},
        "components": {"schemas": schemas or {}},
    }
    spec = parse_document(ApiDocument("main", "", "api.json", document))
    body = spec.operations[0].body
    assert body is not None
    return body.media_types[0].schema, spec


def level(schema: Any, version: str = "3.0.3") -> JsonSchema:
    """The levelled form of a schema without references."""
    return parse_schema(schema, version=version)[0]


@pytest.mark.parametrize(
    ("written", "levelled"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "x-nullable": True}, {"type": ["string", "null"]}),
        (
            {"nullable": True, "readOnly": True, "allOf": [{"type": "object"}]},
            {"anyOf": [{"allOf": [{"type": "object"}]}, {"type": "null"}], "readOnly": True},
        ),
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"maximum": 9, "exclusiveMaximum": False}, {"maximum": 9}),
        ({"exclusiveMaximum": 9}, {"exclusiveMaximum": 9}),
        ({"exclusiveMinimum": True}, {}),
        ({"maximum": 2**64, "minimum": -(10**400)}, {"maximum": 2**64, "minimum": -1.7e308}),
        ({"minLength": "3", "maxLength": 4.0}, {"minLength": 3, "maxLength": 4}),
        ({"items": [{"type": "string"}]}, {"items": {"type": "string"}}),
        (
            {"items": [{"type": "string"}, True], "additionalItems": False},
            {"prefixItems": [{"type": "string"}, True], "items": False},
        ),
        ({"type": "string", "format": "dateTime"}, {"type": "string", "format": "date-time"}),
        ({"type": "string", "enum": [1.5, True]}, {"type": "string", "enum": ["1.5", "true"]}),
        ({"type": "integer", "enum": ["1", "2"]}, {"type": "integer", "enum": [1, 2]}),
        ({"type": ["string", None]}, {"type": ["string", "null"]}),
        ({"discriminator": "kind"}, {"discriminator": {"propertyName": "kind"}}),
        ({"dependencies": {"a": ["b"]}}, {"dependentRequired": {"a": ["b"]}}),
        ({"examples": {"one": {"value": 1}}}, {"examples": [1]}),
        ({"$id": "http://h/x", "$schema": "x", "x-y": 1, "externalDocs": {}}, {}),
    ],
)
def test_other_dialects_are_levelled(written: Any, levelled: Any) -> None:
    """What draft 4, OpenAPI 3.0 and Swagger 2.0 say in their own way is said in one."""
    assert level(written) == levelled


@pytest.mark.parametrize(
    ("written", "levelled"),
    [
        ("int", {"type": "integer"}),
        ("integer ", {"type": "integer"}),
        ("str", {"type": "string"}),
        ("Float", {"type": "number"}),
        ("bool", {"type": "boolean"}),
        ("file", {"type": "string", "format": "binary"}),
        ("date", {"type": "string", "format": "date"}),
        ("any", {}),
        ("gibberish", {}),
    ],
)
def test_misspelt_types_are_repaired(written: str, levelled: Any) -> None:
    """A type that a person would understand is understood, another one allows everything."""
    assert level({"type": written}) == levelled
    assert level({"properties": {"a": written}}) in (
        {"properties": {"a": levelled}},
        {"properties": {"a": True}},
    )


@pytest.mark.parametrize(
    "schema",
    [
        {"type": 5}, {"type": {}}, {"type": []}, {"properties": []}, {"required": "x"},
        {"required": [1]}, {"enum": "abc"}, {"enum": []}, {"items": 5}, {"allOf": {}},
        {"oneOf": "x"}, {"anyOf": []}, {"format": []}, {"minimum": "a"}, {"maximum": True},
        {"multipleOf": 0}, {"minLength": -1}, {"maxItems": 1.5}, {"pattern": "("}, {"pattern": 4},
        {"patternProperties": {"[": {}}}, {"additionalProperties": "x"}, {"discriminator": 5},
        {"uniqueItems": "maybe"}, {"dependentRequired": 1}, {"not": []}, {"xml": 3}, {"title": []},
        {"exclusiveMinimum": "x"}, {"minProperties": 10**30}, {"pattern": "a{99999999999}"},
    ],
)  # fmt: skip
def test_wrong_keyword_values_are_dropped_with_a_warning(schema: Any) -> None:
    """No validator ever meets a keyword that it would refuse."""
    levelled, spec = parse_schema(schema)
    jsonschema_rs.validator_for(levelled if isinstance(levelled, bool) else dict(levelled))
    assert spec.warnings or levelled in ({"items": True}, {"anyOf": []}, {}, {"allOf": [{}]})


@pytest.mark.parametrize(
    ("written", "levelled"),
    [
        (r"^\d+$", r"^\d+$"),
        (r"^[\w-.]+\_\Z", r"^[\w\-.]+_$"),
        (r"(?P<year>\d{4})", r"(?<year>\d{4})"),
        (r"/^[a-z]+$/i", r"^[a-z]+$"),
        (r"(?i)^ab$", "^ab$"),
        (r"^{a}$", r"^\{a\}$"),
        (r"\p{L}", r"\p{L}"),
    ],
)
def test_patterns_of_other_dialects_are_rewritten(written: str, levelled: str) -> None:
    """Python's and Perl's ways that have an ECMA counterpart become it."""
    assert level({"pattern": written}) == {"pattern": levelled}


def test_boolean_required_on_a_property_is_understood() -> None:
    """`required: true` where a property is described makes that property required."""
    levelled, _ = parse_schema(
        {"required": ["b"], "properties": {"a": {"type": "string", "required": True}, "b": {}}}
    )
    assert levelled == {
        "required": ["b", "a"],
        "properties": {"a": {"type": "string"}, "b": {}},
    }


def test_references_become_definitions_once() -> None:
    """Each referred schema is one definition; unreachable ones are left out."""
    levelled, spec = parse_schema(
        {"type": "array", "items": {"$ref": "#/components/schemas/My~1Pet%20A"}},
        {"My/Pet A": {"properties": {"next": {"$ref": "#/components/schemas/My~1Pet A"}}}, "B": {}},
    )
    assert levelled == {"type": "array", "items": {"$ref": "#/$defs/My_Pet_A"}}
    assert spec.definitions == {
        "My_Pet_A": {"properties": {"next": {"$ref": "#/$defs/My_Pet_A"}}},
    }


def test_references_to_anywhere_in_the_document_are_hoisted() -> None:
    """A pointer into a path, a property or the document's own file name works as well."""
    inner = {"type": "object", "properties": {"a": {"type": "integer"}}}
    levelled, spec = parse_schema(
        {
            "oneOf": [
                {"$ref": "#/components/schemas/A/properties/a"},
                {"$ref": "./api.json#/components/schemas/A"},
                {"$ref": "A"},
                {"$ref": "#/$defs/Local"},
            ],
            "$defs": {"Local": {"type": "boolean"}},
        },
        {"A": inner},
    )
    assert levelled == {
        "oneOf": [
            {"$ref": "#/$defs/components_schemas_A_properties_a"},
            {"$ref": "#/$defs/A"},
            {"$ref": "#/$defs/A"},
            {"$ref": "#/$defs/defs_Local"},
        ]
    }
    assert spec.definitions["components_schemas_A_properties_a"] == {"type": "integer"}
    assert spec.definitions["defs_Local"] == {"type": "boolean"}


@pytest.mark.parametrize(
    "reference",
    ["other.yaml#/A", "file:///etc/passwd", "http://h.invalid/x", "#/nowhere", "#x", 5, None],
)
def test_references_out_of_the_document_allow_everything(reference: Any) -> None:
    """They are reported and never opened."""
    levelled, spec = parse_schema({"properties": {"a": {"$ref": reference}}})
    assert levelled == {"properties": {"a": {}}}
    assert len(spec.warnings) == 1


def test_siblings_of_a_reference_count_as_the_version_says() -> None:
    """OpenAPI 3.1 applies them all, 3.0 only what does not validate, and nullable."""
    schema = {"$ref": "#/components/schemas/A", "minLength": 3, "description": "d"}
    for version, extra in (("3.0.3", {}), ("3.1.0", {"minLength": 3})):
        levelled, _ = parse_schema(schema, {"A": {}}, version)
        assert levelled == {"$ref": "#/$defs/A", "description": "d", **extra}
    nullable, _ = parse_schema({"$ref": "#/components/schemas/A", "nullable": True}, {"A": {}})
    assert nullable == {"anyOf": [{"$ref": "#/$defs/A"}, {"type": "null"}]}


def test_circles_without_a_value_are_cut() -> None:
    """A schema that is itself would be walked forever; a recursive property would not."""
    _, spec = parse_schema(
        {"$ref": "#/components/schemas/M1"},
        {
            "M1": {"allOf": [{"$ref": "#/components/schemas/M2"}]},
            "M2": {"oneOf": [{"$ref": "#/components/schemas/M1"}, {"type": "object"}]},
        },
    )
    assert spec.definitions["M2"] == {"oneOf": [{}, {"type": "object"}]}
    _, tree = parse_schema(
        {"$ref": "#/components/schemas/T"},
        {"T": {"properties": {"left": {"$ref": "#/components/schemas/T"}}}},
    )
    assert tree.definitions["T"] == {"properties": {"left": {"$ref": "#/$defs/T"}}}


def test_discriminators_map_to_definitions() -> None:
    """Each branch has its value, from the mapping or from its name."""
    levelled, _ = parse_schema(
        {
            "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
            "discriminator": {"propertyName": "kind", "mapping": {"meow": "Cat", "x": 5}},
        },
        {"Cat": {}, "Dog": {}},
    )
    assert isinstance(levelled, dict)
    assert levelled["discriminator"] == {
        "propertyName": "kind",
        "mapping": {"meow": "#/$defs/Cat", "Dog": "#/$defs/Dog"},
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.sampled_from(
        ["string", "int", "x", "(", "^a$", "#/components/schemas/A", "true", "date"]
    ),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            "type format items enum properties required allOf anyOf oneOf not if then else $ref "
            "nullable minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength "
            "maxLength pattern patternProperties additionalProperties prefixItems contains "
            "uniqueItems dependentRequired dependentSchemas dependencies discriminator xml "
            "examples default const title $defs propertyNames minContains maxContains a".split()
        ),
        inner,
        max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip


@given(schema=JSON, other=JSON, version=st.sampled_from(["3.0.3", "3.1.0"]))
def test_any_json_levels_to_a_valid_schema(schema: Any, other: Any, version: str) -> None:
    """Whatever stands where a schema should, a validator can be built of the result."""
    levelled, spec = parse_schema(schema, {"A": other}, version)
    jsonschema_rs.Draft202012Validator(
        {"allOf": [levelled], "$defs": dict(spec.definitions)}
    ).is_valid({"a": [1]})
