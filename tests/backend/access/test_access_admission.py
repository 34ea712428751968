"""Who is let in: without tokens this machine alone, with tokens whoever has one. A real uvicorn."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from backend.access.local_only import foreign_sign
from tests.backend.access.guarded import (
    ADMIN_TOKEN,
    OTHER_TOKEN,
    TOKENS,
    USER_TOKEN,
    making,
    some_settings,
)
from tests.servers.serving import serving

Headers = Iterable[tuple[str, str]]


class Service:
    """A running guarded application, asked with exactly the headers that a test names."""

    def __init__(self, url: str) -> None:
        self.port = urlsplit(url).port or 0
        self.own = f"127.0.0.1:{self.port}"

    def ask(
        self,
        path: str = "/who",
        headers: Headers = (),
        *,
        host: str | None = "",
        method: str = "GET",
    ) -> tuple[int, dict[str, str], Any]:
        """Status, headers (names in lower case) and JSON of an answer; `host=None` sends none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.putrequest(method, path, skip_host=True)
        if host is not None:
            connection.putheader("Host", host or self.own)
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders()
        with connection.getresponse() as response:
            text = response.read()
            found = {name.lower(): value for name, value in response.getheaders()}
        connection.close()
        is_json = "json" in found.get("content-type", "")
        return response.status, found, json.loads(text) if is_json else text


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Without tokens. uvicorn believes forwarding headers of this machine, as is its default."""
    settings = some_settings(tmp_path_factory.mktemp("local"), requests_per_minute=100_000)
    with serving(making(settings)) as served:
        yield Service(served.url)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """With tokens of two users and an admin."""
    settings = some_settings(
        tmp_path_factory.mktemp("shared"), tokens=TOKENS, requests_per_minute=100_000
    )
    with serving(making(settings)) as served:
        yield Service(served.url)


# ── without tokens ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:{port}",
        "localhost",
        "LocalHost:{port}",
        "127.9.9.9:1",
        "[::1]:{port}",
        "[::1]",
    ],
)
def test_this_machine_is_let_in(local: Service, host: str) -> None:
    """Under each of its names, with and without a port."""
    status, _, body = local.ask(host=host.format(port=local.port))
    assert (status, body) == (200, {"email": None, "role": "local"})


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example"),
        *("localhost@evil.example", "127.1", "2130706433", "0.0.0.0", "[::]", "192.168.1.1:80"),
        *("[::ffff:8.8.8.8]", "::1", "localhost:", "localhost:x", "[127.0.0.1]", "localhost/"),
        *("localhost,evil.example", "evil.localhost", "localhost evil.example", " "),
    ],
)
def test_other_names_of_the_service_are_refused(local: Service, host: str) -> None:
    """A page whose name was made to lead here (DNS rebinding) shows itself by its Host."""
    status, headers, body = local.ask(host=host)
    assert status == 403
    assert headers["content-type"] == "application/problem+json"
    assert "the Host" in body["detail"]
    assert "stress-api token" in body["hint"]
    assert "STRESS_API_TOKENS" in body["hint"]


def test_a_request_without_a_host_or_with_two_is_refused(local: Service) -> None:
    """Each reader would choose another one."""
    assert local.ask(host=None)[0] in {400, 403}  # 400 is uvicorn's
    status, _, _ = local.ask(headers=[("Host", "evil.example")])
    assert status in {400, 403}


@pytest.mark.parametrize(
    "name",
    [
        *("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded"),
        *("X-Forwarded-Anything", "X-Real-IP", "Via", "True-Client-IP", "CF-Connecting-IP"),
        *("X-Client-IP", "x-original-host", "X-FORWARDED-PORT", "CDN-Loop"),
    ],
)
@pytest.mark.parametrize("value", ["127.0.0.1", "8.8.8.8", "localhost", ""])
def test_what_a_proxy_sends_on_is_refused(local: Service, name: str, value: str) -> None:
    """A proxy on this machine would bring the requests of everybody; no value makes it better."""
    status, _, body = local.ask(headers=[(name, value)])
    assert status == 403
    assert name.lower() in body["detail"] or "the peer" in body["detail"]


@pytest.mark.parametrize("origin", ["http://{own}", "HTTP://{own}"])
def test_own_pages_are_let_in(local: Service, origin: str) -> None:
    """Those that the service itself serves, such as /docs."""
    headers = [("Origin", origin.format(own=local.own)), ("Sec-Fetch-Site", "same-origin")]
    assert local.ask(headers=headers)[0] == 200
    assert local.ask(headers=[("Sec-Fetch-Site", "none")])[0] == 200  # an address that was typed


@pytest.mark.parametrize(
    "origin",
    [
        *(
            "null",
            "https://evil.example",
            "http://localhost",
            "https://{own}",
            "http://127.0.0.1:1",
        ),
        *("http://localhost:{port}", "http://{own}.evil.example", "", "file://", "http://{own}/"),
    ],
)
def test_foreign_pages_are_refused(local: Service, origin: str) -> None:
    """A page makes a browser send requests from this machine (CSRF); `null` is foreign, too."""
    sent = origin.format(own=local.own, port=local.port)
    status, _, body = local.ask(headers=[("Origin", sent)], method="GET")
    assert status == 403
    assert "the Origin" in body["detail"]


def test_two_origins_are_refused(local: Service) -> None:
    """Even where the first is the service's own."""
    headers = [("Origin", f"http://{local.own}"), ("Origin", "https://evil.example")]
    assert local.ask(headers=headers)[0] == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "Cross-Site", "", "else"])
def test_requests_for_foreign_pages_are_refused(local: Service, site: str) -> None:
    """Browsers send no Origin for pictures and links, but this."""
    status, _, body = local.ask(headers=[("Sec-Fetch-Site", site)])
    assert status == 403
    assert "Sec-Fetch-Site" in body["detail"]


@pytest.mark.parametrize("path", ["/health", "/docs", "/openapi.json", "/missing", "/static/x"])
def test_the_rule_holds_everywhere(local: Service, path: str) -> None:
    """Open pages and routes that do not exist are for this machine alone, too."""
    assert local.ask(path, host="evil.example")[0] == 403


def test_a_token_does_not_help_without_tokens(local: Service) -> None:
    """Who is elsewhere stays out, whatever is sent."""
    headers = [("Authorization", f"Bearer {USER_TOKEN}")]
    assert local.ask(headers=headers, host="evil.example")[0] == 403


def test_what_was_seen_is_shown_safely(local: Service) -> None:
    """Long and odd headers do not fill the answer."""
    _, _, body = local.ask(host="e" * 5000)
    assert len(body["detail"]) < 400


def test_web_sockets_are_refused(local: Service) -> None:
    """Nothing guards them, so there are none."""
    with socket.create_connection(("127.0.0.1", local.port), 60) as connection:
        connection.sendall(
            b"GET /who HTTP/1.1\r\nHost: evil.example\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        assert b" 403 " in connection.recv(1000).split(b"\r\n")[0]


@pytest.mark.parametrize(
    "client",
    [("192.168.1.7", 5), ("8.8.8.8", 5), ("0.0.0.0", 5), ("fe80::1%eth0", 5), ("", 0), None,
     ("x", 1), ("::ffff:10.0.0.1", 5)],
)  # fmt: skip
def test_other_peers_are_refused(client: tuple[str, int] | None) -> None:
    """Whatever they say; a peer that cannot be known is another one."""
    scope = {"type": "http", "client": client, "headers": [(b"host", b"localhost:8000")]}
    assert foreign_sign(scope).startswith("the peer")


@pytest.mark.parametrize("client", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "127.8.8.8"])
def test_loopback_peers(client: str) -> None:
    """A server that listens on IPv6 and IPv4 sees IPv4 peers in their IPv6 form."""
    scope = {"type": "http", "client": (client, 5), "headers": [(b"host", b"localhost:8000")]}
    assert foreign_sign(scope) == ""


def test_pages_that_the_operator_names_are_let_in() -> None:
    """An origin of STRESS_API_CORS_ORIGINS may send requests, from a browser on this machine."""
    origin = "http://localhost:3000"

    def sign(sent: str, site: str = "same-site", host: str = "localhost:8000") -> str:
        headers = [("host", host), ("origin", sent), ("sec-fetch-site", site)]
        raw = [(name.encode(), value.encode()) for name, value in headers]
        return foreign_sign({"client": ("127.0.0.1", 5), "headers": raw}, {origin})

    assert sign(origin) == ""
    assert sign(origin, "cross-site") == ""
    assert sign("http://localhost:3001")
    assert sign(origin, host="evil.example")
    assert sign("http://localhost:8000", "cross-site")


# ── with tokens ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("token", "email", "role"),
    [
        (USER_TOKEN, "ann@example.com", "user"),
        (OTHER_TOKEN, "bob@example.com", "user"),
        (ADMIN_TOKEN, "ops@example.com", "admin"),
    ],
)
def test_a_token_says_who_it_is(shared: Service, token: str, email: str, role: str) -> None:
    """From anywhere, under any name, through a proxy or from a page."""
    headers = [("Authorization", f"Bearer {token}")]
    foreign = [("X-Forwarded-For", "8.8.8.8"), ("Origin", "https://evil.example")]
    for more in ([], foreign):
        status, _, body = shared.ask(headers=[*headers, *more], host="stress.example.com")
        assert (status, body) == (200, {"email": email, "role": role})


@pytest.mark.parametrize(
    "sent",
    [
        *(
            "Bearer wrong",
            f"Bearer {USER_TOKEN}x",
            f"Bearer {USER_TOKEN[:-1]}",
            "Bearer ",
            "Bearer",
        ),
        *(f"Basic {USER_TOKEN}", USER_TOKEN, f"Bearer {'x' * 600}", f"Bearer {TOKENS[0]}"),
        *(f"Bearer {TOKENS[0].rpartition(':')[2]}", "Bearer \xff\xfe", "", "bearer\x00x"),
    ],
)
def test_a_wrong_token_is_refused(shared: Service, sent: str) -> None:
    """With 401 and the scheme that is wanted, on open pages too; a digest is no token."""
    for path in ("/who", "/health"):
        status, headers, body = shared.ask(path, headers=[("Authorization", sent)])
        if status == 400:  # uvicorn's: it was no HTTP
            continue
        assert status == 401
        assert headers["www-authenticate"].startswith('Bearer realm="stress-api"')
        assert headers["content-type"] == "application/problem+json"
        assert len(sent) < 10 or sent not in json.dumps(body)


def test_two_tokens_are_refused(shared: Service) -> None:
    """Each reader would choose another one."""
    headers = [("Authorization", f"Bearer {token}") for token in (USER_TOKEN, ADMIN_TOKEN)]
    assert shared.ask(headers=headers)[0] == 401


@pytest.mark.parametrize(
    "path",
    ["/who", "/missing", "/nowhere", "/health/", "//health", "/docs/../who", "/Health"],
)
def test_a_token_is_needed(shared: Service, path: str) -> None:
    """Everywhere but on the open pages, on this machine too; `/docs/…` leads to no route."""
    status, headers, _ = shared.ask(path)
    assert status in {401, 404}
    if not path.startswith("/docs/"):
        assert status == 401
        assert "www-authenticate" in headers


@pytest.mark.parametrize("path", ["/health", "/docs", "/openapi.json"])
def test_open_pages(shared: Service, path: str) -> None:
    """Liveness and documentation need no token."""
    assert shared.ask(path)[0] == 200


def test_a_prefix_of_a_proxy_opens_nothing(tmp_path: Path) -> None:
    """With a root path, the open pages are those behind it."""
    from backend.access.admission import is_open

    def opened(path: str, root: str) -> bool:
        return is_open({"type": "http", "path": path, "root_path": root})

    assert opened("/stress/docs", "/stress")
    assert not opened("/stress/who", "/stress")
    assert not opened("/docs/../who", "/docs")
    assert not opened("/stressdocs", "/stress")
