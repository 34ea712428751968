"""Whole bodies and files."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmark.generators.parameter_generator import ParameterGenerator
from benchmark.models import MediaType, RequestBody, Upload

FILE = {"type": "string", "format": "binary"}


def test_json_bodies() -> None:
    """A JSON body is JSON data, even where the document puts a file into it."""
    schema = {"type": "object", "properties": {"name": {"type": "string"}, "data": FILE}}
    value = ParameterGenerator(1).generate_for_body(MediaType("application/json", schema))
    assert json.loads(json.dumps(value)) == value
    assert set(value) == {"name", "data"}


def test_multipart_files() -> None:
    """Files are uploads of the configured size; schema, encoding or name tell their type."""
    schema = {
        "type": "object",
        "properties": {
            "file": FILE,
            "avatar": FILE,
            "scan": {"type": "string", "contentMediaType": "application/pdf"},
            "pages": {"type": "array", "items": FILE},
            "encoded": FILE,
            "text": {"type": "string"},
        },
    }
    media = MediaType(
        "multipart/form-data",
        schema,
        encoding={
            "encoded": {"contentType": "image/gif, image/png"},
            "pages": {"contentType": "text/csv; charset=utf-8"},
        },
    )
    generator = ParameterGenerator(1, file_upload_size=99)
    value = generator.generate_for_body(media)
    assert value["file"] == Upload("sample.txt", "text/plain", 99)
    assert value["avatar"] == Upload("sample.png", "image/png", 99)
    assert value["scan"] == Upload("sample.pdf", "application/pdf", 99)
    assert value["encoded"] == Upload("sample.gif", "image/gif", 99)
    assert value["pages"] == [Upload("sample.csv", "text/csv", 99)]
    assert isinstance(value["text"], str)
    assert generator.samples_for_body(media, 2)[1]["avatar"] == value["avatar"]


@pytest.mark.parametrize(
    ("content_type", "schema", "expected"),
    [
        ("application/octet-stream", FILE, Upload),
        ("application/octet-stream", {}, Upload),
        ("image/png", True, Upload),
        ("application/pdf", {"type": "string"}, Upload),
        ("text/plain", {"type": "string"}, str),
        ("application/json", {}, dict),
        ("application/vnd.api+json; version=1", {"type": "array"}, list),
        ("application/x-www-form-urlencoded", {"type": "object"}, dict),
        ("*/*", True, dict),
    ],
)
def test_other_content_types(content_type: str, schema: Any, expected: type) -> None:
    """A whole body that is a file is an upload; anything else is data."""
    generator = ParameterGenerator(1)
    media = MediaType(content_type, schema)
    assert isinstance(generator.generate_for_body(media), expected)
    assert [type(value) for value in generator.samples_for_body(media, 2)] == [expected] * 2


@pytest.mark.parametrize(
    "body",
    [
        RequestBody((MediaType("application/json", {"const": 1}),)),
        {"content": {"text/plain": {}, "application/json": {"schema": {"const": 1}}}},
        {"schema": {"const": 1}},
        {"in": "body", "name": "body", "schema": {"const": 1}},
        {"schema": {"type": "integer"}, "example": 1},
        {"schema": {"type": "integer"}, "examples": {"bad": {"value": "x"}, "good": {"value": 1}}},
    ],
)
def test_forms_of_bodies(body: Any) -> None:
    """The model's bodies and raw objects of both versions are understood."""
    assert ParameterGenerator(1).generate_for_body(body) == 1


def test_form_parameters_of_swagger() -> None:
    """A form parameter of the type "file" is an upload."""
    parameter = {"name": "photo", "in": "formData", "type": "file"}
    value = ParameterGenerator(1).generate_for_parameter(parameter)
    assert value == Upload("sample.png", "image/png", 1_024)
