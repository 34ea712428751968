"""Recipes: every slot of a request has one source, and the right one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from benchmark.generators.parameter_generator import ParameterGenerator
from benchmark.generators.scenario_planner.recipes import RecipeWriter, merge_values
from benchmark.models import (
    ArrayNode,
    Clock,
    Constant,
    Created,
    ObjectNode,
    Pooled,
    Recipe,
    Source,
    Unique,
    Upload,
)
from tests.benchmark.generators.small_apis import ITEM, api, fields, listing, op, query


def written(
    operation: dict[str, Any],
    key: str = "POST /notes",
    bound: dict[tuple[str, str], Source] | None = None,
) -> Recipe:
    """The recipe of an operation."""
    spec = api({key: operation})
    generator = ParameterGenerator(1, spec.definitions)
    return RecipeWriter(generator, spec.definitions).write(spec.operations[0], bound or {})


def source(schema: Any, name: str = "field", key: str = "POST /notes") -> Source:
    """The source of a body's only member."""
    body = {"type": "object", "required": [name], "properties": {name: schema}}
    (slot,) = written(op(body=body), key).slots()
    return slot.source


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 1], Constant(1)),
        ([1, 2], Pooled((1, 2))),
        ([1, True], Pooled((1, True))),
        ([1, 1.0], Pooled((1, 1.0))),
        ([None], Constant(None)),
        ([[1], [1]], Constant([1])),
    ],
)
def test_equal_values_are_constant(values: list[Any], expected: Source) -> None:
    """What is equal and of one type is written once."""
    assert merge_values(values) == expected


# ── parameters ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("parameter", "sent"),
    [
        (query("q"), True),
        (query("q", required=False), False),
        (query("q", required=False, type="string", default="x"), True),
        (query("q", required=False, type="string", example="x"), True),
        ({**query("q", required=False), "example": "x"}, True),
        (query("limit", required=False, type="integer"), True),
        (query("pageSize", required=False, type="integer"), True),
        ({**query("X-Trace", required=False, type="string", default="x"), "in": "header"}, False),
        ({**query("X-Trace"), "in": "header"}, True),
        ({**query("sid"), "in": "cookie"}, True),
    ],
)
def test_which_parameters_are_sent(parameter: Any, sent: bool) -> None:
    """Required ones, paging, and optional queries for which the document names a value."""
    slots = list(written(op(parameters=[parameter]), "GET /notes").slots())
    assert [(slot.location, slot.pointer) for slot in slots] == (
        [(parameter["in"], f"/{parameter['name']}")] if sent else []
    )


def test_parameters_are_written_as_they_go_on_the_wire() -> None:
    """Styles are applied: booleans as text, arrays joined or repeated, objects in brackets."""
    parameters = [
        query("flag", const=True),
        {**query("many", const=["a", "b"]), "explode": True},
        {**query("joined", const=["a", "b"]), "explode": False},
        {**query("deep", const={"a": 1}), "style": "deepObject"},
        {**query("id", const=["x", "y"]), "in": "path", "style": "label"},
    ]
    slots = written(op(parameters=parameters), "GET /notes/{id}").slots()
    assert {slot.pointer: slot.source for slot in slots} == {
        "/id": Constant(".x,y"),
        "/flag": Constant("true"),
        "/many": Constant(["a", "b"]),
        "/joined": Constant("a,b"),
        "/deep[a]": Constant("1"),
    }


def test_a_name_that_comes_twice_is_sent_once() -> None:
    """An exploded object may have a member that is called as another parameter."""
    parameters = [query("a", const="first"), query("object", const={"a": "second", "b": "c"})]
    slots = list(written(op(parameters=parameters), "GET /notes").slots())
    assert [(slot.pointer, slot.source) for slot in slots] == [
        ("/a", Constant("first")),
        ("/b", Constant("c")),
    ]


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_path_values_that_lead_elsewhere_are_not_sent(value: str) -> None:
    """A path parameter is never empty and never a dot segment."""
    parameter = {**query("x", enum=[value]), "in": "path"}
    (slot,) = written(op(parameters=[parameter]), "GET /notes/{x}").slots()
    assert slot.source == Constant("1")


def test_known_sources_are_taken_as_they_are() -> None:
    """What another operation supplies is not generated."""
    made = Created("note", "/id")
    bound: dict[tuple[str, str], Source] = {
        ("path", "/id"): made, ("query", "/q"): made, ("body", "/a"): made,
        ("body", "/list/0"): made, ("body", "/lines/0/x"): made,
    }  # fmt: skip
    body = fields(
        "a", list=listing({"type": "string"}), lines={**listing(fields("x")), "minItems": 2}
    )
    body["required"] = ["a", "list", "lines"]
    recipe = written(op(body=body, parameters=[query("q")]), "PUT /notes/{id}", bound)
    assert [(s.location, s.pointer, s.source) for s in recipe.slots()] == [
        ("path", "/id", made),
        ("query", "/q", made),
        ("body", "/a", made),
        ("body", "/list/0", made),
        ("body", "/lines/0/x", made),
        ("body", "/lines/1/x", made),
    ]  # fmt: skip


# ── bodies ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("key", "required", "body", "sent"),
    [
        ("GET /notes", False, fields("a"), False),
        ("GET /notes", True, fields("a"), True),
        ("DELETE /notes", False, {"type": "object"}, False),
        ("DELETE /notes", False, fields("a"), True),
        ("POST /notes", False, {"type": "object"}, True),
    ],
)
def test_bodies_where_none_is_usual(key: str, required: bool, body: Any, sent: bool) -> None:
    """A GET or DELETE has a body only if the document insists, or gives it something to say."""
    recipe = written(op(body=body, required=required), key)
    assert (recipe.body is not None) is sent
    assert (recipe.media_type is not None) is sent


@pytest.mark.parametrize(
    ("media", "schema", "expected"),
    [
        ("application/json", {"const": {"a": [1]}}, {"a": [1]}),
        ("application/x-www-form-urlencoded", {"const": {"a": "1"}}, {"a": "1"}),
        ("application/x-www-form-urlencoded", {"const": ["a"]}, '["a"]'),
        ("multipart/form-data", {"const": 5}, "5"),
        ("text/plain", {"const": "words"}, "words"),
        ("text/plain", {"const": 5}, "5"),
        ("application/yaml; v=1", {"const": {"a": True}}, '{"a": true}'),
        ("application/graphql", {"const": "{a}"}, "{a}"),
    ],
)
def test_bodies_are_what_their_type_carries(media: str, schema: Any, expected: Any) -> None:
    """Forms need members; a body that is neither form nor JSON is text."""
    recipe = written(op(body=schema, media=media))
    assert recipe.media_type == media
    assert _value(recipe.body) == expected


def _value(node: Any) -> Any:
    if isinstance(node, ObjectNode):
        return {name: _value(member) for name, member in node.members}
    if isinstance(node, ArrayNode):
        return [_value(item) for item in node.items]
    return node.value


@pytest.mark.parametrize("media", ["application/octet-stream", "image/png", "application/pdf"])
def test_a_whole_body_may_be_a_file(media: str) -> None:
    """Files are made at run time, of the type that is documented."""
    body = written(op(body={"type": "string", "format": "binary"}, media=media)).body
    assert isinstance(body, Upload)
    assert (body.content_type, body.size) == (media, 1024)


def test_xml_is_written_once() -> None:
    """XML bodies are finished texts."""
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"const": 1}}}
    body = written(op(body=schema, media="application/xml")).body
    assert body == Constant('<?xml version="1.0" encoding="UTF-8"?><root><a>1</a></root>')


def test_files_in_forms_are_uploads_and_in_json_are_text() -> None:
    """Only parts can carry a file."""
    schema = fields(file={"type": "string", "format": "binary"})
    schema["required"] = ["file"]
    encoding = {"file": {"contentType": "image/png"}}
    operation = op(body=schema, media="multipart/form-data")
    operation["requestBody"]["content"]["multipart/form-data"]["encoding"] = encoding
    (part,) = written(operation).slots()
    assert isinstance(part.source, Upload)
    assert part.source.content_type == "image/png"
    assert not isinstance(next(written(op(body=schema)).slots()).source, Upload)


def test_several_files_are_an_array_of_uploads() -> None:
    """One part each."""
    files = {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 2}
    schema = {"type": "object", "required": ["files"], "properties": {"files": files}}
    recipe = written(op(body=schema, media="multipart/form-data"))
    assert [type(slot.source) for slot in recipe.slots()] == [Upload, Upload]


# ── what must be new, and what must be in time ────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "schema", "style"),
    [
        ("email", {"type": "string", "format": "email"}, "email"),
        ("contactEmail", {"type": "string"}, "email"),
        ("username", {"type": "string"}, "text"),
        ("slug", {"type": "string"}, "text"),
        ("name", {"type": "string"}, "text"),
        ("external_uuid", {"type": "string", "format": "uuid"}, "uuid"),
        ("id", {"type": "string", "example": "8cbb43fe-4cdf-4991-8352-c461779cec02"}, "uuid"),
        ("id", {"type": "integer"}, "number"),
        ("id", {"type": "integer", "maximum": 100}, None),
        ("id", {"type": "integer", "exclusiveMaximum": 100}, None),
        ("id", {"type": "integer", "multipleOf": 5}, None),
        ("id", {"type": "boolean"}, None),
        ("name", {"enum": ["a", "b"]}, None),
        ("slug", {"type": "string", "pattern": "^[a-z]{3}$"}, None),
        ("slug", {"const": "x"}, None),
        ("email", {"type": "string", "format": "hostname"}, None),
        ("title", {"type": "string"}, None),
        ("username", {"type": "integer"}, None),
    ],
)
def test_what_must_not_come_twice(name: str, schema: Any, style: str | None) -> None:
    """Names that APIs hold unique get a stamp, unless the document settles their values."""
    found = source(schema, name)
    assert (found.style if isinstance(found, Unique) else None) == style


def test_unique_values_keep_to_their_length() -> None:
    """The stamp knows how long the text may be."""
    found = source({"type": "string", "maxLength": 12}, "username")
    assert isinstance(found, Unique)
    assert found.max_length == 12


def test_only_creates_stamp() -> None:
    """Changing something does not make it new; a name deeper inside is nobody's key."""
    assert not isinstance(source({"type": "string"}, "username", "PATCH /notes"), Unique)
    nested = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
    assert not isinstance(source(nested, "author"), Unique)


def dated(value: str, **keywords: Any) -> Source:
    """The source of a field with this example, read at noon of a day in May."""
    schema = {"type": "string", "examples": [value], **keywords}
    spec = api({"POST /notes": op(body={"type": "object", "required": ["at"],
                                         "properties": {"at": schema}})})  # fmt: skip
    now = datetime(2030, 5, 10, 12, tzinfo=UTC)
    generator = ParameterGenerator(1, spec.definitions)
    (slot,) = RecipeWriter(generator, spec.definitions, now).write(spec.operations[0], {}).slots()
    return slot.source


@pytest.mark.parametrize(
    ("value", "keywords", "expected"),
    [
        ("2030-05-20", {"format": "date"}, Clock(10 * 86_400, "date")),
        ("2030-05-10", {"format": "date"}, Clock(0, "date")),
        ("2030-05-09", {"format": "date"}, None),
        ("2030-05-20T00:00:00Z", {"format": "date-time"}, Clock(10 * 86_400)),
        ("2030-05-20T06:00:00+00:00", {"format": "date-time"}, Clock(885_600)),
        ("2030-05-10T01:00:00Z", {"format": "date-time"}, Clock(3456)),
        ("2030-05-20T00:00:00", {}, None),
        ("2030-05-20 00:00:00Z", {}, None),
        ("2030-W20-1", {}, None),
        ("2030-99-99", {}, None),
        ("2030-05-20", {"enum": ["2030-05-20"]}, None),
        ("2030-05-20", {"const": "2030-05-20"}, None),
        ("2030-05-20", {"pattern": "^2030-05-20$"}, None),
    ],
)
def test_days_to_come_follow_the_clock(value: str, keywords: Any, expected: Clock | None) -> None:
    """Written down, a day in the future would soon be over; one in the past stays as it is."""
    found = dated(value, **keywords)
    assert (found if isinstance(found, Clock) else None) == expected


def test_distances_are_the_same_all_day() -> None:
    """Counted from midnight and rounded, so the hour of writing is not seen in a plan."""
    spec = api(
        {"POST /notes": op(body=fields(expires_at={"type": "string", "format": "date-time"}))}
    )
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    recipes = [
        RecipeWriter(ParameterGenerator(1), {}, midnight + timedelta(hours=hour)).write(
            spec.operations[0], {}
        )
        for hour in (0, 9, 23)
    ]
    assert recipes[0] == recipes[1] == recipes[2]
    assert isinstance(next(recipes[0].slots()).source, Clock)


def test_recipes_hold_plain_values_only() -> None:
    """Whatever the schema, what is written down could stand in a JSON file."""
    schema = fields("a", b=listing(ITEM), c={"type": ["object", "null"]}, d={"type": "number"})
    recipe = written(op(body=schema))
    values = [slot.source for slot in recipe.slots() if isinstance(slot.source, Constant | Pooled)]
    assert values
    assert json.dumps([getattr(value, "values", getattr(value, "value", None)) for value in values])


def test_values_that_cannot_fit_are_named() -> None:
    """Where no value fits the document, the recipe says for which slots."""
    endless = {"type": "string", "minLength": 2**31}
    item = {"type": "object", "required": ["a"], "properties": {"a": endless}}
    operation = {
        "parameters": [
            {"name": "q", "in": "query", "required": True, "schema": endless},
            {"name": "r", "in": "query", "required": True, "schema": {"type": "string"}},
        ],
        "requestBody": {"content": {"application/json": {"schema": item}}},
        "responses": {},
    }
    spec = api({"POST /h": operation})
    recipe = RecipeWriter(ParameterGenerator(1), spec.definitions).write(spec.operations[0], {})
    assert recipe.doubts == ("query q", "body")


def test_an_optional_reference_that_nothing_supplies_is_left_out() -> None:
    """An id that was made up would be refused; one that is required, given or supplied is sent."""
    members = {
        "title": {"type": "string"},
        "parent_id": {"type": "integer"},
        "owner_id": {"type": "integer", "example": 7},
        "team_id": {"type": "integer"},
        "board_id": {"type": "integer"},
    }
    body = {"type": "object", "required": ["title", "team_id"], "properties": members}
    created = Created("board", "/id")
    recipe = written(op(body=body), bound={("body", "/board_id"): created})
    assert isinstance(recipe.body, ObjectNode)
    assert {"parent_id"} == members.keys() - dict(recipe.body.members).keys()
    assert dict(recipe.body.members)["board_id"] == created
