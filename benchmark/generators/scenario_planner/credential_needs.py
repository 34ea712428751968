"""Which credentials an operation needs, and whether the user gave them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmark.generators import schema_view
from benchmark.generators.naming import words
from benchmark.models import ApiSpec, Credentials, Operation, SecurityScheme

_SIGN_IN = frozenset("login signin logon token authenticate auth session sessions".split())
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_FRAMING = frozenset(
    "connection content-length expect host te trailer transfer-encoding upgrade".split()
)
_SECRET = re.compile(r"passw|passphrase|secret", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CredentialNeeds:
    """What one application asks for and what the user gave.

    `key_place` is where `--api-key` goes (location and name): a user class has one such place.
    """

    spec: ApiSpec
    given: Credentials
    key_place: tuple[str, str]
    token_paths: frozenset[str]

    def missing(self, operation: Operation) -> str:
        """The schemes that an operation needs and nobody supplied, as text; "" if none."""
        lacking = []
        for alternative in operation.security:
            absent = [name for name in alternative if not self._supplied(name)]
            if not absent:
                return ""
            lacking.append(" and ".join(self._in_words(name) for name in absent))
        return " or ".join(dict.fromkeys(lacking))

    def signs_in(self, operation: Operation) -> bool:
        """Whether an operation exchanges a password for a session or token.

        It is the token URL of an OAuth2 flow, or a POST whose path says so and whose body has a
        secret.
        """
        if operation.method != "POST" or operation.body is None:
            return False
        path = operation.path.rstrip("/")
        if any(path.endswith(token_path) for token_path in self.token_paths):
            return True
        last = words(path.rpartition("/")[2])
        if not _SIGN_IN.intersection((*last, "".join(last))):
            return False
        schema = operation.body.media_types[0].schema
        members = schema_view.properties(schema, self.spec.definitions)
        return any(_SECRET.search(name) for name in members)

    def _supplied(self, name: str) -> bool:
        scheme, given = self.spec.security_schemes.get(name), self.given
        if scheme is None:
            return bool(given.secrets())
        headers = {header.lower() for header, _ in given.headers}
        if scheme.type == "apiKey":
            place = (scheme.location, scheme.parameter)
            if given.api_key and place == self.key_place:
                return True
            if scheme.location == "cookie":
                return "cookie" in headers
            parameter = scheme.parameter.lower()
            signed = parameter == "authorization" and bool(given.token or given.basic)
            return scheme.location == "header" and (signed or parameter in headers)
        if scheme.type == "mutualTLS":
            return False
        if "authorization" in headers:
            return True
        if scheme.type == "http" and scheme.scheme != "bearer":
            return scheme.scheme == "basic" and bool(given.basic)
        return bool(given.token)

    def _in_words(self, name: str) -> str:
        scheme = self.spec.security_schemes.get(name)
        if scheme is None:
            return name
        if scheme.type == "apiKey":
            how = ", to be given as --header" if self.given.api_key else ""
            return f"API key in {scheme.location} {scheme.parameter}{how}"
        if scheme.type == "mutualTLS":
            return "client certificate"
        if scheme.type == "http":
            return f"{scheme.scheme} {'user and password' if scheme.scheme == 'basic' else 'token'}"
        return f"{scheme.type} token"


def credential_needs(spec: ApiSpec, given: Credentials) -> CredentialNeeds:
    """The needs of one application's operations, in the light of what the user gave."""
    key = main_api_key(spec)
    paths = (
        _path_of(flow.get("tokenUrl", ""))
        for scheme in spec.security_schemes.values()
        for flow in scheme.flows.values()
    )
    return CredentialNeeds(
        spec=spec,
        given=given,
        key_place=(key.location, key.parameter) if key else ("", ""),
        token_paths=frozenset(f"/{path}" for path in paths if path),
    )


def main_api_key(spec: ApiSpec) -> SecurityScheme | None:
    """The API key that most operations ask for, the first declared of equals; None if none is.

    A key is not sent in what is no header or cookie name, or belongs to the HTTP client.
    """
    keys = [s for s in spec.security_schemes.values() if s.type == "apiKey" and _is_sendable(s)]
    asked = Counter(name for op in spec.operations for names in op.security for name in names)
    return max(keys, key=lambda scheme: asked[scheme.name], default=None)


def _is_sendable(scheme: SecurityScheme) -> bool:
    if scheme.location == "query":
        return True
    known = scheme.location in {"header", "cookie"} and scheme.parameter.lower() not in _FRAMING
    return known and _TOKEN.fullmatch(scheme.parameter) is not None


def _path_of(url: str) -> str:
    try:
        return urlsplit(url).path.strip("/")
    except ValueError:
        return ""
