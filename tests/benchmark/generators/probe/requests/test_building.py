"""One request from its recipe: every source, every place, every media type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import pytest

from benchmark.generators.probe.requests.building import BuiltRequest, build_request
from benchmark.models import (
    ArrayNode,
    Clock,
    Constant,
    Created,
    ObjectNode,
    Pooled,
    Recipe,
    Slot,
    Source,
    Unique,
    Upload,
)
from benchmark.wire.encoding import UnsendableError
from tests.benchmark.generators.probe.probe_cases import case_of
from tests.benchmark.generators.small_apis import op

TASK = case_of("POST /items/{id}", {"POST /items/{id}": op()}).task
ID = Slot("path", "/id", Created("item", "/id"))


def resolve(source: Source) -> Any:
    """The value of what depends on the server."""
    assert isinstance(source, Created)
    return "a/b"


def built(
    body: Any = None, media: str | None = None, index: int = 0, slots: tuple[Slot, ...] = ()
) -> BuiltRequest:
    """The request of a recipe for TASK."""
    recipe = Recipe((ID, *slots), media, body)
    return build_request(TASK, recipe, index, resolve)


def test_parameters_stand_in_their_places() -> None:
    """Path values are encoded, query and headers named, and cookies joined in one header."""
    slots = (
        Slot("query", "/limit", Constant("5")), Slot("query", "/tag", Constant(["a", "b"])),
        Slot("header", "/X-Trace", Constant("on")), Slot("cookie", "/sid", Constant("1")),
        Slot("cookie", "/lang", Constant("en")),
    )  # fmt: skip
    request = built(slots=slots)
    path, _, query = request.target.partition("?")
    assert (request.method, path) == ("POST", "/items/a%2Fb")
    assert parse_qs(query) == {"limit": ["5"], "tag": ["a", "b"]}
    assert request.headers == {"X-Trace": "on", "Cookie": "sid=1; lang=en"}
    assert request.body is None


def test_reserved_characters_stay_where_the_slot_says_so() -> None:
    """`allow_reserved` of one slot does not change the others."""
    slot = Slot("path", "/id", Constant("a/b"), allow_reserved=True)
    request = build_request(TASK, Recipe((slot,)), 0, resolve)
    assert request.target == "/items/a/b"


def test_a_missing_path_value_cannot_be_sent() -> None:
    """What cannot be written is an error, never a request for `/items/{id}`."""
    with pytest.raises(UnsendableError, match="id"):
        build_request(TASK, Recipe(), 0, resolve)


def test_the_nth_values_of_all_pools_go_together() -> None:
    """A pool gives its n-th value, and begins anew after the last."""
    body = ObjectNode((("from", Pooled((1, 5))), ("to", Pooled((2, 6)))))
    bodies = [json.loads(built(body, "application/json", index).body or b"") for index in range(3)]
    assert bodies == [{"from": 1, "to": 2}, {"from": 5, "to": 6}, {"from": 1, "to": 2}]


def test_unique_values_differ_and_times_are_of_now() -> None:
    """No unique value comes twice; a clock gives the documented form."""
    body = ObjectNode((("name", Unique("tea", "text", 20)), ("at", Clock(60, "epoch"))))
    bodies = [json.loads(built(body, "application/json").body or b"") for _ in range(2)]
    assert bodies[0]["name"] != bodies[1]["name"]
    assert all(len(each["name"]) <= 20 and each["name"].startswith("t") for each in bodies)
    assert all(isinstance(each["at"], int | float) for each in bodies)


@pytest.mark.parametrize(
    ("media", "content_type", "body"),
    [
        ("application/json", "application/json", b'{"a": [1, "x"]}'),
        ("application/*", "application/json", b'{"a": [1, "x"]}'),
        ("application/merge-patch+json", "application/merge-patch+json", b'{"a": [1, "x"]}'),
    ],
)
def test_json_is_named_as_documented(media: str, content_type: str, body: bytes) -> None:
    """Kinds of JSON keep their name; a wildcard becomes plain JSON."""
    node = ObjectNode((("a", ArrayNode((Constant(1), Constant("x")))),))
    request = built(node, media)
    assert (request.headers["Content-Type"], request.body) == (content_type, body)


def test_forms_texts_and_files_have_their_own_wire_forms() -> None:
    """Each media type is written as servers read it, and its header says so."""
    form = built(ObjectNode((("a", Constant("x y")),)), "application/x-www-form-urlencoded")
    assert (form.body, form.headers["Content-Type"]) == (
        b"a=x+y", "application/x-www-form-urlencoded",
    )  # fmt: skip
    text = built(Constant("hello"), "text/*")
    assert (text.body, text.headers["Content-Type"]) == (b"hello", "text/plain")
    file = built(Upload("a.png", "image/png", 200), "image/png")
    assert (file.body or b"").startswith(b"\x89PNG")
    parts = built(ObjectNode((("f", Upload("a.png", "image/png", 200)),)), "multipart/form-data")
    assert parts.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert b'filename="a.png"' in (parts.body or b"")


def test_what_was_sent_is_noted_by_place() -> None:
    """Complaints are matched with it: leaves of the body by pointer, parameters by name."""
    body = ObjectNode((("a/b", ArrayNode((Constant(1),))), ("c", Constant("x"))))
    sent: Mapping[Any, Any] = built(body, "application/json").sent
    assert sent == {("path", "/id"): "a/b", ("body", "/a~1b/0"): 1, ("body", "/c"): "x"}
    assert built(body, "application/json").path_values() == {"id": "a/b"}
