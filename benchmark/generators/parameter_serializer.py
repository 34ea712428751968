"""Writes a parameter's value as it goes on the wire: every style, exploded or not, of OpenAPI."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from benchmark.models import Parameter

Pairs = tuple[tuple[str, str], ...]
_DELIMITERS = {"spaceDelimited": " ", "pipeDelimited": "|", "tabDelimited": "\t"}
_MAX_DEEP_LEVELS = 10


def serialize_parameter(parameter: Parameter, value: Any) -> Pairs:
    """The pairs (name, text) that carry `value`, in order; none where there is nothing to send.

    Nothing is percent-encoded yet: the HTTP client encodes names and texts where they go, except
    what `Parameter.allow_reserved` lets through. A path parameter always gives one pair, its text
    with the prefix that the style asks for (`.red`, `;color=red`); header parameters give at most
    one. null, an empty array and an empty object are not sent (RFC 6570, section 2.3: they are
    undefined), save in a path, where something must stand. Source: OpenAPI 3.1.1, section 4.8.12.
    """
    if parameter.content_type is not None:
        text = value if isinstance(value, str) and not _is_json(parameter) else _json(value)
        return ((parameter.name, text),)
    if parameter.location in ("path", "header"):
        text = _one_text(parameter, value)
        return ((parameter.name, text),) if parameter.location == "path" or text else ()
    if value is None or (isinstance(value, list | tuple | Mapping) and not value):
        return ()
    if parameter.style == "deepObject" and isinstance(value, list | tuple | Mapping):
        return tuple(_deep(parameter.name, value, 1))
    if isinstance(value, Mapping):
        return _object_pairs(parameter, value)
    if isinstance(value, list | tuple):
        return _array_pairs(parameter, value)
    return ((parameter.name, _text(value)),)


def _is_json(parameter: Parameter) -> bool:
    return "json" in (parameter.content_type or "").lower()


def _array_pairs(parameter: Parameter, value: list[Any] | tuple[Any, ...]) -> Pairs:
    texts = [_text(item) for item in value]
    if parameter.explode:
        return tuple((parameter.name, text) for text in texts)
    return ((parameter.name, _delimiter(parameter).join(texts)),)


def _object_pairs(parameter: Parameter, value: Mapping[str, Any]) -> Pairs:
    members = {name: member for name, member in value.items() if member is not None}
    if parameter.explode:
        # A member that is an array repeats its name, as an exploded array parameter would.
        return tuple(
            (name, _text(item))
            for name, member in members.items()
            for item in (member if isinstance(member, list | tuple) else [member])
        )
    if not members:
        return ()
    flat = [part for name, member in members.items() for part in (name, _text(member))]
    return ((parameter.name, _delimiter(parameter).join(flat)),)


def _delimiter(parameter: Parameter) -> str:
    return _DELIMITERS.get(parameter.style, ",")


def _deep(name: str, value: Any, level: int) -> list[tuple[str, str]]:
    """`name[member]=text`; deeper levels, which the specification leaves open, in the same way."""
    if value is None:
        return []
    if isinstance(value, Mapping) and level <= _MAX_DEEP_LEVELS:
        nested = [_deep(f"{name}[{key}]", member, level + 1) for key, member in value.items()]
        return [pair for pairs in nested for pair in pairs]
    if isinstance(value, list | tuple):
        return [(name, _text(item)) for item in value]
    return [(name, _text(value))]


def _one_text(parameter: Parameter, value: Any) -> str:
    """The text of a path or header parameter: styles simple, label and matrix."""
    write = _ONE_TEXT.get(parameter.style, _simple)
    return write(parameter, value)


def _simple(parameter: Parameter, value: Any) -> str:
    return _delimiter(parameter).join(_parts(parameter, value))


def _label(parameter: Parameter, value: Any) -> str:
    separator = "." if parameter.explode else ","
    return "." + separator.join(_parts(parameter, value))


def _matrix(parameter: Parameter, value: Any) -> str:
    name = parameter.name
    if parameter.explode and isinstance(value, Mapping):
        return "".join(f";{part}" for part in _parts(parameter, value))
    if parameter.explode and isinstance(value, list | tuple):
        return "".join(f";{name}={part}" for part in _parts(parameter, value)) or f";{name}"
    text = ",".join(_parts(parameter, value))
    return f";{name}={text}" if text else f";{name}"


_ONE_TEXT: dict[str, Callable[[Parameter, Any], str]] = {
    "simple": _simple,
    "label": _label,
    "matrix": _matrix,
}


def _parts(parameter: Parameter, value: Any) -> list[str]:
    """The texts that a separator joins: `a`, `b` of an array, `k=v` or `k`, `v` of an object."""
    if isinstance(value, Mapping):
        members = [(name, _text(member)) for name, member in value.items() if member is not None]
        if parameter.explode:
            return [f"{name}={text}" for name, text in members]
        return [part for member in members for part in member]
    if isinstance(value, list | tuple):
        return [_text(item) for item in value]
    return [_text(value)]


def _text(value: Any) -> str:
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
    return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
