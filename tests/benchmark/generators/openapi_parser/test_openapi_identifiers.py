"""Schemas that are referred to by name rather than by pointer, and Encoding Objects."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.generators.openapi_parser import parse_document
from benchmark.models import ApiDocument, ApiSpec, MediaType, Parameter

URL = "http://h:8000/openapi.json"


def parse(schema: Any, schemas: Any, related: Any = None, **more: Any) -> ApiSpec:
    """The API of a document with one body and these components."""
    content = {"application/json": {"schema": schema}}
    operation = {"requestBody": {"content": content}, "responses": {}}
    document = {
        "openapi": "3.1.0", "paths": {"/x": {"post": operation}},
        "components": {"schemas": schemas}, **more,
    }  # fmt: skip
    return parse_document(ApiDocument("main", "", URL, document, related=related or {}))


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#pet"},
        {"$dynamicRef": "#pet"},
        {"$ref": "https://example.com/api.json#/components/schemas/Pet"},
        {"$ref": "urn:example:pet"},
    ],
)
def test_a_schema_has_the_name_of_its_component(schema: Any) -> None:
    """However it is referred to, it is the one definition, and nothing is warned of."""
    pet = {"$id": "urn:example:pet", "$dynamicAnchor": "pet", "type": "object"}
    more = {"$self": "https://example.com/api.json"}
    spec = parse(schema, {"Pet": pet, "Same": {"$ref": "#/components/schemas/Pet"}}, **more)
    assert spec.definitions == {"Pet": {"type": "object"}}
    body = spec.operations[0].body
    assert body is not None
    assert body.media_types[0].schema == {"$ref": "#/$defs/Pet"}
    assert not spec.warnings


def test_generic_structures_and_trees_are_read() -> None:
    """The generic array of the OpenAPI specification, and a tree that refers to itself."""
    generic = {
        "$id": "generic_array", "type": "array", "items": {"$dynamicRef": "#item"},
        "$defs": {"any": {"$dynamicAnchor": "item"}},
    }  # fmt: skip
    tree = {"$id": "tree", "$recursiveAnchor": True, "properties": {"kids": {"$recursiveRef": "#"}}}
    schema = {"properties": {"list": {"$ref": "generic_array"}, "tree": {"$ref": "tree"}}}
    spec = parse(schema, {"Generic": generic, "Tree": tree})
    assert spec.definitions["Generic"]["items"]["$ref"] in {  # type: ignore[index]  # an object
        "#/$defs/components_schemas_Generic__defs_any"
    }
    assert spec.definitions["Tree"] == {"properties": {"kids": {"$ref": "#/$defs/Tree"}}}
    assert not spec.warnings


def test_anchors_in_related_documents() -> None:
    """Found by `file#anchor`."""
    related = {"http://h:8000/parts.yaml": {"defs": [{"$anchor": "Pet", "type": "object"}]}}
    spec = parse({"$ref": "parts.yaml#Pet"}, {}, related)
    assert list(spec.definitions.values()) == [{"type": "object"}]
    assert not spec.warnings


@pytest.mark.parametrize("keyword", ["$ref", "$dynamicRef"])
def test_names_that_nothing_bears_are_warned_of(keyword: str) -> None:
    """The rest of the schema is used; any value is taken as valid in their place."""
    schema = {"properties": {"a": {keyword: "#nobody"}, "b": {"type": "integer"}}}
    spec = parse(schema, {})
    body = spec.operations[0].body
    assert body is not None
    assert body.media_types[0].schema == {"properties": {"a": {}, "b": {"type": "integer"}}}
    assert [note.message for note in spec.warnings] == [
        "a: the reference '#nobody' leads nowhere; any value is taken as valid"
    ]


# ── Encoding Objects ──────────────────────────────────────────────────────────────────────────────


def encoded(how: Any, media: str = "multipart/form-data", version: str = "3.1.0") -> MediaType:
    """A media type whose member `m` has this encoding."""
    content = {media: {"schema": {"type": "object"}, "encoding": {"m": how}}}
    paths = {"/x": {"post": {"requestBody": {"content": content}, "responses": {}}}}
    spec = parse_document(ApiDocument("main", "", URL, {"openapi": version, "paths": paths}))
    body = spec.operations[0].body
    assert body is not None
    return body.media_types[0]


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"contentType": "image/*, image/png"}, {"contentType": "image/png"}),
        ({"contentType": "image/*"}, {"contentType": "image/*"}),
        ({"contentType": "a/b\r\nX: 1, ;,"}, None),
        ({"contentType": ["a/b"]}, None),
        ({"style": "form", "contentType": "a/b"}, {"style": "form", "explode": True}),
        ({"explode": "false"}, {"style": "form", "explode": False}),
        ({"style": "matrix"}, {"style": "form", "explode": True}),
        ({"style": []}, {"style": "form", "explode": True}),
        (
            {"allowReserved": True, "style": "deepObject"},
            {"style": "deepObject", "explode": False, "allowReserved": True},
        ),
        ({"headers": []}, None),
        ([], None),
        ({"$ref": "#/nowhere"}, None),
    ],
)
def test_an_encoding_is_levelled(how: Any, expected: Any) -> None:
    """Defaults are filled in, what means nothing is left out, wrong types do no harm."""
    assert encoded(how).encoding.get("m") == expected


def test_which_media_types_have_which_encoding() -> None:
    """Styles are for urlencoded forms and, since 3.1, for parts; headers are for parts."""
    how = {"style": "pipeDelimited", "contentType": "a/b", "headers": {"X": {"schema": {}}}}
    styled = {"style": "pipeDelimited", "explode": False}
    assert encoded(how, "application/x-www-form-urlencoded").encoding == {"m": styled}
    assert encoded(how, "application/json").encoding == {}
    header = Parameter("X", "header", False, {}, "simple", explode=False)
    assert encoded(how).encoding == {"m": {**styled, "headers": {"X": header}}}
    typed = {"m": {"contentType": "a/b", "headers": {"X": header}}}
    assert encoded(how, version="3.0.4").encoding == typed
    assert encoded(how, "multipart/mixed").encoding == typed
