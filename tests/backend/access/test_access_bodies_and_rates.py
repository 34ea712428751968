"""How much and how often: sizes of bodies, requests in a minute, headers of answers."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from fastapi import FastAPI

from backend.access import API_POLICY, DOCS_POLICY, Caller, install_access
from backend.access.body_limit import BodyLimitMiddleware
from backend.access.rate_limits import Minute, RateLimits
from backend.problems import Problem
from backend.settings import Limits
from benchmark.errors import UsageError
from tests.backend.access.guarded import (
    OTHER_TOKEN,
    TOKENS,
    USER_TOKEN,
    making,
    some_settings,
)
from tests.servers.serving import serving
from tests.servers.stopped_clock import StoppedClock

MOST = 50_000


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service that takes bodies of 50 kB."""
    limits = Limits(max_body_bytes=MOST)
    settings = some_settings(tmp_path_factory.mktemp("sizes"), limits=limits)
    with serving(making(settings)) as served:
        yield served.url


# ── bodies ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", [0, 1, MOST])
def test_bodies_up_to_the_limit(url: str, size: int) -> None:
    """They come whole, with their length told or in chunks."""
    told = requests.post(f"{url}/size", data=b"x" * size, timeout=60)
    chunks = requests.post(f"{url}/size", data=iter([b"x" * size or b""]), timeout=60)
    assert (told.json(), chunks.json()) == (size, size)


@pytest.mark.parametrize("size", [MOST + 1, 40 * MOST])
def test_longer_bodies_are_refused(url: str, size: int) -> None:
    """With 413 and the name of the setting; in chunks, too, where nothing tells the length."""
    told = requests.post(f"{url}/size", data=b"x" * size, timeout=60)
    chunks = requests.post(
        f"{url}/size", data=(b"x" * 10_000 for _ in range(size // 10_000 + 1)), timeout=60
    )
    for answer in (told, chunks):
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"
        assert "STRESS_API_MAX_BODY_BYTES" in answer.json()["hint"]


def test_a_length_alone_is_enough(url: str) -> None:
    """Who says that much more will come is not waited for."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(url).port or 0, timeout=60)
    connection.putrequest("POST", "/size")
    connection.putheader("Content-Length", str(10**15))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_the_service_goes_on_after_a_long_body(url: str) -> None:
    """On the same connection."""
    with requests.Session() as session:
        assert session.post(f"{url}/size", data=b"x" * (MOST + 1), timeout=60).status_code == 413
        assert session.post(f"{url}/size", data=b"x", timeout=60).json() == 1


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    """After its time the answer is 408, and the routes never saw the request."""
    reached: list[str] = []
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        reached.append("app")

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    guard = BodyLimitMiddleware(app, most=100, seconds=0.01)
    asyncio.run(guard({"type": "http", "headers": [], "method": "POST"}, receive, send))
    assert sent[0]["status"] == 408
    assert not reached


def test_a_client_that_left_is_not_served() -> None:
    """Where the body ends in the middle, no route sees what came of it."""
    reached: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        reached.append("app")

    messages = iter(
        [{"type": "http.request", "body": b"a", "more_body": True}, {"type": "http.disconnect"}]
    )

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        raise AssertionError(message)

    guard = BodyLimitMiddleware(app, most=100)
    asyncio.run(guard({"type": "http", "headers": [], "method": "POST"}, receive, send))
    assert not reached


def test_streams_pass_the_guards_as_they_come(url: str) -> None:
    """A line arrives before the next one exists."""
    with requests.get(f"{url}/stream", stream=True, timeout=60) as answer:
        lines = answer.iter_lines(chunk_size=1)
        assert next(lines) == b"one"
        requests.post(f"{url}/go-on", timeout=60).raise_for_status()
        assert list(lines) == [b"two"]


# ── rates ─────────────────────────────────────────────────────────────────────────────────────


def bearer(token: str) -> dict[str, str]:
    """The header that sends a token."""
    return {"Authorization": f"Bearer {token}"}


def test_each_caller_has_a_rate_of_their_own(tmp_path: Path) -> None:
    """One more than it allows is 429 and is told when to come again; others are not affected."""
    settings = some_settings(tmp_path, tokens=TOKENS, requests_per_minute=5)
    with serving(making(settings)) as served:
        answers = [
            requests.get(f"{served.url}/who", headers=bearer(USER_TOKEN), timeout=60)
            for _ in range(6)
        ]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert 1 <= int(answers[5].headers["Retry-After"]) <= 60
        assert "STRESS_API_REQUESTS_PER_MINUTE" in answers[5].json()["hint"]
        other = requests.get(f"{served.url}/who", headers=bearer(OTHER_TOKEN), timeout=60)
        assert other.status_code == 200


def test_guessing_tokens_is_slow_and_stops_nobody_else(tmp_path: Path) -> None:
    """Wrong tokens are counted by peer; liveness and whoever has a token go on."""
    settings = some_settings(tmp_path, tokens=TOKENS, requests_per_minute=3)
    with serving(making(settings)) as served:
        wrong = [
            requests.get(f"{served.url}/who", headers=bearer("wrong"), timeout=60).status_code
            for _ in range(4)
        ]
        assert wrong == [401, 401, 401, 429]
        assert requests.get(f"{served.url}/health", timeout=60).status_code == 200
        right = requests.get(f"{served.url}/who", headers=bearer(USER_TOKEN), timeout=60)
        assert right.status_code == 200


def test_starts_have_a_rate_of_their_own(tmp_path: Path) -> None:
    """Reading goes on when no more tests may be started."""
    settings = some_settings(tmp_path, starts_per_minute=2)
    with serving(making(settings)) as served:
        starts = [requests.post(f"{served.url}/start", timeout=60) for _ in range(3)]
        assert [answer.status_code for answer in starts] == [200, 200, 429]
        assert "STRESS_API_STARTS_PER_MINUTE" in starts[2].json()["hint"]
        assert requests.get(f"{served.url}/who", timeout=60).status_code == 200


def test_the_minute_before_counts() -> None:
    """Any 60 seconds hold so many; after the seconds that a refusal names, the next one passes."""
    clock = StoppedClock()
    limits = RateLimits(3, 1, clock)
    for pause in (0, 10, 20):
        clock.go_on(pause)
        limits.count_caller("ann@example.com")
    clock.go_on(5)
    with pytest.raises(Problem) as caught:
        limits.count_caller("ann@example.com")
    assert caught.value.headers["Retry-After"] == "25"
    limits.count_caller("bob@example.com")
    clock.go_on(25)
    limits.count_caller("ann@example.com")
    with pytest.raises(Problem) as caught:
        limits.count_caller("ann@example.com")
    assert caught.value.headers["Retry-After"] == "10"


def test_many_senders_take_little_memory() -> None:
    """Whoever was silent for longest is forgotten first."""
    minute = Minute(1, StoppedClock())
    for number in range(10_001):
        assert minute.wait(f"sender {number}") == 0
    assert minute.wait("sender 10000") > 0
    assert minute.wait("sender 0") == 0


def test_whoever_has_an_ipv6_address_has_its_network() -> None:
    """Another address of the same /64 is the same peer; IPv4 in its IPv6 form is that address."""
    limits = RateLimits(2, 2)
    limits.count_refused("2001:db8::1")
    limits.count_refused("2001:db8::ffff:2")
    with pytest.raises(Problem) as caught:
        limits.count_refused("2001:db8::3")
    assert caught.value.status == 429
    limits.count_refused("2001:db8:0:1::1")
    limits.count_refused("::ffff:192.0.2.1")
    limits.count_refused("192.0.2.1")
    with pytest.raises(Problem):
        limits.count_refused("192.0.2.1")


# ── headers ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/who", "/nowhere", "/health", "/openapi.json"])
def test_answers_let_browsers_do_nothing(url: str, path: str) -> None:
    """Errors too: no script, no frame, no guessed type, no copy in a cache."""
    answer = requests.get(f"{url}{path}", timeout=60)
    assert answer.headers["Content-Security-Policy"] == API_POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_refusals_have_the_headers_too(url: str) -> None:
    """What never reached a route is an answer as well."""
    answer = requests.get(f"{url}/who", headers={"Host": "evil.example"}, timeout=60)
    assert answer.status_code == 403
    assert answer.headers["Content-Security-Policy"] == API_POLICY
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_documentation_runs_its_own_scripts_only(url: str) -> None:
    """None that stands in the page, and none from elsewhere."""
    policy = requests.get(f"{url}/docs", timeout=60).headers["Content-Security-Policy"]
    assert policy == DOCS_POLICY
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert scripts == "script-src 'self'"
    assert "http" not in policy


def test_other_origins_may_read_nothing(url: str) -> None:
    """CORS is closed: not even a question beforehand is answered."""
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
    answer = requests.options(f"{url}/start", headers=asked, timeout=60)
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_origins_that_the_operator_names(tmp_path: Path) -> None:
    """They, and no others, may read answers and send a token."""
    origin = "https://dashboard.example.com"
    settings = some_settings(tmp_path, tokens=TOKENS, cors_origins=(origin,))
    with serving(making(settings)) as served:
        asked = {"Access-Control-Request-Method": "POST", "Origin": origin}
        before = requests.options(f"{served.url}/start", headers=asked, timeout=60)
        assert before.status_code == 200
        assert before.headers["Access-Control-Allow-Origin"] == origin
        assert "Access-Control-Allow-Credentials" not in before.headers
        own = {**bearer(USER_TOKEN), "Origin": origin}
        answer = requests.get(f"{served.url}/who", headers=own, timeout=60)
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        refused = requests.get(f"{served.url}/who", headers={"Origin": origin}, timeout=60)
        assert refused.status_code == 401
        assert refused.headers["Access-Control-Allow-Origin"] == origin  # so that a page can tell
        other = requests.get(
            f"{served.url}/who",
            headers={**bearer(USER_TOKEN), "Origin": "https://evil.example"},
            timeout=60,
        )
        assert "Access-Control-Allow-Origin" not in other.headers


@pytest.mark.parametrize("origin", ["*", "null", "https://a.example/path", "dashboard", "ftp://a"])
def test_what_is_no_origin(tmp_path: Path, origin: str) -> None:
    """It is refused when the service starts; `*` would be everybody."""
    with pytest.raises(UsageError, match="STRESS_API_CORS_ORIGINS"):
        install_access(FastAPI(), some_settings(tmp_path, cors_origins=(origin,)))


@pytest.mark.parametrize(
    "wrong",
    [{"tokens": ("ann@example.com:user:abc",)}, {"allowed_targets": ("http://a",)},
     {"public_addresses": ("*.example.com",)}],
)  # fmt: skip
def test_wrong_settings_end_the_start(tmp_path: Path, wrong: dict[str, tuple[str, ...]]) -> None:
    """A service that cannot tell whom to let in does not start."""
    with pytest.raises(UsageError):
        install_access(FastAPI(), some_settings(tmp_path, **wrong))


# ── callers ───────────────────────────────────────────────────────────────────────────────────


def test_whose_a_new_thing_is() -> None:
    """A user's is their own; an admin and this machine may say whose."""
    user = Caller("ann@example.com", "user")
    assert user.owner_of_new(None) == "ann@example.com"
    assert user.owner_of_new("Ann@Example.com") == "ann@example.com"
    with pytest.raises(Problem) as caught:
        user.owner_of_new("bob@example.com")
    assert caught.value.status == 403
    admin, local = Caller("ops@example.com", "admin"), Caller(None, "local")
    assert admin.owner_of_new("bob@example.com") == "bob@example.com"
    assert admin.owner_of_new(None) == "ops@example.com"
    assert local.owner_of_new(None) is None
    assert local.owner_of_new("Bob@example.com") == "bob@example.com"
    assert (user.owner_email, admin.owner_email, local.owner_email) == (
        "ann@example.com",
        None,
        None,
    )
    assert (
        json.dumps([user.sees("ANN@example.com"), user.sees("bob@example.com")]) == "[true, false]"
    )
