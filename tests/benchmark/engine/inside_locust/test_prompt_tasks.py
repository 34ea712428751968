"""Tasks without a pause between them: quick, fair to others, and easy to stop."""

from __future__ import annotations

from typing import Any

import gevent
import pytest
from gevent.pool import Group
from locust import TaskSet, constant, task
from locust.env import Environment
from locust.user.task import LOCUST_STATE_WAITING
from wire_server import Wire, WireServer, answered, wire_server

from benchmark.engine import RapidHttpUser
from benchmark.engine.prompt_tasks import PromptTasks
from tests.waiting import PATIENCE, until


def serve(server: WireServer, wire: Wire) -> None:
    """Answer everything."""
    while server.request(wire):
        wire.sendall(answered())


class Busy(RapidHttpUser):
    """A user that never pauses."""

    wait_time = constant(0)  # type: ignore[assignment]  # Locust's own way
    sends = True
    calls = 0

    @task
    def call(self) -> None:
        """One request, or nothing at all."""
        type(self).calls += 1
        if self.sends:
            self.client.get("/x")


def run_until(user_class: type[Any], calls: int) -> int:
    """How often its task was called by two users; both end when they are told to."""
    environment = Environment(user_classes=[user_class])
    group = Group()
    users = [user_class(environment) for _ in range(2)]
    user_class.calls = 0
    for user in users:
        user.start(group)
    with gevent.Timeout(PATIENCE):
        until(lambda: user_class.calls >= calls)  # it gets its turn although nobody pauses
        for user in users:
            user.stop()
        group.join()
    return int(user_class.calls)


def test_others_get_their_turn() -> None:
    """Where tasks send requests, and where they do nothing, which would keep everybody waiting."""
    with wire_server(serve) as server:
        Busy.host = server.url
        assert run_until(Busy, 20) == len(server.requests)
        idle = type("Idle", (Busy,), {"sends": False})
        assert run_until(idle, 20) >= 20
        refused = type("Refused", (Busy,), {"host": "http://127.0.0.1:1"})
        assert run_until(refused, 20) >= 20


def test_a_task_with_a_request_does_not_wait_again() -> None:
    """The pause of nothing between two of them is no pause."""
    paused: list[float] = []

    class Watched(PromptTasks):
        def _sleep(self, seconds: float) -> None:
            paused.append(seconds)
            super()._sleep(seconds)

    with wire_server(serve) as server:
        user_class = type("Watching", (Busy,), {"host": server.url, "task_set_class": Watched})
        assert run_until(user_class, 6) > 5
        assert paused == []
        user_class.sends = False
        run_until(user_class, 6)
        assert set(paused) == {0}


class Nested(TaskSet):
    """Tasks within tasks, which pause by themselves."""

    wait_time = constant(1000)  # type: ignore[assignment]  # Locust's own way

    @task
    def nothing(self) -> None:
        """No request."""


class Resting(RapidHttpUser):
    """A user with a long pause."""

    wait_time = constant(1000)  # type: ignore[assignment]  # Locust's own way
    host = "http://127.0.0.1:1"

    @task
    def nothing(self) -> None:
        """No request."""


class RestingBelow(RapidHttpUser):
    """A user whose only tasks lie in a set of their own."""

    host = "http://127.0.0.1:1"
    tasks = [Nested]  # noqa: RUF012  # Locust's own way


@pytest.mark.parametrize(("user_class", "is_killed"), [(Resting, False), (RestingBelow, True)])
def test_a_pause_ends_when_the_user_is_to_stop(user_class: type[Any], is_killed: bool) -> None:
    """By itself, so that no request is cut off that follows a pause which just ends.

    Tasks within tasks are stopped in Locust's way.
    """
    group = Group()
    user = user_class(Environment(user_classes=[user_class]))
    user.start(group)
    until(lambda: user._state == LOCUST_STATE_WAITING)
    assert user.stop() is is_killed
    assert group.join(timeout=PATIENCE)
