"""Reads one sentence: which rules it says are broken, and of what it speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from benchmark.generators.probe.complaints import (
    phrases_bounds,
    phrases_presence,
    phrases_state,
    phrases_texts,
    phrases_types,
)
from benchmark.generators.probe.complaints.complaint import Rule
from benchmark.generators.probe.complaints.phrases import Phrase
from benchmark.generators.probe.complaints.spoken import (
    format_in,
    list_in,
    names_in,
    number_in,
    pattern_in,
    type_in,
)

MAX_SENTENCE = 1000
"""Characters of one sentence that are looked at."""

MAX_SENTENCES = 40
"""Sentences of one text that are looked at."""

_VALUES = (*phrases_types.FORMAT_PHRASES, *phrases_types.TYPE_PHRASES)
_ORDER: Sequence[Sequence[Phrase]] = (
    phrases_presence.BODY,
    phrases_types.TAGS,
    phrases_types.NEEDED,
    phrases_presence.EITHER,
    phrases_presence.UNEXPECTED,
    phrases_state.UNIQUE,
    phrases_state.MOMENTS,
    phrases_presence.REQUIRED,
    phrases_bounds.LENGTHS,
    phrases_texts.PATTERNS,
    phrases_texts.ENUMS,
    phrases_bounds.BOUNDS,
    phrases_state.ORDERS,
    phrases_types.FORMAT_PHRASES,
    phrases_types.TYPE_PHRASES,
    phrases_state.SAME,
    phrases_state.NOT_FOUND,
    phrases_state.CREDENTIALS,
)
_LIMITS = (*phrases_bounds.LENGTHS, *phrases_bounds.BOUNDS)
_ALSO: dict[Rule, Sequence[Phrase]] = {
    "required": (*phrases_texts.ENUMS, *_VALUES),
    "min_length": _LIMITS,
    "min_items": _LIMITS,
    "minimum": (*_LIMITS, *phrases_types.TYPE_PHRASES),
    "exclusive_minimum": (*_LIMITS, *phrases_types.TYPE_PHRASES),
    "maximum": (*_LIMITS, *phrases_types.TYPE_PHRASES),
}
"""Where a sentence with one rule may hold another one."""

_UPPER = ("maximum", "exclusive_maximum", "max_length", "max_items")
_NO_VALUES = frozenset("greater less more equal before after empty null larger smaller".split())
_WORD = re.compile(r"\w{1,60}")
_QUOTES = str.maketrans("‘’“”´", "''\"\"'")
_PREFIX = re.compile(
    r"^(?:json parse error|json decode error|invalid json|(?:failed|unable|could not) "
    r"(?:to )?(?:deserialize|parse|decode|bind|read)[^:]{0,60}|(?:request |input |payload )?"
    r"validation (?:error|failed|failure)[^:]{0,40}|bad request|invalid (?:request|input|body|"
    r"payload)[^:]{0,30}|(?:value|type|assertion|key|json) ?error)[:,;] (?=\S)",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"[^\S\r\n]+")
_BREAK = re.compile(r"(?<=[.!?]) (?=[A-Z\"'`\[])|[\r\n]+|; (?=[A-Za-z\"'`])")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a sentence says: a rule with its value, and the name or text that it is about.

    `name` is a field's name as it stands there, `subject` what stands before the predicate,
    `whole` says that it is the body itself.
    """

    rule: Rule
    value: Any = None
    name: str = ""
    subject: str = ""
    whole: bool = False


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, each on one line and cut."""
    text = _BLANKS.sub(" ", text[: MAX_SENTENCE * MAX_SENTENCES].translate(_QUOTES))
    lines = [line for line in _BREAK.split(text) if line.strip()]
    for sentence in lines[:MAX_SENTENCES]:
        line = " ".join(sentence[:MAX_SENTENCE].split())
        if line:
            yield line


def findings(sentence: str) -> tuple[Finding, ...]:
    """What one sentence complains about; () if it is not understood."""
    bare = _PREFIX.sub("", sentence)
    for text in dict.fromkeys((bare, sentence)):
        for table in _ORDER:
            for phrase in table:
                found = _applied(phrase, text)
                if found:
                    return (*found, *_more(found[0], phrase.pattern.sub(" … ", text, count=1)))
    return ()


def _more(first: Finding, sentence: str) -> list[Finding]:
    """A second rule of the same sentence: an upper bound beside a lower one, a type."""
    for phrase in _ALSO.get(first.rule, ()):
        wanted = phrase.rules[0]
        if len(phrase.rules) == 1 and (wanted in _UPPER or first.rule == "required"):
            found = _applied(phrase, sentence)
            if found and found[0].rule != first.rule:
                return [replace(one, name=first.name, subject=first.subject) for one in found]
        elif wanted == "type" and first.rule != "required":
            found = _applied(phrase, sentence)
            if found and found[0].value in {"integer", "number"}:
                return [replace(one, name=first.name, subject=first.subject) for one in found]
    return []


def _applied(phrase: Phrase, sentence: str) -> list[Finding]:
    match = phrase.pattern.search(sentence)
    if match is None:
        return []
    groups = {name: text for name, text in match.groupdict().items() if text}
    subject = sentence[: match.start()].strip()
    rule = phrase.rules[0]
    if len(phrase.rules) == 2:
        return _pair(phrase, groups, subject)
    name, value = groups.get("field", ""), phrase.value
    if rule in {"past", "future", "same"} and name:
        name, value = "", name
    if "names" in groups:
        names = names_in(groups["names"])
        return [Finding(rule, value, name, subject) for name in names]
    read = _value(rule, groups, phrase)
    if read is None:
        return []
    rule, value = read if read[1] is not None else (read[0], value)
    if rule == "enum" and not value and "list" in groups:
        return []
    return [Finding(rule, value, name, subject, phrase.whole)]


def _pair(phrase: Phrase, groups: dict[str, str], subject: str) -> list[Finding]:
    first = number_in(groups.get("number", ""))
    second = number_in(groups.get("second", groups.get("number", "")))
    if first is None or second is None or first > second:
        return []
    lower, upper = phrase.rules
    return [Finding(lower, first, "", subject), Finding(upper, second, "", subject)]


def _value(rule: Rule, groups: dict[str, str], phrase: Phrase) -> tuple[Rule, Any] | None:
    """The rule and its value as the groups of a match say it; None if they make no sense."""
    if number := groups.get("number") or (groups.get("second") if rule in _NUMERIC else None):
        read = number_in(number)
        return None if read is None else (rule, read + phrase.step)
    if rule == "either":
        names = names_in(groups.get("list", ""))
        return (rule, names) if len(names) > 1 else None
    if rule == "enum":
        values = list_in(groups.get("list", ""))
        if {str(value).lower() for value in values} == {"true", "false"}:
            return "type", "boolean"
        if any(str(value).lower() in _NO_VALUES for value in values):
            return None
        return rule, values
    if rule == "pattern":
        return _pattern(groups)
    if rule in {"type", "format"}:
        return _type_or_format(rule, groups)
    if rule == "not_found":
        return rule, groups.get("noun") or groups.get("text")
    return rule, None


_NUMERIC = frozenset(
    "minimum maximum exclusive_minimum exclusive_maximum min_length max_length min_items max_items "
    "multiple_of".split()
)


def _pattern(groups: dict[str, str]) -> tuple[Rule, Any] | None:
    text = groups.get("text")
    if text and _WORD.fullmatch(text):
        return "same", text
    if text:
        return "pattern", text
    if count := groups.get("count"):
        return "pattern", f"^[1-9][0-9]{{{max(int(count[:3]) - 1, 0)}}}$"
    if letters := groups.get("letters"):
        return "pattern", f"^[A-Z]{{{int(letters[:3])}}}$"
    if prefix := groups.get("prefix"):
        return "pattern", f"^{re.escape(prefix)}[a-z0-9]{{6}}$"
    if suffix := groups.get("suffix"):
        return "pattern", f"^[a-z0-9]{{6}}{re.escape(suffix)}$"
    return "pattern", None


def _type_or_format(rule: Rule, groups: dict[str, str]) -> tuple[Rule, Any] | None:
    word = groups.get("type") or groups.get("format") or groups.get("noun")
    text = groups.get("text", "")
    if word is None and text and (picture := pattern_in(text)):
        return "pattern", picture
    word = word or text
    if not word:
        return rule, None
    if rule == "type":
        read = type_in(word)
        return None if read is None else ("type" if read[0] == "type" else "format", read[1])
    return "format", format_in(word) or None
