"""Credentials from the environment: where they go, which one wins, what is refused."""

from __future__ import annotations

import pytest

from benchmark.engine.credentials import request_credentials, verify_tls
from benchmark.wire.encoding import UnsendableError


@pytest.fixture(autouse=True)
def _no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOKEN", "BASIC", "API_KEY", "HEADER", "INSECURE"):
        monkeypatch.delenv(f"BENCHMARK_{name}", raising=False)


def test_nothing_given_is_nothing_sent() -> None:
    """Without variables there are no credentials."""
    credentials = request_credentials(("header", "X-API-Key"))
    assert (credentials.headers, credentials.query, credentials.cookies) == ({}, {}, {})


def test_tokens_and_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token becomes a bearer, `user:password` is coded; the line break of a file is no part."""
    monkeypatch.setenv("BENCHMARK_TOKEN", "abc\r\n")
    assert request_credentials(("header", "K")).headers == {"Authorization": "Bearer abc"}
    monkeypatch.setenv("BENCHMARK_BASIC", "ann:pässword")
    assert request_credentials(("header", "K")).headers == {
        "Authorization": "Basic YW5uOnDDpHNzd29yZA=="
    }


def test_an_api_key_goes_to_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Header, query or cookie, under the name that the locustfile gives."""
    monkeypatch.setenv("BENCHMARK_API_KEY", "a;b")
    assert request_credentials(("header", "X-Key")).headers == {"X-Key": "a;b"}
    assert request_credentials(("query", "key")).query == {"key": "a;b"}
    assert request_credentials(("cookie", "sid")).cookies == {"sid": "a%3Bb"}


def test_own_headers_win(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line is a header, whatever its case; cookies among them join the other cookies."""
    monkeypatch.setenv("BENCHMARK_TOKEN", "abc")
    monkeypatch.setenv(
        "BENCHMARK_HEADER", "authorization: Digest x: y\nX-Tenant:  7 \nno header\nCookie: a=1; b=2"
    )
    credentials = request_credentials(("header", "K"))
    assert credentials.headers == {"authorization": "Digest x: y", "X-Tenant": "7"}
    assert credentials.cookies == {"a": "1", "b": "2"}


@pytest.mark.parametrize("variable", ["BENCHMARK_TOKEN", "BENCHMARK_API_KEY", "BENCHMARK_HEADER"])
def test_secrets_that_cannot_be_sent_are_named_not_shown(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says which variable, and does not show its value."""
    monkeypatch.setenv(variable, "X: sec\rret")
    with pytest.raises(UnsendableError, match=variable) as refused:
        request_credentials(("header", "K"))
    assert "ret" not in str(refused.value)


def test_secrets_are_not_shown() -> None:
    """`repr` has names only."""
    from benchmark.engine.credentials import RequestCredentials

    credentials = RequestCredentials({"A": "secret"}, {"q": "secret"}, {"c": "secret"})
    assert repr(credentials) == "RequestCredentials(A, q, c)"


@pytest.mark.parametrize(
    ("value", "verified"), [("", True), ("0", True), ("no", True), ("1", False), (" TRUE ", False)]
)
def test_certificates_are_checked_unless_told(
    value: str, verified: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a clear yes in BENCHMARK_INSECURE turns it off."""
    assert verify_tls()
    monkeypatch.setenv("BENCHMARK_INSECURE", value)
    assert verify_tls() is verified
