"""Looking into schemas: references, `allOf`, nullable variants, and what never ends."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.generators import schema_view
from benchmark.models import JsonSchema

DEFINITIONS: dict[str, JsonSchema] = {
    "Item": {"type": "object", "properties": {"id": {"type": "integer"}}},
    "Named": {"allOf": [{"$ref": "#/$defs/Item"}, {"properties": {"name": {"type": "string"}}}]},
    "Items": {"type": "array", "items": {"$ref": "#/$defs/Item"}},
    "a/b": {"properties": {"odd": True}},
    "Loop": {"$ref": "#/$defs/Loop"},
    "Self": {"allOf": [{"$ref": "#/$defs/Self"}], "properties": {"self": {"$ref": "#/$defs/Self"}}},
    "Always": True,
}


def ref(name: str, **beside: Any) -> dict[str, Any]:
    """A reference, maybe with members beside it."""
    return {"$ref": f"#/$defs/{name}", **beside}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, {"type": "string"}),
        (ref("Item", title="T"), {**DEFINITIONS["Item"], "title": "T"}),  # type: ignore[dict-item]
        (ref("a~1b"), DEFINITIONS["a/b"]),
        (ref("Unknown"), {}),
        (ref("Loop"), {}),
        (ref("Always"), {}),
        (True, {}),
        ({"$ref": 7, "type": "string"}, {"type": "string"}),
        ({"$ref": "https://elsewhere.invalid/x"}, {}),
    ],
)
def test_resolve(schema: JsonSchema, expected: Any) -> None:
    """References lead to definitions; what leads nowhere is empty."""
    assert schema_view.resolve(schema, DEFINITIONS) == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (ref("Item"), ["id"]),
        (ref("Named"), ["id", "name"]),
        ({"anyOf": [ref("Item"), {"type": "null"}]}, ["id"]),
        ({"oneOf": [{"type": "null"}, ref("Named")]}, ["id", "name"]),
        ({"anyOf": [ref("Item"), ref("Named")]}, []),
        (ref("Item", properties={"extra": True}), ["extra"]),
        ({"allOf": [ref("Item", title="T"), ref("Item", title="U")]}, ["id"]),
        (ref("Self"), ["self"]),
        ({"properties": "wrong", "allOf": "wrong", "anyOf": 7}, []),
        ({"allOf": [7, None, True]}, []),
        (False, []),
    ],
)
def test_properties(schema: JsonSchema, expected: list[str]) -> None:
    """Members are those of all schemas that apply; a choice between several has none."""
    assert list(schema_view.properties(schema, DEFINITIONS)) == expected


def test_own_properties_win_over_inherited_ones() -> None:
    """What stands nearer to the schema is laid over what it is made of."""
    schema = {"allOf": [ref("Item")], "properties": {"id": {"type": "string"}}}
    assert schema_view.properties(schema, DEFINITIONS) == {"id": {"type": "string"}}


def test_shared_parts_are_looked_at_once() -> None:
    """Forty levels of two parts each are forty schemas, not a million million."""
    doubled: dict[str, JsonSchema] = {
        f"L{n}": {"allOf": [ref(f"L{n + 1}"), ref(f"L{n + 1}")]} for n in range(40)
    }
    doubled["L40"] = {"properties": {"deep": True}}
    assert schema_view.properties(ref("L0"), doubled) == {"deep": True}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (ref("Items"), ref("Item")),
        ({"anyOf": [ref("Items"), {"type": "null"}]}, ref("Item")),
        ({"type": "array", "items": True}, None),
        ({"type": "array"}, None),
        (ref("Item"), None),
    ],
)
def test_items(schema: JsonSchema, expected: Any) -> None:
    """The schema of items, where there is one."""
    assert schema_view.items(schema, DEFINITIONS) == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (ref("Item"), "Item"),
        (ref("Item", description="D", nullable=True), "Item"),
        ({"allOf": [ref("a~1b")], "description": "D"}, "a/b"),
        ({"allOf": [{"allOf": [ref("Item")]}]}, "Item"),
        (ref("Item", properties={"extra": True}), ""),
        ({"allOf": [ref("Item")], "items": ref("Named")}, ""),
        ({"allOf": [ref("Item"), ref("Named")]}, ""),
        ({"allOf": [ref("Item")], **ref("Named")}, ""),
        ({"anyOf": [ref("Item")]}, ""),
        ({"allOf": "wrong"}, ""),
        ({"type": "object"}, ""),
        (7, ""),
    ],
)
def test_what_is_no_more_than_a_definition(schema: JsonSchema, expected: str) -> None:
    """A reference and its wrapper have a definition's members; with members beside, they do not."""
    assert schema_view.definition_name(schema) == expected


def test_wrappers_without_end_have_no_definition() -> None:
    """A wrapper that contains itself is given up."""
    endless: dict[str, Any] = {}
    endless["allOf"] = [endless]
    assert schema_view.definition_name(endless) == ""


def test_the_alternative_that_is_meant() -> None:
    """The one whose constants hold, and that knows most of the members; else all of them stay."""
    left = {"properties": {"kind": {"const": "l"}, "a": {}, "b": {}}}
    right = {"properties": {"kind": {"const": "r"}, "a": {}}}
    schema: JsonSchema = {"oneOf": [left, right]}
    known = schema_view.fitting_branch(schema, {}, {"kind": None, "a": 1, "b": 2})
    assert known == {"oneOf": [left]}
    assert schema_view.fitting_branch(schema, {}, {"kind": "r", "b": 2}) == {"oneOf": [right]}
    assert schema_view.fitting_branch(schema, {}, {"kind": "x"}) == schema
    assert schema_view.fitting_branch({"type": "object"}, {}, {"a": 1}) == {"type": "object"}
    assert schema_view.alternatives(schema, {}) == 2


def test_reference_names_are_unescaped() -> None:
    """A definition's name is what its author wrote."""
    assert schema_view.reference_name(ref("a~1b")) == "a/b"
    assert schema_view.reference_name({"$ref": "other.json#/x"}) == ""
    assert schema_view.reference_name(True) == ""
