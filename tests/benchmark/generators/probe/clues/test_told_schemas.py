"""JSON Schemas in answers, and the recipes that are written after them."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.generators.probe.clues.told_schemas import told_by
from benchmark.models import Constant, ObjectNode
from tests.benchmark.generators.probe.probe_cases import case_of, outcome, reply
from tests.benchmark.generators.small_apis import op

API = {"GET /models/{name}": op()}
SIZE = {"type": "object", "properties": {"size": {"const": 3}}, "required": ["size"]}


def told(content: Any) -> list[Any]:
    """The objects that an answer of the read tells of."""
    case = case_of("GET /models/{name}", API)
    answered = outcome(case, reply(200, content), {("path", "/name"): "small"})
    return list(told_by(case, answered))


def test_a_schema_is_found_with_the_choice_that_it_belongs_to() -> None:
    """Wherever it is in the answer; the choice is what stood at the end of the path."""
    (found,) = told({"name": "small", "about": [{"schema": SIZE}]})
    assert (found.operation, found.choice) == ("GET /models/{name}", "small")
    assert found.node == ObjectNode((("size", Constant(3)),))


def test_references_within_the_schema_are_followed() -> None:
    """Generators of schemas keep parts under `$defs` or `definitions`."""
    part = {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}, "required": ["a"]}
    (found,) = told({**part, "$defs": {"A": {"const": 1}}})
    assert found.node == ObjectNode((("a", Constant(1)),))


@pytest.mark.parametrize(
    "content",
    [
        {"type": "object", "properties": {}},
        {"type": "object", "properties": {"a": 1}},
        {"properties": {"a": {}}, "type": ["object"]},
        [1, None, "x", {"properties": []}],
        {"a": {"b": {"c": {"d": {"e": {"f": SIZE}}}}}},
        {"type": "object", "properties": {str(number): {} for number in range(100)}},
    ],
)
def test_what_is_no_schema_of_an_object_tells_nothing(content: Any) -> None:
    """Nor does one that lies too deep or is too large."""
    assert told(content) == []


@pytest.mark.parametrize(
    "member",
    [
        {"$ref": "#"},
        {"$ref": 7},
        {"type": "wrong", "pattern": "(a+)+$", "minLength": "x"},
        {"type": "array", "minItems": 10**9, "items": {"type": "string"}},
        {"enum": []},
        {"allOf": "x", "properties": 4, "required": {"a": 1}},
    ],
)
def test_hostile_schemas_do_no_harm(member: Any) -> None:
    """Something is made of them, or nothing, but no error."""
    schema = {"type": "object", "properties": {"a": member}, "required": ["a"]}
    assert len(told({"schema": schema, "$defs": 3})) <= 1
