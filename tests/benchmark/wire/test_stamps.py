"""Values made at sending. That they never repeat is tested with the bodies that use them."""

from __future__ import annotations

import re
from itertools import count

import pytest

from benchmark.wire import stamps
from benchmark.wire.stamps import UniqueStyle, clock_value, stamped, unique_maker, unique_value


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


@pytest.mark.parametrize("sample", ["keen-cedar", "ann@example.org", "", "x" * 80])
@pytest.mark.parametrize("limit", [None, 3, 14, 15, 16, 30, 100])
@pytest.mark.parametrize("style", ["text", "email"])
def test_prepared_makers(
    sample: str, limit: int | None, style: UniqueStyle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They give what `unique_value` gives."""
    monkeypatch.setattr(stamps, "next_stamp", lambda: "0a1b2c3d4e5f6g")
    assert unique_maker(sample, style, limit)() == unique_value(sample, style, limit)


def test_stamps_count_on_where_their_beginning_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is one more than the one before, in 36 digits."""
    monkeypatch.setattr(stamps._counters, "stamps", count(36**4 * 5 - 2))
    made = [stamps.next_stamp() for _ in range(4)]
    assert [int(one, 36) for one in made] == list(range(36**4 * 5 - 2, 36**4 * 5 + 2))
    assert {len(one) for one in made} == {14}
