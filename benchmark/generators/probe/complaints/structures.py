"""Walks through an error document: lists of entries, maps of fields, and texts in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from benchmark.generators.naming import plain
from benchmark.generators.probe.complaints.slots import LOCATIONS, SentSlots, split_path
from benchmark.models import SlotLocation

MAX_DEPTH = 16
"""How deep an error document is read."""

MAX_REMARKS = 200
"""How many remarks of one document are read."""

_PATHS = (
    "loc", "instancePath", "instanceLocation", "instance_path", "dataPath", "pointer",
    "propertyPath", "property_path", "field", "fieldName", "field_name", "param", "parameter",
    "parameterName", "property", "propertyName", "attribute", "path", "key", "name", "argument",
    "source", "target", "fieldPath", "jsonPath", "absolute_path", "variable", "member",
)  # fmt: skip
_MESSAGES = (
    "msg", "message", "defaultMessage", "default_message", "description", "detail", "details",
    "reason", "error", "errorMessage", "error_message", "userMessage", "title", "text", "hint",
    "error_description", "problem", "errmsg", "faultstring", "info", "cause", "exception",
    "developerMessage", "statusMessage", "userTitle",
)  # fmt: skip
_CODES = ("type", "keyword", "code", "constraint", "kind", "rule", "tag", "errorCode", "error",
          "validator", "error_type", "error_code")  # fmt: skip
_PLACES = ("in", "location", "source", "where", "paramType")
_CONTEXTS = ("ctx", "params", "context", "arguments", "constraints", "attributes", "meta")
_EXTENSIONS = "extensions"  # where errors in the form of GraphQL's keep code and field
_CONTAINERS = frozenset(
    "errors error detail details message messages issues issue violations invalidparams "
    "invalidparameters extra fielderrors fielderror formerrors nonfielderrors all base global "
    "general validationerrors validation validationresult children subs causes cause unionerrors "
    "errormessages data response result body exception problems reasons failures nested inner "
    "innererror suberrors globalerrors objecterrors report fault description msg modelstate "
    "fields extensions parametererrors zoderror errordetails title text reason info".split()
)
_SILENT = frozenset(
    "status statuscode code timestamp time path instance type trace traceid requestid success url "
    "method stack stacktrace help documentationurl moreinfo helpurl target ctx input "
    "rejectedvalue value received expected schemapath objectname bindingfailure id error name "
    "correlationid version docs link links ok".split()
)
_ADDRESSES = frozenset(
    "timestamp trace traceid requestid correlationid stack stacktrace url help documentationurl "
    "moreinfo helpurl schemapath ctx bindingfailure objectname rejectedvalue links instance".split()
)
_PATH_TEXT = re.compile(r"[\w$@.\-\[\]/#*~:\"']{0,300}")


@dataclass(frozen=True, slots=True)
class Remark:
    """One message with what stood beside it.

    `path` is the path of the field, `location` its location where it was told; `code` is a
    validator's code with its `context`, and `value` the value that was rejected.
    """

    text: str
    path: tuple[str, ...] = ()
    location: SlotLocation | None = None
    codes: tuple[str, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
    is_field: bool = False


def remarks(document: Any, sent: SentSlots) -> list[Remark]:
    """Every message of an error document, in its order."""
    found: list[Remark] = []
    for remark in _walk(document, Remark(""), sent, 0):
        found.append(remark)
        if len(found) >= MAX_REMARKS:
            break
    return found


def _walk(node: Any, here: Remark, sent: SentSlots, depth: int) -> Iterator[Remark]:
    if depth > MAX_DEPTH:
        return
    if isinstance(node, str):
        inner = _json_in(node)
        if inner is None:
            yield replace(here, text=node)
        else:
            yield from _walk(inner, here, sent, depth + 1)
    elif isinstance(node, list):
        yield from _walk_list(node, here, sent, depth)
    elif isinstance(node, dict):
        entry = _entry(node, here)
        if entry is None:
            yield from _walk_members(node, here, sent, depth)
            return
        yield entry
        for key, member in node.items():
            if key == _EXTENSIONS:
                continue  # they are part of the entry
            if isinstance(member, dict | list) and plain(key) in _CONTAINERS:
                yield from _walk(member, _inside(entry), sent, depth + 1)
            elif isinstance(member, dict) and key in _CONTEXTS and not entry.codes:
                yield from _walk_texts(member, entry)


def _walk_list(node: list[Any], here: Remark, sent: SentSlots, depth: int) -> Iterator[Remark]:
    for index, item in enumerate(node):
        inner = here
        if isinstance(item, dict) and here.path and _entry(item, here) is None:
            inner = replace(here, path=(*here.path, str(index)))  # errors of the items of an array
        yield from _walk(item, inner, sent, depth + 1)


def _walk_members(
    node: dict[str, Any], here: Remark, sent: SentSlots, depth: int
) -> Iterator[Remark]:
    for key, member in node.items():
        name = plain(key)
        told = LOCATIONS.get(name)
        if told and isinstance(member, dict) and not here.path and here.location is None:
            yield from _walk(member, replace(here, location=told), sent, depth + 1)
        elif _is_silent(name, member):
            continue
        elif _holds_errors(key):
            inner = replace(here, is_field=False)
            if _is_field(key, member, sent):
                inner = replace(here, path=(*here.path, key), is_field=True)
            yield from _walk(member, inner, sent, depth + 1)
        else:
            path = (*here.path, *(split_path(key) or [key]))
            yield from _walk(member, replace(here, path=path, is_field=True), sent, depth + 1)


def _holds_errors(key: str) -> bool:
    """Whether errors stand under a name that is no field's: `errors`, `_schema`, `__all__`."""
    name = plain(key)
    if key == "_schema" or name in _CONTAINERS or not name:
        return True
    return key in _CODES[:1] + _MESSAGES


def _is_silent(name: str, member: Any) -> bool:
    """Whether a member beside an error is no error itself: a status, an address, a trace."""
    if name in _ADDRESSES:
        return True
    telling = isinstance(member, dict | list) or (isinstance(member, str) and " " in member)
    return name in _SILENT and name != "error" and not telling


def _walk_texts(node: dict[str, Any], entry: Remark) -> Iterator[Remark]:
    """The messages of class-validator: `constraints: {isString: "name must be a string"}`."""
    for member in node.values():
        if isinstance(member, str) and " " in member:
            yield replace(entry, text=member)


def _is_field(key: str, member: Any, sent: SentSlots) -> bool:
    """Whether a word that errors are written under is the name of a field that was sent."""
    texts = isinstance(member, list) and all(isinstance(item, str) for item in member)
    return bool(texts and member and sent.named(key))


def _entry(node: dict[str, Any], here: Remark) -> Remark | None:
    """An object as one complaint: a message or a code, with a path, a code or a context."""
    if isinstance(more := node.get(_EXTENSIONS), dict):
        node = {**more, **node}
    path = _path(node)
    text = next((node[key] for key in _MESSAGES if _is_text(node.get(key))), "")
    codes = tuple(node[key] for key in _CODES if _is_code(node.get(key), text))
    if not text and not (codes and path is not None):
        if path is None or not any(key in node for key in ("constraints", "errors", "codes")):
            return None
    if path is None and not codes and not any(key in node for key in _CONTEXTS):
        return None
    more = node.get("codes")
    if isinstance(more, list):
        codes += tuple(code for code in more if isinstance(code, str))
    context = {key: value for key, value in node.items() if isinstance(key, str)}
    for key in _CONTEXTS:
        if isinstance(node.get(key), dict):
            context.update(node[key])
    location = here.location
    for key in _PLACES:
        if isinstance(node.get(key), str):
            location = LOCATIONS.get(plain(node[key]), location)
    path = (*here.path, *(path or ()))
    return Remark(text, path, location, codes, context, is_field=bool(path))


def _inside(entry: Remark) -> Remark:
    return Remark("", entry.path, entry.location, is_field=entry.is_field)


def _path(node: dict[str, Any]) -> tuple[str, ...] | None:
    for key in _PATHS:
        value = node.get(key)
        if isinstance(value, dict) and key == "source":
            inner = [value.get(one) for one in ("pointer", "parameter", "header")]
            value = next((one for one in inner if isinstance(one, str)), None)
        if isinstance(value, list):
            if all(isinstance(part, str | int) for part in value):
                parts = [str(part) for part in value]
                return tuple(_without_classes(parts) if key == "loc" else parts)
        elif isinstance(value, str) and _PATH_TEXT.fullmatch(value):
            if key in {"path", "target", "name"} and _is_address(key, value, node):
                continue
            if key == "source" and plain(value) in LOCATIONS:
                continue
            return tuple(split_path(value))
    return None


def _is_address(key: str, value: str, node: dict[str, Any]) -> bool:
    """Whether it is the path of the request, or the name of the error, rather than a field's."""
    if key == "name":
        return value.endswith(("Error", "Exception")) or " " in value
    return value.startswith("/") and any(one in node for one in ("status", "timestamp", "error"))


def _without_classes(parts: list[str]) -> list[str]:
    """A path of pydantic without the members of unions that were tried: `Cat`, `list[Cat]`."""
    last = len(parts) - 1
    return [
        part
        for index, part in enumerate(parts)
        if "[" not in part
        and "(" not in part
        and not (0 < index < last and part[:1].isupper() and part[1:2].islower())
    ]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_code(value: Any, text: str) -> bool:
    return (
        isinstance(value, str)
        and value != text
        and len(value) <= 60
        and " " not in value
        and "/" not in value
    )


def _json_in(text: str) -> Any:
    """The JSON document that a text consists of, or that begins after a few words."""
    start = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=-1)
    if start < 0 or start > 120 or text.rstrip()[-1:] not in {"}", "]"}:
        return None
    try:
        found = json.loads(text[start:])
    except (ValueError, RecursionError):
        return None
    structured = isinstance(found, dict) or (
        isinstance(found, list) and bool(found) and isinstance(found[0], dict)
    )
    return found if structured else None
