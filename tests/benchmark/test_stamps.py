"""Values made at sending. That they never repeat is tested with the bodies that use them."""

from __future__ import annotations

import re

import pytest

from benchmark.stamps import UniqueStyle, clock_value, stamped, unique_value


@pytest.mark.parametrize(
    ("style", "pattern"),
    [
        ("text", r"keen-cedar-[0-9a-z]{14}"),
        ("email", r"keen-cedar"),
        ("uuid", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        ("number", r"[0-9]+"),
    ],
)
def test_styles_of_unique_values(style: UniqueStyle, pattern: str) -> None:
    """Each looks like what it is for, and comes once."""
    made = {unique_value("keen-cedar", style) for _ in range(100)}
    assert len(made) == 100
    if style == "email":
        assert all(re.fullmatch(r"user\.[0-9a-z]{14}@example\.org", str(one)) for one in made)
    else:
        assert all(re.fullmatch(pattern, str(one)) for one in made)


@pytest.mark.parametrize("sample", [7, None, True, ["a"], {"a": 1}])
def test_any_sample_will_do(sample: object) -> None:
    """Samples come from documents: whatever they are, the value is a text."""
    assert isinstance(unique_value(sample), str)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(None, "sample-0123"), (20, "sample-0123"), (8, "sam-0123"), (5, "0123"), (2, "23")],
)
def test_stamps_keep_the_limit(limit: int | None, expected: str) -> None:
    """The sample gives way first, then the beginning of the stamp."""
    assert stamped("sample", "0123", limit) == expected


def test_a_clock_has_four_formats() -> None:
    """RFC 3339 without fractions, its parts, and seconds."""
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", str(clock_value(0)))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(clock_value(-86_400, "date")))
    assert re.fullmatch(r"\d\d:\d\d:\d\dZ", str(clock_value(60, "time")))
    assert isinstance(clock_value(0, "epoch"), int)
