"""Users and their resources: the verbs, the client's requests, clean-up, repeatable choices."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest
from locust import task
from locust.env import Environment
from locust.exception import StopTest
from small_api import Answer, Asked, Shop, SmallApi, small_api

from benchmark.engine import (
    ApiUser,
    RapidHttpUser,
    Resource,
    deletes,
    listings,
    pools,
    tidy_user,
)
from benchmark.engine.http_client import tls
from benchmark.engine.resources import SkipTask, skipped_tasks
from benchmark.wire import resource_items
from tests.waiting import until


class Shopper(ApiUser):
    """A user of `small_api.Shop`."""

    @task(2)
    def create_order(self) -> None:
        """One more order."""
        self.keep("order", self.client.post("/orders", json={}), at="/order")

    @task
    def add_line(self) -> None:
        """One more line."""
        order = self.need("order", self.create_order)
        reply = self.client.post("/orders/{id}/lines", path={"id": order["id"]}, json={})
        self.keep("line", reply, order)

    @task
    @deletes("order")
    def delete_order(self) -> None:
        """One order less."""
        order = self.take("order", self.create_order)
        self.client.delete("/orders/{id}", path={"id": order["id"]})

    @task
    @deletes("line")
    def delete_line(self) -> None:
        """One line less."""
        line = self.take("line", self.add_line)
        path = {"id": line.of("order")["id"], "line": line["id"]}
        self.client.delete("/orders/{id}/lines/{line}", path=path)


@pytest.fixture
def shop() -> Iterator[SmallApi]:
    """A running shop."""
    with small_api(Shop()) as api:
        yield api


_users: list[Any] = []


def user_of(user_class: type[Any], host: str) -> Any:
    """A user that is not running."""
    user_class.host = host
    environment = Environment(user_classes=[user_class], host=host)
    _users.append(user_class(environment))
    return _users[-1]


@pytest.fixture(autouse=True)
def _close_connections() -> Iterator[None]:
    yield
    while _users:
        _users.pop().client.close()


# ── verbs ─────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_needed_is_made_once(shop: SmallApi) -> None:
    """`need` makes a parent first, gives own things afterwards, and knows their parents."""
    user = user_of(Shopper, shop.url)
    user.add_line()
    line = user.need("line", user.add_line)
    assert line.of("order") is user.need("order", user.create_order)
    assert shop.counts() == {"POST /orders": 1, "POST /orders/1/lines": 1}


def test_what_is_taken_has_no_children(shop: SmallApi) -> None:
    """`take` leaves a parent of own things alone, and makes another where there is no other."""
    user = user_of(Shopper, shop.url)
    user.add_line()
    user.delete_order()
    assert shop.counts()["DELETE /orders/3"] == 1
    assert user.need("order", user.create_order)["id"] == 1


def test_nothing_is_sent_where_a_parent_cannot_be_made() -> None:
    """The task is skipped and counted, whatever the answer was; nothing is taken by mistake."""
    answers: list[Answer] = [(500, {}), (200, []), (200, {"order": None}), b"", (204, None)]
    with small_api(lambda asked: answers.pop()) as api:
        user = user_of(Shopper, api.url)
        before = skipped_tasks["no order could be made"]
        for _ in range(5):
            user._pools = pools.Pools()  # else it would wait between the tries
            with pytest.raises(SkipTask):
                user.delete_order()
        assert skipped_tasks["no order could be made"] == before + 5
        assert api.counts() == {"POST /orders": 5}


def test_a_failed_try_does_not_take_a_parent() -> None:
    """Where all own ones have children and no other can be made, `take` skips."""
    shop = Shop()
    closed = False

    def answer(asked: Asked) -> Answer:
        return (503, {}) if closed else shop(asked)

    with small_api(answer) as api:
        user = user_of(Shopper, api.url)
        user.add_line()
        closed = True
        with pytest.raises(SkipTask):
            user.take("order", user.create_order)


def test_makers_that_need_each_other_end(shop: SmallApi) -> None:
    """A circle of needs is skipped, not followed for ever."""
    user = user_of(Shopper, shop.url)

    def make_hen() -> None:
        user.need("egg", make_egg)

    def make_egg() -> None:
        user.need("hen", make_hen)

    with pytest.raises(SkipTask):
        user.need("hen", make_hen)
    assert not user._making


def test_the_oldest_leave_when_there_are_many(shop: SmallApi) -> None:
    """A user keeps a limited number; parents of own things and the newest stay."""
    user = user_of(Shopper, shop.url)
    for _ in range(pools.OWN_LIMIT):
        user.create_order()
    for order in user._pools.of("order"):
        reply = user.client.post("/orders/{id}/lines", path={"id": order["id"]}, json={})
        user.keep("line", reply, order)
    user.create_order()
    newest = user._pools.of("order")[-1]
    assert user.take("order", user.create_order) is newest
    user.keep("line", reply, newest)
    assert len(user._pools.of("line")) == pools.OWN_LIMIT
    assert shop.counts()[f"DELETE /orders/1/lines/{pools.OWN_LIMIT + 1}"] == 1


def test_a_listing_is_asked_for_once_by_all(shop: SmallApi) -> None:
    """Users that ask at the same time share one request, and none of them changes anything."""
    slow = Shop()

    def answer(asked: Asked) -> Answer:
        gevent.sleep(0.1)
        return slow(asked)

    shop.answer = answer
    Shopper.start_over()
    users = [user_of(Shopper, shop.url) for _ in range(10)]
    found = [gevent.spawn(user.find, "good", "/goods", at="/goods") for user in users]
    gevent.joinall(found, raise_error=True)
    assert {one.value["id"] for one in found} <= {"a b", "c/d"}
    assert shop.counts() == {"GET /goods": 1}
    with pytest.raises(SkipTask):
        users[0].find("good", "/goods", at="/elsewhere")
    assert {user.context()["role"] for user in users} == {"load"}


def test_found_things_can_be_of_one_sort() -> None:
    """Of a list that holds several sorts only what has the values that are asked for."""
    parts = [{"id": n, "about": {"type": "wheel" if n % 2 else "door"}} for n in range(9)]
    with small_api(lambda asked: (200, parts)) as api:
        Shopper.start_over()
        user = user_of(Shopper, api.url)
        seen = {user.find("x", "/parts", where={"/about/type": "door"})["id"] for _ in range(50)}
        assert seen <= {0, 2, 4, 6, 8}
        with pytest.raises(SkipTask):
            user.find("x", "/parts", where={"/about/type": "roof"})
        assert len(api.asked) == 1


def test_an_empty_listing_is_asked_for_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """One failure at the start does not empty the whole run, and does not ask all the time."""
    answers: list[Answer] = [(200, [{"id": 1}]), (200, "not a list"), (500, {})]
    with small_api(lambda asked: answers.pop()) as api:
        Shopper.start_over()
        user = user_of(Shopper, api.url)
        for _ in range(3):
            with pytest.raises(SkipTask):
                user.find("good", "/goods")
        assert len(api.asked) == 1
        monkeypatch.setattr(listings, "ASK_AGAIN_SECONDS", -1)
        user._listings._known["/goods "].ask_at = 0
        with pytest.raises(SkipTask):
            user.find("good", "/goods")
        assert user.find("good", "/goods")["id"] == 1
        user._listings._known["/goods "].ask_at = 0
        assert user.find("good", "/goods")["id"] == 1
        assert len(api.asked) == 3


def test_listings_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Listings below ever new parents do not fill the memory, nor does a long one."""
    monkeypatch.setattr(listings, "LISTINGS_LIMIT", 3)
    monkeypatch.setattr(resource_items, "LISTED_LIMIT", 2)
    with small_api(lambda asked: (200, [{"id": n} for n in range(50)])) as api:
        Shopper.start_over()
        user = user_of(Shopper, api.url)
        seen = {user.find("x", "/p/{id}/x", path={"id": parent})["id"] for parent in range(20)}
        assert seen == {0, 1}
        assert len(Shopper._listings) == 3


def test_clean_up_goes_on_after_a_failure(shop: SmallApi) -> None:
    """Children go before parents; one that cannot be deleted does not keep the others."""
    user = user_of(Shopper, shop.url)
    user.add_line()
    user._pools.of("line").append(Resource("line", {}, {}))
    user._pools.add(Resource("broken", {}))
    user._deleters = {**user._deleters, "broken": lambda user: 1 / 0}
    user.on_stop()
    assert [one.path for one in shop.asked[2:]] == ["/orders/1/lines/2", "/orders/1"]


def test_clean_up_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that no longer answers does not hold up the end of a run."""
    shop = Shop()
    monkeypatch.setattr(tidy_user, "PATIENCE_SECONDS", 0.5)
    roles: Counter[str] = Counter()

    def answer(asked: Asked) -> Answer:
        if asked.method == "DELETE":
            gevent.sleep(600)
        return shop(asked)

    with small_api(answer) as api:
        user = user_of(Shopper, api.url)
        user.environment.events.request.add_listener(
            lambda context, **_: roles.update([context["role"]])
        )
        for _ in range(5):
            user.create_order()
        user.on_stop()
        assert roles == {"load": 5, "clean-up": 1}


def test_clean_up_goes_on_when_locust_loses_patience() -> None:
    """A user that is killed while it deletes what it made deletes the rest, too."""
    shop = Shop()

    def answer(asked: Asked) -> Answer:
        if asked.method == "DELETE":
            gevent.sleep(0.05)
        return shop(asked)

    with small_api(answer) as api:
        user = user_of(Shopper, api.url)
        for _ in range(5):
            user.create_order()
        ending = gevent.spawn(user.on_stop)
        until(lambda: api.counts()["DELETE /orders/2"])
        ending.kill()
        assert len(user._pools) == 0
        assert [one.method for one in api.asked].count("DELETE") == 5


def test_choices_repeat_with_the_seed_and_differ_between_users_and_workers() -> None:
    """The n-th user of a class chooses the same in every run; no other user does."""

    def choices(worker: int) -> list[float]:
        Shopper.start_over()
        users = [user_of(Shopper, "http://localhost") for _ in range(2)]
        if worker:
            environment = users[0].environment
            environment.runner = type("Runner", (), {"worker_index": worker})()
            users = [Shopper(environment) for _ in range(2)]
        return [user.random.random() for user in users]

    assert choices(0) == choices(0)
    assert len({*choices(0), *choices(1), *choices(2)}) == 6


def test_the_first_round_follows_the_tasks_of_the_test() -> None:
    """Each task stands in it once, whatever its weight."""
    Shopper.start_over()
    names = [one.__name__ for one in Shopper._first_round]
    assert names == ["create_order", "add_line", "delete_order", "delete_line"]


def test_values_of_answers() -> None:
    """By name or by JSON Pointer; what is missing skips the task."""
    resource = Resource("thing", {"id": 0, "deep": {"n": None}})
    assert (resource["id"], resource["/id"], repr(resource)) == (0, 0, "Resource(thing)")
    for missing in ("/deep/n", "name"):
        with pytest.raises(SkipTask):
            resource[missing]
    with pytest.raises(SkipTask):
        resource.of("parent")


# ── the client ────────────────────────────────────────────────────────────────────────────────────


class Client(RapidHttpUser):
    """A user to send single requests with."""

    default_headers = {"X-Default": "1"}  # noqa: RUF012  # Locust's own way


def echo(asked: Asked) -> Answer:
    """What was asked, except a redirect and a cookie."""
    if asked.path == "/away":
        return b"HTTP/1.1 307 Away\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"
    if asked.path == "/cookie":
        return b"HTTP/1.1 204 x\r\nSet-Cookie: jar=j; Path=/\r\n\r\n"
    return 200, {"path": asked.path, "headers": asked.headers, "body": asked.body.decode()}


@pytest.mark.parametrize("base", ["", "/", "/api", "/api/"])
def test_base_urls_with_and_without_a_path(base: str) -> None:
    """One slash stands between the base and the path, whatever was given."""
    with small_api(echo) as api:
        user = user_of(Client, api.url + base)
        user.client.get("/items/{id}?a=1", path={"id": "ü"}, params={"b": 2})
        assert api.asked[0].path == base.rstrip("/") + "/items/%C3%BC?a=1&b=2"


def test_headers_cookies_and_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials, defaults, own cookies and those of the server go together."""
    monkeypatch.setenv("BENCHMARK_API_KEY", "k1")
    monkeypatch.setattr(Client, "api_key", ("cookie", "key"))
    with small_api(echo) as api:
        user = user_of(Client, api.url)
        user.client.get("/cookie")
        reply = user.client.post("/", data={"a": [1, 2], "b": "é"}, cookies={"own": "x y"}).json()
    assert reply["body"] == "a=1&a=2&b=%C3%A9"
    assert reply["headers"]["Content-Type"] == "application/x-www-form-urlencoded"
    assert reply["headers"]["X-Default"] == "1"
    assert reply["headers"]["Cookie"] == "jar=j; key=k1; own=x%20y"


def test_redirects_are_answers_unless_asked_for() -> None:
    """For an ApiUser one call is one request; followed redirects come to their end."""
    with small_api(echo) as api:
        user = user_of(Shopper, api.url)
        assert user.client.get("/away").status_code == 307
        assert len(api.asked) == 1
        assert user.client.get("/away", allow_redirects=True).json()["path"] == "/there"


def test_a_lost_connection_is_not_tried_again(shop: SmallApi) -> None:
    """A server that closes at once sees each request once, and an idle close costs nothing."""
    shop.answer = lambda asked: None
    user = user_of(Client, shop.url)
    for _ in range(3):
        assert user.client.get("/x").status_code == 0
    assert len(shop.asked) == 3


def test_times_out_with_plain_words(shop: SmallApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """A timeout is the failure itself, without URL, id or API key in it."""
    shop.answer = lambda asked: gevent.sleep(600)  # type: ignore[func-returns-value]
    monkeypatch.setattr(Client, "network_timeout", 0.1)
    monkeypatch.setenv("BENCHMARK_API_KEY", "secret")
    monkeypatch.setattr(Client, "api_key", ("query", "key"))
    user = user_of(Client, shop.url)
    problems: list[BaseException] = []
    user.environment.events.request.add_listener(lambda exception, **_: problems.append(exception))
    user.client.get("/items/12345")
    assert shop.asked[0].path == "/items/12345?key=secret"
    assert isinstance(problems[0], TimeoutError)
    assert "12345" not in repr(problems[0])
    assert "secret" not in repr(problems[0])


def test_credentials_that_cannot_be_sent_stop_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message instead of a failure per request, and without the secret."""
    monkeypatch.setenv("BENCHMARK_TOKEN", "sec\nret")
    with pytest.raises(StopTest, match="BENCHMARK_TOKEN"):
        user_of(Client, "http://localhost")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_certificates_are_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown certificate fails; BENCHMARK_INSECURE, or its own bundle, lets it pass."""
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
            "-keyout", str(key), "-out", str(certificate),
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with small_api(echo, tls=context) as api:
        url = api.url.replace("127.0.0.1", "localhost")

        def status() -> int:
            tls.tls_context.cache_clear()
            return user_of(Client, url).client.get("/x").status_code  # type: ignore[no-any-return]

        assert status() == 0
        monkeypatch.setenv("BENCHMARK_INSECURE", "1")
        assert status() == 200
        monkeypatch.delenv("BENCHMARK_INSECURE")
        monkeypatch.setattr(Client, "insecure", True)
        assert status() == 200
        monkeypatch.setattr(Client, "insecure", False)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        assert status() == 200
