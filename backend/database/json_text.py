"""JSON as it is stored: text that every database takes, and whole results compressed."""

from __future__ import annotations

import json
import math
import zlib
from typing import Any

import orjson


def to_json(value: Any) -> str:
    """JSON in ASCII. Numbers that JSON does not know (NaN, infinities) become null."""
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    except ValueError:
        return json.dumps(_finite(value), allow_nan=False, separators=(",", ":"))


def compress(document: dict[str, Any]) -> bytes:
    """A document as zlib-compressed JSON."""
    return zlib.compress(to_json(document).encode(), level=6)


def decompress(stored: bytes) -> dict[str, Any]:
    """What `compress` was given."""
    text = zlib.decompress(stored)
    try:
        document = orjson.loads(text)  # a quarter of the time
    except orjson.JSONDecodeError:  # it refuses what others write, such as halves of characters
        document = json.loads(text)
    if not isinstance(document, dict):
        raise TypeError("a stored document is no object")
    return document


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
