"""Error documents of frameworks, as they send them, and what is read in them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmark.generators.probe.complaints import Complaint, read_complaints
from benchmark.models import SlotLocation

SENT: dict[tuple[SlotLocation, str], Any] = {
    ("body", "/name"): "swift-ridge",
    ("body", "/quantity"): 3,
    ("body", "/color"): "blueish",
    ("body", "/startDate"): "2026-01-01",
    ("body", "/tags/0"): "x",
    ("body", "/meta/size"): 5,
    ("body", "/email"): "ann@example.com",
    ("body", "/formData"): {},
    ("query", "/limit"): "13",
    ("header", "/X-Tenant"): "seven",
    ("path", "/id"): "4711",
}

Told = tuple[str, SlotLocation | None, str, Any]


def told(document: Any, status: int = 422) -> list[Told]:
    """What is read in a document, without the messages."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    found = read_complaints(status, "application/json", body, SENT)
    return [(one.rule, one.location, one.pointer, one.value) for one in found]


def entry(loc: list[str | int], kind: str, msg: str = "wrong", **ctx: Any) -> dict[str, Any]:
    """One entry of pydantic."""
    return {"detail": [{"loc": loc, "type": kind, "msg": msg, "ctx": ctx, "input": None}]}


DOCUMENTS: dict[str, tuple[Any, list[Told]]] = {
    "FastAPI, missing": (
        entry(["body", "size"], "missing", "Field required"),
        [("required", "body", "/size", None)],
    ),
    "GraphQL's form, field inside": (
        {"errors": [{"message": "Value is required.", "extensions": {
            "field": "size", "type": "required", "code": "FAILED_VALIDATION"}}]},
        [("required", None, "/size", None)],
    ),
    "GraphQL's form, reason repeated": (
        {"errors": [{"message": "Invalid payload. \"name\" is not allowed.", "extensions": {
            "reason": "\"name\" is not allowed", "code": "INVALID_PAYLOAD"}}]},
        [("unexpected", "body", "/name", None)],
    ),
    "marshmallow, the whole schema": (
        {"message": {"_schema": ["At least one of 'size' or 'color' must be provided."]}},
        [("either", None, "", ("size", "color"))],
    ),
    "marshmallow, a field named like a place": (
        {"message": {"formData": ["Unknown field."]}},
        [("unexpected", "body", "/formData", None)],
    ),
    "SQLAlchemy, missing": (
        {"error": "(sqlite3.IntegrityError) NOT NULL constraint failed: box.size"},
        [("required", None, "/size", None)],
    ),
    "FastAPI, missing header": (
        entry(["header", "x-tenant"], "missing", "Field required"),
        [("required", "header", "/X-Tenant", None)],
    ),
    "FastAPI, whole body": (
        entry(["body"], "missing", "Field required"),
        [("required", "body", "", None)],
    ),
    "FastAPI, bound of a query": (
        entry(["query", "limit"], "less_than_equal", le=10),
        [("maximum", "query", "/limit", 10)],
    ),
    "FastAPI, enum": (
        entry(["body", "color"], "enum", expected="'red', 'green' or 'blue'"),
        [("enum", "body", "/color", ("red", "green", "blue"))],
    ),
    "FastAPI, member of a union": (
        entry(["body", "meta", "Box", "size"], "greater_than", gt=9),
        [("exclusive_minimum", "body", "/meta/size", 9)],
    ),
    "FastAPI, item": (
        entry(["body", "tags", 0], "string_too_short", min_length=4),
        [("min_length", "body", "/tags/0", 4)],
    ),
    "FastAPI, own sentence": (
        {"detail": "Item 4711 not found"},
        [("not_found", "path", "/id", "Item")],
    ),
    "FastAPI, value error": (
        entry(["body", "startDate"], "value_error", "Value error, must not be in the past"),
        [("future", "body", "/startDate", None)],
    ),
    "pydantic 1, enum": (
        entry(["body", "color"], "type_error.enum", enum_values=["red", "green"]),
        [("enum", "body", "/color", ("red", "green"))],
    ),
    "pydantic 1, length": (
        entry(["body", "name"], "value_error.any_str.max_length", limit_value=5),
        [("max_length", "body", "/name", 5)],
    ),
    "pydantic as text": (
        {"error": "1 validation error for Box\nsize\n  Field required [type=missing, input={}]"},
        [("required", None, "/size", None)],
    ),
    "Django REST framework": (
        {
            "name": ["Ensure this field has no more than 5 characters."],
            "lines": [{}, {"amount": ["A valid integer is required."]}],
            "color": ['"blueish" is not a valid choice.'],
            "non_field_errors": ["The fields name, color must make a unique set."],
        },
        [
            ("max_length", "body", "/name", 5),
            ("type", None, "/lines/1/amount", "integer"),
            ("enum", "body", "/color", ()),
            ("not_unique", "body", "/color", None),
        ],
    ),
    "Django REST framework, primary key": (
        {"owner": ['Invalid pk "5" - object does not exist.']},
        [("not_found", None, "/owner", "pk")],
    ),
    "Spring, binding errors": (
        {
            "timestamp": "2026-01-01T00:00:00", "status": 400, "error": "Bad Request",
            "path": "/boxes",
            "errors": [
                {
                    "codes": ["Size.box.name", "Size.name", "Size"], "objectName": "box",
                    "field": "name", "rejectedValue": "", "code": "Size",
                    "defaultMessage": "size must be between 30 and 40",
                },
                {
                    "codes": ["NotBlank.box.label", "NotBlank"], "objectName": "box",
                    "field": "label", "code": "NotBlank", "defaultMessage": "must not be blank",
                },
            ],
        },
        [
            ("min_length", "body", "/name", 30),
            ("max_length", "body", "/name", 40),
            ("required", None, "/label", None),
        ],
    ),
    "Spring, violations": (
        {"title": "Constraint Violation", "status": 400, "violations": [
            {"field": "makeBox.request.quantity",
             "message": "must be greater than or equal to 5"}]},
        [("minimum", "body", "/quantity", 5)],
    ),
    "Spring, parameter": (
        {"detail": "Required parameter 'color' is not present.", "status": 400},
        [("required", "body", "/color", None)],
    ),
    "Jackson, type": (
        {"message": "JSON parse error: Cannot deserialize value of type `int` from String "
         '"abc": not a valid `int` value (through reference chain: a.b.Box["quantity"])'},
        [("type", "body", "/quantity", "integer")],
    ),
    "Jackson, enum": (
        {"message": "Cannot deserialize value of type `a.b.Color` from String \"blueish\": not one "
         "of the values accepted for Enum class: [RED, GREEN] at [Source: x] (through reference "
         'chain: a.b.Box["color"])'},
        [("enum", "body", "/color", ("RED", "GREEN"))],
    ),
    "ASP.NET": (
        {"type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
         "title": "One or more validation errors occurred.", "status": 400, "traceId": "00-1-2-00",
         "errors": {
             "Name": ["The field Name must be a string with a maximum length of 5."],
             "Label": ["The Label field is required."],
             "$.quantity": ["The JSON value could not be converted to System.Int32. "
                            "Path: $.quantity | LineNumber: 0 | BytePositionInLine: 1."]}},
        [
            ("max_length", "body", "/name", 5),
            ("required", None, "/label", None),
            ("type", "body", "/quantity", "integer"),
        ],
    ),
    "RFC 9457": (
        {"type": "about:blank", "title": "Your request is not valid.", "errors": [
            {"detail": "must be a positive integer", "pointer": "#/quantity"},
            {"detail": "must be 'green', 'red' or 'blue'", "pointer": "#/color"}]},
        [
            ("exclusive_minimum", "body", "/quantity", 0),
            ("enum", "body", "/color", ("green", "red", "blue")),
        ],
    ),
    "RFC 7807, invalid-params": (
        {"title": "Invalid", "invalid-params": [
            {"name": "limit", "reason": "must be at most 10"}]},
        [("maximum", "query", "/limit", 10)],
    ),
    "Rails, map": (
        {"errors": {"first_name": ["can't be blank"],
                    "name": ["is too long (maximum is 5 characters)", "has already been taken"]}},
        [
            ("required", None, "/first_name", None),
            ("max_length", "body", "/name", 5),
            ("not_unique", "body", "/name", None),
        ],
    ),
    "Rails, sentences": (
        {"errors": ["Label can't be blank", "Name is too short (minimum is 30 characters)"]},
        [("required", None, "/label", None), ("min_length", "body", "/name", 30)],
    ),
    "Laravel": (
        {"message": "The label field is required. (and 1 more error)",
         "errors": {"label": ["The label field is required."],
                    "quantity": ["The quantity field must be at least 5."],
                    "color": ["The selected color is invalid."]}},
        [
            ("required", None, "/label", None),
            ("minimum", "body", "/quantity", 5),
            ("enum", "body", "/color", ()),
        ],
    ),
    "Symfony": (
        {"@type": "ConstraintViolationList", "title": "An error occurred",
         "detail": "name: This value is too short.", "violations": [
             {"propertyPath": "name", "code": "9ff3fdc4-b214-49db-8718-39c315e33d45",
              "message": "This value is too short. It should have 30 characters or more."}]},
        [("min_length", "body", "/name", 30)],
    ),
    "Zod 3": (
        {"success": False, "error": {"name": "ZodError", "issues": [
            {"code": "invalid_type", "expected": "string", "received": "undefined",
             "path": ["label"], "message": "Required"},
            {"code": "too_small", "minimum": 30, "type": "string", "inclusive": True,
             "path": ["name"], "message": "String must contain at least 30 character(s)"},
            {"code": "invalid_enum_value", "options": ["red", "green"], "received": "blueish",
             "path": ["color"], "message": "Invalid enum value. Expected 'red' | 'green'"},
            {"code": "unrecognized_keys", "keys": ["email"], "path": [],
             "message": "Unrecognized key(s) in object: 'email'"}]}},
        [
            ("required", None, "/label", None),
            ("min_length", "body", "/name", 30),
            ("enum", "body", "/color", ("red", "green")),
            ("unexpected", "body", "/email", None),
        ],
    ),
    "Zod 4, inside a text": (
        {"message": json.dumps([
            {"expected": "number", "code": "invalid_type", "path": ["meta", "size"],
             "message": "Invalid input: expected number, received string"},
            {"code": "invalid_value", "values": ["red", "green"], "path": ["color"],
             "message": 'Invalid option: expected one of "red"|"green"'}])},
        [
            ("type", "body", "/meta/size", "number"),
            ("enum", "body", "/color", ("red", "green")),
        ],
    ),
    "AJV": (
        {"errors": [
            {"instancePath": "", "schemaPath": "#/required", "keyword": "required",
             "params": {"missingProperty": "label"},
             "message": "must have required property 'label'"},
            {"instancePath": "/tags", "schemaPath": "#/properties/tags/minItems",
             "keyword": "minItems", "params": {"limit": 2},
             "message": "must NOT have fewer than 2 items"},
            {"instancePath": "", "schemaPath": "#/additionalProperties",
             "keyword": "additionalProperties", "params": {"additionalProperty": "color"},
             "message": "must NOT have additional properties"}]},
        [
            ("required", None, "/label", None),
            ("min_items", "body", "/tags", 2),
            ("unexpected", "body", "/color", None),
        ],
    ),
    "Fastify": (
        {"statusCode": 400, "code": "FST_ERR_VALIDATION", "error": "Bad Request",
         "message": "body/name must NOT have more than 5 characters"},
        [("max_length", "body", "/name", 5)],
    ),
    "express-validator": (
        {"errors": [{"type": "field", "value": "1", "msg": "Invalid value", "path": "email",
                     "location": "body"},
                    {"msg": "limit must be an integer", "param": "limit", "location": "query"}]},
        [("format", "body", "/email", None), ("type", "query", "/limit", "integer")],
    ),
    "Joi": (
        {"details": [
            {"message": '"name" length must be at least 30 characters long', "path": ["name"],
             "type": "string.min", "context": {"limit": 30, "label": "name", "key": "name"}},
            {"message": '"color" must be one of [red, green]', "path": ["color"],
             "type": "any.only", "context": {"valids": ["red", "green"], "label": "color"}},
            {"message": '"email" is not allowed', "path": ["email"], "type": "object.unknown",
             "context": {"child": "email", "label": "email"}}]},
        [
            ("min_length", "body", "/name", 30),
            ("enum", "body", "/color", ("red", "green")),
            ("unexpected", "body", "/email", None),
        ],
    ),
    "go-playground/validator": (
        {"error": "Key: 'Box.Label' Error:Field validation for 'Label' failed on the 'required' "
         "tag\nKey: 'Box.Email' Error:Field validation for 'Email' failed on the 'email' tag"},
        [("required", None, "/label", None), ("format", "body", "/email", "email")],
    ),
    "encoding/json": (
        {"error": "json: cannot unmarshal string into Go struct field Box.quantity of type int"},
        [("type", "body", "/quantity", "integer")],
    ),
    "cornice": (
        {"status": "error", "errors": [
            {"location": "querystring", "name": "limit", "description": "12 is greater than "
             "maximum value 10"},
            {"location": "body", "name": "label", "description": "Required"}]},
        [("maximum", "query", "/limit", 10), ("required", "body", "/label", None)],
    ),
    "flask-smorest": (
        {"code": 422, "status": "Unprocessable Entity", "errors": {
            "json": {"label": ["Missing data for required field."], "color": ["Unknown field."],
                     "name": ["Longer than maximum length 5."]},
            "query": {"limit": ["Must be less than or equal to 10."]}}},
        [
            ("required", "body", "/label", None),
            ("unexpected", "body", "/color", None),
            ("max_length", "body", "/name", 5),
            ("maximum", "query", "/limit", 10),
        ],
    ),
    "Flask-RESTX": (
        {"errors": {"name": "'name' is a required property"},
         "message": "Input payload validation failed"},
        [("required", "body", "/name", None)],
    ),
    "Litestar": (
        {"status_code": 400, "detail": "Validation failed for POST /boxes", "extra": [
            {"message": "Expected `int`, got `str`", "key": "quantity", "source": "body"},
            {"message": "Missing required query parameter 'speed' for path /boxes", "key": "speed",
             "source": "query"}]},
        [("type", "body", "/quantity", "integer"), ("required", "query", "/speed", None)],
    ),
    "NestJS": (
        {"statusCode": 400, "error": "Bad Request", "message": [
            "name must be longer than or equal to 30 characters", "email must be an email",
            "quantity must not be less than 10", "label should not be empty",
            "color must be one of the following values: red, green",
            "property startDate should not exist", "tags must be an array",
            "meta.size must be a number conforming to the specified constraints"]},
        [
            ("min_length", "body", "/name", 30),
            ("format", "body", "/email", "email"),
            ("minimum", "body", "/quantity", 10),
            ("required", None, "/label", None),
            ("enum", "body", "/color", ("red", "green")),
            ("unexpected", "body", "/startDate", None),
            ("type", "body", "/tags", "array"),
            ("type", "body", "/meta/size", "number"),
        ],
    ),
    "class-validator, objects": (
        [{"target": {}, "property": "meta", "children": [
            {"property": "size", "constraints": {"max": "size must not be greater than 4"}}]}],
        [("maximum", "body", "/meta/size", 4)],
    ),
    "JSON:API": (
        {"errors": [{"status": "422", "source": {"pointer": "/data/attributes/name"},
                     "title": "Invalid Attribute", "detail": "Name must contain at least 30 "
                     "characters."}]},
        [("min_length", "body", "/name", 30)],
    ),
    "GraphQL": (
        {"errors": [{"message": "Box with id 4711 does not exist", "locations": [{"line": 1}],
                     "extensions": {"code": "BAD_USER_INPUT"}}]},
        [("not_found", "path", "/id", "Box")],
    ),
    "nothing that is understood": ({"weather": "fine"}, [("other", None, "/weather", None)]),
}  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_of_frameworks(name: str) -> None:
    """Each framework's error document is read completely and in its order."""
    document, expected = DOCUMENTS[name]
    assert told(document) == expected


def test_errors_that_fastapi_prints_are_read() -> None:
    """`str()` of a validation error: each entry, its place without the tag of an alternative."""
    text = (
        "2 validation errors:\n  {'type': 'missing', 'loc': ('body', 'left', 'name'), 'msg': "
        "'Field required', 'input': {}}\n  {'type': 'value_error', 'loc': ('body', 'left'), 'msg': "
        "\"Value error, say 'size' or 'weight'\", 'ctx': {'error': ValueError('no')}}"
    )
    body = json.dumps({"detail": ["ValueError", text]}).encode()
    found = read_complaints(422, "application/json", body, {("body", "/kind"): "left"})
    assert [(one.rule, one.location, one.pointer) for one in found][:1] == [
        ("required", "body", "/name")
    ]


def test_a_refused_caller_is_told_as_such() -> None:
    """With 401 and 403 it is about credentials, unless 403 says that a thing does not exist."""
    assert told({"detail": "Not enough juice"}, 403) == [("credentials", None, "", None)]
    said = 'You don\'t have permission to read "swift-ridge" or it does not exist'
    assert ("not_found", "body", "/name") in [one[:3] for one in told({"message": said}, 403)]
    assert told({"message": "token is required"}, 401) == [("credentials", None, "/token", None)]


def test_messages_are_one_short_line() -> None:
    """What the server said is kept for people, on one line and cut."""
    long = read_complaints(400, "text/plain", b"name is required\n" + b"x" * 5000, SENT)
    assert long[0] == Complaint("required", "body", "/name", None, "name is required")
    assert all(len(one.message) <= 300 and "\n" not in one.message for one in long)
