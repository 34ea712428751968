"""One request, slot by slot: levels, alternatives, content types, and repairs."""

from __future__ import annotations

from typing import Any

from benchmark.generators.openapi_parser import parse_document
from benchmark.generators.scenario_planner.single_request import OMIT, request
from benchmark.models import (
    ApiDocument,
    ApiSpec,
    Constant,
    Created,
    ObjectNode,
    Recipe,
    Source,
)

CIRCLE = {
    "type": "object",
    "required": ["kind", "radius"],
    "properties": {"kind": {"const": "circle"}, "radius": {"type": "integer", "minimum": 1}},
}
SQUARE = {
    "type": "object",
    "required": ["kind", "side"],
    "properties": {"kind": {"const": "square"}, "side": {"type": "integer", "minimum": 1}},
}
FIGURE = {
    "type": "object",
    "required": ["label"],
    "properties": {
        "label": {"type": "string", "maxLength": 20},
        "note": {"type": "string"},
        "size": {"type": "object", "properties": {"width": {"type": "integer"}}},
    },
}


def spec_of(schema: dict[str, Any], *content_types: str, required: bool = True) -> ApiSpec:
    """An API with one POST that takes a body of the schema and two query parameters."""
    content = {name: {"schema": schema} for name in content_types or ("application/json",)}
    operation = {
        "parameters": [
            {"name": "page", "in": "query", "required": True, "schema": {"type": "integer"}},
            {"name": "color", "in": "query", "schema": {"type": "string"}},
        ],
        "requestBody": {"required": required, "content": content},
        "responses": {"201": {"description": ""}},
    }
    document = {"openapi": "3.1.0", "info": {}, "paths": {"/figures": {"post": operation}}}
    return parse_document(ApiDocument("main", "", "test", document))


def one(spec: ApiSpec, **wanted: Any) -> Recipe:
    """The request of the only operation."""
    return request(spec.operations[0], spec.definitions, **wanted)


def sources(recipe: Recipe) -> dict[tuple[str, str], Source]:
    """Each slot's source by its place."""
    return {(slot.location, slot.pointer): slot.source for slot in recipe.slots()}


def test_every_slot_of_one_request_has_one_value() -> None:
    """No slot is a pool: what would be sent is known."""
    recipe = one(spec_of(CIRCLE))
    assert sources(recipe)["body", "/kind"] == Constant("circle")
    assert all(isinstance(source, Constant) for source in sources(recipe).values())


def test_levels_send_more_and_more() -> None:
    """Minimal is what is required, typical what is safe, full everything."""
    spec = spec_of(FIGURE)
    minimal, typical, full = (
        set(sources(one(spec, level=x))) for x in ("minimal", "typical", "full")
    )
    assert minimal == {("query", "/page"), ("body", "/label")}
    assert minimal < typical < full
    assert {("query", "/color"), ("body", "/note"), ("body", "/size/width")} <= full


def test_a_minimal_request_has_no_optional_body() -> None:
    """A body that is not required is left out at the lowest level."""
    recipe = one(spec_of(FIGURE, required=False), level="minimal")
    assert (recipe.body, recipe.media_type) == (None, None)


def test_branches_are_numbered_from_one_and_wrap_around() -> None:
    """Each alternative of the body can be asked for."""
    spec = spec_of({"oneOf": [CIRCLE, SQUARE]})
    kinds = [sources(one(spec, branch=branch))["body", "/kind"] for branch in (1, 2, 3)]
    assert kinds == [Constant("circle"), Constant("square"), Constant("circle")]


def test_content_types_come_best_first_and_wrap_around() -> None:
    """The alternatives of a body's content type can be asked for."""
    spec = spec_of(FIGURE, "application/x-www-form-urlencoded", "application/json")
    chosen = [one(spec, media=media).media_type for media in (0, 1, 2)]
    assert chosen == ["application/json", "application/x-www-form-urlencoded", "application/json"]


def test_the_same_seed_gives_the_same_request() -> None:
    """A refused request can be made again."""
    spec = spec_of(FIGURE)
    assert one(spec, level="full", seed=3) == one(spec, level="full", seed=3)
    assert one(spec, level="full", seed=3) != one(spec, level="full", seed=4)


def test_repairs_replace_add_and_omit() -> None:
    """A repair puts a source at its place, in parameters and anywhere in the body."""
    created = Created("owner", "/id")
    recipe = one(
        spec_of(FIGURE),
        level="full",
        repairs={
            ("query", "/page"): Constant("2"),
            ("query", "/color"): OMIT,
            ("header", "/X-Tenant"): Constant("seven"),
            ("body", "/note"): OMIT,
            ("body", "/label"): Constant("short"),
            ("body", "/size/height"): Constant(4),
            ("body", "/owner/id"): created,
        },
    )
    found = sources(recipe)
    assert found["query", "/page"] == Constant("2")
    assert found["header", "/X-Tenant"] == Constant("seven")
    assert found["body", "/label"] == Constant("short")
    assert found["body", "/size/height"] == Constant(4)
    assert found["body", "/owner/id"] == created
    assert ("query", "/color") not in found
    assert ("body", "/note") not in found


def test_repairs_at_impossible_places_change_nothing() -> None:
    """A place below a plain value, or an item that an array does not have, is left alone."""
    tags = {"type": "array", "minItems": 1, "maxItems": 1, "items": {"type": "string"}}
    spec = spec_of({"type": "object", "required": ["tags"], "properties": {"tags": tags}})
    plain = one(spec)
    repairs = {("body", "/tags/7"): Constant("x"), ("body", "/tags/0/deep"): Constant("x")}
    assert one(spec, repairs=repairs) == plain


def test_a_whole_body_can_be_given_or_omitted() -> None:
    """The empty pointer is the body itself."""
    spec = spec_of(FIGURE)
    given = one(spec, repairs={("body", ""): Constant({})})
    assert (given.body, given.media_type) == (Constant({}), "application/json")
    omitted = one(spec, repairs={("body", ""): OMIT})
    assert (omitted.body, omitted.media_type) == (None, None)
    assert isinstance(one(spec).body, ObjectNode)
