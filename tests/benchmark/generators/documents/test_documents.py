"""Reading documents: what is accepted, what it means, and how the rest is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmark.errors import DocumentError
from benchmark.generators.documents import (
    DocumentLimits,
    Server,
    declared_servers,
    document_version,
    is_openapi,
    read_document,
)

LIMITS = DocumentLimits()


def read(text: str | bytes, limits: DocumentLimits = LIMITS) -> dict[str, Any]:
    """The document that a text holds."""
    data = text.encode() if isinstance(text, str) else text
    return read_document(data, "api.yaml", limits)


def refusal(text: str | bytes, limits: DocumentLimits = LIMITS) -> DocumentError:
    """The error that a text is refused with."""
    with pytest.raises(DocumentError) as caught:
        read(text, limits)
    assert "api.yaml" in caught.value.message
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("word", ["no", "yes", "on", "off", "y", "010", "0x1F", "0o17", "1_000"])
def test_yaml_words_that_json_does_not_know_stay_text(word: str) -> None:
    """YAML 1.1's booleans and odd integers are what the author wrote."""
    assert read(f"a: {{b: [{word}]}}") == {"a": {"b": [word]}}


@pytest.mark.parametrize("word", ["2020-01-01", "12:30:45", "=", ".nan", ".inf", "1e", "+1"])
def test_yaml_dates_times_and_oddities_stay_text(word: str) -> None:
    """No date, sexagesimal number or NaN is made of plain text."""
    assert read(f"a:\n  b:\n    - {word}\n") == {"a": {"b": [word]}}


def test_yaml_values_that_json_knows_are_those() -> None:
    """Numbers, booleans and null of JSON are read as such, quoted text never is."""
    text = "a: {b: [1, -2.5, 1e3, true, False, null, ~, , '1', \"true\", !!str 3, !!int 4]}"
    assert read(text.replace(", ,", ","))["a"]["b"] == [
        1, -2.5, 1000.0, True, False, None, None, "1", "true", "3", 4,
    ]  # fmt: skip


def test_yaml_keys_become_text() -> None:
    """A status code, a boolean and null as keys are their text."""
    assert read("a: {200: x, true: y, null: z, 2.5: w}") == {
        "a": {"200": "x", "true": "y", "null": "z", "2.5": "w"}
    }


def test_versions_keep_their_digits() -> None:
    """`version: 1.10` and `openapi: 3.0` without quotes are not read as numbers."""
    document = read("openapi: 3.0\ninfo: {version: 1.10}\npaths: {}")
    assert document["info"]["version"] == "1.10"
    assert document_version(document) == "3.0"


def test_yaml_aliases_and_merge_keys_are_followed() -> None:
    """An alias is the anchored value, and a merge key adds what is not already there."""
    document = read("a: &x {p: 1, q: 2}\nb: *x\nc: {<<: *x, p: 3}\nd: {<<: [*x, {r: 4}]}")
    assert document["b"] == {"p": 1, "q": 2}
    assert document["c"] == {"p": 3, "q": 2}
    assert document["d"] == {"p": 1, "q": 2, "r": 4}


def test_json_and_yaml_are_told_apart_by_content() -> None:
    """Braces may hold JSON, JSON with a comma too many, or YAML."""
    assert read('{"a": [1]}') == {"a": [1]}
    assert read('{"a": [1,],}') == {"a": [1]}
    assert read("{a: no}") == {"a": "no"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_every_encoding_of_json_is_read(encoding: str) -> None:
    """UTF-8, UTF-16 and UTF-32, with and without a byte order mark."""
    assert read('{"a": "ä€"}'.encode(encoding)) == {"a": "ä€"}


def test_wrong_bytes_and_control_characters_do_not_stop_reading() -> None:
    """A description in another encoding, or with an escape character, costs only itself."""
    assert read(b'{"a": "\xe4", "b": 1}') == {"a": "\ufffd", "b": 1}
    assert read("a: x\x1by\nb: c\n") == {"a": "x y", "b": "c"}
    assert read('{"a": "x\x1b\ny"}') == {"a": "x\x1b\ny"}


def test_numbers_beyond_python_are_bounded() -> None:
    """Neither a float that overflows nor an endless integer raises or becomes infinite."""
    document = read('{"a": 1e999, "b": -1e999, "c": ' + "9" * 5000 + ', "d": NaN}')
    assert 1.7e308 < document["a"] < float("inf")
    assert document["b"] < -1e308
    assert document["c"] > 1e308
    assert document["d"] == "NaN"
    assert read("a: {b: 1e999, c: " + "9" * 5000 + "}")["a"]["b"] > 1e308


def test_half_characters_are_replaced() -> None:
    """A surrogate without its other half could not be written anywhere; whole pairs stay."""
    assert read(r'{"\udc00": "a\ud800b", "c": "\ud83d\ude00"}') == {"\ufffd": "a\ufffdb", "c": "😀"}


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    """Aliases of aliases that stand for 10^12 values cost neither time nor memory."""
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert "aliases" in refusal("\n".join(lines)).message


def test_aliases_cannot_hide_depth() -> None:
    """Nesting that is put together from aliases counts as nesting."""
    lines = ["a0: &a0 [" + "[" * 90 + "]" * 90 + "]"]
    lines += [f"a{n}: &a{n} " + "[" * 90 + f"*a{n - 1}" + "]" * 90 for n in range(1, 4)]
    assert "deeper" in refusal("\n".join(lines)).message


def test_an_alias_to_its_own_anchor_is_refused() -> None:
    """No value contains itself."""
    assert "contains itself" in refusal("a: &x {b: *x}").message


@pytest.mark.parametrize("text", ["[" * 50_000 + "]" * 50_000, "a: " + "[" * 400 + "]" * 400])
def test_deep_nesting_is_refused(text: str) -> None:
    """JSON and YAML nested beyond the limit are named as that, without a RecursionError."""
    assert "deeper than 200" in refusal(text).message


def test_limits_of_size_hold() -> None:
    """A document beyond the limit of bytes, or of values, is refused with the limit's name."""
    assert "max_bytes" in refusal('{"a": 1}', DocumentLimits(max_bytes=4)).hint
    assert "max_nodes" in refusal("a: [1, 2, 3]", DocumentLimits(max_nodes=3)).hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": {"b": ', "ends too early, at line 1, column"),
        ('{"a":\n {"b" 1}}', "at line 2, column"),
        ("a: b\n  c: d", "line 2"),
        ("a:\n  ? [x, y]\n  : 1", "a key is a list or a map, and must be text at line 2"),
        ("a: !!python/object/apply:os.getcwd []", "tag"),
        ("<!DOCTYPE html><html></html>", "an HTML page"),
        ("<?xml version='1.0'?><a/>", "XML"),
        ("", "empty"),
        ("[1]", "a list"),
        ("just a sentence", "a single value"),
        (b"\x1f\x8b\x08rest", "gzip"),
    ],
)
def test_what_is_no_document_is_named(text: str | bytes, said: str) -> None:
    """The message says what was found instead, and where."""
    assert said in refusal(text).message


def test_openapi_is_told_by_version_and_parts() -> None:
    """A version field alone, or paths alone, are some other document."""
    assert is_openapi({"openapi": "3.1.0", "webhooks": {}})
    assert is_openapi({"swagger": 2.0, "paths": {}})
    assert not is_openapi({"openapi": ["3.0.0"], "paths": {}})
    assert not is_openapi({"openapi": "3.0.0"})
    assert not is_openapi({"paths": {}})
    assert not is_openapi([])


def test_servers_are_resolved_against_the_document() -> None:
    """Relative, absolute and variable servers, in order, each once."""
    document = {
        "servers": [
            {"url": "/v1/"},
            {"url": "../v2"},
            {"url": ""},
            {
                "url": "https://{env}.Example.com:443/{base}",
                "variables": {"env": {"default": "eu"}, "base": {"enum": ["x"]}},
            },
            {"url": "/v1"},
        ]
    }
    assert declared_servers(document, "http://h:8000/docs/openapi.json") == (
        Server("http://h:8000/v1", "/v1", "h:8000"),
        Server("http://h:8000/v2", "/v2", "h:8000"),
        Server("http://h:8000", "", "h:8000"),
        Server("https://eu.example.com/x", "/x", "eu.example.com"),
    )


def test_servers_of_a_file_keep_their_path() -> None:
    """Where the document's own place is unknown, a relative server has no host."""
    assert declared_servers({"servers": [{"url": "/v1"}]}, "spec.yaml") == (
        Server("/v1", "/v1", ""),
    )


def test_swagger_servers_come_from_host_and_base_path() -> None:
    """host, basePath and schemes of Swagger 2.0 make one server for each web scheme."""
    document = {"swagger": "2.0", "host": "h.test", "basePath": "v1", "schemes": ["ws", "https"]}
    assert declared_servers(document, "") == (Server("https://h.test/v1", "/v1", "h.test"),)
    assert declared_servers({"swagger": "2.0", "basePath": "/v1"}, "http://h/x.json") == (
        Server("http://h/v1", "/v1", "h"),
    )
    assert declared_servers({"swagger": "2.0"}, "http://h/x.json") == ()


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "javascript:alert(1)", "http://[::1", "http://h:99999/", "http://h/\n",
        "http://{missing}/", "http://h/a'+b+'", "/a/../b/%2e%2e/c", "http://h/{", 5, None,
    ],
)  # fmt: skip
def test_unusable_servers_are_left_out(url: object) -> None:
    """A broken or hostile entry is no server, and no error."""
    found = declared_servers({"servers": [{"url": url}, "x", {}]}, "http://h/openapi.json")
    assert all(server.path == "/b" for server in found if url == "/a/../b/%2e%2e/c")
    assert url == "/a/../b/%2e%2e/c" or found == ()


def test_credentials_in_a_server_are_dropped() -> None:
    """User and password of a URL reach no value."""
    (server,) = declared_servers({"servers": [{"url": "http://u:p@h/v1"}]}, "")
    assert server == Server("http://h/v1", "/v1", "h")


def test_large_documents_are_read() -> None:
    """A megabyte of JSON and of YAML are within all limits, and mean the same."""
    big = {"paths": {f"/p{n}": {"get": {"summary": "x" * 60}} for n in range(8_000)}}
    lines = "".join(f"  /p{n}:\n    get:\n      summary: {'x' * 60}\n" for n in range(8_000))
    assert read(json.dumps(big)) == read("paths:\n" + lines)
