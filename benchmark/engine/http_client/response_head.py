"""The head of an answer: read by llhttp once, and known again by its bytes afterwards.

Under load a server sends the same few heads again and again (only `Date` changes, once a second),
so a head that was read is looked up instead of read. What differs each time is read each time.
"""

from __future__ import annotations

from typing import Any

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from benchmark.engine.http_client.errors import MalformedAnswerError
from benchmark.engine.http_client.headers import Headers

CHUNKED = -1
UNTIL_CLOSE = -2
"""Lengths of bodies that say nothing of their length (RFC 9112, section 6.3)."""

_MOST_KNOWN = 512
_LONGEST_KNOWN = 2048
_known: dict[bytes, ResponseHead] = {}


class ResponseHead:
    """A status line and headers, read.

    `body_length` is the length of the body in bytes, CHUNKED or UNTIL_CLOSE; it does not know that
    an answer to HEAD has none.
    """

    __slots__ = (
        "_headers",
        "body_length",
        "content_coding",
        "keep_alive",
        "lines",
        "reason",
        "sets_cookies",
        "status",
    )

    def __init__(self, status: int, version: str, reason: str, lines: list[tuple[str, str]]):
        self.status = status
        self.reason = reason
        self.lines = lines
        self._headers: Headers | None = None
        self.content_coding = ""
        self.sets_cookies = False
        length: int | None = None
        transfer = ""
        connection = ""
        for name, value in lines:
            match name.lower():
                case "content-length":
                    length = int(value)
                case "transfer-encoding":
                    transfer = f"{transfer},{value}" if transfer else value
                case "connection":
                    connection = f"{connection},{value}"
                case "content-encoding":
                    coding = self.content_coding
                    self.content_coding = f"{coding},{value}" if coding else value
                case "set-cookie":
                    self.sets_cookies = True
        options = {option.strip() for option in connection.lower().split(",")}
        self.keep_alive = "close" not in options and (version == "1.1" or "keep-alive" in options)
        self.body_length = _body_length(status, length, transfer.strip().lower())
        if self.body_length == UNTIL_CLOSE or status == 101:
            self.keep_alive = False

    @property
    def headers(self) -> Headers:
        """The headers, in a form to look them up."""
        if self._headers is None:
            self._headers = Headers(self.lines)
        return self._headers


def find_head(raw: bytes) -> ResponseHead:
    """The head that `raw` is, its empty line included. Raises MalformedAnswerError."""
    head = _known.get(raw)
    if head is None:
        head = _read(raw)
        if len(raw) <= _LONGEST_KNOWN:
            if len(_known) >= _MOST_KNOWN:
                _known.clear()
            _known[raw] = head
    return head


def looks_wrong(beginning: bytes | bytearray) -> bool:
    """Whether an unfinished head can never become one, so that nobody waits for its end."""
    expected = b"HTTP/1."
    return beginning[: len(expected)] != expected[: len(beginning)] or b"\n\n" in beginning


def _body_length(status: int, length: int | None, transfer: str) -> int:
    if status < 200 or status in {204, 304}:
        return 0
    if transfer:
        if transfer == "chunked":
            return CHUNKED
        raise MalformedAnswerError("transfer coding unknown")
    return UNTIL_CLOSE if length is None else length


class _Lines:
    """What llhttp calls for each part of a head."""

    def __init__(self) -> None:
        self.reason = b""
        self.lines: list[tuple[str, str]] = []
        self.complete = False

    def on_status(self, reason: bytes) -> None:
        self.reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        self.lines.append((name.decode("latin-1"), value.decode("latin-1").strip(" \t")))

    def on_headers_complete(self) -> None:
        self.complete = True


def _read(raw: bytes) -> ResponseHead:
    found = _Lines()
    parser: Any = HttpResponseParser(found)
    try:
        parser.feed_data(raw)
    except HttpParserUpgrade:
        pass  # 101: whoever asked for it sees the answer, and the connection is closed
    except HttpParserError as problem:
        raise MalformedAnswerError(str(problem)) from None
    if not found.complete:
        raise MalformedAnswerError("no end of headers")
    return ResponseHead(
        parser.get_status_code(),
        parser.get_http_version(),
        found.reason.decode("latin-1"),
        found.lines,
    )
