"""Tests of cleaning text from outside and of masking secrets."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from benchmark.utils.text_safety import MASK, clean_text, mask_named_secrets, mask_secrets


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("plain", "plain"),
        ("a\r\nb\tc", "a b c"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("left\u202eright\u200b", "leftright"),
        ("half\ud800", "half"),
        ("caf\u00e9 \u4f60\u597d", "caf\u00e9 \u4f60\u597d"),
        (12, "12"),
        (None, "None"),
    ],
)
def test_clean_text_keeps_what_is_visible(raw: object, clean: str) -> None:
    """Control, invisible and escape characters go; letters of any language stay."""
    assert clean_text(raw) == clean


def test_clean_text_is_cut_with_a_mark() -> None:
    """A text is never longer than its limit, and one can see that it was cut."""
    assert clean_text("x" * 1000, 10) == "x" * 9 + "…"
    assert clean_text("x" * 10, 10) == "x" * 10


SECRET = "p&ss w\"rd/ü=='"


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote(SECRET),
        quote(SECRET, safe="").lower(),
        json.dumps(SECRET)[1:-1],
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
    ],
)
def test_a_secret_is_masked_in_every_form(form: str) -> None:
    """A secret inside a URL, JSON or base64 is replaced like the secret itself."""
    assert mask_secrets(f"before {form} after", [SECRET]) == f"before {MASK} after"


@pytest.mark.parametrize("user", ["a", "ab", "abc", "abcd"])
def test_a_password_is_masked_inside_a_basic_header(user: str) -> None:
    """Whatever stands before the password, its base64 form gives nothing of its middle away."""
    header = base64.b64encode(f"{user}:correct horse battery".encode()).decode()
    masked = mask_secrets(f"Basic {header}", ["correct horse battery"])
    shown = masked.removeprefix("Basic ")
    assert MASK in shown
    assert len(shown) < 16


def test_the_longest_secret_wins() -> None:
    """A secret that holds another one is masked as a whole."""
    assert mask_secrets("token-extended token", ["token", "token-extended"]) == f"{MASK} {MASK}"


def test_short_secrets_are_masked_as_words_only() -> None:
    """A secret of three letters does not destroy the words that hold it; no secret is no change."""
    assert mask_secrets("abc abcd x=abc", ["abc"]) == f"{MASK} abcd x={MASK}"
    assert mask_secrets("text", []) == "text"
    assert mask_secrets("text", [""]) == "text"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ('{"access_token":"abc123","n":1}', '{"access_token":"***","n":1}'),
        ('{"Password" : "open sesame"}', '{"Password" : "open sesame"}'),
        (r'{"body": "{\"api_key\": \"abc123\"}"}', r'{"body": "{\"api_key\": \"***\"}"}'),
        ("GET /a?page=2&api-key=abc123&b=1", "GET /a?page=2&api-key=***&b=1"),
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer ***"),
        ("see eyJhbGciOiJIUzI1.eyJzdWIiOiIx.c2ln", "see ***"),
        ("the token has expired; secret: no", "the token has expired; secret: no"),
        ("basic instinct", "basic instinct"),
    ],
)
def test_what_calls_itself_a_secret_is_masked(text: str, masked: str) -> None:
    """In JSON, forms, URLs and headers; sentences that speak of secrets stay as they are."""
    assert mask_named_secrets(text) == masked


def test_masking_by_name_takes_no_time_on_hostile_text() -> None:
    """Nothing in the pattern looks far."""
    for text in ("token" * 800, 'token"' + " " * 4000, "eyJ" * 1400, "bearer " * 600):
        assert len(mask_named_secrets(text)) <= len(text)
