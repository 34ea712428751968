"""Items in answers: what a create made, what a list holds."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.wire.resource_items import LISTED_LIMIT, bare_text, item_of, items_of, value_at


@pytest.mark.parametrize(
    ("answer", "at", "location", "sent", "item"),
    [
        ({"id": 1}, "", None, {}, {"id": 1}),
        ({"data": {"id": 1}}, "/data", None, {}, {"id": 1}),
        ({"data": None}, "/data", None, {}, None),
        ("abc", "", None, {}, {"id": "abc"}),
        (7, "", None, {}, {"id": 7}),
        ({"key": 7}, "/key", None, {}, {"id": 7}),
        (True, "", None, {}, None),
        ("", "", None, {}, None),
        ([{"id": 1}], "", None, {}, {"id": 1}),
        ([], "", None, {}, None),
        ([{"id": 1}, {"id": 2}], "", None, {}, None),
        (None, "", None, {}, None),
        (None, "", None, {"bucket": "b"}, {"bucket": "b"}),
        (None, "", None, {"bucket": None}, None),
        ({"bucket": "other", "n": 1}, "", None, {"bucket": "b"}, {"bucket": "b", "n": 1}),
        (None, "", "/things/a%20b", {}, {"id": "a b"}),
        (None, "", "http://h:1/things/5/?x=/y#z", {}, {"id": "5"}),
        ({"n": 1}, "", "/things/5", {"k": 2}, {"n": 1, "id": "5", "k": 2}),
        (None, "", "/", {}, None),
        (None, "", "http://[broken/1", {}, None),
    ],
)
def test_the_item_of_a_create(
    answer: Any, at: str, location: str | None, sent: dict[str, Any], item: Any
) -> None:
    """The answer, its Location and what the client chose make one item, or none."""
    assert item_of(answer, at, location, sent) == item


@pytest.mark.parametrize(
    ("answer", "pointer", "items"),
    [
        ([{"id": 1}, {"id": 2}], "", [{"id": 1}, {"id": 2}]),
        ({"data": [{"id": 1}]}, "/data", [{"id": 1}]),
        ({"data": {"id": 1}}, "/data", [{"id": 1}]),
        (["a", 2, None, True, [], ""], "", [{"id": "a"}, {"id": 2}]),
        ({"a": {"n": 1}, "b": {"id": "c"}}, "/*", [{"id": "a", "n": 1}, {"id": "c"}]),
        ({"a": 1, "b": None}, "/*", [{"id": "a"}, {"id": "b"}]),
        ({"by_id": {"a": {}}}, "/by_id/*", [{"id": "a"}]),
        ([1], "/*", []),
        (None, "", []),
        ("text", "", []),
        ({"data": 1}, "/data", []),
        ([], "/nowhere", []),
    ],
)  # fmt: skip
def test_the_items_of_a_list(answer: Any, pointer: str, items: list[Any]) -> None:
    """Arrays, a lone object, bare values and maps by id."""
    assert items_of(answer, pointer) == items


@pytest.mark.parametrize("pointer", ["", "/*"])
def test_long_lists_are_cut(pointer: str) -> None:
    """A huge answer does not fill the memory."""
    answer = {str(n): {} for n in range(2000)} if pointer else list(range(2000))
    assert len(items_of(answer, pointer)) == LISTED_LIMIT


def test_values_at_pointers() -> None:
    """JSON Pointers lead to values, and to None where there are none."""
    document = {"a": [{"b/c": 1}], "~": {"": 2}}
    assert value_at(document, "/a/0/b~1c") == 1
    assert value_at(document, "/~0/") == 2
    assert value_at(document, "") is document
    for nowhere in ("/x", "/a/1", "/a/-1", "/a/x", "/a/0/b~1c/d"):
        assert value_at(document, nowhere) is None


@pytest.mark.parametrize(
    ("content_type", "content", "word"),
    [
        ("text/plain; charset=utf-8", b"a1-b2\n", "a1-b2"),
        ("text/plain", b"{", None),
        ("text/plain", b"not found", None),
        ("text/plain", b"", None),
        ("text/plain", b"x" * 1000, None),
        ("text/html", b"word", None),
    ],
)
def test_a_lone_word_in_plain_text_is_a_value(
    content_type: str, content: bytes, word: str | None
) -> None:
    """Sentences, pages and broken JSON are none."""
    assert bare_text(content_type, content) == word
