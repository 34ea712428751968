"""Things of one task alone, fewer things where there is a quota, deletions that must wait."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, ClassVar

import gevent
import pytest
from locust import constant, task
from locust.env import Environment
from small_api import Answer, Asked, SmallApi, small_api

from benchmark.engine import ApiUser, deletes, pools
from benchmark.engine.quotas import is_quota
from benchmark.engine.resources import SkipTask
from benchmark.engine.sign_in import Access


class Yard:
    """An API with carts, of which `room` may be there at a time; the next delete may be limited."""

    def __init__(self) -> None:
        self.carts: set[int] = set()
        self.made = 0
        self.room = 100
        self.refusals = 0
        self.refusal = 429

    def __call__(self, asked: Asked) -> Answer:
        """Make, delete or read a cart."""
        number = asked.path.rpartition("/")[2]
        if asked.method == "POST" and asked.path == "/carts":
            if len(self.carts) >= self.room:
                return 403, {"detail": f"The limit of {self.room} carts is reached."}
            self.made += 1
            self.carts.add(self.made)
            return 201, {"id": self.made}
        if asked.method == "DELETE":
            if self.refusals:
                self.refusals -= 1
                return self.refusal, {}
            self.carts.discard(int(number))
        return 200, {"id": 0}


class Carter(ApiUser):
    """A user with carts."""

    wait_time = constant(0)
    numbers: ClassVar[list[int]] = []

    def create_cart(self) -> None:
        """One more cart."""
        self.keep("cart", self.client.post("/carts", json={}))

    def sell_cart(self) -> None:
        """Something that can be done once to each cart."""
        cart = self.fresh("cart", self.create_cart)
        self.client.post("/carts/{id}/sale", path={"id": cart["id"]})

    @task
    @deletes("cart")
    def delete_cart(self) -> None:
        """One cart less."""
        cart = self.take("cart", self.create_cart)
        self.client.delete("/carts/{id}", path={"id": cart["id"]})


class Hoarder(ApiUser):
    """A user whose deletion is no task: it does not hold under load."""

    wait_time = constant(0)
    create_cart = Carter.create_cart

    @deletes("cart")
    def delete_cart(self) -> None:
        """One cart less."""
        cart = self.take("cart", self.create_cart)
        self.client.delete("/carts/{id}", path={"id": cart["id"]})


@pytest.fixture
def yard() -> Yard:
    """An API with carts."""
    return Yard()


@pytest.fixture
def api(yard: Yard) -> Iterator[SmallApi]:
    """The running yard."""
    with small_api(yard) as running:
        yield running


@pytest.fixture
def user(api: SmallApi) -> Iterator[Any]:
    """A user that is not running."""
    Carter.start_over()
    Carter.host = api.url
    made = Carter(Environment(user_classes=[Carter], host=api.url))
    made.on_start()
    yield made
    made.client.close()


def test_a_fresh_thing_is_seen_by_no_other_task(user: Any, yard: Yard) -> None:
    """It is made for the task, is never given out again, and is deleted in the end."""
    user.create_cart()
    user.sell_cart()
    user.sell_cart()
    assert yard.made == 3
    assert [cart["id"] for cart in user._pools.of("cart")] == [1]
    user.on_stop()
    assert yard.carts == set()


def test_fresh_things_do_not_pile_up(user: Any, yard: Yard) -> None:
    """Beyond the limit the oldest of them are deleted while the test runs."""
    for _ in range(3 * pools.OWN_LIMIT):
        user.sell_cart()
    assert len(yard.carts) <= pools.OWN_LIMIT + 1


def test_a_quota_makes_a_user_keep_fewer(user: Any, yard: Yard) -> None:
    """Once the server says that there are enough, one goes, and no more are kept than then."""
    yard.room = 3
    for _ in range(10):
        user.create_cart()
    assert len(yard.carts) <= 3
    refused = yard.made
    user.delete_cart()
    user.create_cart()
    assert yard.made == refused + 1
    user.on_stop()
    assert yard.carts == set()


@pytest.mark.parametrize(
    ("status", "content", "expected"),
    [
        (403, b'{"detail": "The limit of 40 carts is reached."}', True),
        (422, b'{"error": "Maximum number of keys exceeded"}', True),
        (400, b"too many open orders", True),
        (403, b'{"detail": "Not yours."}', False),
        (422, b'{"error": "limit must be an integer"}', False),
        (404, b"quota", False),
        (200, b"quota", False),
    ],
)
def test_quotas_are_told_from_other_refusals(status: int, content: bytes, expected: bool) -> None:
    """The status and the words must both say so."""

    class Reply:
        """An answer."""

    reply: Any = Reply()
    reply.status_code, reply.content = status, content
    assert is_quota(reply) is expected


def test_a_deletion_that_was_refused_is_made_up_for(user: Any, yard: Yard) -> None:
    """A thing whose deletion was answered 429 is deleted when the user stops."""
    user.create_cart()
    yard.refusals = 1
    user.delete_cart()
    assert yard.carts == {1}
    assert user._pools.of("cart") == []
    user.on_stop()
    assert yard.carts == set()


def test_clean_up_waits_where_requests_are_limited(user: Any, yard: Yard) -> None:
    """A 429 to a deletion at the end is waited for, and the deletion sent again."""
    user.create_cart()
    yard.refusals = 1
    began = time.monotonic()
    user.on_stop()
    assert yard.carts == set()
    assert time.monotonic() - began >= 0.9


@pytest.mark.parametrize(("status", "left"), [(500, set()), (409, set()), (403, {1})])
def test_what_was_not_deleted_is_tried_again_in_the_end(
    user: Any, yard: Yard, status: int, left: set[int]
) -> None:
    """Once more after everything else, unless the answer says that it never will be."""
    user.create_cart()
    user.create_cart()
    yard.refusals, yard.refusal = 1, status
    user.on_stop()
    assert yard.carts == left


def test_surplus_that_was_not_deleted_is_not_forgotten(user: Any, yard: Yard) -> None:
    """What has to go while the test runs, and is refused, goes in the end."""
    yard.refusals, yard.refusal = 2, 503
    for _ in range(pools.OWN_LIMIT + 2):
        user.create_cart()
    assert len(yard.carts) == pools.OWN_LIMIT + 2
    user.on_stop()
    assert yard.carts == set()


def test_deletions_that_are_no_task_wait_for_the_end(api: SmallApi, yard: Yard) -> None:
    """Nothing is deleted before, unless there is a quota; in the end one user after another."""
    Hoarder.start_over()
    Hoarder.host = api.url
    environment = Environment(user_classes=[Hoarder], host=api.url)
    users = [Hoarder(environment), Hoarder(environment)]
    for user in users:
        user.on_start()
        for _ in range(2 * pools.OWN_LIMIT):
            user.create_cart()
    assert len(yard.carts) == yard.made == 4 * pools.OWN_LIMIT
    yard.room = yard.made
    users[0].create_cart()
    assert len(yard.carts) == yard.made - 1
    gevent.joinall([gevent.spawn(user.on_stop) for user in users], raise_error=True)
    assert yard.carts == set()
    for user in users:
        user.client.close()


def test_a_header_of_what_the_server_holds_is_sent_back(user: Any) -> None:
    """The value is that of the answer; without it nothing is sent."""
    assert "GMT" in user.echo("/carts/{id}", path={"id": 1}, header="Date")
    with pytest.raises(SkipTask, match="ETag"):
        user.echo("/carts/{id}", path={"id": 1}, header="ETag")


def test_the_account_goes_with_the_last_user(api: SmallApi, yard: Yard) -> None:
    """What was registered is deleted by the user that stops last, and by no other."""
    Carter.start_over()
    Carter.host = api.url
    environment = Environment(user_classes=[Carter], host=api.url)
    first, last = Carter(environment), Carter(environment)
    for each in (first, last):
        each.on_start()
    first.keep_account({"name": "ann"}, first.client.post("/carts", json={}), "cart")
    first.on_stop()
    assert yard.carts == {1}
    last.on_stop()
    assert yard.carts == set()
    for each in (first, last):
        each.client.close()


def test_writes_carry_the_token_of_the_session() -> None:
    """What a sign-in was told to send against forgery goes with writes and not with reads."""

    class Login:
        """The answer to a login."""

        status_code = 200
        content = b"{}"
        headers: ClassVar[dict[str, str]] = {}

    access = Access()
    assert access.accept(Login(), [], None, "header", "", "", {"X-CSRF": "t1"}) == ""  # type: ignore[arg-type]  # a jar is only gone through
    assert access.headers("POST", {}, []) == {"X-CSRF": "t1"}  # type: ignore[arg-type]  # as above
    assert access.headers("GET", {}, []) == {}  # type: ignore[arg-type]  # as above
