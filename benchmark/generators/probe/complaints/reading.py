"""`read_complaints`: what an error answer says is wrong with the request."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, get_args

from benchmark.generators.media_types import essence
from benchmark.generators.naming import plain
from benchmark.generators.probe.complaints.codes import rule_of, zod_rule
from benchmark.generators.probe.complaints.complaint import Complaint, Rule
from benchmark.generators.probe.complaints.pages import page_text
from benchmark.generators.probe.complaints.sentences import Finding, findings, sentences
from benchmark.generators.probe.complaints.slots import SentSlots, split_path
from benchmark.generators.probe.complaints.spoken import (
    MAX_VALUE,
    MAX_VALUES,
    format_in,
    list_in,
    number_in,
    type_in,
)
from benchmark.generators.probe.complaints.structures import Remark, remarks
from benchmark.models import SlotLocation

MAX_BODY = 64 * 1024
"""Bytes of an answer that are read."""

MAX_COMPLAINTS = 50
MAX_MESSAGE = 300
"""Characters of a message that are kept."""

_PYDANTIC_TEXT = re.compile(
    r"^(?P<path>[\w.\[\]-]{1,200})\n  (?P<text>[^\n]{1,400}?) \[type=(?P<code>\w{1,60})",
    re.MULTILINE,
)
_FASTAPI_TEXT = re.compile(
    r"\{'type': '(?P<code>\w{1,60})', 'loc': \((?P<path>[^()]{1,400})\), "
    r"'msg': (?P<quote>['\"])(?P<text>.{1,400}?)(?P=quote)(?:, '(?:input|ctx|url)'|\})"
)
_LITERAL = re.compile(r"'([^']{1,200})'|(\d{1,9})")
_MEDIA = re.compile(
    r"unsupported (?:media|content)[ -]?type"
    r"|content[ -]type .{0,60}(?:not supported|must be|invalid)"
    r"|(?:header|request)[^.]{0,30} content[ -]type|media type .{0,60}not (?:supported|allowed)"
    r"|content-type was not",
    re.IGNORECASE,
)
_MEDIA_NAME = re.compile(r"\b(?:application|multipart|text)/[\w.+-]{1,60}")
_CHAIN = re.compile(r"\[\"([\w.-]{1,80})\"\]|\[(\d{1,6})\](?=->|\))")  # of Jackson
_ABOUT_VALUES = frozenset({"enum", "format", "pattern", "type", "minimum", "maximum"})
_NO_NOUNS = frozenset(
    "the a an no with that this requested specified given provided id ids error invalid by for "
    "of resource object entity record could was such name named any some one or value".split()
)
_NUMBERS = frozenset(
    "minimum maximum exclusive_minimum exclusive_maximum min_length max_length min_items max_items "
    "multiple_of".split()
)
_TEXT_RULES: Mapping[str, Rule] = {
    "minimum": "min_length", "maximum": "max_length", "exclusive_minimum": "min_length",
    "exclusive_maximum": "max_length",
}  # fmt: skip
_ITEM_RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("minimum", "exclusive_minimum", "min_length"), "min_items"),
    **dict.fromkeys(("maximum", "exclusive_maximum", "max_length"), "max_items"),
}


def read_complaints(
    status: int,
    content_type: str,
    body: bytes,
    sent: Mapping[tuple[SlotLocation, str], Any],
) -> tuple[Complaint, ...]:
    """What the server complains about, each thing once, the most telling order being its own.

    `sent` maps the slots of the answered request to the values that were sent: they tell which
    slot a message means. Of an answer that is not understood there is one complaint, "other". At
    most `MAX_BODY` bytes are read and `MAX_COMPLAINTS` given; nothing in an answer raises an error.
    """
    slots = SentSlots(sent)
    text = body[:MAX_BODY].decode("utf-8", "replace")
    read: list[Complaint] = []
    for remark in _remarks(text, content_type, slots):
        read.extend(_complaints(remark, slots))
        if len(read) > 4 * MAX_COMPLAINTS:
            break
    return _settled(status, read)


def _remarks(text: str, content_type: str, slots: SentSlots) -> list[Remark]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict | list | str):
        return [one for remark in remarks(document, slots) for one in _unfolded(remark)]
    if "html" in essence(content_type) or text.lstrip()[:1] == "<":
        text = page_text(text)
    return list(_unfolded(Remark(text)))


def _unfolded(remark: Remark) -> Iterator[Remark]:
    """The parts of a text that was written by pydantic or FastAPI, else the text itself."""
    printed = list(_FASTAPI_TEXT.finditer(remark.text)) if "'loc': (" in remark.text else []
    if printed:  # `str()` of a RequestValidationError: its entries as Python prints them
        for part in printed[:MAX_COMPLAINTS]:
            path = tuple(text or number for text, number in _LITERAL.findall(part["path"]))
            told = part["text"].replace("\\'", "'")
            yield Remark(told, path, None, (part["code"],), is_field=True)
        return
    parts = list(_PYDANTIC_TEXT.finditer(remark.text)) if "[type=" in remark.text else []
    for part in parts:
        path = (*remark.path, *split_path(part["path"]))
        yield replace(remark, text=part["text"], path=path, codes=(part["code"],), is_field=True)
    if not parts:
        yield remark


# ── One remark ────────────────────────────────────────────────────────────────────────────────────


def _complaints(remark: Remark, slots: SentSlots) -> Iterator[Complaint]:
    message = " ".join(remark.text[: 2 * MAX_MESSAGE].split())[:MAX_MESSAGE]
    if _MEDIA.search(remark.text[:2000]):
        names = tuple(dict.fromkeys(_MEDIA_NAME.findall(remark.text[:2000])))[:MAX_VALUES]
        yield Complaint("enum", "header", "/Content-Type", names, message)
        return
    coded = _coded(remark)
    understood = False
    chain = _CHAIN.findall(remark.text[:4000])
    if chain and not remark.is_field:
        path = tuple(next(filter(None, groups)) for groups in chain)
        remark = replace(remark, path=path, location="body", is_field=True)
    # The place where the parser stopped is no index of an item.
    if coded and coded.value == "json" and remark.path[-1:] and remark.path[-1].isdecimal():
        remark = replace(remark, path=remark.path[:-1], location="body", is_field=False)
    before: Complaint | None = None
    for sentence in sentences(remark.text):
        for finding in findings(sentence):
            understood = True
            if coded and coded.rule == finding.rule and coded.value is None:
                coded = replace(coded, value=finding.value)
            if coded and coded.rule == finding.rule and finding.name and not coded.name:
                coded = replace(coded, name=finding.name)
            if coded is None:
                complaint = _placed(finding, remark, sentence, slots)
                if before and not complaint.pointer and complaint.rule in _ABOUT_VALUES:
                    complaint = replace(complaint, location=before.location, pointer=before.pointer)
                before = complaint if complaint.pointer else before
                yield complaint
    if coded:
        yield _placed(coded, remark, message, slots)
    elif not understood and message:
        location, pointer = _place(Finding("other"), remark, message, slots)
        yield Complaint("other", location, pointer, None, message)


def _coded(remark: Remark) -> Finding | None:
    """What the code of a remark says; None if it is unknown, or says less than the words."""
    for code in remark.codes:
        found = zod_rule(code, remark.context)
        if found:
            return _checked(found[0], found[1])
        known = rule_of(code)
        if known:
            rule, member = known
            value = remark.context.get(member, member if rule in {"type", "format"} else None)
            finding = _checked(rule, value)
            if finding and rule in {"required", "unexpected"}:
                names = [
                    remark.context.get(key)
                    for key in ("missingProperty", "additionalProperty", "unevaluatedProperty")
                ]
                keys = remark.context.get("keys")
                names += keys if isinstance(keys, list) else []
                name = next((name for name in names if isinstance(name, str)), "")
                return replace(finding, name=name)
            return finding
    return None


def _checked(rule: Rule, value: Any) -> Finding | None:
    """A rule with a value of the right kind, or none."""
    if rule in _NUMBERS:
        if isinstance(value, str):
            value = number_in(value)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return Finding(rule, value if is_number and abs(value) < 1e300 else None)
    if rule in {"enum", "either"}:
        if isinstance(value, str):
            value = list_in(value)
        values = value if isinstance(value, list | tuple) else [value]
        kept = [v for v in values if isinstance(v, str | int | float) and len(str(v)) <= MAX_VALUE]
        return Finding(rule, tuple(kept[:MAX_VALUES]))
    if rule in {"type", "format"}:
        if isinstance(value, list) and value:
            value = value[0]
        if not isinstance(value, str):
            return Finding(rule)
        read = type_in(value)
        if rule == "format":
            return Finding(rule, format_in(value) or None)
        return Finding(read[0], read[1]) if read and read[0] in get_args(Rule) else None  # type: ignore[arg-type]  # checked beside it
    if rule == "pattern":
        text = value.strip("/") if isinstance(value, str) else None
        return Finding(rule, text or None)
    return Finding(rule)


# ── Where ─────────────────────────────────────────────────────────────────────────────────────────


def _placed(finding: Finding, remark: Remark, sentence: str, slots: SentSlots) -> Complaint:
    location, pointer = _place(finding, remark, sentence, slots)
    rule, value = finding.rule, finding.value
    sent = slots.value(location, pointer)
    if slots.is_array(location, pointer):
        rule = _ITEM_RULES.get(rule, rule)
    elif isinstance(sent, str) and rule in _TEXT_RULES and location == "body":
        if number_in(sent) is None and value is not None:
            step = {"exclusive_minimum": 1, "exclusive_maximum": -1}.get(rule, 0)
            rule, value = _TEXT_RULES[rule], value + step
    if rule == "not_found" and value is None:
        value = _noun(finding.subject) or slots.subject(finding.subject)
    return Complaint(rule, location, pointer, value, sentence[:MAX_MESSAGE])


def _noun(subject: str) -> str | None:
    """What a subject is about: "The requested user 5" a user."""
    found = re.findall(r"[A-Za-z][\w-]{1,40}", subject[:200])
    return next((word for word in found if word.lower() not in _NO_NOUNS), None)


def _place(
    finding: Finding, remark: Remark, sentence: str, slots: SentSlots
) -> tuple[SlotLocation | None, str]:
    is_missing = finding.rule == "required"
    if finding.whole and not remark.is_field:
        named = slots.subject(finding.subject)
        return (slots.named(named) if named else None) or ("body", "")
    if remark.path and remark.is_field:
        path = list(remark.path)
        if finding.name and finding.rule in {"required", "unexpected"}:
            names = split_path(finding.name)
            if plain(path[-1]) != plain(names[-1] if names else ""):
                path += names
        location, pointer = slots.find(remark.location, path, is_missing=is_missing)
        known = slots.subject(finding.subject) if location is None and not is_missing else None
        if known and slots.named(known):
            return slots.named(known) or (location, pointer)
        if pointer or not finding.subject:
            return location, pointer
        remark = replace(remark, location=location)
    told = remark.location or slots.location_in(sentence)
    name = finding.name or slots.subject(finding.subject, is_missing=is_missing)
    if name:
        location, pointer = slots.find(told, split_path(name), is_missing=is_missing)
        is_sent = slots.value(location, pointer) is not None
        if is_sent or finding.name or (finding.rule == "same" and finding.value):
            return location, pointer
    if finding.rule in {"either", "credentials"}:
        return told, ""
    if found := slots.quoted(finding.subject) or slots.quoted(sentence):
        return found
    if finding.rule != "required" and (found := slots.mentioned(sentence)):
        return found
    is_quoted = bool(name) and any(f"{mark}{name}{mark}" in finding.subject for mark in "'\"`")
    if name and (finding.rule not in {"not_found", "other", "same"} or is_quoted):
        return slots.find(told, split_path(name), is_missing=is_missing)
    return told, ""


# ── All of them ───────────────────────────────────────────────────────────────────────────────────


def _settled(status: int, read: list[Complaint]) -> tuple[Complaint, ...]:
    """Each complaint once, without those that say less than another one."""
    if status in {401, 403}:
        about_access = {"other", "required", "format", "type"}
        if status == 401:
            about_access.add("not_found")  # a user, a token; with 403, what was asked for
        read = [
            replace(one, rule="credentials", value=None) if one.rule in about_access else one
            for one in read
        ]
    telling = [one for one in read if one.rule != "other"]
    placed = [one for one in read if one.rule == "other" and one.pointer and one.location]
    chosen = telling + placed or read[:1]
    kept: dict[tuple[Any, ...], Complaint] = {}
    for one in chosen:
        key = (one.rule, one.location, one.pointer)
        known = kept.get(key)
        if known is None or (known.value in {None, ()} and one.value not in {None, ()}):
            kept[key] = one
    found = list(kept.values())
    listed = {(one.location, one.pointer) for one in found if one.rule == "enum" and one.value}
    placed_rules = {one.rule for one in found if one.pointer}
    known_places = {(one.rule, _end(one.pointer)) for one in found if one.location}
    result = [
        one
        for one in found
        if (one.pointer or one.location or one.rule not in placed_rules)
        and (one.location or not one.pointer or (one.rule, _end(one.pointer)) not in known_places)
        and not (one.rule in {"format", "type"} and (one.location, one.pointer) in listed)
        and not (one.rule == "format" and one.value is None and _is_said_better(one, found))
    ]
    return tuple(result[:MAX_COMPLAINTS])


def _is_said_better(one: Complaint, others: list[Complaint]) -> bool:
    """Whether a complaint that something is not valid says no more than another one."""
    return any(o.rule != one.rule and (o.pointer == one.pointer or not one.pointer) for o in others)


def _end(pointer: str) -> str:
    """The last name of a pointer, whatever its spelling."""
    return plain(pointer.rpartition("/")[2])
