"""Signing in: once for all, again when it has to be, and what goes with every request then."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar

import gevent
import pytest
from locust.env import Environment
from locust.exception import StopUser
from small_api import Answer, Asked, SmallApi, small_api

from benchmark.engine import ApiUser, sign_in
from benchmark.engine.resources import SkipTask
from tests.waiting import PATIENCE


class Gate:
    """An API whose tokens can be made to expire."""

    def __init__(self) -> None:
        self.accounts: list[str] = []
        self.tokens: list[str] = []
        self.answer: dict[str, Any] = {}
        self.open = True

    def __call__(self, asked: Asked) -> Answer:
        """Register, log in, or ask for something that needs the last token."""
        path = asked.path.partition("?")[0]
        if path == "/register":
            self.accounts.append(json.loads(asked.body)["name"])
            return 201, {}
        if path == "/login":
            gevent.sleep(0.05)
            if not self.open or json.loads(asked.body)["name"] not in self.accounts:
                return 403, {}
            self.tokens.append(f"t{len(self.tokens) + 1}")
            return 200, {"data": {"token": self.tokens[-1], **self.answer}}
        valid = self.tokens and asked.headers.get("Authorization") == f"Bearer {self.tokens[-1]}"
        return (200, {}) if valid else (401, {})


class Member(ApiUser):
    """A user of the gate, as the generator writes them."""

    roles: ClassVar[Counter[str]] = Counter()

    def sign_up(self) -> None:
        """Make the account."""
        account = {"name": f"ann{len(self.roles)}"}
        reply = self.client.post("/register", json=account)
        self.keep_account(account, reply)

    def sign_in(self) -> None:
        """Log in."""
        reply = self.client.post("/login", json={"name": self.own_account["name"]})
        self.authorize(reply, "/data/token")


class Loner(Member):
    """One that does not share."""

    sign_in_per_user = True


@pytest.fixture
def gate() -> Gate:
    """An API with accounts."""
    return Gate()


@pytest.fixture
def api(gate: Gate) -> Iterator[SmallApi]:
    """The running gate."""
    with small_api(gate) as running:
        yield running


_users: list[Any] = []


@pytest.fixture(autouse=True)
def _close_connections() -> Iterator[None]:
    yield
    while _users:
        _users.pop().client.close()


def users_of(user_class: type[Any], host: str, number: int = 1) -> list[Any]:
    """Users that are not running, at the beginning of a test."""
    user_class.start_over()
    user_class.host = host
    environment = Environment(user_classes=[user_class], host=host)
    _users.extend(user_class(environment) for _ in range(number))
    return _users[-number:]


def test_all_users_wait_for_one_sign_in(gate: Gate, api: SmallApi) -> None:
    """Ten users begin at once: one of them signs in, as set-up, and all are let in."""
    users = users_of(Member, api.url, 10)
    roles: Counter[tuple[str, str]] = Counter()
    users[0].environment.events.request.add_listener(
        lambda name, context, **_: roles.update([(name, context["role"])])
    )
    gevent.joinall([gevent.spawn(user.client.get, "/x") for user in users], raise_error=True)
    assert roles == {("/register", "setup"): 1, ("/login", "setup"): 1, ("/x", "load"): 10}
    assert {one.headers.get("Authorization") for one in api.asked[2:]} == {"Bearer t1"}
    assert "Authorization" not in api.asked[1].headers


def test_users_can_sign_in_for_themselves(gate: Gate, api: SmallApi) -> None:
    """With `sign_in_per_user` each has an account and a token of its own."""
    for user in users_of(Loner, api.url, 3):
        user.client.get("/x")
    assert api.counts() == {"POST /register": 3, "POST /login": 3, "GET /x": 3}


def test_a_refused_token_is_renewed_once(
    gate: Gate, api: SmallApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The 401 stays a failure; all who met it wait for one new login, with the same account."""
    users = users_of(Member, api.url, 5)
    for user in users:
        user.client.get("/x")
    gate.tokens.append("revoked")
    users[0]._access.try_at = 0  # as if the sign-in had been a while ago
    replies = [gevent.spawn(user.client.get, "/x") for user in users]
    gevent.joinall(replies, raise_error=True)
    assert {reply.value.status_code for reply in replies} == {401}
    assert [user.client.get("/x").status_code for user in users] == [200] * 5
    assert api.counts() == {"POST /register": 1, "POST /login": 2, "GET /x": 15}


def test_sign_ins_do_not_storm(gate: Gate, api: SmallApi) -> None:
    """What answers 401 for ever leads to one login in five seconds."""
    (user,) = users_of(Member, api.url)
    user.client.get("/x")
    gate.tokens.append("revoked")
    for _ in range(20):
        user.client.get("/x")
    assert api.counts()["POST /login"] == 1
    assert sign_in.TRY_AGAIN_SECONDS == 5


def test_one_operation_that_is_denied_signs_nobody_in_again(
    api: SmallApi, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first 401 of an operation is worth a sign-in; later ones while others pass are not."""
    monkeypatch.setattr(sign_in, "TRY_AGAIN_SECONDS", 0.0)
    user = users_of(Member, api.url)[0]
    for _ in range(5):
        assert user.client.get("/x").status_code == 200
        assert user.client.get("/y", headers={"Authorization": "none"}).status_code == 401
    assert len(gate.tokens) == 2
    gate.tokens.append("revoked")
    user.client.get("/y", headers={"Authorization": "none"})
    assert [user.client.get("/x").status_code for _ in range(2)] == [401, 200]


def test_a_token_is_renewed_before_it_expires(gate: Gate, api: SmallApi) -> None:
    """`expires_in` beside the token says when; no request fails for it."""
    gate.answer = {"expires_in": 0.2}
    began = time.monotonic()
    (user,) = users_of(Member, api.url)
    statuses = Counter[int]()
    while api.counts()["POST /login"] < 4 and time.monotonic() < began + PATIENCE:
        statuses[user.client.get("/x").status_code] += 1
        gevent.sleep(0.02)
    assert statuses.keys() == {200}
    assert time.monotonic() - began >= 3 * 0.2 * sign_in.RENEW_AT  # not renewed at every request
    assert api.counts()["POST /login"] == 4
    assert api.counts()["POST /register"] == 1


@pytest.mark.parametrize("seconds", [True, 0, -5, "soon", None, [], "9" * 50])
def test_nonsense_about_expiry_is_ignored(gate: Gate, api: SmallApi, seconds: Any) -> None:
    """Then a token is good until it is refused."""
    gate.answer = {"expires_in": seconds}
    (user,) = users_of(Member, api.url)
    assert [user.client.get("/x").status_code for _ in range(3)] == [200] * 3
    assert api.counts()["POST /login"] == 1


def test_a_failed_sign_in_is_tried_again_with_a_new_account(gate: Gate, api: SmallApi) -> None:
    """Requests go out meanwhile and fail: that is a finding. Later the user is let in."""
    gate.open = False
    (user,) = users_of(Member, api.url)
    assert [user.client.get("/x").status_code for _ in range(3)] == [401] * 3
    assert api.counts() == {"POST /register": 1, "POST /login": 1, "GET /x": 3}
    gate.open = True
    user._access.try_at = 0
    assert user.client.get("/x").status_code == 200
    assert api.counts()["POST /register"] == 2


@pytest.mark.parametrize("status", [429, 500, 503, 0])
def test_an_account_outlives_a_server_that_is_down(gate: Gate, api: SmallApi, status: int) -> None:
    """A login that fails for another reason than the account is tried again with the same."""
    (user,) = users_of(Member, api.url)
    user.client.get("/x")
    gate.tokens.append("revoked")
    user._access.try_at = 0
    api.answer = lambda asked: None if status == 0 else (401 if asked.path == "/x" else status, {})
    user.client.get("/x")
    user.sign_in_anew(1, "GET /x")
    api.answer = gate
    user._access.try_at = 0
    user.client.get("/x")
    user.sign_in_anew(1, "GET /x")
    assert user.client.get("/x").status_code == 200
    assert len(gate.accounts) == 1


def test_there_is_no_account_before_it_is_made(gate: Gate, api: SmallApi) -> None:
    """A login that needs one is left out."""
    (user,) = users_of(Member, api.url)
    with pytest.raises(SkipTask):
        _ = user.own_account
    user.keep_account({"name": "x"}, user.client.get("/x", context={}))
    assert user._access.account is not None  # the sign-in before that request made it


# ── where the token goes ──────────────────────────────────────────────────────────────────────────


def mirror(asked: Asked) -> Answer:
    """A login that answers with everything, and an echo of what was asked."""
    if asked.path == "/login":
        return (
            b"HTTP/1.1 200 OK\r\nSet-Cookie: sid=s%3D1; Path=/; Secure; HttpOnly\r\n"
            b"Set-Cookie: csrftoken=c1; Path=/\r\nSet-Cookie: XSRF-TOKEN=x%3D2; Path=/\r\n"
            b"Content-Length: 33\r\n\r\n"
            b'{"token":"a b","csrf_token":"m3"}'
        )
    return 200, {"path": asked.path, "headers": asked.headers}


class Visitor(ApiUser):
    """A user whose sign-in a test chooses."""

    how: ClassVar[tuple[Any, dict[str, Any]]] = (None, {})

    def sign_in(self) -> None:
        """Log in."""
        token, place = self.how
        self.authorize(self.client.post("/login", json={}), token, **place)


def asked_with(how: tuple[Any, dict[str, Any]], method: str = "GET", **request: Any) -> Any:
    """What a request looks like after a sign-in, of a user that shares it."""
    Visitor.how = how
    with small_api(mirror) as api:
        first, second = users_of(Visitor, api.url, 2)
        first.client.get("/x")
        return second.client.request(method, "/x", **request).json()


def test_a_token_goes_where_it_belongs() -> None:
    """Header, query or cookie, behind a prefix or not; a task's own header wins."""
    header = asked_with(("/token", {"parameter": "X-Auth", "prefix": ""}))["headers"]
    assert header["X-Auth"] == "a b"
    query = asked_with(
        ("/token", {"location": "query", "parameter": "k", "prefix": ""}), params={"a": 1}
    )
    assert query["path"] == "/x?a=1&k=a%20b"
    cookie = asked_with(("/token", {"location": "cookie", "parameter": "k", "prefix": ""}))
    assert "k=a%20b" in cookie["headers"]["Cookie"]
    own = asked_with(("/token", {}), headers={"authorization": "mine"})["headers"]
    assert own["Authorization" if "Authorization" in own else "authorization"] == "mine"


def test_cookies_of_the_sign_in_are_shared() -> None:
    """A session and its CSRF tokens go with the requests of every user, the latter on writes."""
    read = asked_with((None, {}))["headers"]
    assert set(read["Cookie"].split("; ")) == {"sid=s%3D1", "csrftoken=c1", "XSRF-TOKEN=x%3D2"}
    assert not any("csrf" in name.lower() or "xsrf" in name.lower() for name in read)
    write = asked_with((None, {}), "POST", json={})["headers"]
    assert write["X-CSRFToken"] == "c1"
    assert write["X-XSRF-TOKEN"] == "x=2"
    assert write["X-CSRF-Token"] == "m3"


@pytest.mark.parametrize(
    "answer",
    [
        (500, {"token": "x"}), (200, {"token": None}), (200, {"token": {}}), (200, {"token": ""}),
        (200, {"token": "a\nb"}), (200, {"token": "\u2028"}), (200, []), (204, None), None,
        (200, {"success": False, "token": "x"}),
    ],
)  # fmt: skip
def test_answers_without_a_token_let_nobody_in(answer: Answer) -> None:
    """Whatever the login answers, requests are sent as before."""
    Visitor.how = ("/token", {})
    with small_api(lambda asked: answer if asked.path == "/login" else (200, {})) as api:
        (user,) = users_of(Visitor, api.url)
        assert user.client.get("/x").status_code == 200
        assert "Authorization" not in api.asked[-1].headers
        assert user._access.version == 0


def test_a_prefix_is_not_written_twice() -> None:
    """Some APIs hand out the token with it."""
    Visitor.how = ("/token", {})
    with small_api(lambda asked: (200, {"token": "bearer abc"})) as api:
        (user,) = users_of(Visitor, api.url)
        user.client.get("/x")
        assert api.asked[-1].headers["Authorization"] == "bearer abc"


def test_credentials_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Without them the test ends with a message, given once, that says what to set."""
    for name in ("BENCHMARK_BASIC", "BENCHMARK_TOKEN"):
        monkeypatch.delenv(name, raising=False)
        for user in users_of(Visitor, "http://localhost", 2):
            with pytest.raises(StopUser):
                user.given("token" if name.endswith("TOKEN") else "password")
        assert [name in record.message for record in caplog.records] == [True]
        caplog.clear()
    monkeypatch.setenv("BENCHMARK_BASIC", "ann:a:b")
    monkeypatch.setenv("BENCHMARK_TOKEN", " t \n")
    assert [user.given(part) for part in ("username", "password", "token")] == ["ann", "a:b", "t"]
