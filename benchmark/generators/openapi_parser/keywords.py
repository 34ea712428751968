"""The keywords of a schema that hold no schema: what each may hold, and how a slip is repaired.

Each function takes a keyword's value and returns the levelled one. It raises WrongValueError where
the value cannot be understood.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from benchmark.generators.openapi_parser.context import as_flag
from benchmark.generators.openapi_parser.patterns import level_pattern

TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
_MISSPELT_TYPES: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("int", "int32", "int64", "long", "short", "bigint"), ("integer", "")),
    **dict.fromkeys(
        ("float", "double", "decimal", "numeric", "num", "int or float"), ("number", "")
    ),
    **dict.fromkeys(("str", "text", "char", "varchar", "enum", "password"), ("string", "")),
    **dict.fromkeys(("datetime", "date-time", "timestamp"), ("string", "date-time")),
    **dict.fromkeys(("file", "binary", "blob"), ("string", "binary")),
    **{name: ("string", name) for name in ("date", "time", "uuid", "email", "uri", "byte")},
    **dict.fromkeys(("guid",), ("string", "uuid")),
    **dict.fromkeys(("url",), ("string", "uri")),
    **dict.fromkeys(("bool",), ("boolean", "")),
    **dict.fromkeys(("dict", "map", "hash", "json"), ("object", "")),
    **dict.fromkeys(("list", "set", "tuple"), ("array", "")),
    **dict.fromkeys(("none", "nil"), ("null", "")),
}
_FORMATS = {
    **dict.fromkeys(("datetime", "date_time", "iso8601", "iso-8601"), "date-time"),
    "guid": "uuid",
    "url": "uri",
    "base64": "byte",
}
_MAX_COUNT = 2**63
_MAX_NUMBER = 1.7e308


class WrongValueError(Exception):
    """A value that a keyword cannot have; the text is a clause such as "is no number"."""


def level_type(name: str) -> tuple[str, str] | None:
    """The type, and the format that it implies or "", of a type name as people write it."""
    plain = name.strip().lower()
    if plain in TYPES:
        return plain, ""
    return _MISSPELT_TYPES.get(plain)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise WrongValueError("is no text")


def _flag(value: Any) -> bool:
    flag = as_flag(value)
    if flag is None:
        raise WrongValueError("is neither true nor false")
    return flag


def _number(value: Any) -> int | float:
    if isinstance(value, str):
        try:
            value = int(value) if len(value) < 20 else float(value)
        except ValueError:
            raise WrongValueError("is no number") from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongValueError("is no number")
    if abs(value) > _MAX_NUMBER:  # more than validators and most servers can hold
        return _MAX_NUMBER if value > 0 else -_MAX_NUMBER
    if math.isnan(value):
        raise WrongValueError("is no number")
    return value


def _positive(value: Any) -> int | float:
    number = _number(value)
    if number <= 0:
        raise WrongValueError("is not above zero")
    return number


def _count(value: Any) -> int:
    number = _number(value)
    if number < 0 or number != number // 1 or number > _MAX_COUNT:
        raise WrongValueError("is no count")
    return int(number)


def _pattern(value: Any) -> str:
    if not isinstance(value, str):
        raise WrongValueError("is no text")
    pattern = level_pattern(value)
    if pattern is None:
        raise WrongValueError("is no regular expression of the ECMA dialect, or a costly one")
    return pattern


def _format(value: Any) -> str:
    text = _text(value).strip()
    return _FORMATS.get(text.lower(), text)


def _enum(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise WrongValueError("lists no value")
    return value


def _names(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise WrongValueError("is no list of names")
    return list(dict.fromkeys(name for name in value if isinstance(name, str)))


def _dependent_required(value: Any) -> dict[str, list[str]]:
    if not isinstance(value, Mapping):
        raise WrongValueError("is no object")
    return {name: _names(names) for name, names in value.items() if isinstance(names, list)}


def _examples(value: Any) -> list[Any]:
    if isinstance(value, Mapping):  # written like the examples of a media type
        return [_example_value(example) for example in value.values()]
    return value if isinstance(value, list) else [value]


def _example_value(example: Any) -> Any:
    return example["value"] if isinstance(example, Mapping) and "value" in example else example


def _xml(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise WrongValueError("is no object")
    return {k: v for k, v in value.items() if isinstance(v, str | bool)}


def _any(value: Any) -> Any:
    return value


PLAIN_KEYWORDS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("title", "description", "contentEncoding", "contentMediaType"), _text),
    **dict.fromkeys(("readOnly", "writeOnly", "deprecated", "uniqueItems"), _flag),
    **dict.fromkeys(("minimum", "maximum"), _number),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _count),
    **dict.fromkeys(("minProperties", "maxProperties", "minContains", "maxContains"), _count),
    **dict.fromkeys(("const", "default", "example"), _any),
    "multipleOf": _positive,
    "pattern": _pattern,
    "format": _format,
    "enum": _enum,
    "dependentRequired": _dependent_required,
    "examples": _examples,
    "xml": _xml,
}
"""Keyword → how its value is levelled, for those that stand for themselves."""

ANNOTATIONS = frozenset(
    "title description readOnly writeOnly deprecated default example examples xml".split()
)
"""What says nothing about which values are valid."""


def level_exclusive(schema: Mapping[str, Any], side: str) -> dict[str, int | float]:
    """`minimum` or `maximum` (the `side`) with its exclusive twin, in either dialect, as numbers.

    Raises WrongValueError as the other functions here do.
    """
    twin = f"exclusive{side.capitalize()}"
    bound = {side: _number(schema[side])} if side in schema else {}
    if twin not in schema:
        return bound
    exclusive = schema[twin]
    if (flag := as_flag(exclusive)) is not None:
        return {twin: bound[side]} if flag and bound else bound
    return {**bound, twin: _number(exclusive)}
