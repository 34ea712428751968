"""Schemas that no value satisfies are reported, and no others."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.generators.openapi_parser import parse_document
from benchmark.generators.openapi_parser.contradictions import contradictions, endless
from benchmark.models import ApiDocument


@pytest.mark.parametrize(
    "schema",
    [
        {"minLength": 10, "maxLength": 2},
        {"minItems": 3, "maxItems": 2},
        {"minProperties": 3, "maxProperties": 2},
        {"minimum": 10, "maximum": 1},
        {"exclusiveMinimum": 1, "maximum": 1},
        {"minimum": 1, "exclusiveMaximum": 1},
        {"type": "integer", "exclusiveMinimum": 1, "exclusiveMaximum": 2},
        {"type": "integer", "minimum": 1.2, "maximum": 1.8},
        {"minimum": 1, "maximum": 9, "multipleOf": 10},
        {"minItems": 5, "uniqueItems": True, "items": {"type": "boolean"}},
        {"minItems": 3, "uniqueItems": True, "items": {"enum": ["a", "b"]}},
    ],
)
def test_contradictions_are_found(schema: dict[str, Any]) -> None:
    """Each pair of bounds that leaves nothing is one report."""
    (message,) = contradictions(schema)
    assert message.startswith("no value is valid")


@pytest.mark.parametrize(
    "schema",
    [
        {"minLength": 2, "maxLength": 2},
        {"minimum": 1, "maximum": 1},
        {"type": "integer", "exclusiveMinimum": 1, "exclusiveMaximum": 3},
        {"type": "integer", "minimum": 0.5, "maximum": 1.5},
        {"minimum": 1, "maximum": 10, "multipleOf": 10},
        {"exclusiveMinimum": 0, "maximum": 0.1, "multipleOf": 0.1},
        {"minItems": 2, "uniqueItems": True, "items": {"type": "boolean"}},
        {"minItems": 5, "items": {"type": "boolean"}},
        {"type": "integer", "minimum": 2**63, "maximum": 2**200},
        {"minimum": 1e308, "maximum": 1e308, "multipleOf": 1e-300},
        {"multipleOf": 1e-300},
    ],
)
def test_what_is_narrow_is_no_contradiction(schema: dict[str, Any]) -> None:
    """One valid value is enough."""
    assert not list(contradictions(schema))


NUMBERS = st.integers(-5, 5) | st.floats(-5, 5).map(lambda number: round(number, 1))
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(BOUNDS, NUMBERS)),
    st.sampled_from(["integer", "number"]),
)
def test_reports_agree_with_a_validator(bounds: dict[str, Any], kind: str) -> None:
    """Where a report says that there is no value, a validator accepts none of a fine grid."""
    schema = {"type": kind, **bounds}
    validator = jsonschema_rs.validator_for(schema)
    grid = [n / 20 for n in range(-140, 141)]
    candidates = [int(n) if n.is_integer() else n for n in grid]
    has_value = any(validator.is_valid(number) for number in candidates)
    assert has_value != bool(list(contradictions(schema)))


@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            (*BOUNDS, "multipleOf"),
            (st.floats(1e-307, 1.7e308) | st.integers(1, 10**308)),
        ),
    )
)
def test_extreme_numbers_do_no_harm(schema: dict[str, Any]) -> None:
    """No size of a number raises an error."""
    list(contradictions({"type": "integer", **schema}))


def test_definitions_that_need_themselves_are_found() -> None:
    """Only where each way through requires another one, of itself or in a circle."""
    another = {"$ref": "#/$defs/Node"}

    def needing(schema: Any) -> dict[str, Any]:
        return {"type": "object", "properties": {"next": schema}, "required": ["next"]}

    definitions: dict[str, Any] = {
        "Node": needing({"$ref": "#/$defs/Other"}),
        "Other": {"allOf": [needing({"type": "array", "minItems": 1, "items": another})]},
        "Maybe": needing({"anyOf": [{"$ref": "#/$defs/Maybe"}, {"type": "null"}]}),
        "Optional": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Optional"}}},
        "List": needing({"type": "array", "items": {"$ref": "#/$defs/List"}}),
        "Untyped": {"properties": {"next": {"$ref": "#/$defs/Untyped"}}, "required": ["next"]},
        "Lost": needing({"$ref": "#/$defs/Nowhere"}),
        "User": {"oneOf": [another, {"$ref": "#/$defs/Other"}]},
    }
    assert endless(definitions) == ["Node", "Other", "User"]


def test_the_user_is_told_where() -> None:
    """A warning names the operation and the property."""
    schema = {
        "type": "object",
        "properties": {"a": {"properties": {"b": {"minLength": 3, "maxLength": 1}}}},
    }
    content = {"application/json": {"schema": schema}}
    document = {
        "openapi": "3.1.0",
        "paths": {"/x": {"post": {"requestBody": {"content": content}}}},
    }
    (warning,) = parse_document(ApiDocument("main", "", "x", document)).warnings
    assert warning.where == "POST /x"
    assert warning.message == "a.b: no value is valid: minLength 3 is above maxLength 1"
