"""What is only made for other tasks counts as set-up, and so is no part of the load's figures."""

from __future__ import annotations

from typing import Any

from locust import constant, task
from locust.env import Environment
from small_api import small_api

from benchmark.engine import ApiUser


class Reader(ApiUser):
    """A user that reads parts; boxes are a task of its own, shelves are not."""

    wait_time = constant(0)

    @task
    def create_box(self) -> None:
        """One more box, on a shelf."""
        shelf = self.need("shelf", self.create_shelf)
        self.keep("box", self.client.post("/boxes", json={}), shelf)

    def create_shelf(self) -> None:
        """One more shelf."""
        self.keep("shelf", self.client.post("/shelves", json={}))

    def create_part(self) -> None:
        """One more part, in a box."""
        box = self.need("box", self.create_box)
        self.keep("part", self.client.post("/parts", json={}), box)

    @task
    def read_part(self) -> None:
        """One of the parts."""
        part = self.need("part", self.create_part)
        self.client.get("/parts/{id}", path={"id": part["id"]})


def test_makers_that_are_no_tasks_are_set_up() -> None:
    """And so is what these need in turn; called for a task itself, a task is load."""
    roles: list[tuple[str, str]] = []

    def note(name: str, context: dict[str, Any], **_: Any) -> None:
        roles.append((name, context["role"]))

    with small_api(lambda asked: (201, {"id": len(asked.path)})) as api:
        Reader.host = api.url
        Reader.start_over()
        environment = Environment(user_classes=[Reader], host=api.url)
        environment.events.request.add_listener(note)
        user: Any = Reader(environment)
        user.read_part()
        user.create_box()
        user.read_part()
        user.client.close()
    assert roles == [
        ("/shelves", "setup"),
        ("/boxes", "setup"),
        ("/parts", "setup"),
        ("/parts/{id}", "load"),
        ("/boxes", "load"),
        ("/parts/{id}", "load"),
    ]
