"""What the pipeline says in options is told to those who sent fields."""

from __future__ import annotations

import pytest

from backend.request_words import in_words_of_requests


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("run longer (--run-time) or with more users (--users)", "run longer (`duration`) or with "
         "more users (`max_concurrent_users`)"),
        ("offer more: --request-rate 63.", "offer more: `request_rate` 63."),
        ("correct the address (--host)", "correct the address (`target_url`)"),
        ("not in --include", "not in `include`"),
        ("give --token, --basic, --api-key or --header", "give `headers`"),
        ("finish (Ctrl-C again: at once)", "finish"),
        ("GET /a--b/--c: slow", "GET /a--b/--c: slow"),
        ("", ""),
    ],
)  # fmt: skip
def test_options_become_fields(said: str, told: str) -> None:
    """An option is named as the field that does the same; nothing else is touched."""
    assert in_words_of_requests(said) == told


def test_no_option_for_a_document_that_is_not_there() -> None:
    """There is no field for --spec: the hint says what can be done instead."""
    told = in_words_of_requests("give the document with --spec FILE_OR_URL")
    assert "--" not in told
    assert "`endpoints`" in told
