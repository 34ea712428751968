"""From a document to the bytes on the wire: reserved characters, and members of forms."""

from __future__ import annotations

import email
import json
from collections.abc import Iterator
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

import pytest
from locust.env import Environment

from benchmark.generators.locust_generator import render_locustfile
from benchmark.wire.encoding import (
    UnsendableError,
    encode_cookies,
    encode_form,
    encode_multipart,
    encode_query,
    fill_template,
)
from tests.benchmark.engine.small_api import Asked, SmallApi, small_api
from tests.benchmark.generators.small_apis import api, op, planned

RESERVED = ":/?#[]@!$&'()*+,;="
BINARY = {"type": "string", "format": "binary"}
URLENCODED = "application/x-www-form-urlencoded"


@pytest.fixture
def server() -> Iterator[SmallApi]:
    """A server that answers everything with {}."""
    with small_api(lambda _: (200, {})) as running:
        yield running


_users: list[Any] = []


def sent(operation: dict[str, Any], server: SmallApi, key: str = "POST /x", **more: Any) -> Asked:
    """The request that the generated locustfile makes of an operation, as it arrived."""
    spec = api({key: {**operation, "operationId": "act"}}, **more)
    source = render_locustfile(planned(spec))
    module: dict[str, Any] = {"__name__": "generated"}
    exec(compile(source, "generated.py", "exec"), module)
    user_class = module["MainUser"]
    user_class.host = server.url
    user = user_class(Environment(user_classes=[user_class], host=server.url))
    _users.append(user)
    user.act()
    return server.asked[-1]


def form(media: str, properties: dict[str, Any], encoding: Any = None) -> dict[str, Any]:
    """An operation with a form whose members all have one value."""
    schemas = {name: _constant(value) for name, value in properties.items()}
    schema = {"type": "object", "required": [*schemas], "properties": schemas}
    content = {media: {"schema": schema, **({"encoding": encoding} if encoding else {})}}
    return {**op(), "requestBody": {"required": True, "content": content}}


def _constant(value: Any) -> dict[str, Any]:
    if value is bytes:
        return BINARY
    if isinstance(value, dict):
        members = {name: _constant(member) for name, member in value.items()}
        return {"type": "object", "required": [*value], "properties": members}
    if isinstance(value, list) and value[0] is bytes:
        return {"type": "array", "minItems": len(value), "items": BINARY}
    if isinstance(value, list):
        return {"type": "array", "items": {}, "enum": [value]}
    return {"enum": [value]}


def parameter(place: str, value: Any, **more: Any) -> dict[str, Any]:
    """An operation with a required parameter `p` of this value."""
    return op(parameters=[
        {"name": "p", "in": place, "required": True, "schema": _constant(value), **more}
    ])  # fmt: skip


# ── Reserved characters ───────────────────────────────────────────────────────────────────────────


def test_reserved_expansion() -> None:
    """What would break its place is encoded all the same; percent triples pass, a lone % not."""
    assert encode_query({"q": RESERVED, "r": "&"}, {"k": "/"}, ["q"]) == (
        "q=:/?%23%5B%5D@!$%26'()*%2B,;=&r=%26&k=%2F"
    )
    assert encode_query({"q": ["%2F", "100%", "é b"]}, {}, ["q"]) == "q=%2F&q=100%25&q=%C3%A9%20b"
    assert fill_template("/a/{p}/{q}", {"p": RESERVED, "q": "b/c"}, ["p"]) == (
        "/a/:/%3F%23%5B%5D@!$&'()*+,;=/b%2Fc"
    )
    assert encode_cookies({"c": RESERVED + '" \\', "d": "="}, ["c"]) == {
        "c": ":/?#[]@!$&'()*+%2C%3B=%22%20%5C",
        "d": "%3D",
    }


@pytest.mark.parametrize("value", ["a/../b", "..", "./x", "a/%2e%2E", "", None])
def test_slashes_do_not_lead_to_other_paths(value: str | None) -> None:
    """Dot segments are refused in a value that keeps its slashes, too."""
    with pytest.raises(UnsendableError):
        fill_template("/files/{p}", {"p": value}, ["p"])


def test_reserved_characters_in_a_query(server: SmallApi) -> None:
    """`allowReserved` shows in the request's target; without it everything is encoded."""
    value = "a:b,c/d?e=[1]&f#g"
    asked = sent(parameter("query", value, allowReserved=True), server, "GET /x")
    assert asked.path == "/x?p=a:b,c/d?e=%5B1%5D%26f%23g"
    assert dict(parse_qsl(asked.path.partition("?")[2])) == {"p": value}
    asked = sent(parameter("query", "a/b"), server, "GET /x")
    assert asked.path == "/x?p=a%2Fb"


def test_reserved_characters_of_exploded_objects(server: SmallApi) -> None:
    """Each member has a name of its own in the query, and keeps its characters."""
    value = {"from": "a:b", "to": "c/d"}
    asked = sent(parameter("query", value, allowReserved=True), server, "GET /x")
    assert asked.path == "/x?from=a:b&to=c/d"
    deep = parameter("query", value, allowReserved=True, style="deepObject")
    assert sent(deep, server, "GET /x").path == "/x?p%5Bfrom%5D=a:b&p%5Bto%5D=c/d"


def test_reserved_characters_in_paths_and_cookies(server: SmallApi) -> None:
    """`{+p}` and `allowReserved` keep slashes; cookies of style `cookie` are sent as they are."""
    for key, more in {"GET /f/{+p}/y": {}, "GET /f/{p}/y": {"allowReserved": True}}.items():
        asked = sent(parameter("path", "a/b;v=1:2", **more), server, key)
        assert asked.path == "/f/a/b;v=1:2/y"
    assert sent(parameter("path", "a/b"), server, "GET /f/{p}").path == "/f/a%2Fb"
    styles: tuple[dict[str, Any], ...] = ({"allowReserved": True}, {"style": "cookie"})
    for how in styles:
        asked = sent(parameter("cookie", "a=b:c", **how), server, "GET /x")
        assert asked.headers["Cookie"] == "p=a=b:c"
    asked = sent(parameter("cookie", "a=b:c"), server, "GET /x")
    assert asked.headers["Cookie"] == "p=a%3Db%3Ac"
    asked = sent(parameter("header", "a=b:c", allowReserved=True), server, "GET /x")
    assert asked.headers["p"] == "a=b:c"


# ── application/x-www-form-urlencoded ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "encoding", "expected"),
    [
        (["x", "y z"], None, "m=x&m=y+z"),
        ({"k": "v"}, None, "m=%7B%22k%22%3A%22v%22%7D"),
        (["x", "y"], {"style": "form", "explode": False}, "m=x%2Cy"),
        (["x", "y"], {"style": "form"}, "m=x&m=y"),
        (["x", "y"], {"explode": False}, "m=x%2Cy"),
        (["x", "y"], {"style": "spaceDelimited"}, "m=x+y"),
        (["x", "y"], {"style": "pipeDelimited"}, "m=x%7Cy"),
        (["x", "y"], {"style": "pipeDelimited", "explode": True}, "m=x&m=y"),
        ({"a": "b", "c": "d"}, {"style": "form"}, "a=b&c=d"),
        ({"a": "b", "c": "d"}, {"style": "form", "explode": False}, "m=a%2Cb%2Cc%2Cd"),
        ({"a": {"b": "c"}}, {"style": "deepObject"}, "m%5Ba%5D%5Bb%5D=c"),
        ("a/b&c d", {"allowReserved": True}, "m=a/b%26c%20d"),
        (["a/b", "c"], {"allowReserved": True, "explode": False}, "m=a/b,c"),
        ("a b", {"style": "nonsense"}, "m=a+b"),
        ({"k": "v"}, {"contentType": "application/json"}, "m=%7B%22k%22%3A%22v%22%7D"),
        ("x", {"contentType": "application/json"}, "m=%22x%22"),
        ({"k": "v"}, {"contentType": 5, "headers": {"X": {"example": "y"}}},
         "m=%7B%22k%22%3A%22v%22%7D"),
    ],
)  # fmt: skip
def test_members_of_urlencoded_forms(
    server: SmallApi, value: Any, encoding: Any, expected: str
) -> None:
    """Each is written in the style that the document says, and else by its type."""
    asked = sent(form(URLENCODED, {"m": value}, encoding and {"m": encoding}), server)
    assert asked.body.decode() == expected
    assert asked.headers["Content-Type"] == URLENCODED


@pytest.mark.parametrize(
    ("collection", "expected"),
    [
        ("csv", "m=x%2Cy"), ("ssv", "m=x+y"), ("tsv", "m=x%09y"), ("pipes", "m=x%7Cy"),
        ("multi", "m=x&m=y"), (None, "m=x%2Cy"), ("odd", "m=x%2Cy"), ([], "m=x%2Cy"),
    ],
)  # fmt: skip
def test_collections_of_swagger_forms(server: SmallApi, collection: Any, expected: str) -> None:
    """`collectionFormat` of form fields is that of queries; csv without one."""
    items = {"type": "array", "items": {"type": "string"}, "enum": [["x", "y"]]}
    field = {"name": "m", "in": "formData", "required": True, **items}
    field |= {} if collection is None else {"collectionFormat": collection}
    asked = sent(op(parameters=[field]), server, openapi=None, swagger="2.0")
    assert asked.body.decode() == expected


def test_forms_by_hand() -> None:
    """Pairs, lists and values that are left out, without any encoding."""
    assert encode_form([("a", 1), ("a", None), ("b", [True, "é"])]) == "a=1&b=true&b=%C3%A9"
    assert encode_form({"a": [1, None]}, {"a": {"contentType": "application/json"}}) == "a=1"
    assert encode_form({"a": None, "b": {}}, {"b": {"style": "form"}}) == ""


# ── multipart/form-data ───────────────────────────────────────────────────────────────────────────


def parts_of(asked: Asked) -> list[Message]:
    """The parts of a multipart body as a mail program reads them."""
    head = f"Content-Type: {asked.headers['Content-Type']}\r\n\r\n".encode()
    whole = email.message_from_bytes(head + asked.body)
    parts = whole.get_payload()
    assert isinstance(parts, list)
    return [part for part in parts if isinstance(part, Message)]


def name_of(part: Message) -> Any:
    """The name of the form's field."""
    return part.get_param("name", header="Content-Disposition")


def content_of(part: Message) -> bytes:
    """The content of a part."""
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def test_parts_have_the_content_type_and_the_headers_that_are_documented(server: SmallApi) -> None:
    """Objects are JSON parts, of their own type where one is named; headers come with a value."""
    headers = {
        "X-Given": {"schema": {"type": "integer", "default": 5}},
        "X-Needed": {"$ref": "#/components/headers/Needed"},
        "X-Optional": {"schema": {"type": "string"}},
        "Content-Type": {"required": True, "schema": {"enum": ["a/b"]}},
        "Content-Disposition": {"required": True, "schema": {"enum": ["a"]}},
        "bad name": {"required": True, "schema": {}},
        "X-Odd": 5,
    }
    operation = form(
        "multipart/form-data",
        {"plain": {"k": 1}, "typed": {"k": 1}, "text": "<a/>", "file": bytes, "list": ["a", "b"]},
        {
            "typed": {"contentType": "application/vnd.x+json; v=1", "headers": headers},
            "text": {"contentType": "text/html"},
            "file": {"contentType": "image/*, image/png", "headers": headers},
            "list": {"contentType": "text/plain"},
            "gone": {"contentType": "text/plain"},
            "odd": 5,
        },
    )
    needed = {"required": True, "schema": {"enum": ["yes"]}}
    asked = sent(operation, server, components={"headers": {"Needed": needed}})
    parts = {name_of(part): part for part in parts_of(asked)}
    assert [name_of(part) for part in parts_of(asked)] == [
        "plain", "typed", "text", "list", "list", "file",
    ]  # fmt: skip
    assert parts["plain"]["Content-Type"] == "application/json"
    assert json.loads(content_of(parts["typed"])) == {"k": 1}
    assert parts["typed"]["Content-Type"] == "application/vnd.x+json; v=1"
    assert parts["text"]["Content-Type"] == "text/html"
    assert content_of(parts["text"]) == b"<a/>"
    assert parts["list"]["Content-Type"] == "text/plain"
    assert parts["file"]["Content-Type"] == "image/png"
    assert content_of(parts["file"]).startswith(b"\x89PNG")
    for name in ("typed", "file"):
        own = {k: v for k, v in parts[name].items() if k.startswith("X-")}
        assert own == {"X-Given": "5", "X-Needed": "yes"}


@pytest.mark.parametrize(
    ("version", "encoding", "expected"),
    [
        ("3.1.0", {"style": "form", "explode": False}, [("m", b"a/b,c")]),
        ("3.1.0", {"style": "pipeDelimited"}, [("m", b"a/b|c")]),
        ("3.1.0", {"allowReserved": True}, [("m", b"a/b"), ("m", b"c")]),
        ("3.0.3", {"style": "pipeDelimited"}, [("m", b"a/b"), ("m", b"c")]),
    ],
)
def test_styles_of_parts(
    server: SmallApi, version: str, encoding: Any, expected: list[tuple[str, bytes]]
) -> None:
    """Since OpenAPI 3.1 they count for parts too; nothing in a part is percent-encoded."""
    operation = form("multipart/form-data", {"m": ["a/b", "c"]}, {"m": encoding})
    asked = sent(operation, server, openapi=version)
    assert [(name_of(part), content_of(part)) for part in parts_of(asked)] == expected


def test_deep_objects_and_collections_in_parts(server: SmallApi) -> None:
    """Every member of a deep object is a part; a collection of Swagger 2.0 is one part."""
    operation = form("multipart/form-data", {"m": {"a": 1, "b": 2}}, {"m": {"style": "deepObject"}})
    parts = parts_of(sent(operation, server))
    assert [(name_of(part), content_of(part)) for part in parts] == [("m[a]", b"1"), ("m[b]", b"2")]
    fields = [
        {"name": "m", "in": "formData", "required": True, "type": "array",
         "items": {"type": "string"}, "enum": [["x", "y"]], "collectionFormat": "pipes"},
        {"name": "f", "in": "formData", "required": True, "type": "file"},
    ]  # fmt: skip
    asked = sent(op(parameters=fields), server, openapi=None, swagger="2.0")
    parts = parts_of(asked)
    assert [name_of(part) for part in parts] == ["m", "f"]
    assert content_of(parts[0]) == b"x|y"
    assert parts[1].get_filename()


def test_arrays_of_files(server: SmallApi) -> None:
    """Each file is a part with the same name, of the content type that is documented for them."""
    operation = form(
        "multipart/form-data", {"files": [bytes, bytes]}, {"files": {"contentType": "image/png"}}
    )
    parts = parts_of(sent(operation, server))
    assert [name_of(part) for part in parts] == ["files", "files"]
    assert {part["Content-Type"] for part in parts} == {"image/png"}
    assert all(part.get_filename() for part in parts)


def test_headers_of_parts_cannot_break_out() -> None:
    """A line break in one is refused, as in headers of requests."""
    for how in ({"headers": {"X": "a\r\nY: 1"}}, {"contentType": "a/b\r\nY: 1"}):
        with pytest.raises(UnsendableError):
            encode_multipart({"m": "v"}, {}, {"m": how})
