"""Reads the values that stand in messages: numbers, lists, names of types and formats."""

from __future__ import annotations

import json
import re
from typing import Any

from benchmark.generators.probe.complaints.phrases_types import FORMATS, TYPES

MAX_VALUES = 100
"""How many allowed values or names of one message count."""

MAX_VALUE = 200
"""Characters of one allowed value or name; longer ones do not count."""

_SEPARATORS = re.compile(r"[ _-]")
_FORMATS = {_SEPARATORS.sub("", word).lower(): name for word, name in FORMATS.items()}
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"|`([^`]*)`")
_END = re.compile(
    r"[.;] (?=[A-Z])|[,;.]? (?:but |instead )?(?:got|received|was|found|given|not)\b(?! ?[\"'`,|])"
    r"|[,;] (?:current|actual|your) |\n| at line \d| \(|\.$",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s*(?:,? or |,? and |[,|;/])\s*", re.IGNORECASE)
_BRACKETS = {"[": "]", "{": "}", "(": ")", "<": ">"}
_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,15})?")
_CLOCK = re.compile(r"(?:hh|HH|%H)[:.](?:mm|MM|%M)(?P<seconds>[:.](?:ss|SS|%S))?")
_NAME = re.compile(r"[\w$@.\-\[\]]{1,100}")


def number_in(text: str) -> int | float | None:
    """A number as people write it, `1,000` included."""
    bare = text.replace(",", "").replace("_", "")
    if not _NUMBER.fullmatch(bare):
        return None
    return float(bare) if "." in bare else int(bare)


def list_in(text: str) -> tuple[Any, ...]:
    """The values that a text enumerates: `'a', 'b' or 'c'`, `[1, 2]`, `{a | b}`, `a, b`."""
    text = text.strip()
    if closing := _BRACKETS.get(text[:1]):
        end = text.find(closing)
        inside = text[1 : end if end > 0 else len(text)]
        if text[0] == "[" and end > 0 and (parsed := _as_json(text[: end + 1])):
            return parsed
    else:
        inside = text
    quoted = [next(filter(None, groups), "") for groups in _QUOTED.findall(_before_end(inside))]
    if quoted:
        return _kept(quoted)
    if closing and not _SPLIT.search(inside):
        return _kept(inside.split())  # as Go prints lists
    ended = _END.split(inside, maxsplit=1)[0]
    found = [part.strip(" \t'\"`[](){}<>.:") for part in _SPLIT.split(ended)]
    found = [part.partition(" (")[0] for part in found if part]
    numbers = [number_in(part) for part in found]
    if numbers and all(number is not None for number in numbers):
        return tuple(numbers[:MAX_VALUES])
    return _kept(found)


def names_in(text: str) -> tuple[str, ...]:
    """The names that a text enumerates; what cannot be a name does not count."""
    return tuple(
        str(value).lstrip(":") for value in list_in(text) if _NAME.fullmatch(str(value).lstrip(":"))
    )


def type_in(word: str) -> tuple[str, str] | None:
    """Whether a word is a "type" or a "format", and which one."""
    lower = word.lower().strip("'\"`<>()&*")
    if lower in TYPES:
        return "type", TYPES[lower]
    name = format_in(lower)
    return ("format", name) if name else None


def format_in(word: str) -> str:
    """The format that a word or a picture such as `YYYY-MM-DD` means; "" if it is unknown."""
    bare = _SEPARATORS.sub("", word.strip(" '\"`.")).lower()
    if bare in _FORMATS:
        return _FORMATS[bare]
    has_clock = bool(_CLOCK.search(word)) or "hh" in bare or "%H" in word
    has_date = "yyyy" in bare or "%Y" in word
    if has_date:
        return "date-time" if has_clock else "date"
    return ""


def pattern_in(text: str) -> str:
    """The pattern that a picture of a time means, such as `HH:MM`; "" if it is none."""
    found = _CLOCK.search(text)
    if not found or "yyyy" in text.lower() or "%Y" in text:
        return ""
    return r"^([01][0-9]|2[0-3]):[0-5][0-9]" + (":[0-5][0-9]$" if found["seconds"] else "$")


def _before_end(text: str) -> str:
    """The text up to where a message turns from what is allowed to what was sent."""
    found = re.search(
        r",? (?:but )?(?:got|received|was|found|given|instead of|not) |[.;] [A-Z]", text
    )
    return text[: found.start()] if found else text


def _kept(values: list[str]) -> tuple[str, ...]:
    short = (value for value in values if value and len(value) <= MAX_VALUE)
    return tuple(dict.fromkeys(short))[:MAX_VALUES]


def _as_json(text: str) -> tuple[Any, ...]:
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(parsed, list):
        return ()
    scalars = [value for value in parsed if isinstance(value, str | int | float | bool)]
    return tuple(scalars[:MAX_VALUES])
