"""JSON as it is written into files and printed: the same text in both."""

from __future__ import annotations

import json
from typing import Any


def json_document(value: Any, *, indent: int | None = 2) -> str:
    """A value as JSON with a line break at its end; halves of characters become question marks.

    Raises ValueError for a number that JSON does not know (NaN, infinity).
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    return text.encode("utf-8", "replace").decode("utf-8") + "\n"
