"""Parses a pattern into a tree from which texts can be drawn, and judges how it may backtrack."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from typing import Any

from benchmark.generators.parameter_generator import limits

# The parser of the standard library; it has no public name.
from re import _parser  # type: ignore[attr-defined]  # isort: skip

_DIGITS = "0123456789"
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SIGNS = "-_.!@#$%&*+=?/:;,()[]{}<>|~^'\"`\\"
_PRINTABLE = _LETTERS + _DIGITS + _SIGNS + " "
_WORD = _LETTERS + _DIGITS + "_"
_CATEGORIES = {"DIGIT": _DIGITS, "WORD": _WORD, "SPACE": " \t\n"}


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A part of a pattern: its texts have `shortest` to `shortest + slack` characters.

    `kind` is "chars" (one of `chars`), "sequence", "branch" (one of `parts`), "repeat" (`parts[0]`
    from `least` to `most` times), "group" (remembered as `group`) or "again" (what `group` was).
    """

    kind: str
    shortest: int = 0
    slack: int = 0
    chars: str = ""
    parts: tuple[Part, ...] = ()
    least: int = 1
    most: int = 1
    group: int = 0


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
        return Syntax(root, builder.exact, _longest_match(root), root.shortest)
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
            return Part("chars", 1, chars=chr(argument))
        if code in {"NOT_LITERAL", "IN", "ANY"}:
            return Part("chars", 1, chars=_members(code, argument))
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
        # Anchors hold where people put them; where they do not, as with what looks around, only
        # the match decides.
        if code != "AT":
            self.exact = False
        return Part("sequence")

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
    if code == "ANY":
        return _LETTERS + _DIGITS + "-_.@#"
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


# ── Backtracking ──────────────────────────────────────────────────────────────────────────────────


def _longest_match(root: Part) -> int:
    if _is_risky(root):
        return limits.MAX_RISKY_TEXT
    # Each repetition beside the others multiplies the work by the length, at worst.
    if sum(1 for _ in _variable_repeats(root)) > 3:
        return limits.MAX_SLOW_TEXT
    return limits.MAX_PATTERN_TEXT


def _is_risky(part: Part) -> bool:
    """Whether a text could be divided among nested repetitions in exponentially many ways."""
    if part.kind == "repeat" and part.most > 1 and _is_ambiguous(part.parts[0]):
        return True
    return any(map(_is_risky, part.parts))


def _is_ambiguous(body: Part) -> bool:
    """Whether a repetition of the body may find its end in more than one place.

    Not if its repetitions cannot run over a character that each turn begins or ends with.
    """
    inner = list(_variable_repeats(body))
    if any(list(_variable_repeats(repeat.parts[0])) for repeat in inner):
        return True
    if _has_unclear_branch(body):
        return True
    if not inner:
        return False
    running = set().union(*(_characters(repeat) for repeat in inner))
    flat = _flattened(body)
    for edge in (flat[0], flat[-1]):
        if edge.kind == "chars" and not running & set(edge.chars):
            return False
    return True


def _has_unclear_branch(part: Part) -> bool:
    if part.kind == "branch":
        seen: set[str] = set()
        for branch in part.parts:
            flat = _flattened(branch)
            if not flat or flat[0].kind != "chars" or seen & set(flat[0].chars):
                return True
            seen |= set(flat[0].chars)
    return any(map(_has_unclear_branch, part.parts))


def _variable_repeats(part: Part) -> list[Part]:
    found = [part] if part.kind == "repeat" and part.most > part.least else []
    for inner in part.parts:
        found += _variable_repeats(inner)
    return found


def _characters(part: Part) -> set[str]:
    return set(part.chars).union(*map(_characters, part.parts))


def _flattened(part: Part) -> list[Part]:
    if part.kind in {"sequence", "group"}:
        return [one for inner in part.parts for one in _flattened(inner)]
    return [part]
