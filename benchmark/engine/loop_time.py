"""Lets delays count from now: gevent counts them from a time that it noted before the imports."""

from __future__ import annotations

from typing import Any

import gevent
from locust import events


def count_from_now(**_: Any) -> None:
    """Without this, a test would end as much too early as importing its locustfile took."""
    gevent.get_hub().loop.update_now()


def install() -> None:
    """Do so when Locust is ready to begin: under a plain `locust -f FILE`, too."""
    events.init.add_listener(count_from_now)
