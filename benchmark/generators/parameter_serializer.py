"""Writes a parameter's value as it goes on the wire: every style, exploded or not, of OpenAPI."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from benchmark.models import Parameter
from benchmark.wire.styles import DELIMITERS, Pairs, json_text, plain_text, styled_pairs


def serialize_parameter(parameter: Parameter, value: Any) -> Pairs:
    """The pairs (name, text) that carry `value`, in order; none where there is nothing to send.

    Nothing is percent-encoded yet: the HTTP client encodes names and texts where they go, except
    what `Parameter.allow_reserved` lets through. A path parameter always gives one pair, its text
    with the prefix that the style asks for (`.red`, `;color=red`); header parameters give at most
    one. null, an empty array and an empty object are not sent (RFC 6570, section 2.3: they are
    undefined), save in a path, where something must stand. Source: OpenAPI 3.1.1, section 4.8.12.
    """
    if parameter.content_type is not None:
        text = value if isinstance(value, str) and not _is_json(parameter) else json_text(value)
        return ((parameter.name, text),)
    if parameter.location in ("path", "header"):
        text = _one_text(parameter, value)
        return ((parameter.name, text),) if parameter.location == "path" or text else ()
    return styled_pairs(parameter.name, value, parameter.style, parameter.explode)


def _is_json(parameter: Parameter) -> bool:
    return "json" in (parameter.content_type or "").lower()


def _one_text(parameter: Parameter, value: Any) -> str:
    """The text of a path or header parameter: styles simple, label and matrix."""
    write = _ONE_TEXT.get(parameter.style, _simple)
    return write(parameter, value)


def _simple(parameter: Parameter, value: Any) -> str:
    return DELIMITERS.get(parameter.style, ",").join(_parts(parameter, value))


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
        members = [(key, plain_text(member)) for key, member in value.items() if member is not None]
        if parameter.explode:
            return [f"{key}={text}" for key, text in members]
        return [part for member in members for part in member]
    if isinstance(value, list | tuple):
        return [plain_text(item) for item in value]
    return [plain_text(value)]
