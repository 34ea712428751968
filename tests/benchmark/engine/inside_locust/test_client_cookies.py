"""The cookie jar: what is kept, for whom, and for how long (RFC 6265)."""

from __future__ import annotations

import http.cookiejar
import time

import pytest
from client_users import a_user
from wire_server import Wire, WireServer, answered, wire_server

from benchmark.engine.http_client import Cookie, CookieJar
from benchmark.engine.http_client.cookies import MOST_COOKIES
from benchmark.engine.http_client.origin import Origin

SHOP = Origin("http", "www.shop.example", 80)
SECURE = Origin("https", "www.shop.example", 443)
PARENT = Origin("http", "shop.example", 80)
CHILD = Origin("http", "a.www.shop.example", 80)
OTHER = Origin("http", "other.example", 80)
LOCAL = Origin("http", "127.0.0.1", 8000)


def jar_with(*lines: str, origin: Origin = SHOP, target: str = "/account/login?x=1") -> CookieJar:
    """A jar after one answer."""
    jar = CookieJar()
    jar.take_over(list(lines), origin, target)
    return jar


@pytest.mark.parametrize(
    ("line", "sent_to", "kept_from"),
    [
        ("a=1", [(SHOP, "/account"), (SHOP, "/account/x?y")], [(SHOP, "/"), (SHOP, "/accounts")]),
        ("a=1; Path=/", [(SHOP, "/")], [(CHILD, "/"), (PARENT, "/"), (OTHER, "/")]),
        ("a=1; Path=/x/", [(SHOP, "/x/y")], [(SHOP, "/x"), (SHOP, "/xy")]),
        ("a=1; Path=relative", [(SHOP, "/account/y")], [(SHOP, "/")]),
        ("a=1; Domain=.shop.example; Path=/", [(CHILD, "/"), (PARENT, "/")], [(OTHER, "/")]),
        ("a=1; domain=SHOP.example; path=/", [(SHOP, "/")], [(OTHER, "/")]),
        ("a=1; Path=/; Secure; HttpOnly", [(SECURE, "/")], [(SHOP, "/")]),
        ("a=1; Path=/; Max-Age=100", [(SHOP, "/")], []),
        ("a=1; Path=/; Expires=Wed, 21-Oct-2099 07:28:00 GMT", [(SHOP, "/")], []),
        ("a=1; Path=/; Expires=rubbish; Max-Age=x", [(SHOP, "/")], []),
    ],
)  # fmt: skip
def test_cookies_go_where_they_belong(
    line: str, sent_to: list[tuple[Origin, str]], kept_from: list[tuple[Origin, str]]
) -> None:
    """By host, domain, path and security."""
    jar = jar_with(line)
    for origin, target in sent_to:
        assert jar.header_for(origin, target) == "a=1"
    for origin, target in kept_from:
        assert jar.header_for(origin, target) == ""


@pytest.mark.parametrize(
    "line",
    [
        "no pair", "=x", "; Path=/", "a=1; Domain=other.example", "a=1; Domain=example",
        "a=1; Domain=a.www.shop.example", "a=1; Max-Age=0", "a=1; Max-Age=-5",
        "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    ],
)  # fmt: skip
def test_cookies_that_are_not_kept(line: str) -> None:
    """What is no cookie, is for somebody else, or is over."""
    assert len(jar_with(line)) == 0
    assert jar_with(line).is_empty


def test_cookies_are_replaced_and_deleted() -> None:
    """By name, domain and path; a date in the past deletes."""
    jar = jar_with("a=1; Path=/", "b=2; Path=/", "a=3; Path=/account")
    assert jar.header_for(SHOP, "/account") == "a=3; a=1; b=2"  # longer paths first
    jar.take_over(["a=4; Path=/", "b=; Path=/; Max-Age=0"], SHOP, "/")
    assert jar.header_for(SHOP, "/") == "a=4"
    assert (jar.get("a"), jar.get("b"), jar.get("b", "x")) == ("4", None, "x")
    jar.clear()
    assert jar.header_for(SHOP, "/") == ""


def test_cookies_expire() -> None:
    """A cookie that was sent a moment ago is not sent after its time."""
    jar = jar_with("a=1; Path=/; Max-Age=100", "b=2; Path=/")
    assert jar.header_for(SHOP, "/") == "a=1; b=2"
    (found,) = (one for one in jar if one.name == "a")
    found.expires = time.time() - 1
    jar.set_cookie(found)
    assert jar.header_for(SHOP, "/") == "b=2"
    jar.clear_session_cookies()
    assert jar.is_empty


def test_secure_cookies_on_this_machine() -> None:
    """They are sent without TLS to a loopback address, as browsers do."""
    jar = jar_with("a=1; Secure; Path=/; Domain=127.0.0.1", origin=LOCAL)
    assert jar.header_for(LOCAL, "/") == "a=1"


def test_a_jar_does_not_grow_without_end() -> None:
    """The oldest go; one cookie may be long, but not endless."""
    jar = jar_with(*(f"c{number}=x; Path=/" for number in range(MOST_COOKIES + 20)))
    assert len(jar) == MOST_COOKIES
    assert jar.get("c0") is None
    assert len(jar_with(f"a={'x' * 10_000_000}").get("a") or "") < 10_000


def test_cookies_of_a_locustfile() -> None:
    """Set by name, or as cookies of the standard library."""
    jar = CookieJar()
    jar.set("own", "1")
    standard = http.cookiejar.Cookie(
        0, "std", "2", None, False, ".shop.example", True, True, "/", True, False, None, False,
        None, None, {},
    )  # fmt: skip
    jar.set_cookie(standard)
    jar.set_cookie(Cookie("third", "3", "shop.example", host_only=False))
    assert jar.header_for(SHOP, "/") == "own=1; std=2; third=3"
    assert jar.header_for(OTHER, "/") == "own=1"


def test_cookies_over_the_wire() -> None:
    """A header of the request's own wins over the jar; `cookies` are added to it."""

    def handle(server: WireServer, wire: Wire) -> None:
        while server.request(wire):
            wire.sendall(answered(b"", b"Set-Cookie: s=1; Path=/\r\nSet-Cookie: t=2; Path=/\r\n"))

    def cookie(request: bytes) -> list[bytes]:
        return [line for line in request.split(b"\r\n") if line.startswith(b"Cookie")]

    with wire_server(handle) as server, a_user(server.url) as user:
        user.client.get("/x")
        user.client.get("/x")
        user.client.get("/x", headers={"Cookie": "own=3"})
        user.client.get("/x", cookies={"t": "x y", "u": 4})
        assert list(map(cookie, server.requests)) == [
            [], [b"Cookie: s=1; t=2"], [b"Cookie: own=3"], [b"Cookie: s=1; t=x%20y; u=4"],
        ]  # fmt: skip
        assert {one.name: one.value for one in user.client.cookiejar} == {"s": "1", "t": "2"}
