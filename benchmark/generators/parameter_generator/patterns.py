"""Matches texts against patterns in ECMA dialect and draws texts that match, in bounded time.

A pattern is verified with a backtracking engine, so how long a text may be depends on how the
pattern could backtrack: a text that is too long for its pattern is not matched at all. Texts that
were drawn for a pattern match by construction, unless it looks ahead or behind.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from functools import lru_cache
from random import Random

import regress

from benchmark.generators.parameter_generator import limits
from benchmark.generators.parameter_generator.pattern_syntax import Syntax, parse_pattern
from benchmark.generators.parameter_generator.pattern_texts import draw_text

_PADDING = "abcdefghijklmnopqrstuvwxyz"
_REMEMBERED = 4_096


def matches_pattern(pattern: str, text: str) -> bool:
    """Whether a text matches somewhere; True where the pattern cannot be understood.

    False for a text that cannot be matched in bounded time and was not drawn for the pattern.
    """
    return _pattern(pattern).matches(text)


def draw_pattern(
    pattern: str, random: Random, min_length: int = 0, max_length: int | None = None
) -> str | None:
    """A text of that length that matches, or None where none was found."""
    return _pattern(pattern).draw(random, min_length, max_length)


class _Pattern:
    def __init__(self, pattern: str) -> None:
        self._syntax: Syntax | None = None
        self._search: Callable[[str], bool] | None = None
        if len(pattern) <= limits.MAX_PATTERN:
            self._syntax = parse_pattern(pattern)
            self._search = _engine(pattern)
        self._drawn: dict[str, None] = {}

    def matches(self, text: str) -> bool:
        if text in self._drawn or self._search is None:
            return True
        if self._syntax is None or len(text) > self._syntax.longest_match:
            return False
        return self._search(text)

    def draw(self, random: Random, min_length: int, max_length: int | None) -> str | None:
        syntax = self._syntax
        if syntax is None or syntax.shortest > limits.MAX_PATTERN_TEXT:
            return None
        longest = limits.MAX_PATTERN_TEXT if max_length is None else max_length
        shortest = max(min_length, syntax.shortest)
        if shortest > longest:
            return None
        for attempt in range(limits.PATTERN_ATTEMPTS):
            # Short texts first: they are cheap to verify, and they are what people write.
            spread = 4 if attempt < limits.PATTERN_ATTEMPTS // 2 else 24
            length = random.randint(shortest, min(longest, shortest + spread))
            text = draw_text(syntax.root, random, length - syntax.shortest)
            if len(text) < min_length:
                text += "".join(random.choices(_PADDING, k=min_length - len(text)))
            if len(text) <= longest and self._accept(text):
                return text
        return None

    def _accept(self, text: str) -> bool:
        syntax = self._syntax
        assert syntax is not None
        if self._search is not None and len(text) <= syntax.longest_match:
            accepted = self._search(text)
        else:
            accepted = syntax.exact
        if accepted and len(self._drawn) < _REMEMBERED:
            self._drawn[text] = None
        return accepted


@lru_cache(maxsize=1_024)
def _pattern(pattern: str) -> _Pattern:
    return _Pattern(pattern)


def _engine(pattern: str) -> Callable[[str], bool] | None:
    """A search function of the first dialect that knows the pattern: ECMA's, else Python's."""
    for flags in ("u", ""):
        try:
            compiled = regress.Regex(pattern, flags)
        except (regress.RegressError, UnicodeError):
            continue
        return lambda text: compiled.find(text) is not None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fallback = re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return None
    return lambda text: fallback.search(text) is not None
