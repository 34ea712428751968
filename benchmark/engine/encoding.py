"""Writes the parts of a request: path, query, forms, multipart, header and cookie values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from urllib3.fields import RequestField
from urllib3.filepost import encode_multipart_formdata

Pairs = Mapping[str, Any] | Sequence[tuple[str, Any]]
"""Names and values; a sequence where a name comes more than once."""

FilePart = tuple[str, bytes, str]
"""A file to upload: its name, its content and its content type."""

_TEMPLATE_NAME = re.compile(r"\{([^{}]*)\}")
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


class UnsendableError(ValueError):
    """A value that cannot stand where it should; the message names the place, not the value."""


def fill_template(template: str, values: Mapping[str, Any]) -> str:
    """A path template with its `{names}` filled and percent-encoded (RFC 3986, section 2.1).

    Raises UnsendableError for None, "" and the dot segments, which would lead to another path
    (`DELETE /items/`), and KeyError for a name that `values` does not have.
    """

    def filled(match: re.Match[str]) -> str:
        value = values[match[1]]
        text = "" if value is None else plain_text(value)
        if text in {"", ".", ".."}:
            raise UnsendableError(f"no value for {{{match[1]}}}")
        return quote(text, safe="")

    return _TEMPLATE_NAME.sub(filled, template)


def encode_query(params: Pairs | None, more: Mapping[str, str]) -> str:
    """The query string, without a question mark; "" when there is nothing to say."""
    if not params and not more:
        return ""
    return urlencode([*form_pairs(params or ()), *more.items()], quote_via=quote)


def form_pairs(values: Pairs) -> list[tuple[str, str]]:
    """Names and texts as forms and queries send them: lists repeat the name, None is left out."""
    pairs: list[tuple[str, str]] = []
    for name, value in values.items() if isinstance(values, Mapping) else values:
        items = value if isinstance(value, list | tuple) else [value]
        pairs.extend((name, plain_text(item)) for item in items if item is not None)
    return pairs


def encode_multipart(
    fields: Pairs, files: Mapping[str, FilePart | Sequence[FilePart]]
) -> tuple[bytes, str]:
    """A multipart/form-data body and its content type. Objects become JSON parts (OpenAPI 3)."""
    parts: list[RequestField] = []
    for name, value in fields.items() if isinstance(fields, Mapping) else fields:
        for item in value if isinstance(value, list | tuple) else [value]:
            if item is None:
                continue
            part = RequestField(name=name, data=_part_content(item))
            is_json = isinstance(item, Mapping | list | tuple)
            part.make_multipart(content_type="application/json" if is_json else None)
            parts.append(part)
    for name, upload in files.items():
        for file_name, content, content_type in [upload] if isinstance(upload, tuple) else upload:
            part = RequestField(name=name, data=content, filename=file_name)
            part.make_multipart(content_type=header_text("Content-Type", content_type))
            parts.append(part)
    return encode_multipart_formdata(parts)


def encode_headers(headers: Mapping[str, Any]) -> dict[str, str]:
    """Headers as they are sent; those that are None are left out. Raises UnsendableError."""
    return {name: header_text(name, value) for name, value in headers.items() if value is not None}


def header_text(name: str, value: Any) -> str:
    """A header's value as text. Raises UnsendableError for what would end or break the header.

    Allowed are the characters of RFC 9110, section 5.5.
    """
    text = plain_text(value)
    if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(text):
        raise UnsendableError(f"the header {name!a} cannot be sent")
    return text


def encode_cookies(cookies: Mapping[str, Any]) -> dict[str, str]:
    """Cookies with their values percent-encoded; those that are None are left out."""
    return {name: quote(plain_text(value)) for name, value in cookies.items() if value is not None}


def plain_text(value: Any) -> str:
    """A value as forms, queries and paths write it: booleans in lower case, objects as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, separators=(",", ":"))
    return str(value)


def _part_content(value: Any) -> str | bytes:
    return value if isinstance(value, bytes) else plain_text(value)
