"""Parses a pattern into a tree from which texts can be drawn, and judges how it may backtrack."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from typing import Any

from benchmark.generators.parameter_generator import limits
from benchmark.generators.parameter_generator.pattern_risk import longest_match
from benchmark.generators.parameter_generator.pattern_tree import Part

# The parser of the standard library; it has no public name.
from re import _parser  # type: ignore[attr-defined]  # isort: skip

_DIGITS = "0123456789"
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SIGNS = "-_.!@#$%&*+=?/:;,()[]{}<>|~^'\"`\\"
_PRINTABLE = _LETTERS + _DIGITS + _SIGNS + " "
_WORD = _LETTERS + _DIGITS + "_"
_CATEGORIES = {"DIGIT": _DIGITS, "WORD": _WORD, "SPACE": " \t\n"}


@dataclass(frozen=True, slots=True, eq=False)
class Syntax:
    """A parsed pattern. `exact`: each text drawn from `root` matches.

    `longest_match` is the length of text that can be matched without fear.
    """

    root: Part
    exact: bool
    longest_match: int
    shortest: int


def parse_pattern(pattern: str) -> Syntax | None:
    """The tree of a pattern, or None if it is of no known dialect."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = _parser.parse(_as_python(pattern))
        builder = _Builder()
        root = builder.sequence(parsed)
        return Syntax(root, builder.exact, longest_match(root), root.shortest)
    except (re.error, OverflowError, RecursionError, ValueError, KeyError, IndexError):
        return None


_UNICODE_CLASS = re.compile(r"\\[pP]\{[^{}]*\}")


def _as_python(pattern: str) -> str:
    """The pattern with ECMA's notations written as Python's; classes of letters become ASCII."""
    pieces: list[str] = []
    in_class = False
    position = 0
    while position < len(pattern):
        character = pattern[position]
        unicode_class = _UNICODE_CLASS.match(pattern, position)
        if unicode_class:
            members = _unicode_members(unicode_class.group())
            pieces.append(members if in_class else f"[{members}]")
            position = unicode_class.end()
        elif character == "\\":
            escaped = pattern[position : position + 2]
            # Python knows no escaped letters besides its own, ECMA takes them for themselves.
            unknown = escaped[1:].isalpha() and escaped[1:] not in "abBdDfnrsStuUvwWxAZ"
            if escaped == "\\k" and pattern.startswith("\\k<", position):
                pieces.append("(?P=")
                position = pattern.index(">", position) + 1
                pieces.append(pattern[pattern.rindex("<", 0, position) + 1 : position - 1] + ")")
                continue
            pieces.append(escaped[1:] if unknown else escaped)
            position += 2
        elif not in_class and re.match(r"\(\?<(?![=!])", pattern[position : position + 4]):
            pieces.append("(?P<")
            position += 3
        elif not in_class and pattern.startswith(("[^]", "[]"), position):
            pieces.append(r"[\s\S]" if pattern.startswith("[^]", position) else r"(?!)")
            position = pattern.index("]", position) + 1
        else:
            in_class = character != "]" if in_class else character == "["
            pieces.append(
                r"\[" if in_class and character == "[" and pieces[-1:] == ["["] else character
            )
            position += 1
    return "".join(pieces)


def _unicode_members(notation: str) -> str:
    name = notation[3:-1].rpartition("=")[2]
    if notation[1] == "P":
        return "0-9 " if name.startswith("L") else "A-Za-z"
    if name in {"Lu", "Uppercase_Letter", "Lt"}:
        return "A-Z"
    if name in {"Ll", "Lowercase_Letter"}:
        return "a-z"
    if name.startswith("N"):
        return "0-9"
    if name.startswith("P"):
        return ".,!?"
    if name.startswith("Z"):
        return " "
    return "$+=" if name.startswith("S") else "A-Za-z"


@dataclass(slots=True)
class _Builder:
    """Builds parts from the parser's tree; `exact` is lost to what cannot be drawn."""

    exact: bool = True
    groups: dict[int, Part] = field(default_factory=dict)

    def sequence(self, items: Any) -> Part:
        parts = tuple(self._part(str(code), argument) for code, argument in items)
        return Part(
            "sequence",
            sum(part.shortest for part in parts),
            min(sum(part.slack for part in parts), limits.MAX_PATTERN_TEXT),
            parts=parts,
        )

    def _part(self, code: str, argument: Any) -> Part:
        if code == "LITERAL":
            return Part("chars", 1, chars=chr(argument), covers=chr(argument))
        if code == "ANY":
            return Part("chars", 1, chars=_LETTERS + _DIGITS + "-_.@#", covers=_PRINTABLE)
        if code in {"NOT_LITERAL", "IN"}:
            chars = _members(code, argument)
            return Part("chars", 1, chars=chars, covers=chars)
        if code == "SUBPATTERN":
            group, _, _, inner = argument
            body = self.sequence(inner)
            if group is None:
                return body
            self.groups[group] = body
            return Part("group", body.shortest, body.slack, parts=(body,), group=group)
        if code == "BRANCH":
            branches = tuple(self.sequence(branch) for branch in argument[1])
            shortest = min(part.shortest for part in branches)
            longest = max(part.shortest + part.slack for part in branches)
            return Part("branch", shortest, longest - shortest, parts=branches)
        if code in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            return self._repeat(int(argument[0]), int(argument[1]), self.sequence(argument[2]))
        if code == "ATOMIC_GROUP":
            return self.sequence(argument)
        if code == "GROUPREF":
            self.exact = False
            return Part("again", self.groups[argument].shortest, group=argument)
        if code == "AT":  # people put anchors where they hold
            return Part("sequence")
        self.exact = False
        inner = argument[1] if code in {"ASSERT", "ASSERT_NOT"} else ()
        return Part("around", parts=(self.sequence(inner),))

    def _repeat(self, least: int, most: int, body: Part) -> Part:
        shortest = least * body.shortest
        if shortest > limits.MAX_PATTERN_TEXT:
            return Part("repeat", shortest, parts=(body,), least=least, most=most)
        most = min(most, max(least, limits.MAX_PATTERN_TEXT))
        longest = most * (body.shortest + body.slack)
        slack = min(longest, limits.MAX_PATTERN_TEXT) - shortest
        return Part("repeat", shortest, max(slack, 0), parts=(body,), least=least, most=most)


def _members(code: str, argument: Any) -> str:
    """The characters of a class, the printable ASCII ones where it has any."""
    if code == "NOT_LITERAL":
        return "".join(one for one in _PRINTABLE if one != chr(argument))
    items = [(str(name), value) for name, value in argument]
    negated = items[0][0] == "NEGATE"
    wanted = [one for one in _PRINTABLE if _in_class(one, items) is not negated]
    if not wanted and not negated:
        wanted = [
            chr(value if name == "LITERAL" else value[0])
            for name, value in items
            if name in {"LITERAL", "RANGE"}
        ]
    if not wanted:
        wanted = [
            chr(code)
            for code in (0, 9, 10, 0xE9, 0x4E2D)
            if _in_class(chr(code), items) is not negated
        ]
    if not wanted:
        raise ValueError("a class without members")
    return "".join(wanted)


def _in_class(character: str, items: list[tuple[str, Any]]) -> bool:
    for name, value in items:
        if name == "LITERAL" and ord(character) == value:
            return True
        if name == "RANGE" and value[0] <= ord(character) <= value[1]:
            return True
        if name == "CATEGORY":
            category = str(value).removeprefix("CATEGORY_")
            negated = category.startswith("NOT_")
            if (character in _CATEGORIES[category.removeprefix("NOT_")]) is not negated:
                return True
    return False
