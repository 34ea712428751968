"""Servers, names and machines that fail: each is one failed request, in words that do not vary."""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter_ns
from typing import Any

import gevent
import pytest
from client_users import a_user
from wire_server import Wire, WireServer, answered, certificate, reset, wire_server

from benchmark.engine.failures import describe_failure
from benchmark.engine.http_client import addresses, counters, tls
from tests.waiting import until

Handle = Callable[[WireServer, Wire], None]


def sends(*pieces: bytes, then: Callable[[Wire], None] | None = None) -> Handle:
    """A server that reads a request, sends some bytes, and ends the connection."""

    def handle(server: WireServer, wire: Wire) -> None:
        server.request(wire)
        for piece in pieces:
            wire.sendall(piece)
        if then is not None:
            then(wire)

    return handle


def hangs(server: WireServer, wire: Wire) -> None:
    """A server that reads, and says nothing."""
    server.request(wire)
    wire.recv(1)


def endless(beginning: bytes, piece: bytes) -> Handle:
    """A server that sends the same piece for ever."""

    def handle(server: WireServer, wire: Wire) -> None:
        server.request(wire)
        wire.sendall(beginning)
        while True:
            wire.sendall(piece)

    return handle


def closes_at_once(server: WireServer, wire: Wire) -> None:
    """A server that accepts and closes."""


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
NO_ANSWER = "connection closed by the server without an answer"
CUT_OFF = "connection closed by the server in the middle of an answer"
NOT_HTTP = "the answer is not HTTP: "
RESET = "connection reset by the server"
LONG_HEAD = "the headers of the answer are larger than the limit"
LONG_BODY = "the answer is larger than the limit"

WEATHER: dict[str, tuple[Handle, str | set[str]]] = {
    "accepts and closes": (closes_at_once, {NO_ANSWER, RESET}),
    "reads and closes": (sends(), NO_ANSWER),
    "resets": (sends(then=reset), RESET),
    "resets mid-answer": (sends(OK + b"Content-Length: 9\r\n\r\nab", then=reset), {RESET, CUT_OFF}),
    "half a header": (sends(OK + b"Content-Le"), CUT_OFF),
    "half a body": (sends(OK + b"Content-Length: 9\r\n\r\nab"), CUT_OFF),
    "half a chunk": (sends(CHUNKED + b"9\r\nab"), CUT_OFF),
    "no last chunk": (sends(CHUNKED + b"2\r\nab\r\n"), CUT_OFF),
    "negative length": (sends(OK + b"Content-Length: -1\r\n\r\n"), NOT_HTTP + "Invalid character in Content-Length"),  # noqa: E501
    "two lengths": (sends(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"), NOT_HTTP + "Duplicate Content-Length"),  # noqa: E501
    "huge length": (sends(OK + b"Content-Length: 99999999999999\r\n\r\n"), LONG_BODY),
    "overflowing length": (sends(OK + b"Content-Length: 99999999999999999999999\r\n\r\n"), NOT_HTTP + "Content-Length overflow"),  # noqa: E501
    "invalid chunk size": (sends(CHUNKED + b"zz\r\nab\r\n"), NOT_HTTP + "Invalid character in chunk size"),  # noqa: E501
    "huge chunk size": (sends(CHUNKED + b"f" * 40 + b"\r\n"), NOT_HTTP + "Chunk size overflow"),
    "unknown transfer coding": (sends(OK + b"Transfer-Encoding: gzip\r\n\r\n"), NOT_HTTP + "transfer coding unknown"),  # noqa: E501
    "another protocol": (sends(b"SSH-2.0-OpenSSH_9.2\r\n"), NOT_HTTP + "no status line"),
    "garbage": (sends(bytes(range(256)) * 10), NOT_HTTP + "no status line"),
    "bare line feeds": (sends(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nab"), NOT_HTTP + "no status line"),  # noqa: E501
    "endless header": (endless(OK, b"X-Fill: %b\r\n" % (b"x" * 10_000)), LONG_HEAD),
    "endless header line": (endless(OK + b"X: ", b"x" * 50_000), LONG_HEAD),
    "endless interim answers": (endless(b"", b"HTTP/1.1 102 Wait\r\n\r\n" * 100), LONG_HEAD),
    "endless trailers": (endless(CHUNKED + b"0\r\n", b"X: %b\r\n" % (b"x" * 9000)), LONG_HEAD),
    "endless chunk extension": (endless(CHUNKED + b"1;", b"x" * 50_000), LONG_HEAD),
    "endless body": (endless(OK + b"\r\n", b"x" * 100_000), LONG_BODY),
    "endless chunks": (endless(CHUNKED, b"1000\r\n" + b"x" * 4096 + b"\r\n"), LONG_BODY),
    "nothing at all": (hangs, "timed out"),
    "half a header, then nothing": (sends(OK, then=lambda wire: wire.recv(1)), "timed out"),
    "broken gzip": (sends(answered(b"no gzip", b"Content-Encoding: gzip\r\nConnection: close\r\n")), "the content coding of the answer is unknown or broken"),  # noqa: E501
}  # fmt: skip


@pytest.mark.parametrize("weather", WEATHER)
def test_each_is_one_failed_request(weather: str) -> None:
    """One request on the wire, one failure recorded; the next request has a new connection."""
    handle, expected = WEATHER[weather]
    settings = {"network_timeout": 0.15, "max_body_bytes": 10_000_000}
    with wire_server(handle) as server, a_user(server.url, **settings) as user:
        for number in (1, 2):
            response = user.client.get("/items/4711")
            assert len(user.seen) == server.accepted == number
            event = user.seen[-1]
            message = describe_failure(event["exception"], event["response"].status_code)
            assert message in ({expected} if isinstance(expected, str) else expected)
            assert event["exception"] is response.error
            assert event["response_time"] > 0
            assert (event["request_type"], event["name"]) == ("GET", "/items/4711")
        assert counters.connections_open == 0


def test_memory_stays_flat() -> None:
    """A hundred bodies beyond the limit leave nothing behind: neither answers nor tracebacks."""
    handle = endless(OK + b"\r\n", b"x" * 100_000)
    with wire_server(handle) as server, a_user(server.url, max_body_bytes=5_000_000) as user:
        for _ in range(3):
            user.client.get("/x")
            user.seen.clear()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(30):
            user.client.get("/x")
            user.seen.clear()
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - before < 30_000  # KiB; thirty answers have 150,000


def test_a_server_that_restarts() -> None:
    """Requests fail while it is away and succeed when it is back; none is sent twice."""

    def handle(server: WireServer, wire: Wire) -> None:
        while server.request(wire):
            wire.sendall(answered())

    with wire_server(handle) as server:
        port = server.port
        with a_user(server.url) as user:
            assert user.client.get("/x").ok
            gevent.sleep(0)
            with_first = len(server.requests)
            for wire in list(server.open):
                wire.shutdown(socket.SHUT_RDWR)
            assert user.client.get("/x").ok  # a new connection: the old one ended while idle
            assert server.accepted == 2
    assert with_first == 1
    with a_user(f"http://127.0.0.1:{port}") as user:
        before = counters.reconnects
        assert not user.client.get("/x").ok
        assert isinstance(user.seen[0]["exception"], ConnectionRefusedError)
        with wire_server(handle, port=port):
            assert user.client.get("/x").ok
        assert not user.client.get("/x").ok
        with wire_server(handle, port=port):
            assert user.client.get("/x").ok
        assert [bool(event["exception"]) for event in user.seen] == [True, False, True, False]
        assert counters.reconnects >= before


def test_idle_connections_that_the_server_closes() -> None:
    """They are replaced before a request is sent: no failures, and each one counted."""

    def handle(server: WireServer, wire: Wire) -> None:
        server.request(wire)
        wire.sendall(answered())
        gevent.sleep(0.01)

    with wire_server(handle) as server, a_user(server.url) as user:
        before = counters.reconnects
        for _ in range(5):
            assert user.client.get("/x").ok
            until(lambda: not server.open)
        assert server.accepted == len(server.requests) == 5
        assert counters.reconnects - before == 4


def test_connections_that_are_closed_right_behind_an_answer() -> None:
    """A server that closes without saying so, and a user that does not pause: no failures."""
    with wire_server(sends(answered())) as server, a_user(server.url) as user:
        before = counters.reconnects
        for _ in range(20):
            user.client.get("/x")
        failed = [event for event in user.seen if event["exception"]]
        # Where the end comes while a request is on its way, that request is lost: it may have been
        # served, so it is not repeated.
        assert len(failed) + len(server.requests) >= 20
        assert counters.reconnects - before + 1 == server.accepted or failed


def test_only_connections_that_never_broke_are_trusted() -> None:
    """One that served twice may be used within a millisecond without a look at it.

    Not so after a pause, and not where the server ended one that had served.
    """

    def handle(server: WireServer, wire: Wire) -> None:
        for _ in range(3):
            server.request(wire)
            wire.sendall(answered())

    def get() -> int:
        """How long the connection is trusted after a request."""
        assert user.client.get("/x").ok
        (connection,) = user.client._sender.pool.of(user.client._origin).idle
        return connection.trusted_until_ns - perf_counter_ns()

    with wire_server(handle) as server, a_user(server.url) as user:
        assert get() < 0  # it may be a server that closes after each answer
        assert -1e9 < get() < 1_000_000
        get()
        gevent.sleep(0.03)  # it is closed now, without a word
        for _ in range(3):
            assert get() < -1e6
        assert server.accepted == 2


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 70 + ".example", "..", "-"])
def test_names_that_do_not_resolve(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One failure per request; the name is not asked for again at once."""
    module = sys.modules["benchmark.engine.http_client.addresses"]
    monkeypatch.setattr(module, "ASK_AGAIN_SECONDS", 600.0)  # more than a slow machine needs
    addresses.forget()
    asked: list[Any] = []
    found = socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    def getaddrinfo(*arguments: Any, **_: Any) -> Any:
        asked.append(arguments)
        if len(arguments[0]) > 63 or ".." in arguments[0]:
            raise UnicodeError("label empty or too long")
        raise found

    monkeypatch.setattr("gevent.socket.getaddrinfo", getaddrinfo)
    with a_user(f"http://{host}:8000") as user:
        for _ in range(5):
            user.client.get("/x")
        messages = {describe_failure(event["exception"], 0) for event in user.seen}
    assert messages == {"the host name cannot be resolved"}
    assert (len(user.seen), len(asked)) == (5, 1)


@pytest.mark.parametrize(
    ("names", "expired", "words"),
    [
        ("DNS:localhost", True, "certificate has expired"),
        ("DNS:other.example", False, "Hostname mismatch"),
        ("DNS:localhost", False, "self-signed certificate"),
    ],
)
def test_certificates_that_are_not_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: str, expired: bool, words: str
) -> None:
    """Expired, for another host, or of nobody we know: refused, and let through by `insecure`."""
    made = certificate(tmp_path, names, expired=expired)
    if words != "self-signed certificate":
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(made.path))
    tls.tls_context.cache_clear()
    with wire_server(sends(answered()), tls=made.server_context()) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        with a_user(url) as user:
            user.client.get("/x")
            message = describe_failure(user.seen[0]["exception"], 0)
            assert message.startswith(f"TLS certificate not accepted: {words}")
            assert not any(char.isdigit() for char in message)
        with a_user(url, insecure=True) as user:
            assert user.client.get("/x").content == b"ok"
    tls.tls_context.cache_clear()


def test_a_plain_server_behind_https() -> None:
    """TLS that is no TLS is a failure with plain words."""

    def handle(server: WireServer, wire: Wire) -> None:
        wire.recv(1000)
        wire.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with wire_server(handle) as server, a_user(server.url.replace("http", "https")) as user:
        user.client.get("/x")
        message = describe_failure(user.seen[0]["exception"], 0)
        assert message.startswith("TLS failed: ") or message == RESET


MORE_USERS_THAN_DESCRIPTORS = """
import gevent.monkey
gevent.monkey.patch_all()
import os, resource, sys, gevent
from locust.env import Environment
from benchmark.engine import RapidHttpUser
from benchmark.engine.failures import describe_failure
from benchmark.engine.http_client import counters

class User(RapidHttpUser):
    host = sys.argv[1]

environment = Environment(user_classes=[User])
seen = []
environment.events.request.add_listener(lambda exception, **_: seen.append(exception))
users = [User(environment) for _ in range(40)]
users[0].client.get("/warm-up")
used = len(os.listdir("/proc/self/fd"))
resource.setrlimit(resource.RLIMIT_NOFILE, (used + 20, used + 20))
gevent.joinall([gevent.spawn(user.client.get, "/x") for user in users])
good = seen.count(None)
bad = {describe_failure(one, 0) for one in seen if one is not None}
print(len(seen), 10 < good < 30, sorted(bad), counters.connect_failures == len(seen) - good)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="descriptors are counted in /proc")
def test_more_users_than_file_descriptors() -> None:
    """Those that get none fail, with words that say where to look; the others go on."""

    def handle(server: WireServer, wire: Wire) -> None:
        while server.request(wire):
            wire.sendall(answered())

    with wire_server(handle) as server:
        ended = subprocess.run(
            [sys.executable, "-c", MORE_USERS_THAN_DESCRIPTORS, server.url],
            cwd=Path(__file__).parents[4], capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
    assert "Traceback" not in ended.stderr, ended.stderr
    words = "['too many open files in the load generator']"
    assert ended.stdout.strip() == f"41 True {words} True", ended.stderr


def test_descriptors_beyond_1024(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections are kept where their descriptors have large numbers: nothing uses select()."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 3000:
        pytest.skip("no more than a thousand descriptors here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (3000, hard))
    held = [socket.socket() for _ in range(1100)]

    def handle(server: WireServer, wire: Wire) -> None:
        while server.request(wire):
            wire.sendall(answered())

    try:
        with wire_server(handle) as server, a_user(server.url) as user:
            for _ in range(5):
                assert user.client.get("/x").ok
            assert server.accepted == 1
    finally:
        for one in held:
            one.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("ends", ["kill", "timeout"])
def test_requests_whose_user_does_not_wait(ends: str) -> None:
    """A timeout of the task's own fails the request and ends the task; a kill is no failure."""
    with wire_server(hangs) as server, a_user(server.url) as user:

        def task() -> str:
            with gevent.Timeout(0.05 if ends == "timeout" else 600, exception=False):
                user.client.get("/x")
                return "went on"
            return "ended"

        running = gevent.spawn(task)
        if ends == "kill":
            until(lambda: server.requests)
            running.kill()
            assert user.seen == []
        else:
            assert running.get() == "ended"
            assert describe_failure(user.seen[0]["exception"], 0) == "timed out"
        assert counters.connections_open == 0
