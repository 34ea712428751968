"""What locustfiles that were written for Locust's FastHttpUser may rely on."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import gevent
import gevent.pool
import pytest
from client_users import a_user
from locust import User
from locust.env import Environment
from locust.exception import (
    CatchResponseError,
    InterruptTaskSet,
    LocustError,
    ResponseError,
    StopTest,
)
from wire_server import Wire, WireServer, answered, wire_server

from benchmark.engine import RapidHttpUser
from benchmark.engine.http_client import ConnectionPool
from benchmark.engine.resources import SkipTask
from tests.waiting import until


def site(server: WireServer, wire: Wire) -> None:
    """A small web site."""
    while request := server.request(wire):
        head, _, body = request.partition(b"\r\n\r\n")
        method, target, _ = head.split(b"\r\n")[0].split(b" ")
        path = target.partition(b"?")[0]
        if path == b"/fail":
            wire.sendall(answered(b"no", status=b"500 Broken"))
        elif path == b"/missing":
            wire.sendall(answered(b"no", status=b"404 Not Found"))
        elif path == b"/json":
            wire.sendall(answered(body or b"[1]", b"Content-Type: application/json\r\n"))
        elif path == b"/latin":
            header = b"Content-Type: text/plain; charset=iso-8859-1; x=y\r\n"
            wire.sendall(answered("grün".encode("latin-1"), header))
        elif path == b"/slow":
            gevent.sleep(0.1)
            wire.sendall(answered())
        elif path == b"/unsized":
            wire.sendall(b"HTTP/1.1 200 OK\r\n\r\nno length")
            return
        elif method == b"OPTIONS":
            wire.sendall(answered(b"", b"Allow: GET, POST\r\nAllow: PUT\r\n"))
        elif method == b"HEAD":
            wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n")
        else:
            wire.sendall(answered(method, b"X-Path: " + path + b"\r\n"))


@pytest.fixture
def user() -> Iterator[Any]:
    """A user of the site; `stats` are Locust's."""
    with wire_server(site) as server, a_user(server.url) as made:
        made.server = server
        made.runner = made.environment.create_local_runner()
        made.stats = made.environment.stats
        yield made
        made.runner.quit()


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "trace"])
def test_each_method_has_its_function(user: Any, method: str) -> None:
    """And `request` takes any of them, in any case."""
    response = getattr(user.client, method)("/x")
    assert (response.status_code, response.text) == (200, method.upper())
    assert user.client.request(method, "/x").text == method.upper()
    assert user.stats.get("/x", method.upper()).num_requests == 2


def test_head_and_options(user: Any) -> None:
    """HEAD has no content, and headers that come twice are joined."""
    assert user.client.head("/x").content == b""
    response = user.client.options("/x")
    assert response.headers["allow"] == "GET, POST, PUT"
    assert response.headers.get_all("ALLOW") == ["GET, POST", "PUT"]


def test_the_event_has_what_plugins_expect(user: Any) -> None:
    """All nine fields, with the context of user and request."""
    user.context = lambda: {"user": "u", "both": 1}
    before = time.time()
    response = user.client.get("/x?a=1", name="short", context={"both": 2})
    (event,) = user.seen
    assert set(event) == {
        "request_type", "name", "response_time", "response_length", "response", "context",
        "exception", "start_time", "url",
    }  # fmt: skip
    assert (event["request_type"], event["name"], event["response_length"]) == ("GET", "short", 3)
    assert event["url"] == f"{user.server.url}/x?a=1"
    assert event["context"] == {"user": "u", "both": 2}
    assert event["response"] is response
    assert event["exception"] is None
    assert before <= event["start_time"] <= time.time()
    assert 0 < event["response_time"] < (time.time() - before) * 1000


def test_a_response_knows_its_request(user: Any) -> None:
    """URL, method, headers and body, also where nothing was answered."""
    response = user.client.post("/x", "text", headers={"X-Own": "1"})
    assert response.url == response.request.url == f"{user.server.url}/x"
    assert (response.request.method, response.request.body) == ("POST", "text")
    assert response.request.headers.get("x-own") == "1"
    assert (response.headers["X-PATH"], "x-path" in response.headers) == ("/x", True)
    with a_user("http://127.0.0.1:1") as nowhere:
        response = nowhere.client.get("/y", headers={"X-Own": "2"})
        assert isinstance(response.error, ConnectionRefusedError)
        assert (response.status_code, response.content, response.text) == (0, None, None)
        assert (response.ok, bool(response.headers)) == (False, False)
        assert response.request.headers["X-Own"] == "2"
        with pytest.raises(ConnectionRefusedError):
            response.raise_for_status()
        with pytest.raises(json.JSONDecodeError):
            response.json()


def test_lengths(user: Any) -> None:
    """Counted where the server does not say one; a stream has what its header says."""
    user.client.get("/unsized")
    user.client.get("/unsized", stream=True).close()
    user.client.get("/x", stream=True).close()
    assert [event["response_length"] for event in user.seen] == [9, 0, 3]


def test_json_and_text(user: Any) -> None:
    """JSON as other tools read it too; text by its charset, else UTF-8, else by a guess."""
    for sent in ('{"a": [1.5, "ü"]}', "NaN", "\ufeff[1]"):
        response = user.client.post("/json", data=sent)
        assert repr(response.json()) == repr(json.loads(sent.lstrip("\ufeff")))
    for sent in ("{", "", "[" * 100_000):
        with pytest.raises(json.JSONDecodeError):
            user.client.post("/json", data=sent or " ").json()
    assert user.client.get("/latin").text == "grün"
    assert user.client.post("/json", data="grün").text == "grün"
    response = user.client.post("/json", data="grün".encode("utf-16"))
    response.encoding = "utf-16"
    assert response.text == "grün"


def test_errors_are_counted_and_returned(user: Any) -> None:
    """An answer of 400 or above is a failure whose words have no URL, so it counts as one sort."""
    for number in range(3):
        response = user.client.get(f"/missing?{number}", name="/missing")
        assert (response.status_code, response.ok) == (404, False)
        assert (str(response.error), response.error.code) == ("HTTP 404", 404)
        assert response.error.url == response.url
    assert user.stats.get("/missing", "GET").num_failures == 3
    assert len(user.stats.errors) == 1


def test_names(user: Any) -> None:
    """`name` wins over `rename_request`, which wins over the path with its query."""
    with user.client.rename_request("group"):
        user.client.get("/x?1")
        user.client.get("/x?2", name="own")
    user.client.get("/x?3")
    user.client.get("/y/{id}", path={"id": "a/b"})
    assert [event["name"] for event in user.seen] == ["group", "own", "/x?3", "/y/{id}"]
    assert user.seen[-1]["url"].endswith("/y/a%2Fb")


# ── catch_response ────────────────────────────────────────────────────────────────────────────────


def outcomes(user: Any) -> list[Any]:
    """What was counted: None for a success, the words of a failure."""
    return [event["exception"] and str(event["exception"]) for event in user.seen]


def test_what_a_block_says_counts(user: Any) -> None:
    """The last word of `success` and `failure`, else the status."""
    with user.client.get("/x", catch_response=True) as response:
        assert user.seen == []
        response.failure("nope")
    assert isinstance(user.seen[0]["exception"], CatchResponseError)
    with user.client.get("/fail", catch_response=True) as response:
        response.failure("no")
        response.success()
    own = ValueError("own")
    with user.client.get("/x", catch_response=True) as response:
        response.success()
        response.failure(own)
    assert user.seen[2]["exception"] is own
    for path in ("/x", "/fail"):
        with user.client.get(path, catch_response=True) as response:
            response.request_meta["name"] = "renamed"
    with a_user("http://127.0.0.1:1") as nowhere:
        with nowhere.client.get("/x", catch_response=True) as response:
            response.success()
        assert outcomes(nowhere) == [None]
    assert outcomes(user) == ["nope", None, "own", None, "HTTP 500"]
    assert user.seen[-1]["name"] == "renamed"


def test_exceptions_in_a_block(user: Any) -> None:
    """A ResponseError fails the request and ends there; others go on, and the request counts."""
    with user.client.get("/x", catch_response=True):
        raise ResponseError("not what I wanted")

    def divides() -> None:
        with user.client.get("/fail", catch_response=True) as response:
            response.success()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        divides()
    with pytest.raises(InterruptTaskSet), user.client.get("/x", catch_response=True):
        raise InterruptTaskSet
    assert outcomes(user) == ["not what I wanted", None, None]


def test_verdicts_need_catch_response(user: Any) -> None:
    """Each wrong use is an error that says how it is done; a block alone is no mistake."""
    with user.client.get("/x") as plain:
        assert plain.ok
    for response in (plain, user.client.get("/x"), user.client.get("/x", catch_response=True)):
        with pytest.raises(LocustError, match="catch_response=True"):
            response.success()
        with pytest.raises(LocustError, match="catch_response=True"):
            response.failure("")
    assert outcomes(user) == [None, None]


def test_a_block_closes_its_stream(user: Any) -> None:
    """What a block without catch_response left unread takes its connection along."""
    with user.client.get("/unsized", stream=True) as response:
        assert response.read(2) == b"no"
    before = user.server.accepted
    assert user.client.get("/x").ok
    assert user.server.accepted == before + 1


def test_rest(user: Any) -> None:
    """`rest` reads JSON into `js` and turns failed assertions into failed requests."""
    with user.rest("POST", "/json", json={"foo": "bar"}) as response:
        assert response.js["foo"] == "bar"
        assert response.request.headers["Accept"] == "application/json"
    with user.rest("POST", "/json", json={"foo": "bar"}) as response:
        assert response.js["foo"] == "other"
    with user.rest("GET", "/x"):
        pass
    with user.rest_("GET", "/json") as response:
        assert "_=" in response.url
    with a_user("http://127.0.0.1:1") as nowhere, nowhere.rest("GET", "/x"):
        pass
    assert [bool(outcome) for outcome in outcomes(user)] == [False, True, True, False]
    assert "Could not parse response as JSON" in outcomes(user)[2]
    assert user.seen[3]["name"] == "/json?_=..."
    assert "refused" in outcomes(nowhere)[0]


# ── users and their connections ───────────────────────────────────────────────────────────────────


def test_the_class_is_a_user_that_cannot_run_by_itself() -> None:
    """Locust does not pick it up; without a host a test ends with a message."""
    assert RapidHttpUser.abstract
    assert issubclass(RapidHttpUser, User)
    RapidHttpUser.host = None
    with pytest.raises(StopTest, match="--host"):
        RapidHttpUser(Environment())
    for host in ("localhost:8000", "ftp://x", "http://"):
        with pytest.raises(StopTest), a_user(host):
            pass


def test_users_have_connections_of_their_own_or_share_a_pool(user: Any) -> None:
    """One for each user, opened with the first request; one for all with a common `client_pool`."""
    for pools, connections in (([None, None], 2), ([ConnectionPool(1)] * 2, 1)):
        before = user.server.accepted
        with (
            a_user(user.server.url, client_pool=pools[0]) as first,
            a_user(user.server.url, client_pool=pools[1]) as second,
        ):
            assert user.server.accepted == before
            for each in (first, second, second, first):
                assert each.client.get("/x").ok
            assert user.server.accepted - before == connections


def test_a_pool_of_another_client_is_refused(user: Any) -> None:
    """A locustfile that brings geventhttpclient's pool along is told which one to take."""
    other = type("HTTPClientPool", (), {"concurrency": 5})()
    with (
        pytest.raises(StopTest, match=r"ConnectionPool of benchmark\.engine"),
        a_user(user.server.url, client_pool=other),
    ):
        pass


def test_the_authorization_of_a_user_can_be_set(user: Any) -> None:
    """As `auth_header`, for the host alone; a request's own header wins."""

    def sent(url: str, **arguments: Any) -> str | None:
        return user.client.get(url, **arguments).request.headers.get("authorization")

    other = user.server.url.replace("127.0.0.1", "localhost")
    user.client.auth_header = "Bearer one"
    assert sent("/x") == user.client.auth_header == "Bearer one"
    assert sent("/x", headers={"authorization": "own"}) == "own"
    assert sent(f"{other}/x") is None
    user.client.auth_header = None
    assert sent("/x") is user.client.auth_header is None


def test_a_timeout_is_one_number(user: Any) -> None:
    """The pair that requests takes is refused with words, not by an accident of arithmetic."""
    with pytest.raises(TypeError, match="one number of seconds"):
        user.client.get("/x", timeout=(1, 2))


def test_a_request_that_cannot_be_written_is_told(
    user: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Once in the log: a plain `locust -f FILE` would end with nothing sent, and no reason."""
    for _ in range(2):
        with pytest.raises(SkipTask):
            user.client.get("/x", headers={"Authorization": "Bearer of a line break\n"})
    assert caplog.text.count("A task sent nothing: /x: the header 'Authorization'") == 1


def test_requests_of_one_user_at_the_same_time(user: Any) -> None:
    """As many at once as `concurrency` says; the others wait, which does not count as latency."""
    with a_user(user.server.url, concurrency=10) as many:
        before = user.server.accepted
        pool = gevent.pool.Pool()
        for _ in range(20):
            pool.spawn(many.client.get, "/slow")
        pool.join()
        assert user.server.accepted - before == 10
        assert all(event["exception"] is None for event in many.seen)
        ended = time.time() + 0.05
        began = sorted(event["start_time"] for event in many.seen)
        assert began[10] - began[0] >= 0.05
        assert all(e["start_time"] + e["response_time"] / 1000 <= ended for e in many.seen)


def test_connections_end_with_their_user(user: Any) -> None:
    """A user that stops closes what it opened, whatever its tasks are."""

    class Once(RapidHttpUser):
        host = user.server.url

        def on_start(self) -> None:
            self.client.get("/x")

        @staticmethod
        def wait_time() -> float:
            return 5

        def nothing(self) -> None:
            pass

        tasks = [nothing]  # noqa: RUF012  # Locust's own way

    group = gevent.pool.Group()
    one = Once(Environment(user_classes=[Once]))
    one.start(group)
    until(lambda: len(user.server.open) == 1)
    one.stop(force=True)
    group.join()
    until(lambda: len(user.server.open) == 0)
