"""Users to send single requests with, and what the `request` event said of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from locust.env import Environment

from benchmark.engine import RapidHttpUser


@contextmanager
def a_user(host: str, **settings: Any) -> Iterator[Any]:
    """A user that is not running; its `seen` are the events of its requests."""
    base = settings.pop("base", RapidHttpUser)
    user_class = type("User", (base,), {"host": host, "abstract": False, **settings})
    environment = Environment(user_classes=[user_class], host=host)
    user = user_class(environment)
    user.seen = []
    environment.events.request.add_listener(lambda **event: user.seen.append(event))
    try:
        yield user
    finally:
        user.client.close()
