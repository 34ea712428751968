"""The user class that is measured, named by PERF_USER: the same tasks then run on each."""

from __future__ import annotations

import os
from itertools import count
from typing import Any

from locust import FastHttpUser, HttpUser

_NAMES = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath")
_STATES = ("new", "open", "closed")
_numbers = count()


def chosen_user() -> Any:
    """`RapidHttpUser`, `FastHttpUser` or `HttpUser`."""
    name = os.environ["PERF_USER"]
    if name == "RapidHttpUser":
        from benchmark.engine import RapidHttpUser  # noqa: PLC0415 - the others do without it

        return RapidHttpUser
    return {"FastHttpUser": FastHttpUser, "HttpUser": _TrustingHttpUser}[name]


class _TrustingHttpUser(HttpUser):
    """Locust's HttpUser that accepts our own certificate: it looks at no environment variable."""

    abstract = True

    def on_start(self) -> None:
        """Name the certificate, where there is one."""
        self.client.verify = os.environ.get("SSL_CERT_FILE") or True


def five_fields() -> dict[str, Any]:
    """A body that is different each time and costs next to nothing to make."""
    number = next(_numbers)
    return {
        "name": _NAMES[number % 8],
        "email": f"user{number}@example.com",
        "count": number % 100,
        "state": _STATES[number % 3],
        "price": number % 1000 / 10,
    }
