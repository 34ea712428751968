"""Members of items, and which of them names the item for a slot that wants such an identifier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from benchmark.generators import schema_view
from benchmark.generators.naming import identified_noun, plain, reference_noun, words
from benchmark.models import JsonSchema, escape_pointer

Members = Mapping[str, tuple[str, JsonSchema]]
"""The members of an item by their plain names (`naming.plain`): JSON Pointer and schema."""

MAX_MEMBERS = 500
"""How many members of one item are looked at."""

IDS = ("id", "uuid", "guid", "uid", "sid", "pk")
"""Plain names of members that name any item, the usual ones first."""

_NAMES = ("key", "slug", "code", "name", "login", "username", "handle", "arn")
_NUMBERS = frozenset({"number", "num", "no"})
_INNER = frozenset({"attributes", "metadata", "meta", "sys"})
"""Members that hold an item's own attributes one level further down (JSON:API and others)."""

_ID_WORDS = frozenset({*IDS, "ids", "uuids", "guids", "uids", "sids", "pks"})
_ANSWERS_ABOUT_ITSELF = frozenset({"message", "success", "error", "errors", "detail", "msg"})


def members_of(schema: JsonSchema, definitions: Mapping[str, JsonSchema]) -> Members:
    """The members of the objects that a schema describes, those one level inside last."""
    declared = schema_view.properties(schema, definitions)
    found: dict[str, tuple[str, JsonSchema]] = {}
    for name, member in islice(declared.items(), MAX_MEMBERS):
        found.setdefault(plain(name), (f"/{escape_pointer(name)}", member))
    for name in IDS:  # an id that is an object holds it one level down
        if name in found and (inner := schema_view.properties(found[name][1], definitions)):
            below = next((known for known in inner if plain(known) in (*IDS, "oid")), None)
            if below is not None:
                pointer = f"{found[name][0]}/{escape_pointer(below)}"
                found[name] = pointer, inner[below]
    for name in _INNER.intersection(declared):
        inner = schema_view.properties(declared[name], definitions)
        for below, member in islice(inner.items(), MAX_MEMBERS):
            pointer = f"/{escape_pointer(name)}/{escape_pointer(below)}"
            found.setdefault(plain(below), (pointer, member))
    return found


def names_itself(members: Members) -> bool:
    """Whether an item has a member that looks like an identifier of it.

    A `code` beside a `message` is that of the answer, not of an item.
    """
    if any(name in members for name in IDS):
        return True
    names = [pointer.rpartition("/")[2] for pointer, _ in members.values()]
    if any(reference_noun(name) for name in names):
        return True
    if _ANSWERS_ABOUT_ITSELF.intersection(members):
        return False
    return any(identified_noun(name) is not None for name in names)


def type_of(schema: JsonSchema, definitions: Mapping[str, JsonSchema]) -> str:
    """The type of the values that a schema describes, "uuid" for such texts; "" if unknown."""
    if isinstance(schema, dict) and "type" in schema and "$ref" not in schema:
        return _own_type(schema)
    resolved = schema_view.resolve(schema, definitions)
    for keyword in ("anyOf", "oneOf", "allOf") if "type" not in resolved else ():
        variants = resolved.get(keyword)
        if isinstance(variants, list):
            types = (_own_type(schema_view.resolve(v, definitions)) for v in islice(variants, 9))
            return next((found for found in types if found), "")
    return _own_type(resolved)


def _own_type(schema: Mapping[str, Any]) -> str:
    declared = schema.get("type")
    if isinstance(declared, str):
        is_uuid = declared == "string" and schema.get("format") in ("uuid", "guid")
        return "uuid" if is_uuid else declared
    types = declared if isinstance(declared, list) else [declared]
    found = next((t for t in types if isinstance(t, str) and t != "null"), "")
    is_uuid = found == "string" and schema.get("format") in ("uuid", "guid")
    return "uuid" if is_uuid else found


def fits(wanted: str, offered: str) -> bool:
    """Whether a value of one type (`type_of`) may stand where another is wanted."""
    numbers = {"integer", "number"}
    if offered in ("object", "array", "boolean"):
        return False
    if wanted in numbers:
        return offered in numbers or not offered
    return not (wanted == "uuid" and offered in numbers)


def identifier(
    members: Members,
    name: str,
    noun: str,
    wanted: JsonSchema = True,
    definitions: Mapping[str, JsonSchema] | None = None,
) -> str:
    """The JSON Pointer of the member that names an item for the slot `name` about a `noun`.

    `wanted` is the slot's schema: a member of a fitting type is preferred. "" if there is none.
    """
    known = definitions or {}
    wanted_type = type_of(wanted, known)
    second = ""
    for candidate in _candidates(name, noun, wanted_type, members, known):
        if candidate in members:
            pointer, schema = members[candidate]
            offered = type_of(schema, known)
            if fits(wanted_type, offered):
                return pointer
            if offered not in ("object", "array", "boolean"):
                second = second or pointer
    return second


def owner_pointer(members: Members, name: str, definitions: Mapping[str, JsonSchema]) -> str:
    """Where an item says who its owner is, for the slot `name`: `/owner/login`; "" if nowhere."""
    if plain(name) not in members:
        return ""
    pointer, schema = members[plain(name)]
    inner = members_of(schema, definitions)
    if not inner:
        return pointer if fits("string", type_of(schema, definitions)) else ""
    below = next(
        (word for word in ("login", "username", "slug", "name", *IDS) if word in inner), ""
    )
    return f"{pointer}{inner[below][0]}" if below else ""


def _candidates(
    name: str,
    noun: str,
    wanted: str,
    members: Members,
    definitions: Mapping[str, JsonSchema],
) -> Iterator[str]:
    """Plain names of members, the most telling first."""
    exact, about, parts = plain(name), plain(noun), words(name)
    yield exact
    if exact.endswith("s"):
        yield exact[:-1]
    suffix = exact[len(about) :] if exact.startswith(about) else ""
    if suffix == "name":
        yield from ("name", "login", "slug")
    elif suffix and suffix not in _ID_WORDS:  # {issue_number} behind /issues
        yield suffix
    is_id = any(part in _ID_WORDS for part in parts)
    if parts and not is_id and wanted == "integer":
        yield from ("number", "iid", "index")
    if about:
        yield from (f"{about}{word}" for word in IDS)
    if parts and not is_id and wanted == "string":
        is_number = "id" in members and type_of(members["id"][1], definitions) == "integer"
        if parts[-1] in _NAMES:
            yield parts[-1]
        elif is_number and parts[-1] not in _NUMBERS:
            yield from _NAMES
    if parts and parts[-1] in _ID_WORDS:
        yield parts[-1]
    yield from IDS
    if parts:
        yield parts[-1]
    yield from (*_NAMES, "number")
    if about:
        yield from (f"{about}{word}" for word in _NAMES)
        yield about


def identifier_in(item: Mapping[str, Any], name: str, noun: str) -> str:
    """The JSON Pointer of the member of a real item that names it for a slot; "" if none does.

    `name` is the slot's, such as "session_id", and `noun` what the slot is about.
    """
    return identifier(_members_in(item), name, noun)


def _members_in(item: Mapping[str, Any]) -> Members:
    found: dict[str, tuple[str, JsonSchema]] = {}
    inner: list[tuple[str, Any]] = []
    for name, value in _with_names(islice(item.items(), MAX_MEMBERS)):
        if isinstance(value, Mapping):
            inner += [(name, value)] if name in _INNER else []
        elif schema := _schema_of(value):
            found.setdefault(plain(name), (f"/{escape_pointer(name)}", schema))
    for name, value in inner:
        for below, leaf in _with_names(islice(value.items(), MAX_MEMBERS)):
            if schema := _schema_of(leaf):
                pointer = f"/{escape_pointer(name)}/{escape_pointer(below)}"
                found.setdefault(plain(below), (pointer, schema))
    return found


def _with_names(members: Iterable[tuple[Any, Any]]) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in members if isinstance(name, str))


def _schema_of(value: Any) -> dict[str, str]:
    """What a schema would say of a value that may identify something; {} if it cannot."""
    if isinstance(value, str) and value:
        return {"type": "string"}
    return {"type": "integer"} if isinstance(value, int) and not isinstance(value, bool) else {}
