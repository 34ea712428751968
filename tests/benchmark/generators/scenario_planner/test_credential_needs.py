"""What an operation asks for, what the user gave, and which operations are the sign-in."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.generators.scenario_planner.credential_needs import credential_needs, main_api_key
from benchmark.models import Credentials
from tests.benchmark.generators.small_apis import api, fields, op

KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}
QUERY_KEY = {"type": "apiKey", "in": "query", "name": "key"}
COOKIE_KEY = {"type": "apiKey", "in": "cookie", "name": "sid"}
AUTHORIZATION_KEY = {"type": "apiKey", "in": "header", "name": "Authorization"}
OAUTH = {"type": "oauth2", "flows": {"password": {"tokenUrl": "/auth/new", "scopes": {}}}}


def http(scheme: str) -> dict[str, str]:
    """A scheme of type http."""
    return {"type": "http", "scheme": scheme}


def missing(security: Any, given: Credentials, **schemes: Any) -> str:
    """What the only operation of an API lacks."""
    spec = api({"GET /a": op(security=security)}, components={"securitySchemes": schemes})
    return credential_needs(spec, given).missing(spec.operations[0])


@pytest.mark.parametrize(
    ("scheme", "given", "enough"),
    [
        (KEY, Credentials(api_key="k"), True),
        (KEY, Credentials(token="t"), False),
        (KEY, Credentials(headers=(("x-key", "k"),)), True),
        (KEY, Credentials(headers=(("Other", "k"),)), False),
        (QUERY_KEY, Credentials(api_key="k"), True),
        (QUERY_KEY, Credentials(headers=(("key", "k"),)), False),
        (COOKIE_KEY, Credentials(api_key="k"), True),
        (COOKIE_KEY, Credentials(headers=(("Cookie", "sid=1"),)), True),
        (AUTHORIZATION_KEY, Credentials(token="t"), True),
        (AUTHORIZATION_KEY, Credentials(basic="a:b"), True),
        (http("basic"), Credentials(basic="a:b"), True),
        (http("basic"), Credentials(token="t"), False),
        (http("basic"), Credentials(headers=(("authorization", "Basic x"),)), True),
        (http("Bearer"), Credentials(token="t"), True),
        (http("bearer"), Credentials(basic="a:b"), False),
        (http("digest"), Credentials(token="t", basic="a:b"), False),
        (http("digest"), Credentials(headers=(("Authorization", "Digest x"),)), True),
        (OAUTH, Credentials(token="t"), True),
        (OAUTH, Credentials(api_key="k"), False),
        ({"type": "openIdConnect", "openIdConnectUrl": "/x"}, Credentials(token="t"), True),
        ({"type": "mutualTLS"}, Credentials("t", "a:b", "k", (("Authorization", "x"),)), False),
        ({"type": "unknown"}, Credentials(token="t"), True),
        ({"type": "unknown"}, Credentials(), False),
    ],
)
def test_what_is_enough_for_a_scheme(
    scheme: dict[str, Any], given: Credentials, enough: bool
) -> None:
    """Each way to sign in is satisfied by what can be sent for it, and by nothing else."""
    assert (missing([{"s": []}], given, s=scheme) == "") is enough
    assert missing([{"s": []}], Credentials(), s=scheme) != ""


@pytest.mark.parametrize(
    ("security", "given", "text"),
    [
        ([], Credentials(), ""),
        ([{}], Credentials(), ""),
        ([{"k": []}, {}], Credentials(), ""),
        ([{"k": []}], Credentials(), "API key in header X-Key"),
        ([{"k": [], "b": []}], Credentials(), "API key in header X-Key and bearer token"),
        ([{"k": [], "b": []}], Credentials(api_key="k"), "bearer token"),
        ([{"k": []}, {"b": []}], Credentials(), "API key in header X-Key or bearer token"),
        ([{"k": []}, {"b": []}], Credentials(token="t"), ""),
        ([{"u": []}], Credentials(), "basic user and password"),
        ([{"o": []}], Credentials(), "oauth2 token"),
        ([{"m": []}], Credentials(), "client certificate"),
    ],
)
def test_alternatives_and_what_is_needed_together(
    security: Any, given: Credentials, text: str
) -> None:
    """One satisfied alternative is enough, and the reason names all that would be."""
    schemes = {"k": KEY, "b": http("bearer"), "u": http("basic"), "o": OAUTH}
    assert missing(security, given, **schemes, m={"type": "mutualTLS"}) == text


def test_a_key_goes_to_one_place_only() -> None:
    """Of several keys, `--api-key` is the one that most operations ask for."""
    other = {**KEY, "name": "X-App"}
    spec = api(
        {"GET /a": op(security=[{"app": []}]), "GET /b": op(security=[{"k": []}]),
         "GET /c": op(security=[{"k": []}])},
        components={"securitySchemes": {"app": other, "k": KEY}},
    )  # fmt: skip
    needs = credential_needs(spec, Credentials(api_key="k"))
    assert [needs.missing(operation) for operation in spec.operations] == [
        "API key in header X-App, to be given as --header", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("location", "name", "usable"),
    [
        ("header", "X-Key", True),
        ("header", "X-Key\r\nHost: evil.invalid", False),
        ("header", "X Key", False),
        ("header", "Host", False),
        ("header", "Transfer-Encoding", False),
        ("cookie", "sid; other", False),
        ("query", "any thing&at=all", True),
    ],
)
def test_keys_that_cannot_be_sent_safely(location: str, name: str, usable: bool) -> None:
    """A name that would end or break a header is never asked to carry a secret."""
    scheme = {"type": "apiKey", "in": location, "name": name}
    spec = api({"GET /a": op(security=[{"s": []}])}, components={"securitySchemes": {"s": scheme}})
    assert (main_api_key(spec) is not None) is usable
    lacking = credential_needs(spec, Credentials(api_key="k")).missing(spec.operations[0])
    assert (lacking == "") is usable


@pytest.mark.parametrize(
    ("key", "body", "expected"),
    [
        ("POST /login", fields("user", "password"), True),
        ("POST /auth/sign-in", fields("name", "passphrase"), True),
        ("POST /auth/signIn", fields("name", "passphrase"), True),
        ("POST /users/session", fields("client_secret"), True),
        ("POST /oauth/token", fields("clientSecret"), True),
        ("POST /auth/new", fields("anything"), True),
        ("POST /api/auth/new/", fields("anything"), True),
        ("POST /sessions", fields("title"), False),
        ("POST /users", fields("name", "password"), False),
        ("PUT /login", fields("password"), False),
        ("POST /login", None, False),
    ],
)
def test_the_sign_in_is_recognised_by_its_shape(key: str, body: Any, expected: bool) -> None:
    """The token URL of a flow, or a POST that says so and takes a secret."""
    spec = api({key: op(body=body)}, components={"securitySchemes": {"o": OAUTH}})
    needs = credential_needs(spec, Credentials())
    assert needs.signs_in(spec.operations[0]) is expected


@pytest.mark.parametrize("url", ["http://[", "", "/", "https://x.invalid", "javascript:alert(1)"])
def test_broken_token_urls_are_ignored(url: str) -> None:
    """A token URL that says nothing about a path makes no operation the sign-in."""
    oauth = {"type": "oauth2", "flows": {"password": {"tokenUrl": url}}}
    spec = api({"POST /notes": op(body=fields("a"))}, components={"securitySchemes": {"o": oauth}})
    assert not credential_needs(spec, Credentials()).signs_in(spec.operations[0])
