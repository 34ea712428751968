"""How things are read from answers: the item of a create, the items of a list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

_LONGEST_WORD = 400
_WORD = re.compile(r"\w[\w.:/+=~-]*")

LISTED_LIMIT = 1000
"""How many items of a list are read; the others are as good."""


def item_of(answer: Any, at: str, location: str | None, sent: Mapping[str, Any]) -> Any | None:
    """The item that an answer to a create holds, or None if nothing is known of it.

    `answer` is the JSON value of the answer, or None where it has none; the item stands at the JSON
    Pointer `at`. With `/*` at its end that leads to an object whose only member is the item, under
    its id. A bare text or number there is the item `{"id": …}`, and so is the only member of
    an array. With `location` (the header of that name) its last path segment is the item's `id`.
    `sent` holds what the client itself chose; these values are members of the item, whatever the
    answer says of them.
    """
    found: Any = items_of(answer, at) if at.endswith("/*") else value_at(answer, at)
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    item = _as_item(found)
    added: dict[str, Any] = {}
    if location is not None and (name := _last_segment(location)):
        added["id"] = name
    added |= {name: value for name, value in sent.items() if value is not None}
    if not added:
        return item
    return {**(item or {}), **added}


def items_of(answer: Any, pointer: str) -> list[Any]:
    """The items of a list answer, `LISTED_LIMIT` at most; [] where there are none.

    `pointer` leads to an array; a lone object there is a list of one. With `/*` at its end it leads
    to a map of items by their ids: the keys become the member `id` of items that have none. Bare
    texts and numbers are items `{"id": …}`.
    """
    if pointer.endswith("/*"):
        found = value_at(answer, pointer[:-2])
        if not isinstance(found, Mapping):
            return []
        pairs = list(found.items())[:LISTED_LIMIT]
        return [
            {"id": key, **value} if isinstance(value, Mapping) else {"id": key}
            for key, value in pairs
        ]
    found = value_at(answer, pointer)
    if isinstance(found, Mapping):
        return [found]
    if not isinstance(found, list):
        return []
    items = (_as_item(one) for one in found[:LISTED_LIMIT])
    return [item for item in items if item is not None]


def bare_text(content_type: str, content: bytes) -> str | None:
    """The one word of an answer in plain text, such as the id of what was made; else None."""
    if content_type.partition(";")[0].strip().lower() != "text/plain":
        return None
    if len(content) > _LONGEST_WORD:
        return None
    text = content.decode(errors="replace").strip()
    return text if _WORD.fullmatch(text) else None


def value_at(document: Any, pointer: str) -> Any:
    """What a JSON Pointer (RFC 6901) leads to; None where it leads nowhere."""
    found = document
    for token in pointer[1:].split("/") if pointer else []:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(found, Mapping) and name in found:
            found = found[name]
        elif isinstance(found, list) and (index := _index(name)) is not None and index < len(found):
            found = found[index]
        else:
            return None
    return found


def _index(token: str) -> int | None:
    return int(token) if token.isdecimal() and len(token) < 10 else None


def _as_item(value: Any) -> Mapping[str, Any] | None:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
        return {"id": value}
    return None


def _last_segment(location: str) -> str:
    """The last segment of a URL's path, percent-decoded; "" where there is none."""
    try:
        path = urlsplit(location).path
    except ValueError:
        return ""
    return unquote(path.rstrip("/").rpartition("/")[2])
