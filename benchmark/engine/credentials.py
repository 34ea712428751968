"""Credentials for the load, read from the environment and from nowhere else.

A locustfile never holds a secret: it says at most where an API key belongs.
"""

from __future__ import annotations

import os
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

from benchmark.wire.encoding import UnsendableError, header_text

ApiKeyPlace = tuple[Literal["header", "query", "cookie"], str]
"""Where an API key goes, and under which name."""


@dataclass(frozen=True, slots=True)
class RequestCredentials:
    """Headers, query parameters and cookies (ready to send) that go with every request."""

    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def is_beside_headers(self) -> bool:
        """Whether something of it stands in the query or in cookies."""
        return bool(self.query or self.cookies)

    def __repr__(self) -> str:
        names = [*self.headers, *self.query, *self.cookies]
        return f"RequestCredentials({', '.join(names) or 'none'})"


def request_credentials(api_key: ApiKeyPlace) -> RequestCredentials:
    """What BENCHMARK_TOKEN, _BASIC, _API_KEY and _HEADER ask to be sent.

    BENCHMARK_HEADER holds one or more `Name: value`, separated by line breaks; such a header
    wins over one made from the other variables. Raises UnsendableError, without the value, for
    what cannot stand in a header.
    """
    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    cookies: dict[str, str] = {}
    if token := os.environ.get("BENCHMARK_TOKEN", "").strip():
        headers["Authorization"] = _checked("Authorization", f"Bearer {token}", "BENCHMARK_TOKEN")
    if basic := os.environ.get("BENCHMARK_BASIC"):
        coded = b64encode(os.fsencode(basic)).decode()
        headers["Authorization"] = f"Basic {coded}"
    if key := os.environ.get("BENCHMARK_API_KEY", "").strip():
        place, name = api_key
        if place == "query":
            query[name] = key
        elif place == "cookie":
            cookies[name] = quote(os.fsencode(key))
        else:
            headers[name] = _checked(name, key, "BENCHMARK_API_KEY")
    for line in os.environ.get("BENCHMARK_HEADER", "").split("\n"):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or not name:
            continue
        _checked(name, value, "BENCHMARK_HEADER")
        if name.lower() == "cookie":
            pairs = (pair.partition("=") for pair in value.split(";") if pair.strip())
            cookies |= {key.strip(): text.strip() for key, _, text in pairs}
        else:
            headers = {k: v for k, v in headers.items() if k.lower() != name.lower()}
            headers[name] = value
    return RequestCredentials(headers, query, cookies)


def given_secrets() -> tuple[str, ...]:
    """Every text in the environment's credentials that no output may show."""
    basic = os.environ.get("BENCHMARK_BASIC", "")
    lines = os.environ.get("BENCHMARK_HEADER", "").split("\n")
    values = (
        os.environ.get("BENCHMARK_TOKEN", "").strip(),
        basic,
        basic.partition(":")[2],
        os.environ.get("BENCHMARK_API_KEY", "").strip(),
        *(line.partition(":")[2].strip() for line in lines),
    )
    return tuple(value for value in values if value)


class MissingCredentialError(Exception):
    """A credential that the sign-in needs was not given; the message says which, and how to."""


def given_credential(part: Literal["username", "password", "token"]) -> str:
    """A part of the credentials in the environment: BENCHMARK_BASIC or BENCHMARK_TOKEN.

    Raises MissingCredentialError where it is not there.
    """
    if part == "token":
        if token := os.environ.get("BENCHMARK_TOKEN", "").strip():
            return token
        raise MissingCredentialError("The sign-in needs a token: set BENCHMARK_TOKEN")
    username, colon, password = os.environ.get("BENCHMARK_BASIC", "").partition(":")
    if not colon:
        raise MissingCredentialError(
            "The sign-in needs a user and a password: set BENCHMARK_BASIC=user:password"
        )
    return username if part == "username" else password


def verify_tls() -> bool:
    """Whether certificates are checked: yes, unless BENCHMARK_INSECURE says otherwise."""
    return os.environ.get("BENCHMARK_INSECURE", "").strip().lower() not in {
        "1", "true", "yes", "on",
    }  # fmt: skip


def _checked(name: str, value: str, variable: str) -> str:
    try:
        return header_text(name, value)
    except UnsendableError as problem:
        raise UnsendableError(
            f"{variable} holds a character that no header may have (RFC 9110, section 5.5)"
        ) from problem
