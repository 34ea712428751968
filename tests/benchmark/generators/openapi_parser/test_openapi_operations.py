"""Operations of every version: parameters, paths, servers, oddities."""

from __future__ import annotations

import copy
import sys
from typing import Any

import pytest

from benchmark.generators.openapi_parser import parse_document
from benchmark.models import ApiDocument, ApiSpec, Operation, Parameter


def parse(paths: Any, prefix: str = "", **rest: Any) -> ApiSpec:
    """The API of an OpenAPI 3 document, or of another one if `rest` says so."""
    version = {} if "swagger" in rest else {"openapi": "3.1.0"}
    document = {**version, "paths": paths, **rest}
    before = copy.deepcopy(document)
    spec = parse_document(ApiDocument("main", prefix, "http://h:8000/openapi.json", document))
    assert document == before, "the document was changed"
    return spec


def parse_one(operation: Any, path: str = "/x", method: str = "post", **rest: Any) -> Operation:
    """The only operation of a document."""
    (found,) = parse({path: {method: operation}}, **rest).operations
    return found


def parameters(operation: Operation) -> dict[str, Parameter]:
    """The parameters of an operation by name."""
    return {parameter.name: parameter for parameter in operation.parameters}


def messages(spec: ApiSpec) -> str:
    """All warnings as one text."""
    return "\n".join(f"{note.where}: {note.message}" for note in spec.warnings)


# ── Parameters ────────────────────────────────────────────────────────────────────────────────────


def test_parameters_are_merged_by_name_and_place() -> None:
    """The operation's own parameter wins over the path item's, a reference is followed."""
    shared = {"name": "q", "in": "query", "schema": {"type": "string"}}
    own = {"$ref": "#/components/parameters/Q"}
    spec = parse(
        {"/x": {"parameters": [shared, {**shared, "in": "header"}], "get": {"parameters": [own]}}},
        components={"parameters": {"Q": {"name": "q", "in": "query", "required": True}}},
    )
    (query, header) = spec.operations[0].parameters
    assert (query.location, query.required, query.schema) == ("query", True, {})
    assert header.location == "header"


def test_path_parameters_come_from_the_path() -> None:
    """Undeclared ones are synthesised, misspelt ones matched, unused ones dropped."""
    declared = [
        {"name": "PetId", "in": "path", "schema": {"type": "integer"}},
        {"name": "gone", "in": "path", "schema": {}},
    ]
    spec = parse({"/a/{pet_id}/{other}-{more}": {"get": {"parameters": declared}}})
    found = parameters(spec.operations[0])
    assert list(found) == ["pet_id", "other", "more"]
    assert found["pet_id"].schema == {"type": "integer"}
    assert found["other"] == Parameter("other", "path", True, {"type": "string"}, "simple", False)
    assert "'gone' is not in the path" in messages(spec)


def test_styles_have_the_defaults_of_the_specification() -> None:
    """Form and explode for queries and cookies, simple and not for paths and headers."""
    declared = [
        {"name": "q", "in": "query", "schema": {"type": "array"}},
        {"name": "d", "in": "query", "style": "deepObject", "explode": "true"},
        {"name": "p", "in": "query", "style": "pipeDelimited"},
        {"name": "w", "in": "query", "style": "matrix"},
        {"name": "id", "in": "path", "schema": {}},
        {"name": "H", "in": "header"},
        {"name": "c", "in": "cookie"},
    ]
    found = parameters(parse_one({"parameters": declared}, "/{id}"))
    assert {n: (p.style, p.explode) for n, p in found.items()} == {
        "id": ("simple", False),
        "q": ("form", True),
        "d": ("deepObject", True),
        "p": ("pipeDelimited", False),
        "w": ("form", True),
        "H": ("simple", False),
        "c": ("form", True),
    }


@pytest.mark.parametrize(
    ("collection", "style", "explode"),
    [
        (None, "form", False),
        ("csv", "form", False),
        ("multi", "form", True),
        ("ssv", "spaceDelimited", False),
        ("pipes", "pipeDelimited", False),
        ("tsv", "tabDelimited", False),
    ],
)
def test_collection_formats_become_styles(
    collection: str | None, style: str, explode: bool
) -> None:
    """Swagger 2.0's way of writing arrays is the style that writes the same."""
    parameter = {"name": "q", "in": "query", "type": "array", "items": {"type": "int"}}
    if collection:
        parameter["collectionFormat"] = collection
    found = parse_one({"parameters": [parameter]}, swagger="2.0").parameters[0]
    assert (found.style, found.explode) == (style, explode)
    assert found.schema == {"type": "array", "items": {"type": "integer"}}


def test_headers_that_are_not_ours_to_send_are_left_out() -> None:
    """What the specification ignores, what frames a message, and names that would break one."""
    names = [
        "Accept",
        "authorization",
        "Content-Type",
        "Host",
        "Transfer-Encoding",
        "X-A\r\nX-B: 1",
    ]
    declared = [{"name": name, "in": "header", "schema": {}} for name in [*names, "X-Good"]]
    declared.append({"name": "a;b", "in": "cookie"})
    assert list(parameters(parse_one({"parameters": declared}))) == ["X-Good"]


def test_content_parameters_and_examples_are_kept() -> None:
    """A parameter may be described by a media type, and every example counts, in order."""
    declared = [
        {
            "name": "f",
            "in": "query",
            "content": {"application/json": {"schema": {"type": "object"}, "example": {"a": 1}}},
        },
        {
            "name": "e",
            "in": "query",
            "example": 1,
            "examples": {"x": {"value": 2}, "y": {"$ref": "#/components/examples/Y"}},
            "schema": {"type": "integer", "example": 4},
        },
    ]
    found = parameters(
        parse_one({"parameters": declared}, components={"examples": {"Y": {"value": 3}}})
    )
    assert found["f"].content_type == "application/json"
    assert found["f"].schema == {"type": "object"}
    assert found["f"].examples == ({"a": 1},)
    assert found["e"].examples == (1, 2, 3, 4)


def test_a_query_string_parameter_is_one_exploded_object() -> None:
    """`in: querystring` of OpenAPI 3.2 is written member by member."""
    content = {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}
    (found,) = parse_one({"parameters": [{"in": "querystring", "content": content}]}).parameters
    assert (found.location, found.style, found.explode) == ("query", "form", True)
    assert found.content_type is None


# ── Paths ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("key", "path", "names"),
    [
        ("/a/{b}", "/p/a/{b}", ["b"]),
        ("a", "/p/a", []),
        ("//other.invalid/h", "/p/other.invalid/h", []),
        ("/v1/{+name}", "/p/v1/{name}", ["name"]),
        ("/v1/{name=a/*}:run", "/p/v1/{name}:run", ["name"]),
        ("/f/{path:.*}", "/p/f/{path}", ["path"]),
        ("/s{?q,r}", "/p/s", ["q", "r"]),
        ("/c/{lat},{lon}.{ext}", "/p/c/{lat},{lon}.{ext}", ["lat", "lon", "ext"]),
        ("/?Action=Run#v1", "/p/?Action=Run#v1", []),
        ("/e/{{id}}/{{ 7*7 }}", "/p/e/{id}/{7*7}", ["id", "7*7"]),
        ("/a\nb\x00\u2028", "/p/a%0Ab%00%E2%80%A8", []),
    ],
)
def test_path_keys_become_templates(key: str, path: str, names: list[str]) -> None:
    """Every way of writing an expression becomes `{name}` below the prefix."""
    (operation,) = parse({key: {"get": {}}}, prefix="/p").operations
    assert operation.path == path
    assert [parameter.name for parameter in operation.parameters] == names


def test_reserved_expansion_allows_slashes() -> None:
    """`{+name}` says that the value is not to be encoded."""
    assert parse_one({}, "/v1/{+name}").parameters[0].allow_reserved


def test_a_query_in_the_path_key_is_not_sent_twice() -> None:
    """A declared parameter that the key's own query string settles is left out."""
    declared = [{"name": "Action", "in": "query"}, {"name": "B", "in": "query"}]
    assert list(parameters(parse_one({"parameters": declared}, "/?Action=Run"))) == ["B"]


@pytest.mark.parametrize(
    "key",
    ["/{a", "/a}", "/{}", "http://h.invalid/i", "/../j", "/%2e%2e/j", "/" + "x" * 3000],
)
def test_unusable_paths_are_skipped_with_a_reason(key: str) -> None:
    """The operation is listed, and nothing is ever sent there."""
    spec = parse({key: {"get": {}}, "/ok": {"get": {}}})
    assert [operation.path for operation in spec.operations] == ["/ok"]
    assert len(spec.skipped) == 1
    assert spec.skipped[0].reason


def test_own_servers_replace_the_prefix_but_never_the_host() -> None:
    """The path of an operation's server is where it answers; another host is only reported."""
    servers = [{"url": "https://other.invalid/up/v2/"}]
    spec = parse({"/a": {"servers": servers, "get": {}}, "/b": {"get": {}}}, prefix="/api")
    assert [operation.path for operation in spec.operations] == ["/up/v2/a", "/api/b"]
    assert "other.invalid is not contacted" in messages(spec)
    broken = parse({"/a": {"get": {"servers": [{"url": "http://[::1"}]}}}, prefix="/api")
    assert broken.operations[0].path == "/api/a"


def test_newer_methods_are_operations_too() -> None:
    """`query` and `additionalOperations` of OpenAPI 3.2."""
    spec = parse({"/x": {"query": {}, "additionalOperations": {"COPY": {}, "CONNECT": {}}}})
    assert [operation.method for operation in spec.operations] == ["QUERY", "COPY"]


def test_path_items_behind_references_are_followed() -> None:
    """A path item may stand elsewhere; one that cannot be read is listed as skipped."""
    spec = parse(
        {"/a": {"$ref": "#/components/pathItems/A"}, "/b": {"$ref": "other.yaml"}, "/c": []},
        components={"pathItems": {"A": {"get": {}}}},
    )
    assert [operation.key for operation in spec.operations] == ["GET /a"]
    assert [skipped.key for skipped in spec.skipped] == ["* /b", "* /c"]


# ── The whole ─────────────────────────────────────────────────────────────────────────────────────


def test_wrong_types_everywhere_stop_nothing() -> None:
    """Every field of the wrong type is left out, and the good operation beside it stays."""
    junk: list[Any] = [None, 5, "x", [], [5], {"a": 1}, True]
    fields = ("operationId", "tags", "parameters", "requestBody", "responses", "security",
              "servers", "deprecated", "summary", "description")  # fmt: skip
    paths: dict[str, Any] = {"/ok": {"get": {}}}
    for index, value in enumerate(junk):
        paths[f"/item{index}"] = value
        paths[f"/op{index}"] = {"get": value}
        paths[f"/all{index}"] = {"post": dict.fromkeys(fields, value), "parameters": value}
        odd_parameters = [
            value,
            {"name": value, "in": value},
            {"name": "q", "in": "query", "schema": value, "style": value, "examples": value},
        ]
        content = {"application/json": value, "text/plain": {"schema": value, "encoding": value}}
        answer = {"content": value, "links": value, "headers": value}
        paths[f"/in{index}"] = {
            "put": {
                "parameters": odd_parameters,
                "requestBody": {"content": content},
                "responses": {"200": value, "201": answer},
            }
        }
    for value in junk:
        spec = parse(paths, info=value, components=value, security=value, servers=value, tags=value)
        assert "GET /ok" in {operation.key for operation in spec.operations}
        assert parse(value).operations == ()


def test_title_version_and_texts_are_kept() -> None:
    """What the document says of itself and of each operation."""
    spec = parse(
        {"/x": {"get": {"summary": "s", "tags": ["a", "a", 5], "deprecated": True}}},
        info={"title": "T", "version": "1.10", "description": "d"},
    )
    assert (spec.title, spec.version, spec.description) == ("T", "1.10", "d")
    assert spec.operations[0].tags == ("a", "5")
    assert spec.operations[0].deprecated


def test_work_grows_with_the_operations_and_not_with_what_they_share() -> None:
    """Ten times the operations take ten times the calls; what they share is read once."""
    few, many = calls_to_parse(40, shared=20), calls_to_parse(400, shared=20)
    assert many < 11 * few
    assert calls_to_parse(400, shared=200) - many < few


def calls_to_parse(operations: int, shared: int) -> int:
    """How many calls it takes to parse so many operations that share a schema of such a size."""
    ref = {"$ref": "#/components/schemas/Item"}
    operation = {
        "parameters": [{"name": "id", "in": "path", "schema": {"type": "integer"}}],
        "requestBody": {"content": {"application/json": {"schema": ref}}},
        "responses": {"200": {"content": {"application/json": {"schema": ref}}}},
    }
    members = {f"p{n}": {"type": "string", "minLength": n} for n in range(shared)}
    content = {
        "openapi": "3.1.0",
        "paths": {f"/r{n}/{{id}}": {"put": operation} for n in range(operations)},
        "components": {"schemas": {"Item": {"properties": members}}},
    }
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        spec = parse_document(ApiDocument("main", "", "x.json", content))
    finally:
        sys.setprofile(before)
    assert len(spec.operations) == operations
    return calls
