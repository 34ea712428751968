"""A client that knows the small servers by the parts that their operations play."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from itertools import count
from typing import Any

import requests
from fastapi import FastAPI

from tests.servers import chain
from tests.servers.serving import Served, serving


class Client:
    """Calls operations by the part they play, and remembers which of them answered 2xx."""

    def __init__(self, served: Served) -> None:
        self.served, self.session = served, requests.Session()
        self.reached: set[str] = set()
        self._texts = count(1)

    def __call__(
        self, role: str, *path: object, expect: int | None = None, body: Any = None, **more: Any
    ) -> Any:
        """The JSON of a 2xx answer, or the whole answer where another status is expected."""
        method, _, template = self.served.app.state.operations[role].partition(" ")
        url = template
        for value in path:
            before, _, rest = url.partition("{")
            url = before + str(value) + rest.partition("}")[2]
        answer = self.session.request(method, self.served.url + url, json=body, timeout=60, **more)
        if expect is not None:
            assert answer.status_code == expect, (role, answer.text)
            return answer
        assert answer.ok, (role, answer.status_code, answer.text)
        self.reached.add(f"{method} {template}")
        return answer.json() if answer.content else answer

    def field(self, role: str) -> str:
        """A field's name by the part that it plays."""
        name: str = self.served.app.state.fields[role]
        return name

    def sent(self, role: str, **fields: Any) -> dict[str, Any]:
        """A body for a resource: its label, new each time, and further fields by their parts."""
        label = f"text {next(self._texts)}"
        named = {self.field(part): value for part, value in fields.items()}
        return {self.field(f"label of {role}"): label, **named}

    def make(self, role: str, *path: object, **fields: Any) -> object:
        """The identifier of a new thing."""
        made = self(f"create {role}", *path, body=self.sent(role, **fields))
        return made[self.field(f"id of {role}")]

    def use(self, role: str, *path: object, **fields: Any) -> None:
        """List, read and update a thing, whose identifier is the last of the path."""
        self(f"list {role}", *path[:-1])
        self(f"read {role}", *path)
        self(f"update {role}", *path, body=self.sent(role, **fields))

    def check_all_reached(self) -> None:
        """Everything that is called reachable was reached, and nothing is left."""
        assert self.reached == self.served.app.state.reachable
        assert self.served.leftovers == {}
        assert self.served.app.state.traps_touched == []


ClientOf = Callable[[Callable[[], FastAPI]], AbstractContextManager[Client]]


@contextmanager
def one_address() -> Iterator[ClientOf]:
    """Makes a client of an application; all of them take turns at one address."""
    with serving(partial(chain.make_app, 1)) as served:

        @contextmanager
        def fresh(make: Callable[[], FastAPI]) -> Iterator[Client]:
            served.reset(make)
            client = Client(served)
            with client.session:
                yield client

        yield fresh
