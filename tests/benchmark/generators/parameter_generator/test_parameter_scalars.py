"""Numbers, strings, formats, patterns and documented values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from benchmark.generators.parameter_generator import ParameterGenerator

Check = Callable[..., None]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer"},
        {"type": "integer", "minimum": 5, "maximum": 5},
        {"type": "integer", "minimum": 1000},
        {"type": "integer", "maximum": -1000},
        {"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5},
        {"type": "integer", "minimum": 9.5, "maximum": 10.5},
        {"type": "integer", "multipleOf": 7, "minimum": 200},
        {"type": "integer", "multipleOf": 1.5, "minimum": 1, "maximum": 4},
        {"type": "integer", "minimum": 2**31, "format": "int64"},
        {"type": "integer", "minimum": -(2**31), "maximum": -(2**31) + 1, "format": "int32"},
        {"type": "number"},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        {"type": "number", "exclusiveMinimum": 0, "maximum": 0.001},
        {"type": "number", "minimum": 0.3, "maximum": 0.3},
        {"type": "number", "multipleOf": 0.01, "minimum": 0.1},
        {"type": "number", "multipleOf": 0.5, "exclusiveMinimum": 2.5, "maximum": 3},
        {"type": "number", "multipleOf": 2.5, "minimum": -10, "maximum": -5},
        {"type": "number", "minimum": 1e300},
        {"type": "number", "minimum": -1.7e308, "maximum": 1.7e308, "format": "double"},
        {"type": ["null", "integer"], "minimum": 500},
        {"allOf": [{"type": "integer", "multipleOf": 4}, {"multipleOf": 6, "minimum": 13}]},
        {"allOf": [{"type": "number", "minimum": 1}, {"type": "integer", "maximum": 1}]},
    ],
)
def test_numbers_keep_their_bounds(schema: dict[str, Any], assert_valid: Check) -> None:
    """Every number lies within bounds of any kind and is a multiple of what is asked for."""
    generator = ParameterGenerator(1)
    for name in ("", "price", "limit", "created_at", "latitude", "userId"):
        for _ in range(10):
            assert_valid(generator.generate_for_schema(schema, name), schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"type": "string", "minLength": 0, "maxLength": 0},
        {"type": "string", "maxLength": 1},
        {"type": "string", "minLength": 60},
        {"type": "string", "minLength": 33, "maxLength": 33},
        {"type": "string", "minLength": 7_000},
        {"type": "string", "format": "email", "maxLength": 8},
        {"type": "string", "format": "email", "minLength": 40},
        {"type": "string", "format": "uri", "minLength": 60},
        {"type": "string", "format": "password", "minLength": 30, "maxLength": 40},
        {"type": "string", "pattern": "^[A-Z]{3}$", "format": "iso-currency"},
        {"type": "string", "pattern": "^[a-z]+$", "minLength": 30, "maxLength": 31},
        {"type": "string", "pattern": "x", "minLength": 10},
        {"allOf": [{"type": "string", "pattern": "^a"}, {"pattern": "^[ab]*$"}]},
    ],
)
def test_strings_keep_their_length(schema: dict[str, Any], assert_valid: Check) -> None:
    """Every string has the length asked for, whatever its name suggests."""
    generator = ParameterGenerator(1)
    for name in ("", "email", "description", "id", "password", "website", "due_date", "country"):
        for _ in range(5):
            assert_valid(generator.generate_for_schema(schema, name), schema)


@pytest.mark.parametrize(
    "name",
    "date-time date time duration email idn-email hostname ipv4 ipv6 uri uri-reference uuid "
    "json-pointer regex byte password url guid decimal int64 uri-template iri "
    "relative-json-pointer unheard-of".split(),
)
def test_formats(name: str, assert_valid: Check) -> None:
    """A string of each format is one."""
    generator = ParameterGenerator(1)
    schema = {"type": "string", "format": name, "contentEncoding": "base64"}
    for _ in range(20):
        assert_valid(generator.generate_for_schema(schema), schema)


@pytest.mark.parametrize("name", ["dateTime", "datetime", "date_time", "Date-Time", "date time"])
def test_misspelt_format(name: str, assert_valid: Check) -> None:
    """The ways in which documents spell date-time all give one."""
    value = ParameterGenerator(1).generate_for_schema({"type": "string", "format": name})
    assert_valid(value, {"type": "string", "format": "date-time"})


PATTERNS = [
    r"^[A-Z]{3}-\d{4}$",
    r"^\d{5}(-\d{4})?$",
    r"^[a-z0-9]+(?:-[a-z0-9]+)*$",
    r"^(GET|POST|PUT)$",
    r"^#?([a-fA-F0-9]{6}|[a-fA-F0-9]{3})$",
    r"^[\w.+-]+@[\w-]+\.[\w.-]+$",
    r"^\+?[1-9]\d{1,14}$",
    r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[@$!%*?&])[A-Za-z\d@$!%*?&]{8,}$",
    r"^(?!admin).+$",
    r"^\p{L}[\p{L}\p{N} ]*$",
    r"^(?<year>\d{4})-(?<month>0[1-9]|1[0-2])$",
    r"^(['\"]).*\1$",
    r"^[^\s/]+$",
    r"^[^\x00-\x1f]{2,5}$",
    r"^\/[a-z\/]*$",
    r"^[\u00e0-\u00ff]+$",
    r"[0-9]+",
    r"^$",
    r"^\S+\s\S+$",
    r"^arn:aws:[a-z]+:[a-z0-9-]*:\d{12}:.+$",
    r"^[\-\_a-z]{3}$",
    r"^([01]\d|2[0-3]):[0-5]\d$",
    r"^(\d{1,3}\.){3}\d{1,3}$",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns(pattern: str, assert_valid: Check) -> None:
    """A text matches its pattern, in ECMA dialect."""
    generator = ParameterGenerator(1)
    schema = {"type": "string", "pattern": pattern}
    for name in ("", "password", "phone"):
        for _ in range(10):
            assert_valid(generator.generate_for_schema(schema, name), schema)


@pytest.mark.parametrize(
    ("pattern", "example"),
    [
        (r"^(a+)+$", "a" * 40 + "b"),
        (r"^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 60),
        (r"(.*a){30}", "b" * 60),
        (r"(a|aa)+$", "a" * 60 + "b"),
        (r"^(\w+\s?)*$", "word " * 20 + "!"),
        (r"^(.*?,){11}P", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18"),
        (r"a{1,4000000000}", "b"),
        (r"((((a{100}){100}){100}){100}){100}", "a"),
        (r"^(?=.*b)(?!.*b).*$", "b"),
        (r"(", "("),
        (r"(?P<x>a)(?P=x)", "aa"),
        ("(" * 500 + "a" + ")" * 500, "a"),
        ("[" * 3_000, "a"),
        ("a?" * 40 + "a" * 40, "a" * 39),
    ],
)
def test_hostile_patterns_do_not_hang(pattern: str, example: str) -> None:
    """A pattern that backtracks without end, or cannot be met, still gives a string."""
    generator = ParameterGenerator(1)
    schema = {"type": "string", "pattern": pattern, "minLength": 2, "example": example}
    assert isinstance(generator.generate_for_schema(schema), str)


def test_a_long_example_of_a_nested_pattern_is_kept() -> None:
    """A pattern whose repetitions are told apart by a separator is no danger."""
    schema = {
        "type": "string",
        "pattern": "^[a-z0-9]+([-.][a-z0-9]+)*$",
        "example": "a-rather-long-name-of-a-bucket.example.org",
    }
    assert ParameterGenerator(1).generate_for_schema(schema) == schema["example"]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"const": 5, "example": 6}, 5),
        ({"type": "string", "example": "Rex", "default": "Bo"}, "Rex"),
        ({"type": "string", "examples": [1.5, "Rex"]}, "1.5"),
        ({"type": "integer", "example": 3, "minimum": 10, "default": 12}, 12),
        ({"type": "integer", "example": "42"}, 42),
        ({"type": "string", "example": 12345}, "12345"),
        ({"type": "string", "enum": [None, "a"], "nullable": True}, "a"),
        ({"enum": [None]}, None),
        ({"enum": ["a", "b"], "example": "b"}, "b"),
        ({"type": "string", "maxLength": 2, "enum": ["long", "ok"]}, "ok"),
        ({"type": "integer", "default": 0}, 0),
        ({"type": "boolean", "default": False}, False),
        ({"$ref": "#/$defs/Named", "example": "outer"}, "outer"),
        ({"$ref": "#/$defs/Named"}, "inner"),
    ],
)
def test_documented_values_come_first(schema: dict[str, Any], expected: Any) -> None:
    """Const, then valid examples, then enum, then the default; what is not valid is passed over."""
    generator = ParameterGenerator(1, {"Named": {"type": "string", "example": "inner"}})
    for _ in range(5):
        value = generator.generate_for_schema(schema, "email")
        if schema.get("enum") == ["a", "b"]:
            assert value in {"a", "b"}
        else:
            assert value == expected
            assert type(value) is type(expected)


def test_placeholder_examples_are_ignored() -> None:
    """The example "string", which tools write, is no reason not to write an e-mail address."""
    schema = {"type": "string", "example": "string", "default": ""}
    assert "@" in ParameterGenerator(1).generate_for_schema(schema, "email")


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ({"name": "user_id", "schema": {"type": "integer"}}, int),
        ({"name": "user_id", "type": "integer", "in": "query"}, int),
        ({"name": "q", "in": "query", "type": "string", "required": True}, str),
        ({"name": "ids", "in": "query", "type": "array", "items": {"type": "integer"}}, list),
        ({"name": "f", "content": {"application/json": {"schema": {"type": "object"}}}}, dict),
        ({"name": "x", "schema": {"type": "string"}, "examples": {"a": {"value": "y"}}}, str),
        ({"name": "n", "schema": {"type": "int"}}, int),
        ({"name": "n", "schema": {"type": "integer", "nullable": True}}, int),
        ({}, str),
    ],
)
def test_raw_parameters(parameter: dict[str, Any], expected: type) -> None:
    """Parameter objects of OpenAPI 3 and Swagger 2.0 are understood as they stand."""
    assert isinstance(ParameterGenerator(1).generate_for_parameter(parameter), expected)


def test_boolean_exclusive_bounds() -> None:
    """In the dialect of OpenAPI 3.0 an exclusive bound is a flag beside the bound."""
    parameter = {
        "name": "n",
        "schema": {"type": "integer", "minimum": 1, "exclusiveMinimum": True, "maximum": 2},
    }
    assert ParameterGenerator(1).generate_for_parameter(parameter) == 2
