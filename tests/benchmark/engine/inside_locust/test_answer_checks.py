"""Answers that say 200 and are wrong: what is recorded, and what is kept of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from locust.env import Environment
from small_api import Answer, Asked, SmallApi, small_api

from benchmark.engine import ApiUser, RapidHttpUser
from benchmark.engine.checks import Expected, what_is_wrong
from benchmark.engine.failures import describe_failure

PAGE = b"<!DOCTYPE html><html><body>Welcome</body></html>"


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b'{"id": 1}', ""),
        (b"", ""),
        (b"plain text", ""),
        (b"<note/>", ""),
        (b'<?xml version="1.0"?><items/>', ""),
        (b'"<html>"', ""),
        (PAGE, "answered 200 with an HTML page"),
        (b"\xef\xbb\xbf\r\n <html lang=en>", "answered 200 with an HTML page"),
        (b"<!-- x -->\n<HTML>", "answered 200 with an HTML page"),
        (b'<?xml version="1.0"?><!DOCTYPE html><html/>', "answered 200 with an HTML page"),
        (b' {"success": false}', "answered 200 with an error: success is false"),
        (b'{"ok":false,"message":"no"}', "answered 200 with an error: no"),
        (b'{"errors": ["a"]}', "answered 200 with an error: ['a']"),
        (
            b'{"error": "order 5f2b9c11aa not found"}',
            "answered 200 with an error: order … not found",
        ),
        (b'{"error": null, "id": 1}', ""),
        (b'{"error": "late", "id": 1}', ""),
        (b'{"error": broken', ""),
        (b'{"error": "' + b"x" * 5000 + b'"}', ""),
        (b'{"error":' + b"[" * 4000, ""),
        (b'[{"success": false}]', ""),
    ],
)
def test_what_is_wrong_with_a_success(content: bytes, wrong: str) -> None:
    """Pages and errors are told from data; with "anything" nothing is wrong."""
    assert what_is_wrong(200, content, "data") == wrong
    assert what_is_wrong(200, content, "anything") == ""
    assert what_is_wrong(200, content, "redirect") == ""


@pytest.mark.parametrize(
    ("expected", "wrong"),
    [
        ("data", "answered 302, a redirect"),
        ("anything", "answered 302, a redirect"),
        ("redirect", ""),
    ],
)
def test_redirects_are_right_where_they_are_expected(expected: Expected, wrong: str) -> None:
    """Only a task that says so takes a redirect for an answer."""
    assert what_is_wrong(302, b"", expected) == wrong


class Reader(ApiUser):
    """A user to send single requests with."""


class Plain(RapidHttpUser):
    """A user of the client alone."""


@pytest.fixture
def api() -> Iterator[SmallApi]:
    """A server that is never right."""

    def answer(asked: Asked) -> Answer:
        if asked.path == "/page":
            return b"HTTP/1.1 200 x\r\nContent-Length: %d\r\n\r\n" % len(PAGE) + PAGE
        if asked.path == "/away":
            return b"HTTP/1.1 303 x\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n"
        return 200, {"success": False, "id": 1}

    with small_api(answer) as running:
        yield running


def failures(user_class: type[Any], host: str, path: str, **request: Any) -> list[str]:
    """What is recorded as wrong with one request."""
    user_class.host = host
    user = user_class(Environment(user_classes=[user_class], host=host))
    seen: list[str] = []

    def record(exception: Any, response: Any, **_: Any) -> None:
        if exception is not None:
            seen.append(describe_failure(exception, response.status_code))

    user.environment.events.request.add_listener(record)
    user.client.get(path, **request)
    user.client.close()
    return seen


def test_failed_checks_are_recorded(api: SmallApi) -> None:
    """They are failures with a clear message, unless the task expects such an answer."""
    assert failures(Reader, api.url, "/page") == ["answered 200 with an HTML page"]
    assert failures(Reader, api.url, "/page", answers="anything") == []
    assert failures(Reader, api.url, "/away") == ["answered 303, a redirect"]
    assert failures(Reader, api.url, "/away", answers="redirect") == []
    assert failures(Reader, api.url, "/x") == ["answered 200 with an error: success is false"]
    assert failures(Reader, api.url, "/page", stream=True) == []


def test_the_plain_client_checks_nothing(api: SmallApi) -> None:
    """Its interface is Locust's."""
    for path in ("/page", "/away", "/x"):
        assert failures(Plain, api.url, path) == []


def test_nothing_is_kept_of_a_wrong_answer(api: SmallApi) -> None:
    """A 2xx that speaks of an error made nothing."""
    Reader.host = api.url
    user = Reader(Environment(user_classes=[Reader], host=api.url))
    user.keep("thing", user.client.get("/x"))
    assert user._pools.of("thing") == []
    user.keep("thing", user.client.get("/x", answers="anything"))
    assert user._pools.of("thing")[0].item == {"success": False, "id": 1}
    with user.client.get("/x", catch_response=True) as reply:
        assert json.loads(reply.content)["id"] == 1
        reply.success()
    user.client.close()
