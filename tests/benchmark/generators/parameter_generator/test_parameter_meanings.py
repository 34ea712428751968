"""Values by the names of their fields."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from benchmark.generators.parameter_generator import ParameterGenerator

TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("id", r"[0-9a-f-]{36}"),
        ("userId", r"[0-9a-f-]{36}"),
        ("order_uuid", r"[0-9a-f-]{36}"),
        ("email", r"[a-z.']+\d+@example\.com"),
        ("billingEmail", r".+@example\.com"),
        ("username", r"[a-z]+\d{4}"),
        ("first_name", r"[A-Z][a-z]+"),
        ("LastName", r"[A-Z][A-Za-z']+"),
        ("fullName", r"\w+ \w+"),
        ("phone-number", r"\+1202555\d{4}"),
        ("street_address", r".*\d.*"),
        ("city", r"[A-Z][\w .'-]+"),
        ("zip_code", r"\d{5}"),
        ("country", r"[A-Z]{2}"),
        ("currency", r"[A-Z]{3}"),
        ("language", r"[a-z]{2}"),
        ("locale", r"[a-z]{2}-[A-Z]{2}"),
        ("timezone", r"\w+/\w+"),
        ("callbackUrl", r"https://example\.com/\S+"),
        ("ip_address", r"192\.0\.2\.\d+"),
        ("page_size", r"\d+"),
        ("sortOrder", r"asc|desc"),
        ("q", r"[a-z]+"),
        ("title", r"[A-Z][a-z]+ [A-Z][a-z]+"),
        ("description", r"[A-Z].* .*\."),
        ("color", r"#[0-9a-f]{6}"),
        ("version", r"\d+\.\d+\.\d+"),
        ("file_name", r"[a-z-]+\.txt"),
        ("slug", r"[a-z]+-[a-z]+"),
        ("price", r"\d+\.\d\d"),
        ("dueDate", r"\d{4}-\d\d-\d\d"),
        ("created_at", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
        ("address2", r".*\d.*"),
    ],
)
def test_texts_mean_what_their_name_says(name: str, pattern: str) -> None:
    """A text without a format gets its form from its name, however the name is spelt."""
    generator = ParameterGenerator(1)
    for _ in range(10):
        value = generator.generate_for_schema(TEXT, name)
        assert re.fullmatch(pattern, value), value


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("limit", 1, 25),
        ("page", 1, 1),
        ("offset", 0, 0),
        ("batch_count", 1, 10),
        ("delay", 0, 5),
        ("timeoutSeconds", 0, 5),
        ("age", 18, 80),
        ("latitude", -90, 90),
        ("quantity", 1, 10),
        ("unit_price", 0.5, 200),
        ("discountPercent", 0, 100),
    ],
)
def test_numbers_are_small_and_sensible(name: str, low: float, high: float) -> None:
    """What asks a server for work or for waiting is small."""
    generator = ParameterGenerator(1)
    for kind in ("integer", "number"):
        for _ in range(10):
            value = generator.generate_for_schema({"type": kind}, name)
            assert low <= value <= high


def test_passwords_pass_common_rules() -> None:
    """At least 12 characters with upper and lower case, a digit and a symbol."""
    generator = ParameterGenerator(1)
    for _ in range(20):
        value = generator.generate_for_schema(TEXT, "password")
        assert len(value) >= 12
        for needed in ("[a-z]", "[A-Z]", "[0-9]", "[^A-Za-z0-9]"):
            assert re.search(needed, value)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("password", "password_confirmation"),
        ("password", "confirmPassword"),
        ("newPassword", "confirmPassword"),
        ("password1", "password2"),
        ("email", "emailConfirm"),
        ("password", "password2"),
    ],
)
def test_confirmations_repeat(first: str, second: str) -> None:
    """A field that confirms another one repeats its value."""
    schema = {"type": "object", "properties": {first: TEXT, second: TEXT}}
    for value in ParameterGenerator(1).samples(schema, 5):
        assert value[first] == value[second]


@pytest.mark.parametrize("kind", ["date", "date-time"])
@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("expires_at", 1),
        ("dueDate", 1),
        ("startDate", 1),
        ("check_in", 1),
        ("birth_date", -1),
        ("date_of_birth", -1),
        ("created", -1),
        ("since", -1),
    ],
)
def test_moments_lie_on_the_right_side(kind: str, name: str, sign: int) -> None:
    """Deadlines and starts lie in the future, births and creations in the past."""
    today = datetime.now(UTC).date()
    generator = ParameterGenerator(1)
    for _ in range(10):
        value = generator.generate_for_schema({"type": "string", "format": kind}, name)
        day = date.fromisoformat(value[:10])
        assert (day - today).days * sign > 0


@pytest.mark.parametrize(
    ("low", "high", "schema"),
    [
        ("start_date", "end_date", {"type": "string", "format": "date"}),
        ("startTime", "endTime", {"type": "string", "format": "date-time"}),
        ("valid_from", "valid_until", {"type": "string", "format": "date"}),
        ("checkIn", "checkOut", {"type": "string", "format": "date"}),
        ("start", "end", {"type": "integer"}),
        ("min_price", "max_price", {"type": "number"}),
        ("minLength", "maxLength", {"type": "integer", "maximum": 60}),
        ("minimum", "maximum", {"type": "integer", "minimum": 200, "maximum": 210}),
        ("created_at", "updated_at", {"type": "string", "format": "date-time"}),
    ],
)
def test_siblings_are_in_order(low: str, high: str, schema: dict[str, Any]) -> None:
    """A start is not after its end, and a minimum is not above its maximum."""
    body = {"type": "object", "properties": {high: schema, low: schema}}
    for value in ParameterGenerator(1).samples(body, 30):
        assert value[low] <= value[high]


def test_integers_can_be_moments() -> None:
    """A moment that is a number counts seconds since 1970, or milliseconds where it says so."""
    generator = ParameterGenerator(1)
    now = datetime.now(UTC).timestamp()
    seconds = generator.generate_for_schema({"type": "integer"}, "created_at")
    assert 0 < now - seconds < 40 * 86_400
    milliseconds = generator.generate_for_schema({"type": "integer"}, "timestamp_ms")
    assert abs(now * 1_000 - milliseconds) < 2 * 86_400_000 or milliseconds < 100


def test_a_meaning_yields_to_the_schema() -> None:
    """A realistic value that the schema does not allow is not used."""
    generator = ParameterGenerator(1)
    schema = {"type": "string", "pattern": "^[0-9]{4}$"}
    assert re.fullmatch("[0-9]{4}", generator.generate_for_schema(schema, "email"))
    assert len(generator.generate_for_schema({"type": "string", "maxLength": 5}, "title")) <= 5
    assert generator.generate_for_schema({"type": "integer", "minimum": 500}, "limit") >= 500
    uuid = generator.generate_for_schema({"type": "string", "format": "uuid"}, "email")
    assert re.fullmatch("[0-9a-f-]{36}", uuid)


def test_meanings_can_be_turned_off() -> None:
    """Without inference a name changes nothing."""
    generator = ParameterGenerator(1, infer_meaning=False)
    assert "@" not in generator.generate_for_schema(TEXT, "email")
    body = {"type": "object", "properties": {"password": TEXT, "confirm_password": TEXT}}
    values = generator.samples(body, 20)
    assert any(value["password"] != value["confirm_password"] for value in values)


def test_texts_are_plain_ascii() -> None:
    """Without a reason in the schema every text is printable ASCII on one line."""
    generator = ParameterGenerator(1)
    for name in ("first_name", "city", "company", "job_title", "address", "description", "x", ""):
        for _ in range(20):
            value = generator.generate_for_schema(TEXT, name)
            assert value.isascii()
            assert value.isprintable()
