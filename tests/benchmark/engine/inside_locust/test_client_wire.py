"""What the client sends and reads, byte by byte."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from typing import Any

import gevent
import pytest
from client_users import a_user
from gevent.event import Event
from wire_server import Wire, WireServer, answered, wire_server

from benchmark.engine.http_client import counters, exchange
from tests.waiting import until


def always(*answers: bytes) -> Any:
    """A server that answers the n-th request of a connection with the n-th of some bytes."""

    def handle(server: WireServer, wire: Wire) -> None:
        for answer in answers:
            if not server.request(wire):
                return
            wire.sendall(answer)

    return handle


INTERIM = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "content"),
    [
        (answered(b"abc"), b"abc"),
        (answered(b""), b""),
        (CHUNKED + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n", b"abcde"),
        (CHUNKED + b"0\r\n\r\n", b""),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", b""),
        (INTERIM + answered(b"abc"), b"abc"),
        (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx", b"x"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("torn", [False, True])
def test_answers_after_which_the_connection_stays(
    answer: bytes, content: bytes, torn: bool
) -> None:
    """Framings of HTTP/1.1, at once or byte by byte: the connection serves the next request."""

    def handle(server: WireServer, wire: Wire) -> None:
        while server.request(wire):
            for piece in [bytes([b]) for b in answer] if torn else [answer]:
                wire.sendall(piece)
                gevent.sleep(0)

    with wire_server(handle) as server, a_user(server.url) as user:
        for _ in range(2):
            response = user.client.get("/x")
            assert (response.error, response.content) == (None, content)
        assert server.accepted == 1


@pytest.mark.parametrize(
    ("answer", "content"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\nuntil the end", b"until the end"),
        (b"HTTP/1.0 200 OK\r\n\r\nold", b"old"),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold", b"old"),
        (answered(b"bye", b"Connection: close\r\n"), b"bye"),
        (answered(b"abc") + b"garbage", b"abc"),
        (answered(b"abc") + answered(b"another"), b"abc"),
        (CHUNKED + b"3\r\nabc\r\n0\r\n\r\n" + answered(b"another"), b"abc"),
        (CHUNKED + b"3\r\nabc\r\n0\r\n\r\ngarbage", b"abc"),
        (b"HTTP/1.1 204 No Content\r\n\r\nbody", b""),
    ],
)
def test_answers_after_which_the_connection_is_closed(answer: bytes, content: bytes) -> None:
    """Where the end is the end of the connection, or more came than was asked for."""
    with wire_server(always(answer)) as server, a_user(server.url) as user:
        for _ in range(2):
            response = user.client.get("/x")
            assert (response.error, response.content) == (None, content)
        assert server.accepted == 2
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    "answer",
    [
        answered(b"abc") + b"garbage",
        answered(b"abc") + answered(b"another"),
        CHUNKED + b"3\r\nabc\r\n0\r\n\r\n" + answered(b"another"),
        answered(b"abc", b"Connection: close\r\n"),
    ],
)
def test_a_connection_that_is_not_to_be_trusted(answer: bytes) -> None:
    """It is closed by us, although the server would go on with it."""

    def handle(server: WireServer, wire: Wire) -> None:
        while server.request(wire):
            wire.sendall(answer)

    with wire_server(handle) as server, a_user(server.url) as user:
        for number in (1, 2, 3):
            assert user.client.get("/x").content == b"abc"
            assert server.accepted == number


def test_surplus_that_comes_later_is_no_answer() -> None:
    """Bytes that nobody asked for end the connection before the next request uses it."""
    surplus = Event()

    def handle(server: WireServer, wire: Wire) -> None:
        server.request(wire)
        wire.sendall(answered(b"right"))
        gevent.sleep(0.02)
        wire.sendall(answered(b"wrong"))
        surplus.set()
        server.request(wire)

    with wire_server(handle) as server, a_user(server.url) as user:
        assert user.client.get("/x").content == b"right"
        surplus.wait()
        assert user.client.get("/x").content == b"right"
        assert server.accepted == 2


def test_an_answer_to_head_has_no_body() -> None:
    """Its Content-Length is that of a GET; the connection stays usable."""
    with wire_server(always(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", answered())) as server:
        with a_user(server.url) as user:
            response = user.client.head("/x")
            assert (response.status_code, response.content) == (200, b"")
            assert response.headers["content-length"] == "5"
            assert user.client.get("/x").content == b"ok"
        assert server.accepted == 1


def test_large_bodies_both_ways() -> None:
    """Many times what a socket takes at once, there and back."""
    content = bytes(range(256)) * 20_000

    def handle(server: WireServer, wire: Wire) -> None:
        body = server.request(wire).partition(b"\r\n\r\n")[2]
        wire.sendall(answered(body))

    with wire_server(handle) as server, a_user(server.url) as user:
        response = user.client.post("/x", data=content)
        assert response.content == content
        assert user.seen[0]["response_length"] == len(content)


class Unsized:
    """A file that does not know its length."""

    def __init__(self, content: bytes) -> None:
        self._file = io.BytesIO(content)

    def read(self, size: int = -1) -> bytes:
        """Some of it."""
        return self._file.read(size)


def pieces() -> Iterator[bytes]:
    """A body in parts, one of them empty."""
    yield from (b"ab", b"", b"c" * 20)


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        (b"raw", b"Content-Type: application/octet-stream\r\nContent-Length: 3\r\n\r\nraw"),
        (bytearray(b"raw"), b"Content-Length: 3\r\n\r\nraw"),
        ("gr\u00fcn", "Content-Length: 5\r\n\r\ngr\u00fcn".encode()),
        (io.BytesIO(b"file"), b"Content-Length: 4\r\n\r\nfile"),
        (Unsized(b"file"), b"Transfer-Encoding: chunked\r\n\r\n4\r\nfile\r\n0\r\n\r\n"),
        (pieces(), b"chunked\r\n\r\n2\r\nab\r\n14\r\n" + b"c" * 20 + b"\r\n0\r\n\r\n"),
        (io.StringIO("text"), b"chunked\r\n\r\n4\r\ntext\r\n0\r\n\r\n"),
        ({"a": [1, 2], "b": "x y"}, b"Content-Length: 13\r\n\r\na=1&a=2&b=x+y"),
        ([("a", 1), ("a", 2)], b"Content-Length: 7\r\n\r\na=1&a=2"),
        (None, b"Content-Length: 0\r\n\r\n"),
        ("", b"Content-Length: 0\r\n\r\n"),
    ],
)
def test_bodies_of_every_sort(body: Any, sent: bytes) -> None:
    """Bytes, text, forms, files by their length, and in chunks what has none."""
    with wire_server(always(answered())) as server, a_user(server.url) as user:
        assert user.client.post("/x", data=body).status_code == 200
        assert server.requests[0].endswith(sent)


def test_a_body_cannot_be_a_number() -> None:
    """A mistake in a locustfile is an exception, before anything is sent."""
    with wire_server(always(answered())) as server, a_user(server.url) as user:
        with pytest.raises(TypeError):
            user.client.post("/x", data=5)
        assert server.accepted == 0


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ({"a": [1, None, True, "ü"]}, '{"a":[1,null,true,"ü"]}'.encode()),
        ({1: 2**70}, b'{"1": 1180591620717411303424}'),
        ("\ud800", b'"\\ud800"'),
        (0, b"0"),
    ],
)
def test_json_bodies(value: Any, sent: bytes) -> None:
    """Written compactly; what the fast writer refuses is written by Python's."""
    with wire_server(always(answered())) as server, a_user(server.url) as user:
        response = user.client.post("/x", json=value)
        assert server.requests[0].endswith(b"\r\n\r\n" + sent)
        assert b"Content-Type: application/json\r\n" in server.requests[0]
        assert response.request.body == sent.decode()
        assert response.request.headers["content-type"] == "application/json"


def test_json_where_the_data_is_empty() -> None:
    """`json` counts where there is nothing in `data`, as with FastHttpUser."""
    with wire_server(always(*[answered()] * 2)) as server, a_user(server.url) as user:
        user.client.post("/x", data={}, json={"a": 1})
        user.client.post("/x", data={"b": 2}, json={"a": 1})
        assert server.requests[0].endswith(b'\r\n\r\n{"a":1}')
        assert server.requests[1].endswith(b"\r\n\r\nb=2")


def test_100_continue_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The body follows the go-ahead; where a final answer comes instead it is not sent at all."""
    monkeypatch.setattr(exchange, "GO_AHEAD_SECONDS", 600.0)  # more than a slow machine needs

    def handle(server: WireServer, wire: Wire) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += wire.recv(1000)
        assert head.endswith(b"\r\n\r\n"), "the body came too early"
        if b"/no " in head:
            wire.sendall(answered(status=b"417 No"))
            server.requests.append(wire.recv(1000))
            return
        wire.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = wire.recv(1000)
        wire.sendall(answered(body))

    expect = {"Expect": "100-continue"}
    with wire_server(handle) as server, a_user(server.url) as user:
        assert user.client.post("/yes", data=b"body", headers=expect).content == b"body"
        assert user.client.post("/no", data=b"body", headers=expect).status_code == 417
        until(lambda: server.requests)
        assert server.requests == [b""]


def test_an_answer_before_the_body_is_sent() -> None:
    """A server that refuses an upload midway is heard, and the connection is not used again."""

    def handle(server: WireServer, wire: Wire) -> None:
        data = wire.recv(1000)
        server.requests.append(data)
        wire.sendall(answered(b"too large", b"Connection: close\r\n", b"413 Too Large"))
        gevent.sleep(0.1)

    with wire_server(handle) as server, a_user(server.url) as user:
        for _ in range(2):
            response = user.client.post("/x", data=b"x" * 30_000_000)
            assert (response.status_code, response.content) == (413, b"too large")
            assert str(response.error) == "HTTP 413"
        assert server.accepted == 2


def test_streams_come_as_they_are_sent() -> None:
    """`stream=True` returns at the headers; pieces and lines come while the server still sends."""
    go_on = gevent.event.Event()

    def handle(server: WireServer, wire: Wire) -> None:
        while server.request(wire):
            wire.sendall(CHUNKED + b"6\r\none\ntw\r\n")
            go_on.wait(5)
            wire.sendall(b"9\r\no\r\nthree\n\r\n4\r\nfour\r\n0\r\n\r\n")

    with wire_server(handle) as server, a_user(server.url) as user:
        response = user.client.get("/x", stream=True)
        lines = response.iter_lines()
        assert next(lines) == "one"
        assert user.seen[0]["response_length"] == 0
        go_on.set()
        assert list(lines) == ["two", "three", "four"]
        assert list(user.client.iter_lines("/x")) == ["one", "two", "three", "four"]
        response = user.client.get("/x", stream=True)
        assert response.stream.read(4) == b"one\n"
        assert response.content == b"two\r\nthree\nfour"
        assert server.accepted == 1


def test_a_stream_that_is_closed_early_takes_its_connection_along() -> None:
    """The next request has another; so it is where the answer is simply forgotten."""
    endless = CHUNKED + b"5\r\nhello\r\n"
    with wire_server(always(endless, endless)) as server, a_user(server.url) as user:
        user.client.get("/x", stream=True).close()
        response = user.client.get("/x", stream=True)
        del response
        user.seen.clear()
        user.client.get("/x", stream=True).close()
        assert server.accepted == 3
        assert counters.connections_open == 0


def test_time_runs_until_the_last_byte() -> None:
    """A body that dribbles counts as a whole, the headers alone for a stream."""

    def handle(server: WireServer, wire: Wire) -> None:
        while server.request(wire):
            wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na")
            if len(server.requests) == 1:
                gevent.sleep(0.2)
            else:
                go_on.wait()
            wire.sendall(b"b")

    go_on = Event()
    with wire_server(handle) as server, a_user(server.url) as user:
        began = time.time()
        response = user.client.get("/x")
        ended = time.time()
        assert 100 <= user.seen[0]["response_time"] <= (ended - began) * 1000 + 5
        assert began - 0.005 <= user.seen[0]["start_time"] <= ended - 0.1
        assert response.elapsed.total_seconds() * 1000 == pytest.approx(
            user.seen[0]["response_time"], abs=0.01
        )
        began = time.time()
        stream = user.client.get("/x", stream=True)
        headers_after = (time.time() - began) * 1000
        gevent.spawn_later(0.1, go_on.set)
        stream.read()
        assert user.seen[1]["response_time"] <= headers_after + 5


def test_urls_are_written_as_servers_expect_them() -> None:
    """What may not stand in a request line is percent-encoded; what is already stays."""
    sent = {
        "/a b?q=ü&r=%20|": b"/a%20b?q=%C3%BC&r=%20|",
        "/x#fragment": b"/x",
        "items": b"/items",
        "?a=1": b"/?a=1",
        "//double": b"//double",
        "/a\r\nX-Evil: 1": b"/a%0D%0AX-Evil:%201",
    }
    with wire_server(always(*[answered()] * 7)) as server, a_user(server.url) as user:
        for url, target in sent.items():
            assert user.client.get(url).status_code == 200
            assert server.requests[-1].startswith(b"GET " + target + b" HTTP/1.1\r\n")
        user.client.get(f"{server.url}/absolute?b=2")
        assert server.requests[-1].startswith(b"GET /absolute?b=2 HTTP/1.1\r\n")
        assert server.accepted == 1


def test_headers_of_a_request_win_over_defaults() -> None:
    """Whatever their case; None leaves one out; a length of the locustfile's own is ignored."""
    defaults = {"X-A": "default", "user-agent": "mine"}
    own = {"x-a": "own", "Accept-Encoding": None, "Content-Length": "77", "Host": "virtual"}
    with wire_server(always(answered())) as server:
        with a_user(server.url, default_headers=defaults) as user:
            user.client.post("/x", data="body", headers=own)
        lines = server.requests[0].partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
        assert sorted(lines) == [
            b"Accept: */*", b"Content-Length: 4", b"Content-Type: text/plain; charset=utf-8",
            b"Host: virtual", b"user-agent: mine", b"x-a: own",
        ]  # fmt: skip


def test_authentication() -> None:
    """From the base URL, or for one request; Unicode is UTF-8 (RFC 7617)."""
    with wire_server(always(*[answered()] * 2)) as server:
        host = server.url.replace("//", "//locust:m%40naceü@")
        with a_user(host) as user:
            user.client.get("/x")
            user.client.get("/x", auth=("a", "b"))
            assert user.client.base_url == server.url
            assert "m%40" not in user.seen[0]["url"]
    assert b"Authorization: Basic bG9jdXN0Om1AbmFjZcO8\r\n" in server.requests[0]
    assert b"Authorization: Basic YTpi\r\n" in server.requests[1]
    assert server.requests[1].count(b"Authorization") == 1
