"""Writes Python expressions as a formatter would: on one line if they fit, else one item a line.

Nothing from outside reaches the source except through `literal`, `identifier` and `prose`.
"""

from __future__ import annotations

import ast
import keyword
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmark.errors import BenchmarkError

WIDTH = 100
_MAX_BITS = 14_000  # Python writes no integers of more than 4,300 digits
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class Group:
    """Brackets around items, each with a prefix such as `name=` or `"key": `.

    `comma` says whether the last of several lines ends in one, too.
    """

    opening: str
    items: tuple[tuple[str, Expression], ...]
    closing: str
    comma: bool = True


Expression = str | Group
"""Source text of an expression: what cannot be divided, or a group that can."""


def write(expression: Expression, indent: int = 0, before: int = 0, after: int = 0) -> str:
    """The source of an expression that starts `before` columns after `indent` spaces.

    `after` columns must stay free behind it. Lines after the first one carry their indentation.
    """
    flat = _flat(expression)
    if isinstance(expression, str) or indent + before + _columns(flat) + after <= WIDTH:
        return flat
    if not expression.items:
        return flat
    inner, comma = " " * (indent + 4), "," if expression.comma else ""
    lines = [
        f"{inner}{prefix}{write(item, indent + 4, _columns(prefix), len(comma))}{comma}"
        for prefix, item in expression.items
    ]
    return "\n".join([expression.opening, *lines, " " * indent + expression.closing])


def call(function: str, *items: Expression, **named: Expression) -> Group:
    """A call: `function(item, …, name=…)`."""
    arguments = [("", item) for item in items] + [(f"{n}=", item) for n, item in named.items()]
    return Group(f"{function}(", tuple(arguments), ")")


def mapping(members: Sequence[tuple[str, Expression]]) -> Group:
    """A dict display with string keys."""
    return Group("{", tuple((f"{quoted(name)}: ", value) for name, value in members), "}")


def sequence(items: Sequence[Expression]) -> Group:
    """A list display."""
    return Group("[", tuple(("", item) for item in items), "]")


def subscript(holder: str, key: str) -> Group:
    """A member by its name: `session["id"]`."""
    return Group(f"{holder}[", (("", quoted(key)),), "]", comma=False)


def within(holder: str, keys: Sequence[str]) -> Group:
    """A member of a member: `body["owner"]["name"]`."""
    *outer, last = keys
    return subscript(holder + "".join(f"[{quoted(key)}]" for key in outer), last)


def literal(value: Any) -> Expression:
    """Plain data as Python source: None, booleans, numbers, text, lists and dicts.

    Raises BenchmarkError for anything else, and for what would not read back as the same value.
    """
    if isinstance(value, dict):
        return mapping([(str(name), literal(member)) for name, member in value.items()])
    if isinstance(value, list | tuple):
        return sequence([literal(item) for item in value])
    if isinstance(value, str):
        return quoted(value)
    if value is None or isinstance(value, bool):
        return repr(value)
    if isinstance(value, int) and value.bit_length() < _MAX_BITS:
        return repr(value)
    if isinstance(value, float) and math.isfinite(value):
        return repr(value).replace("e+", "e")
    raise BenchmarkError(f"A {type(value).__name__} cannot be written as a Python literal")


def quoted(text: str) -> str:
    """A string literal, in double quotes unless that needs more escapes.

    What cannot be seen, ends a line or reorders it on screen is escaped (`str.isprintable`).
    """
    source = repr(text)
    if source.startswith("'") and text.count('"') <= text.count("'"):
        source = '"' + source[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'
    if ast.literal_eval(source) != text:
        raise BenchmarkError("A text could not be written as a Python literal")
    return source


def identifier(name: str) -> str:
    """The name itself, if it may stand in Python source; raises BenchmarkError if it may not."""
    if not _IDENTIFIER.match(name) or keyword.iskeyword(name):
        raise BenchmarkError(f"{name!r} is no Python name")
    return name


def prose(text: str, limit: int = 200) -> str:
    """Text from a document, fit for a comment or a docstring: one line, nothing that could end it.

    Control characters, line separators and bidirectional marks become blanks; quotation marks and
    backslashes are replaced, so that the text means the same inside and outside of a string.
    """
    blank = "".join(" " if _is_hidden(char) else char for char in text[: limit * 4])
    plain = " ".join(blank.replace("\\", "/").replace('"', "'").split())
    return plain if len(plain) <= limit else plain[: limit - 1].rstrip() + "…"


def _flat(expression: Expression) -> str:
    if isinstance(expression, str):
        return expression
    inner = ", ".join(prefix + _flat(item) for prefix, item in expression.items)
    return f"{expression.opening}{inner}{expression.closing}"


def _columns(text: str) -> int:
    """How wide a text is on screen: Chinese, Japanese and Korean characters take two columns."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(char) in {"W", "F"} for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)


def _is_hidden(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
