"""What goes on the wire: paths, queries, forms, multipart bodies, headers and cookies."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from python_multipart import parse_form

from benchmark.wire.encoding import (
    UnsendableError,
    encode_cookies,
    encode_headers,
    encode_multipart,
    encode_query,
    fill_template,
    form_pairs,
)


def test_path_values_cannot_leave_their_segment() -> None:
    """Everything but unreserved characters is percent-encoded, as UTF-8."""
    filled = fill_template("/a/{x}/b-{y}{z}?k=1", {"x": "é/?#%", "y": True, "z": 7})
    assert filled == "/a/%C3%A9%2F%3F%23%25/b-true7?k=1"


@pytest.mark.parametrize("value", [None, "", ".", ".."])
def test_a_path_without_a_value_is_not_written(value: str | None) -> None:
    """`/items/None`, `/items/` and `/items/..` would be other operations."""
    with pytest.raises(UnsendableError, match=r"no value for \{id\}"):
        fill_template("/items/{id}", {"id": value})


def test_a_name_that_nobody_filled_is_a_mistake() -> None:
    """A typing error in a locustfile is an exception with its name."""
    with pytest.raises(KeyError, match="id"):
        fill_template("/items/{id}", {"idd": 1})


def test_queries() -> None:
    """Lists repeat their name, None is left out, credentials come last, spaces are %20."""
    params = {"q": "a b&c", "tag": ["x", "y"], "none": None, "on": True, "o": {"a": 1}}
    assert encode_query(params, {"key": "s=1"}) == (
        "q=a%20b%26c&tag=x&tag=y&on=true&o=%7B%22a%22%3A1%7D&key=s%3D1"
    )
    assert encode_query([("a", 1), ("a", 2)], {}) == "a=1&a=2"
    assert encode_query({}, {}) == encode_query(None, {}) == ""


def test_forms() -> None:
    """Forms follow the rules of queries."""
    assert form_pairs({"a": [1, None, 2.5], "b": False}) == [
        ("a", "1"),
        ("a", "2.5"),
        ("b", "false"),
    ]


def parsed(body: bytes, content_type: str) -> dict[str, list[Any]]:
    """The parts of a body as a real parser sees them: texts, and (name, content) of files."""
    parts: dict[str, list[Any]] = {}

    def on_field(field: Any) -> None:
        parts.setdefault(field.field_name.decode(), []).append(field.value.decode())

    def on_file(file: Any) -> None:
        file.file_object.seek(0)
        found = (file.file_name.decode(), file.file_object.read())
        parts.setdefault(file.field_name.decode(), []).append(found)

    headers = {"Content-Type": content_type.encode(), "Content-Length": str(len(body)).encode()}
    parse_form(headers, io.BytesIO(body), on_field, on_file)
    return parts


def test_multipart_bodies_are_read_back() -> None:
    """Fields, repeated fields, objects and files arrive as they were given."""
    content = bytes(range(256)) * 40 + b"\r\n--boundary\r\n"
    body, content_type = encode_multipart(
        {
            "title": "Grüße",
            "n": 5,
            "tags": ["a", "b"],
            "meta": {"x": [1]},
            "none": None,
            "raw": b"r",
        },
        {
            "file": ("año.bin", content, "application/octet-stream"),
            "more": [("1.txt", b"1", "text/plain"), ("2.txt", b"", "text/plain")],
        },
    )
    assert content_type.startswith("multipart/form-data; boundary=")
    parts = parsed(body, content_type)
    assert json.loads(parts.pop("meta")[0]) == {"x": [1]}
    assert b"Content-Type: application/json" in body
    assert parts == {
        "title": ["Grüße"], "n": ["5"], "tags": ["a", "b"], "raw": ["r"],
        "file": [("año.bin", content)], "more": [("1.txt", b"1"), ("2.txt", b"")],
    }  # fmt: skip


def test_multipart_bodies_that_contain_their_own_boundary() -> None:
    """What was sent before can be sent as content: another boundary is used then."""
    first, content_type = encode_multipart({}, {"f": ("n", b"c", "text/plain")})
    again, other_type = encode_multipart({}, {"f": ("n", first, "text/plain")})
    assert content_type != other_type
    assert parsed(again, other_type) == {"f": [("n", first)]}
    assert encode_multipart({"a": 1}, {})[1] == content_type


def test_files_in_every_form_that_locustfiles_have(tmp_path: Path) -> None:
    """Tuples of two to four, open files, bare content, lists and pairs, as requests takes them."""
    path = tmp_path / "sheet.csv"
    path.write_bytes(b"1,2")
    with path.open("rb") as bare, path.open("rb") as named:
        body, content_type = encode_multipart(
            {"k": "v"},
            [
                ("a", bare),
                ("b", ("b.txt", named)),
                ("b", ("c.txt", io.BytesIO(b"c"), "text/plain", {"X-Own": "1"})),
                ("d", b"bytes"),
                ("e", [("e1", "text"), ("e2", "", None)]),
            ],
        )
    assert parsed(body, content_type) == {
        "k": ["v"],
        "a": [("sheet.csv", b"1,2")],
        "b": [("b.txt", b"1,2"), ("c.txt", b"c")],
        "d": [("d", b"bytes")],
        "e": [("e1", b"text"), ("e2", b"")],
    }
    assert b"X-Own: 1\r\n" in body
    assert body.count(b"Content-Type: ") == 1
    with pytest.raises(TypeError, match="a file cannot be a int"):
        encode_multipart({}, {"f": ("n", 5)})


def test_names_in_multipart_bodies_cannot_add_headers() -> None:
    """Quotes and line breaks in names are escaped; a content type with one is refused."""
    body, content_type = encode_multipart(
        {'a"\r\nX-Evil: 1': "v"}, {"f": ('n"\r\nX-Evil: 1', b"c", "text/plain")}
    )
    assert b"\r\nX-Evil" not in body
    assert len(parsed(body, content_type)) == 2
    with pytest.raises(UnsendableError):
        encode_multipart({}, {"f": ("n", b"c", "text/plain\r\nX-Evil: 1")})


@pytest.mark.parametrize("value", ["a\r\nX: 1", "a\nb", "a\0b", "日本"])
def test_headers_that_would_break_the_request_are_refused(value: str) -> None:
    """Line breaks, control characters and what Latin-1 lacks; the message keeps the value back."""
    with pytest.raises(UnsendableError) as refused:
        encode_headers({"X-Id": value})
    assert str(refused.value) == "the header 'X-Id' cannot be sent"
    with pytest.raises(UnsendableError):
        encode_headers({value: "x"})


def test_headers_and_cookies_are_texts() -> None:
    """Numbers and booleans are written as everywhere, None is left out, cookies are encoded."""
    assert encode_headers({"A": 1, "B": True, "C": None, "D": "é"}) == {
        "A": "1",
        "B": "true",
        "D": "é",
    }
    assert encode_cookies({"a": "x; y=1", "b": None, "c": False}) == {
        "a": "x%3B%20y%3D1",
        "c": "false",
    }
