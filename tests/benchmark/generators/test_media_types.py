"""What a content type says about how a body is written."""

from __future__ import annotations

import pytest

from benchmark.generators import media_types


@pytest.mark.parametrize(
    ("content_type", "kinds"),
    [
        ("application/json", {"json"}),
        ("Application/JSON; charset=utf-8", {"json"}),
        ("application/vnd.api+json", {"json"}),
        ("application/x-ndjson", {"json"}),
        ("*/*", {"json"}),
        ("", {"json"}),
        ("application/xml", {"xml"}),
        ("text/xml; charset=utf-8", {"xml"}),
        ("application/soap+xml", {"xml"}),
        ("multipart/form-data; boundary=x", {"form", "multipart"}),
        ("multipart/mixed", {"form", "multipart"}),
        ("application/x-www-form-urlencoded", {"form"}),
        ("text/plain", set()),
        ("application/octet-stream", set()),
        ("image/*", set()),
        ("nonsense\r\n", set()),
    ],
)
def test_kinds_of_content(content_type: str, kinds: set[str]) -> None:
    """Parameters and case do not matter; what says nothing counts as JSON."""
    tests = {
        "json": media_types.is_json,
        "xml": media_types.is_xml,
        "form": media_types.is_form,
        "multipart": media_types.is_multipart,
    }
    assert {name for name, test in tests.items() if test(content_type)} == kinds


def test_the_essence_is_what_stands_before_the_parameters() -> None:
    """In lower case, without blanks."""
    assert media_types.essence(" Text/Plain ; charset=x") == "text/plain"
