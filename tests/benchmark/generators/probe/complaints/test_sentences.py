"""Plain sentences, wherever they stand, and what is read in them."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from benchmark.generators.probe.complaints import Complaint, read_complaints
from benchmark.models import SlotLocation

SENT: dict[tuple[SlotLocation, str], Any] = {
    ("body", "/name"): "swift-ridge",
    ("body", "/quantity"): 3,
    ("body", "/color"): "blueish",
    ("body", "/startDate"): "2026-01-01",
    ("body", "/endDate"): "2025-01-01",
    ("body", "/tags/0"): "x",
    ("body", "/email"): "ann@example.com",
    ("body", "/password"): "Aa5sjHhH!x",
    ("body", "/config"): "steady",
    ("query", "/limit"): "13",
    ("query", "/page_size"): "7",
    ("path", "/id"): "4711",
}

SENTENCES: dict[str, tuple[str, SlotLocation | None, str, Any]] = {
    # presence
    "config: JSON not valid": ("format", "body", "/config", "json"),
    "Field 'config' cannot be decoded by JSON": ("format", "body", "/config", "json"),
    "Invalid foreign key.": ("not_found", None, "", None),
    '"data" is required': ("required", None, "/data", None),
    "name is required": ("required", "body", "/name", None),
    "'label' is a required property": ("required", None, "/label", None),
    "Missing required parameter 'speed'": ("required", None, "/speed", None),
    "Missing required query parameter: speed": ("required", "query", "/speed", None),
    "missing field `label` at line 1 column 2": ("required", None, "/label", None),
    "The color field must be provided": ("required", "body", "/color", None),
    "color cannot be empty": ("required", "body", "/color", None),
    "Name can't be blank": ("required", "body", "/name", None),
    "email must not be null": ("required", "body", "/email", None),
    "endDate is required when startDate is set": ("required", "body", "/endDate", None),
    "Request body is missing": ("required", "body", "", None),
    "A non-empty request body is required.": ("required", "body", "", None),
    "No JSON data provided": ("required", "body", "", None),
    "missing properties: 'label', 'size'": ("required", None, "/label", None),
    "You must provide a label": ("required", None, "/label", None),
    # surplus
    "Additional properties are not allowed ('color' was unexpected)":
        ("unexpected", "body", "/color", None),
    "unknown field `color`, expected one of `name`, `tags`": ("unexpected", "body", "/color", None),
    'Unrecognized field "color" (class a.b.Box), not marked as ignorable':
        ("unexpected", "body", "/color", None),
    "limit is not a valid query parameter": ("unexpected", "query", "/limit", None),
    # alternatives
    "Either email or phone is required": ("either", None, "", ("email", "phone")),
    "Exactly one of 'email', 'phone' must be set": ("either", None, "", ("email", "phone")),
    "Please provide one of: email, phone": ("either", None, "", ("email", "phone")),
    "startDate and endDate are mutually exclusive": ("either", None, "", ("startDate", "endDate")),
    "You cannot specify both startDate and endDate": ("either", None, "", ("startDate", "endDate")),
    # allowed values
    "color must be one of: red, green, blue": ("enum", "body", "/color", ("red", "green", "blue")),
    "Invalid color. Allowed values: red, green": ("enum", "body", "/color", ("red", "green")),
    "'blueish' is not one of ['red', 'green']": ("enum", "body", "/color", ("red", "green")),
    "color: unknown variant `blueish`, expected `red` or `green` at line 1 column 9":
        ("enum", "body", "/color", ("red", "green")),
    "color must be either 'red' or 'green'": ("enum", "body", "/color", ("red", "green")),
    "color must be red, green or blue": ("enum", "body", "/color", ("red", "green", "blue")),
    "Valid options for color are [red, green]": ("enum", "body", "/color", ("red", "green")),
    '"blueish" is not a valid choice.': ("enum", "body", "/color", ()),
    "Unsupported color 'blueish' (supported values: red|green)":
        ("enum", "body", "/color", ("red", "green")),
    "Invalid value 'blueish' for field color: must be one of [red green]":
        ("enum", "body", "/color", ("red", "green")),
    "Invalid value \"blueish\", expected A, B or C": ("enum", "body", "/color", ("A", "B", "C")),
    # bounds
    "quantity must be at least 5": ("minimum", "body", "/quantity", 5),
    "quantity must not be less than 5": ("minimum", "body", "/quantity", 5),
    "Quantity cannot exceed 1,000": ("maximum", "body", "/quantity", 1000),
    "quantity must be greater than 5": ("exclusive_minimum", "body", "/quantity", 5),
    "quantity must be > 0": ("exclusive_minimum", "body", "/quantity", 0),
    "quantity must be less than 2.5": ("exclusive_maximum", "body", "/quantity", 2.5),
    "quantity should be a positive integer": ("exclusive_minimum", "body", "/quantity", 0),
    "quantity must be non-negative": ("minimum", "body", "/quantity", 0),
    "Page size must be at most 5": ("maximum", "query", "/page_size", 5),
    "quantity must be a multiple of 4": ("multiple_of", "body", "/quantity", 4),
    "3 is less than the minimum of 5": ("minimum", None, "", 5),
    "name must be at least 30 characters long": ("min_length", "body", "/name", 30),
    "name must be longer than 30 characters": ("min_length", "body", "/name", 31),
    "'swift-ridge' is too long": ("max_length", "body", "/name", None),
    "name must not exceed 5 characters": ("max_length", "body", "/name", 5),
    "tags must contain at least 2 items": ("min_items", "body", "/tags", 2),
    "tags must not contain more than 1 element": ("max_items", "body", "/tags", 1),
    # texts
    "'swift-ridge' does not match '^[A-Z]+$'": ("pattern", "body", "/name", "^[A-Z]+$"),
    "name must match pattern \"^[A-Z]+$\"": ("pattern", "body", "/name", "^[A-Z]+$"),
    "name must match /^[A-Z]+$/ regular expression": ("pattern", "body", "/name", "^[A-Z]+$"),
    "name may only contain letters and numbers":
        ("pattern", "body", "/name", "^[A-Za-z][A-Za-z0-9]{3,11}$"),
    "name must not contain spaces": ("pattern", "body", "/name", "^[A-Za-z0-9_-]{4,12}$"),
    "name must start with 'usr_'": ("pattern", "body", "/name", "^usr_[a-z0-9]{6}$"),
    "password must contain at least one uppercase letter":
        ("format", "body", "/password", "password"),
    # formats
    "email is not a valid email address": ("format", "body", "/email", "email"),
    "Enter a valid URL.": ("format", None, "", "uri"),
    "Invalid UUID: swift-ridge": ("format", "body", "/name", "uuid"),
    "startDate must be a valid ISO 8601 date string": ("format", "body", "/startDate", "date-time"),
    "startDate should be in the format YYYY-MM-DD": ("format", "body", "/startDate", "date"),
    "time data '2026-01-01' does not match format '%Y-%m-%d %H:%M'":
        ("format", "body", "/startDate", "date-time"),
    "config is not valid JSON": ("format", "body", "/config", "json"),
    "config: invalid YAML": ("format", "body", "/config", "yaml"),
    "config must be base64 encoded": ("format", "body", "/config", "byte"),
    "config must be a valid cron expression": ("format", "body", "/config", "cron"),
    # types
    "name should be a number": ("type", "body", "/name", "number"),
    "quantity: expected string, got integer": ("type", "body", "/quantity", "string"),
    "invalid type: string \"blueish\", expected u64 at line 1 column 9":
        ("type", "body", "/color", "integer"),
    "color must be a list": ("type", "body", "/color", "array"),
    "'blueish' is not of type 'object'": ("type", "body", "/color", "object"),
    "Invalid data. Expected a dictionary, but got str.": ("type", None, "", "object"),
    "invalid literal for int() with base 10: 'blueish'": ("type", "body", "/color", "integer"),
    # in the words of a few servers
    "You must specify exactly one option (name, color or e-mail) for it":
        ("either", None, "", ("name", "color", "e-mail")),
    "`color` is set but `shade` is None; both must be set together.":
        ("unexpected", "body", "/color", None),
    "`color` field is for internal use only": ("unexpected", "body", "/color", None),
    "Things without a colour do not accept a color.": ("unexpected", "body", "/color", None),
    "Quantity must be set with start date.": ("required", "body", "/startDate", None),
    "NOT NULL constraint failed: boxes.owner_id": ("required", None, "/owner_id", None),
    "Unsupported color type: blueish.": ("enum", "body", "/color", ()),
    "Parent `blueish` not found for `swift-ridge`": ("not_found", "body", "/color", "Parent"),
    # time
    "startDate must be in the future": ("future", "body", "/startDate", None),
    "startDate must not be in the past": ("future", "body", "/startDate", None),
    "Start date is in the past": ("future", "body", "/startDate", None),
    "startDate cannot be in the future": ("past", "body", "/startDate", None),
    "end_date must be after start_date": ("future", "body", "/endDate", "start_date"),
    "startDate must be before endDate": ("past", "body", "/startDate", "endDate"),
    # state
    "User with email ann@example.com already exists": ("not_unique", "body", "/email", None),
    "Name has already been taken": ("not_unique", "body", "/name", None),
    "UNIQUE constraint failed: boxes.name": ("not_unique", "body", "/name", None),
    "Box 4711 not found": ("not_found", "path", "/id", "Box"),
    "The requested box does not exist": ("not_found", None, "", "box"),
    "Could not find owner": ("not_found", None, "", "owner"),
    "'owner_id' must reference an existing user": ("not_found", None, "/owner_id", "user"),
    "passwords do not match": ("same", None, "", None),
    "password_confirmation must match password":
        ("same", None, "/password_confirmation", "password"),
}  # fmt: skip


def told(text: str) -> list[tuple[Any, ...]]:
    """What is read in a sentence in a JSON answer, without the messages."""
    body = json.dumps({"error": text}).encode()
    found = read_complaints(400, "application/json", body, SENT)
    return [(one.rule, one.location, one.pointer, one.value) for one in found]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_sentences(sentence: str) -> None:
    """The rule, the place and the value of each sentence are found."""
    assert told(sentence)[0] == SENTENCES[sentence]


def test_a_name_in_several_words_is_not_that_of_its_first_word() -> None:
    """Where "where" and "where_document" were sent, "where document" is the second."""
    sent: dict[tuple[SlotLocation, str], Any] = {
        ("body", "/where"): "a",
        ("body", "/where_document"): "b",
    }
    places = [
        read_complaints(400, "text/plain", sentence, sent)[0].pointer
        for sentence in (b"Invalid where clause", b"Invalid where document clause")
    ]
    assert places == ["/where", "/where_document"]


def test_both_bounds_of_a_sentence_count() -> None:
    """A range is two complaints."""
    ranges = {
        "limit must be between 1 and 10": [
            ("minimum", "query", "/limit", 1),
            ("maximum", "query", "/limit", 10),
        ],
        "name must be between 3 and 5 characters": [
            ("min_length", "body", "/name", 3),
            ("max_length", "body", "/name", 5),
        ],
        "name must be exactly 8 characters": [
            ("min_length", "body", "/name", 8),
            ("max_length", "body", "/name", 8),
        ],
        "limit must be at least 1 and at most 10": [
            ("minimum", "query", "/limit", 1),
            ("maximum", "query", "/limit", 10),
        ],
    }
    assert {sentence: told(sentence) for sentence in ranges} == ranges


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain", b"quantity must be at least 5"),
        (
            "text/html",
            b"<html><head><title>400</title></head><p>quantity must be <b>at least</b> 5",
        ),
        ("application/xml", b"<error><message>quantity must be at least 5</message></error>"),
        ("application/json", b'"quantity must be at least 5"'),
        (
            "application/json",
            b'{"error":{"code":400,"info":{"x":["quantity must be at least 5"]}}}',
        ),
        (
            "application/json",
            b'{"message":"bad: {\\"detail\\":\\"quantity must be at least 5\\"}"}',
        ),
    ],
)
def test_sentences_are_read_wherever_they_stand(content_type: str, body: bytes) -> None:
    """Plain text, pages, XML, and JSON, also within a text, all speak."""
    found = read_complaints(400, content_type, body, SENT)
    assert [(one.rule, one.pointer, one.value) for one in found] == [("minimum", "/quantity", 5)]


def test_an_unsupported_content_type_is_a_complaint_about_the_header() -> None:
    """What the server would take instead is told where the server tells it."""
    text = b"Unsupported Media Type: expected application/x-www-form-urlencoded"
    (found,) = read_complaints(415, "text/plain", text, SENT)
    assert (found.rule, found.location, found.pointer) == ("enum", "header", "/Content-Type")
    assert found.value == ("application/x-www-form-urlencoded",)


# ── The installed libraries themselves ────────────────────────────────────────────────────────────


class Crate(BaseModel):
    """A model with a rule of each sort."""

    name: str = Field(max_length=4, pattern="^[a-z]+$")
    quantity: int = Field(ge=10)
    label: str
    tags: list[int]


def test_messages_of_the_installed_pydantic_are_read() -> None:
    """What this version of pydantic says, as data and as text, is understood."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Crate).validate_python({"name": "swift-ridge", "quantity": 3, "tags": ["x"]})
    expected = [
        ("max_length", "/name", 4),
        ("minimum", "/quantity", 10),
        ("required", "/label", None),
        ("type", "/tags/0", "integer"),
    ]
    as_data = json.dumps({"detail": caught.value.errors()}).encode()
    as_text = json.dumps({"detail": str(caught.value)}).encode()
    for body in (as_data, as_text):
        found = read_complaints(422, "application/json", body, SENT)
        assert [(one.rule, one.pointer, one.value) for one in found] == expected


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"required": ["label"]}, {}, ("required", "/label", None)),
        ({"enum": ["red", "green"]}, "blueish", ("enum", "/color", ("red", "green"))),
        ({"type": "integer"}, "blueish", ("type", "/color", "integer")),
        ({"pattern": "^[0-9]$"}, "blueish", ("pattern", "/color", "^[0-9]$")),
        ({"minLength": 9}, "blueish", ("min_length", "/color", 9)),
        ({"maxLength": 3}, "blueish", ("max_length", "/color", 3)),
        ({"minimum": 9}, 3, ("minimum", "", 9)),
        ({"exclusiveMaximum": 3}, 3, ("exclusive_maximum", "", 3)),
        ({"multipleOf": 7}, 3, ("multiple_of", "", 7)),
        ({"minItems": 2}, [1], ("min_items", "", 2)),
        ({"format": "email"}, "blueish", ("format", "/color", "email")),
    ],
)
def test_messages_of_the_installed_jsonschema_are_read(
    schema: dict[str, Any], value: Any, expected: tuple[Any, ...]
) -> None:
    """What this version of jsonschema-rs says is understood."""
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    message = next(iter(validator.iter_errors(value))).message
    rule, _, pointer, found = told(message)[0]
    assert (rule, pointer, found) == expected, message


# ── Hostile answers ───────────────────────────────────────────────────────────────────────────────

_WORDS = st.sampled_from(
    "name must be at least 5 one of 'a' , or is required not match [ { ( \" between and error "
    "errors loc type msg path field not found already exists in the past \n 9" .split(" ")
)  # fmt: skip
_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text() | _WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WORDS | st.text(), inner),
    max_leaves=20,
)


@given(st.binary() | _JSON.map(lambda v: json.dumps(v).encode()), st.integers(100, 599))
def test_no_answer_raises_an_error(body: bytes, status: int) -> None:
    """Whatever an answer is made of, it is read, and there are not too many complaints."""
    for content_type in ("application/json", "text/html", ""):
        found = read_complaints(status, content_type, body, SENT)
        assert len(found) <= 50
        assert all(isinstance(one, Complaint) for one in found)


@given(st.lists(_WORDS, max_size=30).map(" ".join))
def test_no_sentence_raises_an_error(sentence: str) -> None:
    """Whatever words a sentence is made of, it is read."""
    assert len(told(sentence)) <= 50


@pytest.mark.parametrize(
    "text",
    [
        "must be one of " * 5000, "a" * 70_000, "'" * 70_000, "[" * 70_000, "1," * 40_000,
        "x or " * 20_000, "<" * 70_000, "<script " * 9_000, "field 'a' " * 7_000, " " * 70_000,
        "is required. " * 6_000, "between 1 and " * 5_000, '{"a":' * 10_000, "(`" * 30_000,
        "\n  [type=" * 7_000, "a.b." * 20_000, "must match '" + "(a+)+" * 9_000,
    ],
)  # fmt: skip
def test_long_answers_are_read_to_their_end(text: str) -> None:
    """Reading is bounded, however an answer repeats itself: backtracking would hang."""
    for body in (text, json.dumps({"error": text}), json.dumps({"errors": [text[:900]] * 300})):
        for content_type in ("application/json", "text/html"):
            read_complaints(400, content_type, body.encode(), SENT)
