"""Users that each send one small GET per second, whose seconds begin at different times."""

from __future__ import annotations

import random

import gevent
from chosen_user import chosen_user
from locust import constant_pacing, task


class OnePerSecond(chosen_user()):  # type: ignore[misc]  # which class it is, is seen at run time
    """One request a second."""

    wait_time = constant_pacing(1)

    def on_start(self) -> None:
        """Begin at some time within a second; else all users send at the same moment."""
        gevent.sleep(random.random())

    @task
    def get(self) -> None:
        """Ask for about 90 bytes of JSON."""
        self.client.get("/json")
