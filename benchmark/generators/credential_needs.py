"""Which credentials an operation needs, and whether the user gave them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from benchmark.generators import schema_view
from benchmark.generators.naming import words
from benchmark.models import ApiSpec, Credentials, Operation, SecurityScheme

_SIGN_IN = frozenset("login signin logon token authenticate auth session sessions".split())
_SECRET = re.compile(r"passw|passphrase|secret", re.IGNORECASE)


def missing_credentials(operation: Operation, spec: ApiSpec, given: Credentials) -> str:
    """The schemes that an operation needs and nobody supplied, as text; "" if it can be called."""
    if not operation.security:
        return ""
    lacking = []
    for alternative in operation.security:
        absent = [n for n in alternative if not _supplied(spec.security_schemes.get(n), given)]
        if not absent:
            return ""
        lacking.append(" and ".join(_in_words(name, spec) for name in absent))
    return " or ".join(dict.fromkeys(lacking))


def signs_in(operation: Operation, spec: ApiSpec) -> bool:
    """Whether an operation exchanges a password for a session or token.

    It is the token URL of an OAuth2 flow, or a POST whose path says so and whose body has a secret.
    """
    if operation.method != "POST" or operation.body is None:
        return False
    path = operation.path.rstrip("/")
    for scheme in spec.security_schemes.values():
        for flow in scheme.flows.values():
            token_path = urlsplit(flow.get("tokenUrl", "")).path.strip("/")
            if token_path and path.endswith(f"/{token_path}"):
                return True
    last = words(path.rpartition("/")[2])
    if not _SIGN_IN.intersection((*last, "".join(last))):
        return False
    schema = operation.body.media_types[0].schema
    return any(_SECRET.search(name) for name in schema_view.properties(schema, spec.definitions))


def _supplied(scheme: SecurityScheme | None, given: Credentials) -> bool:
    if scheme is None:
        return bool(given.secrets())
    headers: Mapping[str, str] = {name.lower(): value for name, value in given.headers}
    if scheme.type == "apiKey":
        name = scheme.parameter.lower()
        if scheme.location == "cookie":
            return bool(given.api_key) or "cookie" in headers
        if scheme.location == "header" and name == "authorization" and (given.token or given.basic):
            return True
        return bool(given.api_key) or (scheme.location == "header" and name in headers)
    if "authorization" in headers:
        return True
    if scheme.type == "http" and scheme.scheme == "basic":
        return bool(given.basic)
    return bool(given.token)


def _in_words(name: str, spec: ApiSpec) -> str:
    scheme = spec.security_schemes.get(name)
    if scheme is None:
        return name
    if scheme.type == "apiKey":
        return f"API key in {scheme.location} {scheme.parameter}"
    if scheme.type == "http":
        return f"{scheme.scheme} {'user and password' if scheme.scheme == 'basic' else 'token'}"
    return f"{scheme.type} token"
