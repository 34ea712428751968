"""Runs an application on a free port, and puts a fresh one in its place when asked to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI


class Served:
    """A running server: `url` is its origin, `app` the application that answers now."""

    def __init__(self, make: Callable[[], FastAPI]) -> None:
        self._make = make
        self.app = make()
        self.url = ""

    def reset(self, make: Callable[[], FastAPI] | None = None) -> None:
        """Start over with a fresh application, or another one, at the same address."""
        self._make = make or self._make
        self.app = self._make()

    @property
    def leftovers(self) -> dict[str, int]:
        """How many things that clients created are still there, by resource."""
        return {kind: len(held) for kind, held in self.app.state.store.items() if held}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Hand a request on to the application of the moment."""
        await self.app(scope, receive, send)


@contextmanager
def serving(make: Callable[[], FastAPI]) -> Iterator[Served]:
    """What `make` makes, on a free port of 127.0.0.1, in a thread of this process.

    An open connection does not delay the end.
    """
    served = Served(make)
    # asyncio turns delays off only where the protocol is named; else each answer takes 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(512)
        config = uvicorn.Config(
            served, log_level="error", lifespan="off", ws="none", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        served.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            yield served
        finally:
            server.should_exit = True
            thread.join()
