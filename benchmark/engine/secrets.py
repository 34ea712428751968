"""What no record of a test may show: credentials of the run, and what sign-ins gave."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

from benchmark.engine.credentials import given_secrets

_MAX_REMEMBERED = 50
_MAX_SENT = 20
_LEAST = 4  # characters: a shorter text is in many words
_NAME = re.compile(
    r"auth|cookie|csrf|xsrf|key|pass|pwd|secret|session|signature|token", re.IGNORECASE
)

_remembered: dict[str, None] = {}  # a set that knows what came first


def remember_secrets(values: Iterable[object]) -> None:
    """Texts that a sign-in gave. The latest are kept: an access is renewed, and used by all."""
    for value in values:
        if isinstance(value, str) and len(value) >= _LEAST:
            _remembered.pop(value, None)
            _remembered[value] = None
    while len(_remembered) > _MAX_REMEMBERED:
        del _remembered[next(iter(_remembered))]


def known_secrets() -> tuple[str, ...]:
    """What the run was given, and what its last sign-ins gave."""
    return (*given_secrets(), *_remembered)


def named_secrets(members: Mapping[Any, Any]) -> list[str]:
    """The texts among the members of an object whose names say that they are secrets."""
    return [v for k, v in members.items() if isinstance(v, str) and _NAME.search(str(k))]


def secrets_sent(response: Any) -> tuple[str, ...]:
    """What the request of a response carried that lets it in: a server may say it back."""
    request = getattr(response, "request", None)
    headers = getattr(request, "headers", None)
    query = str(getattr(request, "url", None) or "").partition("?")[2]
    found: list[str] = []
    if isinstance(headers, Mapping):
        for name, value in headers.items():
            if isinstance(value, str) and _NAME.search(str(name)):
                found += _parts(str(name), value)
    with suppress(ValueError):  # more parameters than Python takes
        found += named_secrets(dict(parse_qsl(query)))
    return tuple(dict.fromkeys(each for each in found if len(each) >= _LEAST))[:_MAX_SENT]


def _parts(name: str, value: str) -> list[str]:
    if name.lower() == "cookie":
        return [pair.partition("=")[2].strip() for pair in value.split(";")]
    scheme, space, rest = value.partition(" ")
    return [rest.strip()] if space and scheme.isalpha() else [value]
