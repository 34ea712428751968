"""Puts members of one object in order: a start before its end, a password and its repetition."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from benchmark.generators.parameter_generator.names import tokens_of

_LATER = {
    "start": ("end", "stop", "finish"),
    "starts": ("ends",),
    "begin": ("end",),
    "begins": ("ends",),
    "from": ("to", "until", "till", "thru"),
    "since": ("until", "before"),
    "after": ("before",),
    "min": ("max",),
    "minimum": ("maximum",),
    "lower": ("upper",),
    "low": ("high",),
    "gte": ("lte", "lt"),
    "gt": ("lt", "lte"),
    "checkin": ("checkout",),
    "departure": ("return", "arrival"),
    "open": ("close",),
    "opens": ("closes",),
    "in": ("out",),
    "created": ("updated", "modified"),
    "issued": ("expires", "expired"),
}
_REPETITION = {
    "2",
    "confirm",
    "confirmation",
    "confirmed",
    "repeat",
    "repeated",
    "retype",
    "again",
    "verify",
}
_REPEATED = {"password", "passwd", "pwd", "passphrase", "email", "pin"}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d")


def arrange(members: dict[str, Any], fits: Callable[[str, Any], bool]) -> None:
    """Changes the members in place; a change that does not fit a member's rules is left out."""
    lower_first, repetitions = relations(tuple(members))
    for first, second in lower_first:
        low, high = members[first], members[second]
        if _comparable(low, high) and low > high and fits(first, high) and fits(second, low):
            members[first], members[second] = high, low
    for original, repetition in repetitions:
        if isinstance(members[original], str) and fits(repetition, members[original]):
            members[repetition] = members[original]


@lru_cache(maxsize=2_048)
def relations(
    names: tuple[str, ...],
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """The pairs (not above, not below) and the pairs (original, repetition) among the names."""
    by_tokens = {tokens_of(name): name for name in names}
    lower_first = []
    repetitions = []
    for tokens, name in by_tokens.items():
        for position, token in enumerate(tokens):
            for later in _LATER.get(token, ()):
                partner = by_tokens.get((*tokens[:position], later, *tokens[position + 1 :]))
                if partner is not None:
                    lower_first.append((name, partner))
        original = _original(tokens, by_tokens)
        if original is not None:
            repetitions.append((original, name))
    return tuple(lower_first), tuple(repetitions)


def _original(tokens: tuple[str, ...], by_tokens: dict[tuple[str, ...], str]) -> str | None:
    """The name of what a field of these words repeats."""
    core = tuple(token for token in tokens if token not in _REPETITION)
    if core == tokens or not _REPEATED.intersection(core):
        return None
    for candidate in (core, (*core, "1"), ("new", *core)):
        if candidate in by_tokens and candidate != tokens:
            return by_tokens[candidate]
    return None


def _comparable(low: Any, high: Any) -> bool:
    if isinstance(low, str) and isinstance(high, str):
        return bool(_MOMENT.match(low) and _MOMENT.match(high))
    return all(
        isinstance(value, (int, float)) and not isinstance(value, bool) for value in (low, high)
    )
