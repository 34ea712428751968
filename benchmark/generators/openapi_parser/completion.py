"""The last touches on a levelled schema: null beside what it allows, `enum` in its own type."""

from __future__ import annotations

import math
from typing import Any

from benchmark.generators.openapi_parser.keywords import ANNOTATIONS

_OUTSIDE = ANNOTATIONS - {"xml"}


def nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with null allowed beside what it allows."""
    declared = schema.get("type")
    if declared is not None:
        types = declared if isinstance(declared, list) else [declared]
        if "null" not in types:
            schema["type"] = [*types, "null"]
    inside = {k: v for k, v in schema.items() if k not in _OUTSIDE}
    composed = any(k in inside for k in ("$ref", "allOf", "anyOf", "oneOf", "not", "if", "const"))
    if not composed:
        return schema
    if declared is not None:
        inside["type"] = declared
    outside = {k: v for k, v in schema.items() if k in _OUTSIDE}
    return {"anyOf": [inside, {"type": "null"}], **outside}


def fit_enum(schema: dict[str, Any]) -> None:
    """Writes the values of `enum` as its type wants them, where quotes were forgotten or added."""
    values, declared = schema.get("enum"), schema.get("type")
    if not values or not isinstance(declared, str) or any(_is_of(v, declared) for v in values):
        return
    fitted = [_converted(value, declared) for value in values if value is not None]
    if all(_is_of(value, declared) for value in fitted) and fitted:
        schema["enum"] = fitted


def _is_of(value: Any, declared: str) -> bool:
    if declared == "string":
        return isinstance(value, str)
    if declared in ("integer", "number"):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return True


def _converted(value: Any, declared: str) -> Any:
    if declared == "string":
        return str(value).lower() if isinstance(value, bool) else str(value)
    try:
        number = float(value) if isinstance(value, str) else None
    except ValueError:
        return value
    if number is None or math.isnan(number) or abs(number) > 2**53:
        return value
    return int(number) if number.is_integer() else number
