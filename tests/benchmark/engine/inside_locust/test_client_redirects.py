"""Redirects: each hop is a request of its own, to where somebody sent it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from client_users import a_user
from wire_server import Wire, WireServer, answered, wire_server

from benchmark.engine import ApiUser

PLACES = {
    b"/relative": b"there",
    b"/query": b"?a=1",
    b"/loop": b"/loop",
    b"/utf8": "/grün".encode(),
    b"/other": b"http://other.invalid/x",
    b"/odd": b"mailto:x@y",
    b"/cookie": b"/there",
}


def handle(server: WireServer, wire: Wire) -> None:
    """`/307` redirects with that status to `/there`, others as PLACES says."""
    while request := server.request(wire):
        target = request.split(b" ", 2)[1]
        if target[1:].isdigit():
            wire.sendall(answered(b"", b"Location: /there\r\n", target[1:] + b" Away"))
        elif place := PLACES.get(target):
            header = b"Location: %b\r\nSet-Cookie: c=1; Path=/\r\n" % place
            wire.sendall(answered(b"", header, b"302 Away"))
        else:
            wire.sendall(answered(target))


@pytest.fixture
def user() -> Iterator[Any]:
    """A user of that server."""
    with wire_server(handle) as server, a_user(server.url) as made:
        made.server = server
        yield made


def lines(user: Any) -> list[str]:
    """The request lines that the server saw, without the version."""
    return [one.split(b" HTTP")[0].decode() for one in user.server.requests]


def test_each_hop_is_recorded(user: Any) -> None:
    """The first under its name, those behind it under another that does not vary."""
    response = user.client.get("/302", name="away")
    assert (response.content, response.url) == (b"/there", f"{user.server.url}/there")
    assert [(event["name"], event["response"].status_code) for event in user.seen] == [
        ("away", 302), ("away (redirected)", 200),
    ]  # fmt: skip
    assert [one.status_code for one in response.history] == [302]
    assert user.server.accepted == 1


def test_with_catch_response_the_last_answer_is_judged(user: Any) -> None:
    """What leads there is recorded before."""
    with user.client.get("/302", catch_response=True) as response:
        assert len(user.seen) == 1
        response.failure("no")
    assert [event["exception"] is None for event in user.seen] == [True, False]


@pytest.mark.parametrize(
    ("status", "method", "becomes"),
    [
        (301, "GET", "GET"), (301, "POST", "GET"), (302, "POST", "GET"), (302, "PUT", "PUT"),
        (303, "PUT", "GET"), (303, "HEAD", "HEAD"), (307, "POST", "POST"), (308, "PATCH", "PATCH"),
    ],
)  # fmt: skip
def test_methods_and_bodies(user: Any, status: int, method: str, becomes: str) -> None:
    """As RFC 9110, section 15.4, and browsers have it."""
    user.client.request(method, f"/{status}", data="body" if method != "HEAD" else None)
    assert lines(user) == [f"{method} /{status}", f"{becomes} /there"]
    has_body = user.server.requests[1].endswith(b"body")
    assert has_body == (becomes == method and method != "HEAD")


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [("/relative", "/there"), ("/query", "/query?a=1"), ("/utf8", "/gr%C3%BCn")],
)
def test_locations_are_resolved(user: Any, path: str, leads_to: str) -> None:
    """Relative ones too; what may not stand in a URL is encoded; cookies go along."""
    user.client.get(path)
    assert lines(user)[1] == f"GET {leads_to}"
    assert b"\r\nCookie: c=1\r\n" in user.server.requests[1]


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/other", "redirected to another host, which is not followed"),
        ("/odd", "redirected to what is no URL"),
        ("/loop", "more than 3 redirects"),
    ],
)
def test_redirects_that_are_not_followed(path: str, problem: str) -> None:
    """The answer that asks for it is a failed request; nothing is sent elsewhere."""
    with wire_server(handle) as server, a_user(server.url, max_redirects=3) as user:
        response = user.client.get(path)
        assert (response.status_code, str(response.error)) == (302, problem)
        assert len(user.seen) == len(server.requests) == (4 if path == "/loop" else 1)
        assert [str(event["exception"]) for event in user.seen if event["exception"]] == [problem]


def test_a_stream_cannot_be_sent_twice(user: Any) -> None:
    """A body that was read while it was sent is gone."""
    response = user.client.post("/307", data=iter([b"x"]))
    assert str(response.error) == "redirected with a body that was read while it was sent"


def test_credentials_stay_with_their_server() -> None:
    """Another port or host gets neither Authorization nor Cookie."""
    with wire_server(handle) as second:
        PLACES[b"/second"] = f"http://localhost:{second.port}/x".encode()
        settings = {"redirect_hosts": ["localhost"], "default_headers": {"X-Own": "1"}}
        with wire_server(handle) as first, a_user(first.url, **settings) as user:
            user.client.get("/second", headers={"Cookie": "a=1"}, auth=("a", "b"))
    sent = second.requests[0].lower()
    assert b"x-own: 1" in sent
    assert b"authorization" not in sent
    assert b"cookie" not in sent
    assert b"host: localhost:%d" % second.port in sent


def test_who_follows(user: Any) -> None:
    """Plain users do, as with FastHttpUser; ApiUser does not; each request may say otherwise."""
    assert user.client.get("/302", allow_redirects=False).status_code == 302
    with a_user(user.server.url, base=ApiUser) as api_user:
        assert api_user.client.get("/302").status_code == 302
        assert api_user.client.get("/302", allow_redirects=True).status_code == 200


def test_cookies_of_a_request_follow_it(user: Any) -> None:
    """On the same server, with those that were set on the way."""
    user.client.get("/cookie", cookies={"own": "1"})
    assert b"\r\nCookie: c=1; own=1\r\n" in user.server.requests[1]
