"""A bucket of requests that fills slowly; whoever finds it empty is told how long to wait."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from fastapi import FastAPI

from tests.servers.kinds import Kind
from tests.servers.service import Call, RefusedError, Service

Clock = Callable[[], float]


def make_app(
    seed: int, rate: float = 20.0, burst: int = 10, clock: Clock = time.monotonic
) -> FastAPI:
    """Role "thing"; `rate` requests a second, `burst` at once; then 429 with Retry-After (1 s)."""
    service = Service(seed)
    level = {"tokens": float(burst), "at": clock()}

    def guard(_: Call) -> None:
        now = clock()
        level["tokens"] = min(burst, level["tokens"] + (now - level["at"]) * rate)
        level["at"] = now
        if level["tokens"] < 1:
            wait = math.ceil((1 - level["tokens"]) / rate)
            raise RefusedError(429, "Too many requests.", headers={"Retry-After": str(wait)})
        level["tokens"] -= 1

    service.guard = guard
    Kind(service, "thing").with_all()
    return service.finish()
