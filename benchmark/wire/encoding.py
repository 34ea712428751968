"""Writes the parts of a request: path, query, forms, multipart, header and cookie values."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePath
from secrets import token_hex
from typing import Any
from urllib.parse import quote, quote_plus, unquote

from urllib3.fields import RequestField

from benchmark.wire.styles import json_text, styled_pairs

Pairs = Mapping[str, Any] | Sequence[tuple[str, Any]]
"""Names and values; a sequence where a name comes more than once."""

Upload = Any
"""A file to upload: a tuple of its name, its content, its content type (None or left out: nothing
is said of it) and headers; or the content alone, then its name is that of the file, or of the part.

Content is bytes, text, or an open file, which is read from where it stands.
"""

Uploads = Mapping[str, Upload | list[Upload]] | Sequence[tuple[str, Upload | list[Upload]]]
"""Uploads by the names of their parts."""

Encoding = Mapping[str, Mapping[str, Any]]
"""How members of a form are written, by their names: the words of OpenAPI's Encoding Object.

`style` with `explode` and `allowReserved`, or `contentType`; and the `headers` of parts, as values.
"""

_Part = tuple[bytes, bytes]
"""The headers of a part of a multipart body, and its content."""

# One for all bodies of a process, so that their Content-Type is the same too.
_BOUNDARY = token_hex(16).encode()

# What `allowReserved` lets through: the reserved characters of RFC 3986, section 2.2, but for those
# that would end or divide the place where they stand (OpenAPI 3.1.1, section 4.8.12.2.2).
_RESERVED_IN_PATH = "/:@!$&'()*+,;="
_RESERVED_IN_QUERY = "/:@!$'()*,;=?"
_RESERVED_IN_COOKIE = "/:@!$&'()*+=?#[]"
_PERCENT_TRIPLE = re.compile(r"(%[0-9A-Fa-f]{2})")
_is_unreserved = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch
_TEMPLATE_NAME = re.compile(r"\{([^{}]*)\}")
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


class UnsendableError(ValueError):
    """A value that cannot stand where it should; the message names the place, not the value."""


def fill_template(
    template: str, values: Mapping[str, Any], allow_reserved: Collection[str] = ()
) -> str:
    """A path template with its `{names}` filled and percent-encoded (RFC 3986, section 2.1).

    The values of `allow_reserved` keep their slashes and other reserved characters, except `?`,
    `#` and brackets. Raises UnsendableError for None, "" and dot segments, which would lead to
    another path (`DELETE /items/`), and KeyError for a name that `values` does not have.
    """
    pieces = list(_template_pieces(template))
    for index in range(1, len(pieces), 2):
        name = pieces[index]
        value = values[name]
        if type(value) is int:  # nothing to encode, and no other path
            pieces[index] = str(value)
            continue
        text = value if isinstance(value, str) else "" if value is None else plain_text(value)
        keeps = name in allow_reserved
        segments = unquote(text).split("/") if keeps else (text,)
        if not text or "." in segments or ".." in segments:
            raise UnsendableError(f"no value for {{{name}}}")
        pieces[index] = _reserved_expansion(text, _RESERVED_IN_PATH) if keeps else _quoted(text)
    return "".join(pieces)


@lru_cache(maxsize=1024)
def _template_pieces(template: str) -> tuple[str, ...]:
    """The parts between the names, and the names, in turn."""
    return tuple(_TEMPLATE_NAME.split(template))


def _quoted(text: str) -> str:
    """Percent-encoded but for the unreserved characters; most values have nothing else."""
    return text if _is_unreserved(text) else quote(text, safe="")


_quoted_name = lru_cache(maxsize=1024)(_quoted)  # the same few names come again and again


def encode_query(
    params: Pairs | None, more: Mapping[str, str], allow_reserved: Collection[str] = ()
) -> str:
    """The query string, without a question mark; "" when there is nothing to say.

    The values of `allow_reserved` keep their reserved characters, except `#`, brackets, `&` and
    `+`, which end a query, are not allowed in one, or mean something else to whoever reads forms.
    """
    pairs = []
    for name, text in form_pairs(params or ()):
        keeps = name in allow_reserved
        written = _reserved_expansion(text, _RESERVED_IN_QUERY) if keeps else _quoted(text)
        pairs.append(f"{_quoted_name(name)}={written}")
    for name, text in more.items():
        pairs.append(f"{_quoted_name(name)}={_quoted(text)}")
    return "&".join(pairs)


def _reserved_expansion(text: str, kept: str) -> str:
    """Percent-encoded but for the `kept` characters and what is already (RFC 6570, 3.2.3)."""
    parts = _PERCENT_TRIPLE.split(text)
    return "".join(p if i % 2 else quote(p, safe=kept) for i, p in enumerate(parts))


def encode_form(values: Pairs, encoding: Encoding | None = None) -> str:
    """An application/x-www-form-urlencoded body."""
    if not encoding:
        pairs = form_pairs(values)
        return "&".join([f"{_plus_quoted(name)}={_plus_quoted(text)}" for name, text in pairs])
    written = []
    for name, value in _items(values):
        how = encoding.get(name, {})
        keeps = bool(how.get("allowReserved"))
        for key, text in _pairs_of(name, value, how):
            sent = _reserved_expansion(text, _RESERVED_IN_QUERY) if keeps else _plus_quoted(text)
            written.append(f"{_plus_quoted(key)}={sent}")
    return "&".join(written)


def _plus_quoted(text: str) -> str:
    return text if _is_unreserved(text) else quote_plus(text)


def _items(values: Pairs) -> Iterable[tuple[str, Any]]:
    # Most are plain dictionaries, which are told quicker than other mappings.
    return values.items() if type(values) is dict or isinstance(values, Mapping) else values


def _pairs_of(name: str, value: Any, how: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    if "style" in how:
        return _styled(name, value, how)
    if "json" in how.get("contentType", ""):
        items = value if isinstance(value, list | tuple) else [value]
        return [(name, json_text(item)) for item in items if item is not None]
    return form_pairs([(name, value)])


def form_pairs(values: Pairs) -> list[tuple[str, str]]:
    """Names and texts as forms and queries send them: lists repeat the name, None is left out."""
    pairs: list[tuple[str, str]] = []
    for name, value in _items(values):
        if isinstance(value, str):
            pairs.append((name, value))
        elif isinstance(value, list | tuple):
            pairs.extend((name, plain_text(item)) for item in value if item is not None)
        elif value is not None:
            pairs.append((name, plain_text(value)))
    return pairs


def _styled(name: str, value: Any, how: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    style = how["style"]
    return styled_pairs(name, value, style, bool(how.get("explode", style == "form")))


def encode_multipart(
    fields: Pairs,
    files: Uploads,
    encoding: Encoding | None = None,
) -> tuple[bytes, str]:
    """A multipart/form-data body and its content type. Objects become JSON parts (OpenAPI 3).

    Each item of an array is a part of its own (RFC 7578, section 4.3). Nothing in a part is
    percent-encoded. Raises UnsendableError for a header that cannot be sent, TypeError for what is
    no upload, OSError for a file that cannot be read.
    """
    parts: list[_Part] = []
    for name, value in _items(fields):
        how = (encoding or {}).get(name, {})
        if "style" in how:
            pairs = _styled(name, value, how)
            parts += [_part(key, text, None, None, how) for key, text in pairs]
        else:
            items = value if isinstance(value, list | tuple) else [value]
            parts += [_field_part(name, item, how) for item in items if item is not None]
    for name, uploads in _items(files):
        how = (encoding or {}).get(name, {})
        for upload in uploads if isinstance(uploads, list) else [uploads]:
            parts.append(_file_part(name, upload, how))
    boundary = _BOUNDARY
    while any(boundary in content for _, content in parts):
        boundary = token_hex(16).encode()  # somebody sends what we sent
    written = [b"--%b\r\n%b%b\r\n" % (boundary, head, content) for head, content in parts]
    content_type = f"multipart/form-data; boundary={boundary.decode()}"
    return b"".join(written) + b"--%b--\r\n" % boundary, content_type


def _field_part(name: str, value: Any, how: Mapping[str, Any]) -> _Part:
    """A part with a value: JSON if its content type says so or it is an object, else text."""
    default = "application/json" if isinstance(value, Mapping | list | tuple) else None
    content_type = how.get("contentType", default)
    is_bytes = isinstance(value, bytes)
    if content_type and "json" in content_type and not is_bytes:
        return _part(name, json_text(value), None, content_type, how)
    return _part(name, value if is_bytes else plain_text(value), None, content_type, how)


def _file_part(name: str, upload: Upload, how: Mapping[str, Any]) -> _Part:
    """A part with a file, in all the forms that requests and geventhttpclient take."""
    if isinstance(upload, tuple):
        file_name, content, content_type, headers = (*upload, None, None)[:4]
        if headers:
            how = {**how, "headers": {**how.get("headers", {}), **headers}}
    else:
        path = getattr(upload, "name", None)
        file_name = PurePath(path).name if isinstance(path, str) else name
        content, content_type = upload, None
    if hasattr(content, "read"):
        content = content.read()
    if not isinstance(content, bytes | str | bytearray | memoryview):
        raise TypeError(f"a file cannot be a {type(content).__name__}")
    return _part(name, content, file_name, content_type, how)


def _part(
    name: str,
    content: str | bytes | bytearray | memoryview,
    file_name: str | None,
    content_type: str | None,
    how: Mapping[str, Any],
) -> _Part:
    headers = tuple(encode_headers(how["headers"]).items()) if "headers" in how else ()
    head = _part_head(name, file_name, content_type, headers)
    return head, content.encode() if isinstance(content, str) else bytes(content)


@lru_cache(maxsize=512)
def _part_head(
    name: str, file_name: str | None, content_type: str | None, headers: tuple[tuple[str, str], ...]
) -> bytes:
    """The headers of a part, the empty line included; the same few come again and again."""
    part = RequestField(name, b"", file_name, dict(headers))
    checked = None if content_type is None else header_text("Content-Type", content_type)
    part.make_multipart(content_type=checked)
    return part.render_headers().encode()


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


def encode_cookies(
    cookies: Mapping[str, Any], allow_reserved: Collection[str] = ()
) -> dict[str, str]:
    """Cookies with their values percent-encoded; those that are None are left out.

    The values of `allow_reserved` keep every character that a cookie may have of the reserved
    ones (RFC 6265, section 4.1.1): all but comma and semicolon.
    """
    return {
        name: _reserved_expansion(plain_text(value), _RESERVED_IN_COOKIE)
        if name in allow_reserved
        else quote(plain_text(value))
        for name, value in cookies.items()
        if value is not None
    }


def plain_text(value: Any) -> str:
    """A value as forms, queries and paths write it: booleans in lower case, objects as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, separators=(",", ":"))
    return str(value)
