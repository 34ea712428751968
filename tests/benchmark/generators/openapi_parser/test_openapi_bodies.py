"""Request bodies, responses and security of every version of OpenAPI."""

from __future__ import annotations

from typing import Any

from benchmark.generators.openapi_parser import parse_document
from benchmark.models import ApiDocument, ApiSpec, Operation, SecurityScheme


def parse(paths: Any, **rest: Any) -> ApiSpec:
    """The API of an OpenAPI 3 document, or of another one if `rest` says so."""
    version = {} if "swagger" in rest else {"openapi": "3.1.0"}
    document = {**version, "paths": paths, **rest}
    return parse_document(ApiDocument("main", "", "http://h:8000/openapi.json", document))


def parse_one(operation: Any, **rest: Any) -> Operation:
    """The only operation of a document."""
    (found,) = parse({"/x": {"post": operation}}, **rest).operations
    return found


# ── Bodies and responses ──────────────────────────────────────────────────────────────────────────


def test_media_types_are_ordered_best_first() -> None:
    """JSON of every sort, then forms, then what is harder to fill."""
    names = [
        "text/plain", "application/octet-stream", "text/xml", "multipart/form-data",
        "application/x-www-form-urlencoded", "application/merge-patch+json", "*/*",
        "application/vnd.x.v1+json", "application/json; charset=utf-8", "bad\r\ntype/x", "",
    ]  # fmt: skip
    body = parse_one({"requestBody": {"content": {name: {} for name in names}}}).body
    assert body is not None
    assert [media.content_type for media in body.media_types] == names[8::-1]


def test_swagger_bodies_and_forms_become_request_bodies() -> None:
    """A body parameter takes the consumed types, form fields become one object."""
    body = parse_one(
        {
            "parameters": [
                {"name": "b", "in": "body", "required": True, "schema": {"type": "object"}}
            ]
        },
        swagger="2.0",
        consumes=["application/xml", "application/json"],
    ).body
    assert body is not None
    assert body.required
    assert [media.content_type for media in body.media_types] == [
        "application/json",
        "application/xml",
    ]
    form = parse_one(
        {
            "parameters": [
                {"name": "f", "in": "formData", "type": "file", "required": True},
                {
                    "name": "t",
                    "in": "formData",
                    "type": "array",
                    "items": {"type": "string"},
                    "collectionFormat": "multi",
                },
            ]
        },
        swagger="2.0",
    ).body
    assert form is not None
    (media,) = form.media_types
    assert media.content_type == "multipart/form-data"
    assert media.schema == {
        "type": "object",
        "required": ["f"],
        "properties": {
            "f": {"type": "string", "format": "binary"},
            "t": {"type": "array", "items": {"type": "string"}},
        },
    }
    assert media.encoding == {"t": {"style": "form", "explode": True}}


def test_a_lost_body_skips_the_operation() -> None:
    """What must be sent but cannot be known makes the operation unusable."""
    spec = parse({"/x": {"post": {"requestBody": {"$ref": "other.yaml#/B"}}}})
    assert spec.operations == ()
    assert spec.skipped[0].key == "POST /x"


def test_responses_keep_statuses_headers_and_links() -> None:
    """What an answer may be, in both dialects; impossible statuses are left out."""
    operation = parse_one(
        {
            "responses": {
                "201": {
                    "headers": {"Location": {}},
                    "links": {"get": {"operationId": "getX"}, "bad": 5},
                    "content": {"application/json": {"schema": {"type": "object"}}},
                },
                "2xx": {"description": "d"},
                "default": {"$ref": "#/components/responses/E"},
                "2.5": {},
                "x-y": {},
            }
        },
        components={"responses": {"E": {"description": "e"}}},
    )
    assert [response.status for response in operation.responses] == ["201", "2XX", "default"]
    assert operation.responses[0].headers == ("Location",)
    assert operation.responses[0].links == {"get": {"operationId": "getX"}}
    old = parse_one({"responses": {"200": {"schema": {"type": "int"}}}}, swagger="2.0")
    assert old.responses[0].media_types[0].schema == {"type": "integer"}


# ── Security ──────────────────────────────────────────────────────────────────────────────────────


def test_security_schemes_of_both_dialects() -> None:
    """Each way to sign in, with what is needed to do so."""
    new = parse(
        {},
        components={
            "securitySchemes": {
                "k": {"type": "apiKey", "in": "header", "name": "X-Key"},
                "b": {"type": "http", "scheme": "Bearer"},
                "o": {"type": "oauth2", "flows": {"password": {"tokenUrl": "/t", "scopes": {}}}},
                "i": {"type": "openIdConnect", "openIdConnectUrl": "https://h/x"},
                "?": {"type": "riddle"},
            }
        },
    ).security_schemes
    assert new == {
        "k": SecurityScheme("k", "apiKey", location="header", parameter="X-Key"),
        "b": SecurityScheme("b", "http", scheme="bearer"),
        "o": SecurityScheme("o", "oauth2", flows={"password": {"tokenUrl": "/t"}}),
        "i": SecurityScheme("i", "openIdConnect", openid_url="https://h/x"),
    }
    old = parse(
        {},
        swagger="2.0",
        securityDefinitions={
            "b": {"type": "basic"},
            "o": {"type": "oauth2", "flow": "application", "tokenUrl": "/t"},
        },
    ).security_schemes
    assert old == {
        "b": SecurityScheme("b", "http", scheme="basic"),
        "o": SecurityScheme("o", "oauth2", flows={"clientCredentials": {"tokenUrl": "/t"}}),
    }


def test_security_requirements_of_operations() -> None:
    """The document's own unless the operation says otherwise; `[]` is none, `{}` an alternative."""
    schemes = {"k": {"type": "apiKey", "in": "query", "name": "k"}}
    spec = parse(
        {
            "/a": {"get": {}},
            "/b": {"get": {"security": []}},
            "/c": {"get": {"security": [{}, {"k": [], "lost": []}]}},
            "/d": {"get": {"security": "x"}},
        },
        security=[{"k": []}],
        components={"securitySchemes": schemes},
    )
    found = {operation.path: operation.security for operation in spec.operations}
    assert found == {"/a": (("k",),), "/b": (), "/c": ((), ("k", "lost")), "/d": (("k",),)}
    assert spec.security_schemes["lost"].scheme == "bearer"
