"""How connections are opened: addresses, TLS, proxies, timeouts; and what is counted of them."""

from __future__ import annotations

import logging
import os
import resource
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest
from client_users import a_user
from locust import events
from locust.env import Environment
from wire_server import Wire, WireServer, answered, certificate, wire_server

from benchmark.engine.http_client import addresses, counters, proxies, tls
from benchmark.engine.http_client.deadlines import NEVER, Sweeper
from tests.waiting import until


def serve(server: WireServer, wire: Wire) -> None:
    """Answer everything."""
    while server.request(wire):
        wire.sendall(answered())


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    addresses.forget()
    tls.tls_context.cache_clear()
    yield
    tls.tls_context.cache_clear()


# ── addresses ─────────────────────────────────────────────────────────────────────────────────────


def test_names_are_looked_up_once_in_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many users there are; the next run asks again, and so it is after a lifetime."""
    asked: list[str] = []
    found = socket.getaddrinfo

    def getaddrinfo(host: str, *rest: Any, **kwargs: Any) -> Any:
        asked.append(host)
        gevent.sleep(0.02)
        return found("127.0.0.1", *rest, **kwargs)

    monkeypatch.setattr("gevent.socket.getaddrinfo", getaddrinfo)
    with wire_server(serve) as server:
        host = f"http://shop.test:{server.port}"

        def one_user(_: int) -> None:
            with a_user(host) as user:
                assert user.client.get("/x").ok

        gevent.joinall([gevent.spawn(one_user, number) for number in range(20)], raise_error=True)
        assert asked == ["shop.test"]
        events.test_start.fire(environment=Environment(user_classes=[]))
        one_user(0)
        assert len(asked) == 2
        monkeypatch.setattr(addresses, "lifetime", 0.01)
        gevent.sleep(0.1)
        one_user(0)
        assert len(asked) == 3
        assert b"\r\nHost: shop.test:" in server.requests[0]


def test_each_address_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that refuses is left for the next, and the one that accepted comes first from then on."""
    with wire_server(serve) as server:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            refusing = closed.getsockname()
        accepting = ("127.0.0.1", server.port)
        places = [(socket.AF_INET, 1, 6, "", place) for place in (refusing, accepting)]
        monkeypatch.setattr("gevent.socket.getaddrinfo", lambda *_, **__: places)
        with a_user("http://shop.test") as user:
            assert user.client.get("/x").ok
            assert addresses.of("shop.test", 80, 1)[0] == (socket.AF_INET, accepting)


def test_ipv6() -> None:
    """An address in brackets, in the URL and in the Host header."""
    try:
        with wire_server(serve, family=socket.AF_INET6) as server:
            with a_user(f"http://[::1]:{server.port}") as user:
                assert user.client.get("/x").ok
            assert b"\r\nHost: [::1]:%d\r\n" % server.port in server.requests[0]
    except OSError:
        pytest.skip("this machine has no IPv6 address")


@pytest.mark.parametrize("place", ["header", "query", "cookie"])
def test_other_servers_have_connections_of_their_own(
    monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Absolute URLs lead there, without the credentials of the environment."""
    monkeypatch.setenv("BENCHMARK_API_KEY", "secret")
    with (
        wire_server(serve) as first,
        wire_server(serve) as second,
        a_user(first.url, api_key=(place, "key")) as user,
    ):
        other = second.url.replace("127.0.0.1", "localhost")
        for url in ("/a", f"{other}/b?c=1", "/c", f"{other}/d"):
            assert user.client.get(url).ok
        assert (first.accepted, second.accepted) == (1, 1)
    assert b"secret" in first.requests[1]
    assert b"secret" not in b"".join(second.requests)
    assert second.requests[0].startswith(b"GET /b?c=1 HTTP/1.1\r\nHost: localhost:")


# ── timeouts ──────────────────────────────────────────────────────────────────────────────────────


def test_timeouts() -> None:
    """For a silence, for a whole request, and for connecting; none ends a request too early."""

    def drip(server: WireServer, wire: Wire) -> None:
        server.request(wire)
        wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            wire.sendall(b"x")
            gevent.sleep(0.03)

    def waited(user: Any, **request: Any) -> float:
        before, timeouts = time.monotonic(), counters.timeouts
        assert isinstance(user.client.get("/x", **request).error, TimeoutError)
        assert counters.timeouts == timeouts + 1
        return time.monotonic() - before

    both: dict[str, Any] = {"network_timeout": 0.7, "total_timeout": 1.0}
    with wire_server(drip) as server, a_user(server.url, **both) as user:
        assert waited(user) >= 1.0  # a byte now and then keeps the silence short
        assert waited(user, timeout=0.1) >= 0.1
    with wire_server(lambda server, wire: gevent.sleep(600)) as server:
        with a_user(server.url, network_timeout=0.2) as user:
            assert waited(user) >= 0.2
        with a_user(server.url.replace("http", "https"), connection_timeout=0.1) as user:
            assert waited(user) >= 0.1
            assert str(user.seen[0]["exception"]) == "timed out while connecting"
            assert user.seen[0]["response_time"] >= 100


def test_an_upload_may_take_longer_than_the_longest_silence() -> None:
    """As long as the server takes something now and then."""

    def slow(server: WireServer, wire: Wire) -> None:
        _, _, body = wire.recv(1000).partition(b"\r\n\r\n")
        taken = len(body)
        while taken < 8_000_000:
            taken += len(wire.recv(400_000))
            gevent.sleep(0.12)
        wire.sendall(answered(b"", b"Connection: close\r\n"))

    with wire_server(slow) as server, a_user(server.url, network_timeout=2.0) as user:
        assert user.client.post("/x", data=b"x" * 8_000_000).ok
        assert user.seen[0]["response_time"] > 2000


def test_the_sweeper_looks_only_when_it_must() -> None:
    """With many waits that end in time there is about one look for each timeout."""

    class Wait:
        def __init__(self) -> None:
            self.deadline_ns = NEVER
            self.is_waiting = True
            self.expired = 0

        def expire(self) -> None:
            self.expired += 1
            self.is_waiting = False

    sweeper = Sweeper()
    looks = 0
    look = sweeper._sweep

    def counting_look() -> None:
        nonlocal looks
        looks += 1
        look()

    sweeper._sweep = counting_look  # type: ignore[method-assign]  # to count
    waits = [Wait() for _ in range(100)]
    sweeper.members.update(waits)
    began = time.perf_counter()
    for _ in range(20):
        for wait in waits:
            wait.deadline_ns = time.perf_counter_ns() + 500_000_000
            if wait.deadline_ns < sweeper.next_ns:
                sweeper.advance(wait.deadline_ns)
        gevent.sleep(0.03)
    assert sum(wait.expired for wait in waits) == 0
    assert looks <= 2 + (time.perf_counter() - began) / 0.5
    until(lambda: all(wait.expired for wait in waits))
    assert [wait.expired for wait in waits] == [1] * 100
    assert sweeper.next_ns == NEVER


# ── TLS ───────────────────────────────────────────────────────────────────────────────────────────


def test_tls_is_set_up_once_and_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One context for all users, the name is sent, and a second connection is resumed."""
    made = certificate(tmp_path, "DNS:localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.path))
    names: list[str | None] = []
    context = made.server_context()
    context.sni_callback = lambda _, name, __: names.append(name)
    large = b"x" * 300_000

    def one_request(server: WireServer, wire: Wire) -> None:
        for _ in range(2):
            server.request(wire)
            wire.sendall(answered(large))

    before = counters.snapshot()
    with wire_server(one_request, tls=context) as server:
        with a_user(server.url.replace("127.0.0.1", "localhost")) as user:
            for number in range(4):
                response = user.client.post("/x", data=large)
                assert response.content == large, response.error
                assert (response.tls_time > 0) == (number % 2 == 0)
                assert (response.connect_time > 0) == (number % 2 == 0)
        assert server.accepted == 2
    assert names == ["localhost"] * 2
    assert counters.tls_handshakes - before["tls_handshakes"] == 2
    assert counters.tls_resumed - before["tls_resumed"] == 1
    assert tls.tls_context.cache_info().misses == 1


def test_client_certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that asks for one gets that of the class."""
    made = certificate(tmp_path / "server", "IP:127.0.0.1")
    own = certificate(tmp_path / "client", "DNS:me")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.path))
    context = made.server_context()
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(own.path)
    with wire_server(serve, tls=context) as server:
        with a_user(server.url, client_certificate=(str(own.path), str(own.key))) as user:
            assert user.client.get("/x").ok
        with a_user(server.url) as user:
            assert not user.client.get("/x").ok


def test_a_context_of_the_locustfile(tmp_path: Path) -> None:
    """It is made once for all users; a mistake in it is the locustfile's own exception."""
    made = certificate(tmp_path, "IP:127.0.0.1")
    calls: list[int] = []

    def trusting() -> ssl.SSLContext:
        calls.append(1)
        return ssl.create_default_context(cafile=str(made.path))

    def broken() -> ssl.SSLContext:
        raise ValueError("a mistake")

    with wire_server(serve, tls=made.server_context()) as server:
        for _ in range(2):
            with a_user(server.url, ssl_context_factory=staticmethod(trusting)) as user:
                assert user.client.get("/x").ok
        assert calls == [1]
        with (
            a_user(server.url, ssl_context_factory=staticmethod(broken)) as user,
            pytest.raises(ValueError, match="a mistake"),
        ):
            user.client.get("/x")


# ── proxies ───────────────────────────────────────────────────────────────────────────────────────


def test_proxies_of_the_environment_are_ignored(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And that is said once, however many users there are."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    proxies.warn_of_ignored_proxies.cache_clear()
    with wire_server(serve) as server, caplog.at_level(logging.WARNING):
        for _ in range(3):
            with a_user(server.url) as user:
                assert user.client.get("/x").ok
    assert [record.message.split(" is ")[0] for record in caplog.records] == ["HTTP_PROXY"]
    proxies.warn_of_ignored_proxies.cache_clear()


def test_a_proxy_that_the_class_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain requests have their whole URL; for TLS there is a tunnel through it."""
    made = certificate(tmp_path, "DNS:shop.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.path))

    def proxy(server: WireServer, wire: Wire) -> None:
        request = server.request(wire)
        if request.startswith(b"CONNECT refused.test:443 "):
            wire.sendall(answered(b"", status=b"403 Forbidden"))
        elif request.startswith(b"CONNECT"):
            wire.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with made.server_context().wrap_socket(wire, server_side=True) as secured:
                serve(server, secured)
        else:
            wire.sendall(answered(b"plain"))

    with wire_server(proxy) as server:
        through = {"proxy_host": "127.0.0.1", "proxy_port": server.port}
        with a_user("http://shop.test:8000", **through) as user:
            assert user.client.get("/x").content == b"plain"
        with a_user("https://shop.test", **through) as user:
            assert user.client.get("/y").content == b"ok"
        with a_user("https://refused.test", **through) as user:
            assert str(user.client.get("/z").error) == "the proxy answered 403"
    assert server.requests[0].startswith(
        b"GET http://shop.test:8000/x HTTP/1.1\r\nHost: shop.test:8000"
    )
    assert server.requests[1].startswith(
        b"CONNECT shop.test:443 HTTP/1.1\r\nHost: shop.test:443\r\n"
    )
    assert server.requests[2].startswith(b"GET /y HTTP/1.1\r\nHost: shop.test\r\n")


# ── counts ────────────────────────────────────────────────────────────────────────────────────────


def test_counters() -> None:
    """Connections, bytes and what is open now."""
    before = counters.snapshot()
    with wire_server(serve) as server, a_user(server.url) as user:
        for _ in range(3):
            user.client.get("/x")
        after = counters.snapshot()
        sent = sum(map(len, server.requests))
    grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert grown == {
        "connections_opened": 1, "connections_open": 1, "bytes_sent": sent,
        "bytes_received": 3 * len(answered()),
    }  # fmt: skip
    assert counters.connections_open == before["connections_open"]


def test_many_users_take_little_memory() -> None:
    """A user with an open connection needs less than 20 KiB beyond the first hundred."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8000), hard))
    if min(hard, 8000) < 3000:
        pytest.skip("no more than a few descriptors here")

    def resident() -> int:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(2000)
    host = f"http://127.0.0.1:{listener.getsockname()[1]}"
    accepted: list[socket.socket] = []
    with listener:
        from benchmark.engine import RapidHttpUser

        user_class: Any = type("User", (RapidHttpUser,), {"host": host, "abstract": False})
        environment = Environment(user_classes=[user_class])

        def more(number: int) -> list[Any]:
            users = []
            for _ in range(number):
                user = user_class(environment)
                waiting = gevent.spawn(user.client.get, "/x")
                gevent.sleep(0)
                wire, _ = listener.accept()
                wire.recv(1000)
                wire.sendall(answered())
                accepted.append(wire)
                waiting.join()
                users.append(user)
            return users

        users = more(100)
        before = resident()
        users += more(1000)
        each = (resident() - before) / 1000
        for user in users:
            user.client.close()
        for wire in accepted:
            wire.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert each < 20 * 1024
