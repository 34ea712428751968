"""Turns what a task wants to send into bytes, or into what sends bytes piece by piece."""

from __future__ import annotations

import json as standard_json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from benchmark.engine.http_client.errors import HttpClientError
from benchmark.engine.http_client.exchange import WriteBody
from benchmark.engine.http_client.request_head import Lines
from benchmark.wire.encoding import Encoding, Uploads, encode_form, encode_multipart

_AT_A_TIME = 65536
_NONE: Lines = ()
_JSON: Lines = (("Content-Type", "application/json"), ("Accept", "application/json"))
_FORM: Lines = (("Content-Type", "application/x-www-form-urlencoded"),)
_TEXT: Lines = (("Content-Type", "text/plain; charset=utf-8"),)
_BINARY: Lines = (("Content-Type", "application/octet-stream"),)


@dataclass(slots=True)
class RequestBody:
    """A body and the headers that it wants. `length` is None where it is sent in chunks."""

    content: bytes | WriteBody = b""
    headers: Lines = _NONE
    length: int | None = 0

    @property
    def can_be_repeated(self) -> bool:
        """Whether it can be sent to where a redirect leads."""
        return isinstance(self.content, bytes)


NO_BODY = RequestBody()


def request_body(
    data: Any,
    json: Any = None,
    files: Uploads | None = None,
    encoding: Encoding | None = None,
) -> RequestBody:
    """The body for the arguments of a request.

    `files` make it multipart/form-data, with the members of `data` as further parts; `json` counts
    where there is no `data`, and may be a body that is written already. Mappings and pairs are
    forms; files and iterators are read while they are sent, by their length where they have one,
    else in chunks. Text is sent as text/plain and other data as application/octet-stream, unless
    the request's headers say otherwise. Raises UnsendableError, UnicodeEncodeError, TypeError.
    """
    if files is not None:
        written, content_type = encode_multipart(data or {}, files, encoding)
        return RequestBody(written, (("Content-Type", content_type),), len(written))
    if not data and (json is not None or data is None or isinstance(data, str | bytes)):
        if json is None:
            return NO_BODY
        return json if isinstance(json, RequestBody) else json_body(json_bytes(json))
    if isinstance(data, bytes):
        return RequestBody(data, _BINARY, len(data))
    if isinstance(data, str):
        written = data.encode()
        return RequestBody(written, _TEXT, len(written))
    if isinstance(data, Mapping) or _is_pairs(data):
        written = encode_form(data, encoding).encode()
        return RequestBody(written, _FORM, len(written))
    if isinstance(data, bytearray | memoryview):
        written = bytes(data)
        return RequestBody(written, _BINARY, len(written))
    return _streamed(data)


def json_body(text: bytes) -> RequestBody:
    """The body that JSON text is."""
    return RequestBody(text, _JSON, len(text))


def json_bytes(value: Any) -> bytes:
    """A value as JSON. Raises TypeError for what JSON does not have."""
    try:
        return orjson.dumps(value)
    except TypeError:  # numbers beyond 64 bits, keys that are no text, lone surrogates
        return standard_json.dumps(value).encode()


def _is_pairs(data: Any) -> bool:
    return isinstance(data, list | tuple) and all(
        isinstance(pair, list | tuple) and len(pair) == 2 for pair in data
    )


def _streamed(data: Any) -> RequestBody:
    if not isinstance(data, Iterable) and not hasattr(data, "read"):
        raise TypeError(f"a body cannot be a {type(data).__name__}")
    length = _length_of(data)
    pieces: Callable[[], Iterator[Any]] = lambda: (  # noqa: E731  # shorter than a function
        iter(lambda: data.read(_AT_A_TIME), data.read(0)) if hasattr(data, "read") else iter(data)
    )
    if length is None:
        return RequestBody(lambda write: _send_chunks(pieces(), write), _BINARY, None)
    return RequestBody(lambda write: _send_pieces(pieces(), length, write), _BINARY, length)


def _length_of(data: Any) -> int | None:
    """How many bytes a file still has; None for what does not know."""
    try:
        position = data.tell()
        length = int(data.seek(0, os.SEEK_END)) - position
        data.seek(position)
    except (AttributeError, OSError):
        return None
    # Positions in a text file do not count bytes.
    return length if isinstance(data.read(0), bytes) else None


def _send_pieces(pieces: Iterator[Any], length: int, write: Callable[[bytes], bool]) -> bool:
    for piece in pieces:
        data = _as_bytes(piece)
        length -= len(data)
        if length < 0:
            break
        if not write(data):
            return False
    if length != 0:
        raise HttpClientError("the file of a body changed its size while it was sent")
    return True


def _send_chunks(pieces: Iterator[Any], write: Callable[[bytes], bool]) -> bool:
    for piece in pieces:
        data = _as_bytes(piece)
        # A chunk without content would be the end (RFC 9112, section 7.1).
        if data and not write(b"%x\r\n%b\r\n" % (len(data), data)):
            return False
    return write(b"0\r\n\r\n")


def _as_bytes(piece: Any) -> bytes:
    if isinstance(piece, str):
        return piece.encode()
    return bytes(piece)
