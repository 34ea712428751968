"""What users keep, lose, wait for and send back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import gevent
import pytest
from locust import constant, task
from locust.env import Environment
from small_api import Answer, Asked, SmallApi, small_api

from benchmark.engine import ApiUser, Resource, clock, counters, deletes, pools, unique
from benchmark.engine.resources import SkipTask, skipped_tasks
from benchmark.engine.shared_tasks import SharedTasks
from benchmark.wire.retry_after import DEFAULT_WAIT, LONGEST_WAIT, seconds_to_wait


class Owner(ApiUser):
    """A user with buckets."""

    wait_time = constant(0)

    @task
    def create_bucket(self) -> None:
        """One more bucket, under a key of our own."""
        key = self.value(unique("bucket"))
        reply = self.client.put("/buckets/{key}", path={"key": key})
        self.keep("bucket", reply, sent={"key": key})

    @deletes("bucket")
    def delete_bucket(self) -> None:
        """One bucket less."""
        bucket = self.take("bucket", self.create_bucket)
        self.client.delete("/buckets/{key}", path={"key": bucket["key"]})

    def add_file(self) -> None:
        """A file in a bucket."""
        bucket = self.need("bucket", self.create_bucket)
        reply = self.client.post("/buckets/{key}/files", path={"key": bucket["key"]}, json={})
        self.keep("file", reply, bucket)


_users: list[Any] = []


@pytest.fixture(autouse=True)
def _close_connections() -> Iterator[None]:
    yield
    while _users:
        _users.pop().client.close()


def owner(api: SmallApi) -> Any:
    """A user that is not running."""
    Owner.start_over()
    Owner.host = api.url
    _users.append(Owner(Environment(user_classes=[Owner], host=api.url)))
    return _users[-1]


def answering(answer: Callable[[Asked], Answer] | Answer) -> Any:
    """A server that answers like that."""
    return small_api(answer if callable(answer) else lambda asked: answer)


# ── keeping ───────────────────────────────────────────────────────────────────────────────────────


def test_a_key_of_ones_own_names_the_thing() -> None:
    """A 2xx without any content keeps what the client chose, and it is deleted in the end."""
    with answering(b"HTTP/1.1 204 x\r\n\r\n") as api:
        user = owner(api)
        user.create_bucket()
        user.on_stop()
        (made, deleted) = [one.path for one in api.asked]
        assert made == deleted
        assert made.startswith("/buckets/bucket-")


def test_a_location_names_the_thing() -> None:
    """The last segment of the header is the id, decoded; without the header nothing is kept."""
    reply = b"HTTP/1.1 201 x\r\nLocation: http://other/things/a%2Fb\r\nContent-Length: 0\r\n\r\n"
    with answering(lambda asked: reply if asked.path == "/a" else (201, None)) as api:
        user = owner(api)
        user.keep("thing", user.client.post("/b", json={}), location=True)
        assert user._pools.of("thing") == []
        user.keep("thing", user.client.post("/a", json={}), location=True)
        assert user._pools.of("thing")[0]["id"] == "a/b"


def test_a_bare_answer_is_an_id() -> None:
    """A number or text alone."""
    with answering((201, 17)) as api:
        user = owner(api)
        user.keep("thing", user.client.post("/a", json={}))
        assert user.need("thing", user.create_bucket)["id"] == 17


def test_things_of_a_task_belong_together() -> None:
    """Beside a file in one bucket, another thing of the same bucket; one is made if need be."""
    with answering((201, {"id": "x"})) as api:
        user = owner(api)
        first, second = Resource("bucket", {"key": "a"}), Resource("bucket", {"key": "b"})
        for bucket in (first, second):
            user._pools.add(bucket)
            user._pools.add(Resource("file", {"id": bucket["key"]}, {"bucket": bucket}))
        user._use([Resource("lock", {"id": "l"}, {"bucket": second})])
        assert {user.need("file", user.add_file)["id"] for _ in range(20)} == {"b"}
        assert user.need("bucket", user.create_bucket) is second
        user._pools.remove(user._pools.of("file")[1])
        made = user.need("file", user.add_file)
        assert (made["id"], made.of("bucket")) == ("x", second)


def test_refused_creates_keep_nothing() -> None:
    """Not even the key."""
    with answering((409, {})) as api:
        user = owner(api)
        user.create_bucket()
        assert user._pools.of("bucket") == []


def test_values_are_made_when_they_are_asked_for() -> None:
    """`value` is for paths and queries what a body template is for bodies."""
    with answering((200, {})) as api:
        user = owner(api)
        assert user.value(unique("a")) != user.value(unique("a"))
        before = int(time.time())
        assert before <= user.value(clock(format="epoch")) <= time.time()


def test_new_things_settle_first() -> None:
    """A task that just made one waits for it; one that has another uses that."""
    with answering((201, {"id": 1})) as api:
        user, settle = owner(api), 0.3

        def make() -> None:
            user.keep("thing", user.client.post("/things", json={}), settle=settle)

        began = time.monotonic()
        first = user.need("thing", make)
        assert time.monotonic() - began >= 0.2
        settle = 1000.0  # whoever waited for the next one would not come back
        make()
        with gevent.Timeout(100):
            assert all(user.need("thing", make) is first for _ in range(10))


# ── what is gone, and what cannot be made ─────────────────────────────────────────────────────────


def test_what_is_gone_leaves_the_pool_with_its_children() -> None:
    """A 404 or 410 for its own path; nobody tries to delete it any more."""
    with answering((201, {"id": 1})) as api:
        user = owner(api)
        user.add_file()
        bucket = user.need("bucket", user.create_bucket)
        for status in (500, 403, 404):
            api.answer = lambda asked, status=status: (status, {})
            user.client.get("/buckets/{key}", path={"key": bucket["key"]})
        assert len(user._pools) == 0
        asked = len(api.asked)
        user.on_stop()
        assert len(api.asked) == asked


def test_something_missing_below_it_proves_little() -> None:
    """It takes several in a row; then it is no longer used, but still deleted in the end."""
    with answering((201, {"id": 1})) as api:
        user = owner(api)
        bucket = user.need("bucket", user.create_bucket)

        def ask(status: int) -> None:
            api.answer = lambda asked: (status, {})
            user.client.get("/buckets/{key}/picture", path={"key": bucket["key"]})

        for status in (404, 404, 200, 404, 404):
            ask(status)
            assert user._pools.of("bucket") == [bucket]
        ask(410)
        assert user._pools.of("bucket") == []
        user.on_stop()
        assert api.asked[-1].method == "DELETE"
        assert len(user._pools) == 0


def test_a_missing_child_is_not_its_parent() -> None:
    """Where both have the same id, the last one in the path is the child."""
    with answering((201, {"id": 1})) as api:
        user = owner(api)
        user.keep("shelf", user.client.post("/shelves", json={}))
        shelf = user.need("shelf", user.create_bucket)
        user.keep("book", user.client.post("/books", json={}), shelf)
        book = user.need("book", user.create_bucket)
        api.answer = lambda asked: (404, {})
        path = {"shelf": book.of("shelf")["id"], "book": book["id"]}
        user.client.get("/shelves/{shelf}/books/{book}", path=path)
        assert user._pools.of("book") == []
        assert user._pools.of("shelf") == [shelf]


def test_listed_things_that_are_gone_are_not_found_again() -> None:
    """They leave the list that all users share."""
    listed: Answer = (200, [{"id": 1}, {"id": 2}])
    with answering(lambda asked: listed if asked.path == "/goods" else (404, {})) as api:
        user = owner(api)
        gone = user.find("good", "/goods")
        user.client.get("/goods/{id}", path={"id": gone["id"]})
        assert {user.find("good", "/goods")["id"] for _ in range(20)} == {3 - gone["id"]}


def test_a_listed_child_is_not_its_listed_parent() -> None:
    """Where both have the same id, what was found last is the child."""
    with answering((200, [{"id": 1}])) as api:
        user = owner(api)
        org = user.find("org", "/orgs")
        repo = user.find("repo", "/orgs/{org}/repos", path={"org": org["id"]})
        api.answer = lambda asked: (404, {})
        path = {"org": org["id"], "repo": repo["id"]}
        user.client.get("/orgs/{org}/repos/{repo}", path=path)
        assert user.find("org", "/orgs")["id"] == 1
        with pytest.raises(SkipTask):
            user.find("repo", "/orgs/{org}/repos", path={"org": 1})


def test_refills_do_not_storm(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failure nothing is sent for 1, 2, 4 … seconds, 30 at most; a success ends that."""
    now = 1000.0
    monkeypatch.setattr(pools, "time", SimpleNamespace(monotonic=lambda: now))
    answer: Answer = (503, {})
    with answering(lambda asked: answer) as api:
        user = owner(api)
        tried = []
        before = skipped_tasks["no bucket could be made a moment ago"]
        for _ in range(200):
            asked = len(api.asked)
            with pytest.raises(SkipTask):
                user.need("bucket", user.create_bucket)
            if len(api.asked) > asked:
                tried.append(now - 1000)
            now += 0.5
        assert tried == [0, 1, 3, 7, 15, 31, 61, 91]
        assert skipped_tasks["no bucket could be made a moment ago"] == before + 192
        answer = (201, {})
        now += 30
        user.delete_bucket()
        answer = (503, {})
        for _ in range(2):
            with pytest.raises(SkipTask, match=r"could be made$"):
                user.need("bucket", user.create_bucket)
            now += 1


# ── finding and echoing ───────────────────────────────────────────────────────────────────────────


def test_lists_below_parents_are_asked_for_with_their_own_request() -> None:
    """Path and query are sent; each parent has a list of its own, asked for once."""
    with answering(lambda asked: (200, {"found": [{"id": asked.path}]})) as api:
        user = owner(api)
        for org in ("a", "b", "a"):
            repo = user.find(
                "repo", "/orgs/{org}/repos", at="/found", path={"org": org}, params={"n": "9"}
            )
            assert repo["id"] == f"/orgs/{org}/repos?n=9"
        assert len(api.asked) == 2


def test_what_the_server_holds_is_sent_back() -> None:
    """The whole, some members, or a value in it; the read is a request of the load."""
    item = {"id": 7, "title": "t", "done": False, "owner": {"name": "ann"}}
    with answering((200, item)) as api:
        user = owner(api)
        roles = []
        user.environment.events.request.add_listener(
            lambda name, context, **_: roles.append((name, context["role"]))
        )
        path = {"id": 7}
        assert user.echo("/items/{id}", path=path) == item
        members = user.echo("/items/{id}", path=path, members=["title", "done", "gone"])
        assert members == {"title": "t", "done": False}
        assert user.echo("/items/{id}", path=path, at="/owner/name") == "ann"
        current = user.peek("/items/{id}", path=path, params={"view": "full"})
        assert (current["title"], current["/owner/name"]) == ("t", "ann")
        assert roles == [("/items/{id}", "load")] * 4


@pytest.mark.parametrize("answer", [(404, {}), (200, {"a": None}), (204, None)])
def test_nothing_is_sent_back_where_nothing_is_there(answer: Answer) -> None:
    """The task is skipped."""
    with answering(answer) as api:
        user = owner(api)
        with pytest.raises(SkipTask):
            user.echo("/items/{id}", path={"id": 1}, at="/a")


# ── 429 ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_user_waits_as_long_as_it_is_told() -> None:
    """The next task comes after Retry-After, and it is counted how often that was asked for."""
    busy = b"HTTP/1.1 429 x\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
    with answering(busy) as api:
        user = owner(api)
        tasks = SharedTasks(user)
        counters.take()
        began = time.monotonic()
        tasks.execute_task(Owner.create_bucket)
        assert counters.take()[0]["rate_limited"] == 1
        pauses: list[float] = []
        sleep = tasks._sleep

        def rest(seconds: float) -> None:
            pauses.append(seconds)
            sleep(seconds)

        tasks._sleep = rest  # type: ignore[method-assign]  # to see how long it is
        tasks.wait()
        assert 0 < pauses.pop() <= 1
        assert time.monotonic() - began >= 0.8
        tasks.wait()
        assert not any(pauses)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("2", 2), ("0", 0), ("3600", LONGEST_WAIT), (None, DEFAULT_WAIT), ("", DEFAULT_WAIT),
        ("soon", DEFAULT_WAIT), ("-5", DEFAULT_WAIT), ("9" * 500, LONGEST_WAIT),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 0), ("Mon, 99 Foo 2001", DEFAULT_WAIT),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT),
    ],
)  # fmt: skip
def test_what_retry_after_says(header: str | None, seconds: float) -> None:
    """Seconds or a date, half a minute at most; nonsense is a second."""
    assert seconds_to_wait(header) == seconds


def test_retry_after_may_be_a_date() -> None:
    """In the future; dates have whole seconds, and asking takes a moment."""
    began = datetime.now(UTC)
    told = seconds_to_wait(format_datetime(began + timedelta(seconds=10), usegmt=True))
    taken = (datetime.now(UTC) - began).total_seconds()
    assert 9 - taken <= told <= 10


def test_resources_do_not_show_what_they_hold() -> None:
    """Items may hold secrets; the representation has only the kind."""
    assert repr(Resource("token", {"secret": "s"})) == "Resource(token)"


# ── clearing ──────────────────────────────────────────────────────────────────────────────────────


def of_two_buckets(user: Any) -> tuple[list[Resource], list[Resource]]:
    """Two buckets of the user's, and a file in each."""
    buckets = [Resource("bucket", {"key": key}) for key in "ab"]
    files = [Resource("file", {"id": each["key"]}, {"bucket": each}) for each in buckets]
    for resource in (*buckets, *files):
        user._pools.add(resource)
    return buckets, files


def test_what_a_delete_of_a_collection_removed_is_forgotten() -> None:
    """All that was made with the same parent leaves the pool; what is elsewhere stays."""
    with answering((200, {"id": 1})) as api:
        user = owner(api)
        buckets, files = of_two_buckets(user)
        user.clear("file", user.client.delete("/buckets/a/files"), buckets[0])
        assert user._pools.of("file") == files[1:]
        assert user._pools.of("bucket") == buckets


def test_where_a_delete_names_things_only_those_are_forgotten() -> None:
    """A delete by ids takes what it names, with what is below it."""
    with answering((200, {"id": 1})) as api:
        user = owner(api)
        buckets, files = of_two_buckets(user)
        user.clear("bucket", user.client.delete("/buckets"), buckets[1])
        assert user._pools.of("bucket") == buckets[:1]
        assert user._pools.of("file") == files[:1]


def test_a_refused_delete_clears_nothing() -> None:
    """Only a good answer says that something is gone."""
    with answering((403, {"detail": "no"})) as api:
        user = owner(api)
        buckets, files = of_two_buckets(user)
        user.clear("file", user.client.delete("/buckets/a/files"), buckets[0])
        assert user._pools.of("file") == files
