"""Credentials for the load, read from the environment and from nowhere else.

A locustfile never holds a secret: it says at most where an API key belongs.
"""

from __future__ import annotations

import os
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

ApiKeyPlace = tuple[Literal["header", "query", "cookie"], str]
"""Where an API key goes, and under which name."""


@dataclass(frozen=True, slots=True)
class RequestCredentials:
    """Headers and query parameters that go with every request."""

    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"RequestCredentials({', '.join([*self.headers, *self.query]) or 'none'})"


def request_credentials(api_key: ApiKeyPlace) -> RequestCredentials:
    """What BENCHMARK_TOKEN, _BASIC, _API_KEY and _HEADER ask to be sent.

    BENCHMARK_HEADER holds one or more `Name: value`, separated by line breaks; such a header
    wins over one made from the other variables.
    """
    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    if token := os.environ.get("BENCHMARK_TOKEN"):
        headers["Authorization"] = f"Bearer {token}"
    if basic := os.environ.get("BENCHMARK_BASIC"):
        headers["Authorization"] = f"Basic {b64encode(basic.encode()).decode()}"
    if key := os.environ.get("BENCHMARK_API_KEY"):
        place, name = api_key
        if place == "query":
            query[name] = key
        elif place == "cookie":
            headers["Cookie"] = f"{name}={quote(key)}"
        else:
            headers[name] = key
    for line in os.environ.get("BENCHMARK_HEADER", "").splitlines():
        name, colon, value = line.partition(":")
        if colon and name.strip():
            headers = {k: v for k, v in headers.items() if k.lower() != name.strip().lower()}
            headers[name.strip()] = value.strip()
    return RequestCredentials(headers, query)


def verify_tls() -> bool:
    """Whether certificates are checked: yes, unless BENCHMARK_INSECURE says otherwise."""
    return os.environ.get("BENCHMARK_INSECURE", "").lower() not in {"1", "true", "yes", "on"}
