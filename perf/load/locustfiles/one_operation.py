"""One operation without a pause: GET, or POST of a JSON body, as PERF_CASE says."""

from __future__ import annotations

import os
from typing import Any

from chosen_user import chosen_user, five_fields


def get(user: Any) -> None:
    """Ask for about 90 bytes of JSON."""
    user.client.get("/json")


def post(user: Any) -> None:
    """Send five fields, each time others."""
    user.client.post("/json", json=five_fields())


class OneOperation(chosen_user()):  # type: ignore[misc]  # which class it is, is seen at run time
    """Does the same over and over."""

    tasks = [post if os.environ["PERF_CASE"] == "post" else get]  # noqa: RUF012 - Locust's way
