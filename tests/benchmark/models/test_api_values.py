"""Values of the target: what they say about themselves, and what they keep quiet."""

from __future__ import annotations

import pytest

from benchmark.models import (
    Credentials,
    Dependencies,
    Dependency,
    Operation,
    Response,
    Target,
)


def test_credentials_are_never_shown() -> None:
    """Neither a credential nor a target that holds one shows a secret."""
    given = Credentials("t0ken", "ann:pa55", "k3y", (("X-Key", "h34der"),))
    shown = f"{given!r} {given} {Target('http://localhost', given)!r}"
    assert not [secret for secret in given.secrets() if secret in shown]
    assert repr(Credentials()) == "Credentials(given: none)"
    assert repr(given) == "Credentials(given: token, basic, api_key, headers)"


def test_secrets_are_all_texts_to_mask() -> None:
    """The password of user:password counts by itself; empty texts do not."""
    given = Credentials(basic="ann:pa55", headers=(("X-Key", "h34der"), ("X-None", "")))
    assert given.secrets() == ("ann:pa55", "pa55", "h34der")
    assert Credentials(basic="ann").secrets() == ("ann",)


@pytest.mark.parametrize(
    ("status", "expected"), [("200", True), ("2XX", True), ("default", False), ("404", False)]
)
def test_success_is_what_begins_with_two(status: str, expected: bool) -> None:
    """Documented successes are told from other answers."""
    assert Response(status).is_success is expected


def test_an_operation_is_named_by_method_and_path() -> None:
    """The key is what statistics show."""
    assert Operation("main", "get_item", "GET", "/items/{id}").key == "GET /items/{id}"


def test_links_are_grouped_by_their_consumer() -> None:
    """The links of one operation stay in their order; without any there is no entry."""
    links = [Dependency(op, "path", "/id", "item", "/id") for op in ("GET /a", "GET /b", "GET /a")]
    grouped = Dependencies({}, tuple(links)).by_consumer()
    assert grouped == {"GET /a": [links[0], links[2]], "GET /b": [links[1]]}
