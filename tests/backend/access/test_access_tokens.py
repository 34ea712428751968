"""Tokens: how they are made, written and compared."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.access.callers import Caller, caller_of_token
from benchmark.errors import UsageError
from benchmark.utils.service_tokens import (
    digest_of,
    new_token,
    read_token_lines,
    split_lines,
)

DIGEST = "a" * 64


def test_a_new_token_is_read_again() -> None:
    """The line holds its digest, not the token; two tokens differ."""
    token, line = new_token("Ann@Example.com", "admin")
    assert str(line) == f"ann@example.com:admin:{hashlib.sha256(token.encode()).hexdigest()}"
    assert read_token_lines([str(line)]) == (line,)
    assert token not in str(line)
    assert line.digest.hex() not in repr(line)
    assert new_token("ann@example.com")[0] != token
    assert len(token) > 40


def test_several_tokens() -> None:
    """Commas, spaces and line ends separate them; somebody may have two, to change them."""
    lines = [str(new_token("ann@example.com")[1]) for _ in range(3)]
    assert split_lines(f" {lines[0]},{lines[1]}\n{lines[2]} ,\n") == tuple(lines)
    assert split_lines("") == ()
    assert len(read_token_lines(lines)) == 3


@pytest.mark.parametrize(
    "line",
    [
        *("", "ann@example.com", f"ann@example.com:user:{DIGEST[1:]}", f"ann:user:{DIGEST}"),
        *(f"ann@example.com:root:{DIGEST}", f"ann@example.com::{DIGEST}", f":user:{DIGEST}"),
        *(
            f"ann@example.com:user:{'g' * 64}",
            f"ann@example.com:user:{DIGEST}:",
            f"a b@c.d:user:{DIGEST}",
        ),
        *(
            f"{'a' * 250}@b.cd:user:{DIGEST}",
            f"ann@exämple.com:user:{DIGEST}",
            f"ann@b.c:User:{DIGEST}",
        ),
    ],
)
def test_what_is_no_line(line: str) -> None:
    """It is named by its number; its text may be a token that somebody put there."""
    right = str(new_token("ann@example.com")[1])
    with pytest.raises(UsageError, match="STRESS_API_TOKENS: entry 2") as caught:
        read_token_lines([right, line])
    assert DIGEST not in str(caught.value)


def test_a_token_belongs_to_one_user() -> None:
    """Else it would depend on the order whose it is."""
    with pytest.raises(UsageError, match="entry 2 has the token of another"):
        read_token_lines(
            [f"ann@example.com:user:{DIGEST}", f"bob@example.com:admin:{DIGEST.upper()}"]
        )


@pytest.mark.parametrize(
    ("email", "role"), [("ann", "user"), ("", "user"), ("a@b", "boss"), ("a@b c", "user")]
)
def test_wrong_wishes_for_a_token(email: str, role: str) -> None:
    """No e-mail address, no such role."""
    with pytest.raises(UsageError):
        new_token(email, role)


@given(st.text(max_size=80))
def test_only_the_token_itself_is_known(text: str) -> None:
    """Whatever is sent, half characters too, is compared by its digest."""
    token, line = new_token("ann@example.com")
    assert caller_of_token(text, (line,)) is None
    assert caller_of_token(token, (line,)) == Caller("ann@example.com", "user")
    assert len(digest_of(f"{text}\ud800")) == 32


def test_the_right_line_counts() -> None:
    """Wherever it stands among the others."""
    made = [new_token(f"user{number}@example.com") for number in range(5)]
    lines = tuple(line for _, line in made)
    for token, line in made:
        assert caller_of_token(token, lines) == Caller(line.email, "user")
