"""Checks that a value from outside is JSON that can be kept, shown and sent on."""

from __future__ import annotations

import math
from typing import Any

MAX_DEPTH = 40
MAX_VALUES = 200_000
MAX_INTEGER = 2**63 - 1
"""Larger whole numbers overflow in databases, and are numbers of no request."""


def problem_of(value: Any) -> str:
    """Why a value cannot be taken, or "": depth, amount, numbers and characters.

    NaN and infinities are no JSON (RFC 8259, section 6). Halves of characters have no UTF-8, and
    PostgreSQL keeps no text with a NUL.
    """
    waiting: list[tuple[Any, int]] = [(value, 0)]
    seen = 0
    while waiting:
        item, depth = waiting.pop()
        seen += 1
        if seen > MAX_VALUES:
            return f"holds more than {MAX_VALUES:,} values"
        if depth > MAX_DEPTH:
            return f"is nested more than {MAX_DEPTH} levels deep"
        match item:
            case str():
                if problem := _problem_of_text(item):
                    return problem
            case bool() | None:
                pass
            case int():
                if not -MAX_INTEGER <= item <= MAX_INTEGER:
                    return "holds a whole number of more than 64 bits"
            case float():
                if not math.isfinite(item):
                    return "holds NaN or an infinity, which is no JSON"
            case dict():
                for key, member in item.items():
                    if not isinstance(key, str):
                        return "has a member whose name is no text"
                    if problem := _problem_of_text(key):
                        return problem
                    waiting.append((member, depth + 1))
            case list() | tuple():
                waiting.extend((member, depth + 1) for member in item)
            case _:
                return f"holds a {type(item).__name__}, which is no JSON"
    return ""


def _problem_of_text(text: str) -> str:
    if "\0" in text:
        return "holds the character NUL"
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        return "holds half of a character (a lone surrogate)"
    return ""
