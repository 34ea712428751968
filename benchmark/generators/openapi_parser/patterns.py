"""Regular expressions of documents: what an ECMA engine in Unicode mode accepts, or nothing.

JSON Schema asks for that dialect. Documents also hold Python, Ruby and Perl habits; those that
have an exact counterpart are rewritten, every other pattern is given up.
"""

from __future__ import annotations

import re
from functools import lru_cache

import regress

MAX_PATTERN_LENGTH = 2_000
"""In characters; a longer pattern is given up."""

MAX_PATTERN_REPEAT = 10_000
"""The highest count in braces, as in `a{5}`; a pattern with a higher one is given up."""

_REPEAT = re.compile(r"\{(\d+)(?:,(\d*))?\}")
_DELIMITED = re.compile(r"/(\^.*\$)/[a-z]*", re.DOTALL)
_PIECE = re.compile(r"\\.|\(\?P<|\(\?i\)|\{\d+(?:,\d*)?\}|.", re.DOTALL)
_MEANINGFUL_ESCAPE = re.compile(r"\\[dDwWsSbBpPkuxcnrtvf0-9^$\\.*+?()\[\]{}|/]")
_CLASS_ESCAPES = frozenset({"\\d", "\\D", "\\w", "\\W", "\\s", "\\S"})
_PYTHON_PIECES = {"(?P<": "(?<", "\\A": "^", "\\Z": "$", "\\z": "$", "{": "\\{", "}": "\\}"}


@lru_cache(maxsize=4096)
def level_pattern(pattern: str) -> str | None:
    """The pattern, rewritten where needed; None where it is none or would cost too much."""
    if len(pattern) > MAX_PATTERN_LENGTH or _repeats_too_often(pattern):
        return None
    if _is_valid(pattern) and not _DELIMITED.fullmatch(pattern):
        return pattern
    rewritten = _rewrite(pattern)
    return rewritten if _is_valid(rewritten) else None


def _repeats_too_often(pattern: str) -> bool:
    bounds = (bound for pair in _REPEAT.findall(pattern) for bound in pair if bound)
    return any(len(bound) > 9 or int(bound) > MAX_PATTERN_REPEAT for bound in bounds)


def _is_valid(pattern: str) -> bool:
    try:
        regress.Regex(pattern, "u")
    except regress.RegressError:
        return False
    return True


def _rewrite(pattern: str) -> str:
    delimited = _DELIMITED.fullmatch(pattern)
    pieces = _PIECE.findall(delimited.group(1) if delimited else pattern)
    written: list[str] = []
    in_class = False
    for index, piece in enumerate(pieces):
        if in_class:
            around = {pieces[index - 1], *pieces[index + 1 : index + 2]}
            written.append(_in_class(piece, around))
            in_class = piece != "]"
        elif piece != "(?i)":  # what matches in one case is enough
            written.append(_PYTHON_PIECES.get(piece) or _escape(piece))
            in_class = piece == "["
    return "".join(written)


def _in_class(piece: str, around: set[str]) -> str:
    if piece in ("[", "-") and (piece == "[" or around & _CLASS_ESCAPES):
        return f"\\{piece}"  # `[\w-.]` is no range
    return piece if piece == "\\-" else _escape(piece)


def _escape(piece: str) -> str:
    """The piece without its backslash where that means nothing."""
    if len(piece) != 2 or piece[0] != "\\" or _MEANINGFUL_ESCAPE.fullmatch(piece):
        return piece
    return piece if piece[1].isalnum() and piece[1].isascii() else piece[1]
