"""Documents that are wrong, huge or endless."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmark.generators.parameter_generator import ParameterGenerator

HUGE = 2**31

HOSTILE: list[Any] = [
    {"type": "string", "minLength": HUGE},
    {"type": "string", "minLength": 10, "maxLength": 2},
    {"type": "string", "minLength": -1, "maxLength": 10**30},
    {"type": "array", "minItems": HUGE, "items": {"type": "integer"}},
    {"type": "array", "minItems": 5, "uniqueItems": True, "items": {"type": "boolean"}},
    {"type": "object", "minProperties": HUGE},
    {"type": "object", "minProperties": HUGE, "propertyNames": {"enum": ["a"]}},
    {"type": "integer", "multipleOf": 0},
    {"type": "integer", "multipleOf": -3},
    {"type": "number", "multipleOf": 1e-300},
    {"type": "integer", "minimum": 10, "maximum": 1},
    {"type": "number", "minimum": float("inf"), "maximum": float("nan")},
    {"type": "integer", "minimum": 2**63, "maximum": 2**200, "format": "int32"},
    {"contains": {"type": "null"}, "minContains": HUGE},
    {"oneOf": [{"type": "integer"}] * 5_000},
    {"anyOf": [{"not": {}}] * 100},
    {"allOf": [{"type": "integer"}] * 5_000},
    {"not": {}},
    {"type": 5, "properties": [], "required": True, "items": 3, "enum": {}, "pattern": 7},
    {"type": ["int", None, {}], "oneOf": {}, "allOf": 7, "anyOf": [1, None], "format": []},
    {"type": "object", "properties": {"a": None, "b": 3, "": {}}, "required": [1, "a", None]},
    {"type": "object", "dependentRequired": {"a": 1}, "dependentSchemas": [], "discriminator": 1},
    {"oneOf": [{"$ref": 5}], "discriminator": {"propertyName": [], "mapping": 3}},
    {"type": "object", "patternProperties": {"(": {}}, "propertyNames": 3, "example": object()},
    {"$ref": "http://example.com/x"},
    {"$ref": "#/$defs/../../etc/passwd"},
    {"if": 3, "then": [], "else": None, "default": object},
    {"enum": []},
    {"enum": [{"a": [1]}, [[]]]},
    {"examples": {"a": 1}, "example": {"b": float("nan")}},
]


@pytest.mark.parametrize("schema", HOSTILE, ids=lambda schema: str(schema)[:50])
def test_hostile_schemas(schema: Any) -> None:
    """No schema raises an error, hangs, or gives a value beyond the limits."""
    generator = ParameterGenerator(1)
    for level in ("minimal", "typical", "full"):
        value = generator.generate_for_schema(schema, "name", level)
        assert len(repr(value)) < 300_000
    generator.samples(schema, 3)
    generator.generate_for_body({"content": {"application/json": {"schema": schema}}})
    generator.generate_for_parameter({"name": "x", "schema": schema})


def test_arrays_that_multiply() -> None:
    """Nested arrays, each of a thousand, stay a small payload."""
    schema: Any = {"type": "string", "minLength": 1_000}
    for _ in range(5):
        schema = {"type": "array", "minItems": 1_000, "items": schema}
    assert len(json.dumps(ParameterGenerator(1).generate_for_schema(schema))) < 300_000


def test_deep_schemas() -> None:
    """Nesting beyond Python's stack gives a value as well."""
    schema: Any = {"type": "integer"}
    for _ in range(5_000):
        schema = {"type": "object", "required": ["a"], "properties": {"a": schema}}
    assert "a" in ParameterGenerator(1).generate_for_schema(schema)
    negated: Any = {"type": "integer"}
    for _ in range(5_000):
        negated = {"not": negated}
    ParameterGenerator(1).generate_for_schema(negated)
    example: Any = 1
    for _ in range(5_000):
        example = [example]
    ParameterGenerator(1).generate_for_schema({"type": "array", "example": example})


def test_branches_that_multiply() -> None:
    """Choices within choices that all fail are given up, before all of them were tried."""
    schema: Any = {"not": {}}
    for _ in range(40):
        schema = {
            "type": "object",
            "required": ["a"],
            "properties": {"a": schema},
            "oneOf": [{}, {}, {}],
        }
    ParameterGenerator(1).generate_for_schema(schema)  # 3 ** 40 ways would never end


@pytest.mark.parametrize(
    "parameter",
    [
        {"name": 5, "schema": []},
        {"name": None, "schema": None, "examples": 5},
        {"content": {"x": 5}, "in": []},
        {"name": "a" * 100_000, "type": "string"},
    ],
)
def test_hostile_parameters(parameter: Any) -> None:
    """A parameter object of any form gives some value."""
    ParameterGenerator(1).generate_for_parameter(parameter)
