"""Answers that speak of an error, and data that merely look like it."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.wire.error_answers import error_in


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"success": False}, "success is false"),
        ({"ok": False, "id": 1}, "ok is false"),
        ({"success": False, "message": "no such\n thing"}, "no such thing"),
        ({"error": "not found"}, "not found"),
        ({"errors": ["a", "b"], "status": 200}, "['a', 'b']"),
        ({"error": {"code": 7}, "path": "/x"}, "{'code': 7}"),
        ({"status": "error", "message": "down"}, "down"),
        ({"status": "fail", "data": {}}, "status is fail"),
        ({"error": "x" * 1000}, "x" * 80),
    ],
)
def test_answers_that_are_errors(answer: Any, error: str) -> None:
    """Flags, lone error members and JSend's status; the text is short and on one line."""
    assert error_in(answer) == error


@pytest.mark.parametrize(
    "answer",
    [
        {"success": True}, {"success": None}, {"success": 0, "id": 1}, {"error": None},
        {"errors": [], "data": [1]}, {"error": "late", "id": 5}, {"status": "error", "id": 5},
        {"status": "ok"}, {}, [], None, "error", 5, [{"success": False}],
    ],
)  # fmt: skip
def test_answers_that_are_data(answer: Any) -> None:
    """Empty errors, and members of things that happen to be called so."""
    assert error_in(answer) == ""
