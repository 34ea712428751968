"""How the styles of query parameters write a value; the generators and the engine share them.

`form`, `spaceDelimited`, `pipeDelimited`, `tabDelimited` (Swagger 2.0) and `deepObject`; members of
forms follow the same rules. Source: OpenAPI 3.1.1, sections 4.8.12.4 and 4.8.15.1.2.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Pairs = tuple[tuple[str, str], ...]
"""Names and texts in order, not yet percent-encoded."""

DELIMITERS = {"spaceDelimited": " ", "pipeDelimited": "|", "tabDelimited": "\t"}
"""What joins the items of an array that is not exploded; a comma in all other styles."""

_MAX_DEEP_LEVELS = 10


def styled_pairs(name: str, value: Any, style: str = "form", explode: bool = True) -> Pairs:
    """The pairs that carry a value; none for null, an empty array and an empty object.

    Those are undefined in RFC 6570, section 2.3.
    """
    if value is None or (isinstance(value, list | tuple | Mapping) and not value):
        return ()
    if style == "deepObject" and isinstance(value, list | tuple | Mapping):
        return tuple(_deep(name, value, 1))
    delimiter = DELIMITERS.get(style, ",")
    if isinstance(value, Mapping):
        return _object_pairs(name, value, delimiter, explode)
    if isinstance(value, list | tuple):
        return _array_pairs(name, value, delimiter, explode)
    return ((name, plain_text(value)),)


def _array_pairs(name: str, value: Sequence[Any], delimiter: str, explode: bool) -> Pairs:
    texts = [plain_text(item) for item in value]
    if explode:
        return tuple((name, text) for text in texts)
    return ((name, delimiter.join(texts)),)


def _object_pairs(name: str, value: Mapping[str, Any], delimiter: str, explode: bool) -> Pairs:
    members = {key: member for key, member in value.items() if member is not None}
    if explode:
        # A member that is an array repeats its name, as an exploded array parameter would.
        return tuple(
            (key, plain_text(item))
            for key, member in members.items()
            for item in (member if isinstance(member, list | tuple) else [member])
        )
    if not members:
        return ()
    flat = [part for key, member in members.items() for part in (key, plain_text(member))]
    return ((name, delimiter.join(flat)),)


def _deep(name: str, value: Any, level: int) -> Iterator[tuple[str, str]]:
    """`name[member]=text`; deeper levels, which the specification leaves open, in the same way."""
    if value is None:
        return
    if isinstance(value, Mapping) and level <= _MAX_DEEP_LEVELS:
        for key, member in value.items():
            yield from _deep(f"{name}[{key}]", member, level + 1)
    elif isinstance(value, list | tuple):
        yield from ((name, plain_text(item)) for item in value)
    else:
        yield name, plain_text(value)


def plain_text(value: Any) -> str:
    """A scalar as JSON writes it, without quotes; what is nested too deep for a style, as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))  # 1.0 is an integer to JSON Schema, and to few servers
    if isinstance(value, int | float):
        return str(value)
    return json_text(value)


def json_text(value: Any) -> str:
    """JSON without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
