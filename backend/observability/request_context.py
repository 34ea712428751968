"""Which request is being worked on, wherever in the code: its id follows it into threads."""

from __future__ import annotations

import re
from contextvars import ContextVar
from uuid import uuid4

_USABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """The id of the request that is being worked on; "" outside of requests."""
    return _current.get()


def begin_request(given: str) -> str:
    """Note that a request begins; its id is the given one where it can be used as one."""
    chosen = given if _USABLE.fullmatch(given) else str(uuid4())
    _current.set(chosen)
    return chosen
