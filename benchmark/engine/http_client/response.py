"""What a request gives back: the answer, or what went wrong; it also says how to count it."""

from __future__ import annotations

import codecs
import json as standard_json
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from email.message import Message
from functools import lru_cache
from typing import Any, Self

import orjson
from charset_normalizer import detect
from locust.exception import CatchResponseError, LocustError, ResponseError

from benchmark.engine.http_client.body_stream import DecodedStream
from benchmark.engine.http_client.headers import Headers
from benchmark.engine.http_client.request_head import Lines
from benchmark.engine.http_client.response_head import ResponseHead

_NO_HEADERS = Headers()
_UNUSED = (
    "To change how a request is counted, pass catch_response=True and use a with-block: "
    "with self.client.get(…, catch_response=True) as response: response.failure(…)"
)


class SentRequest:
    """The request that an answer belongs to, as it was sent."""

    __slots__ = ("_body", "_lines", "method", "url")

    def __init__(self, method: str, url: str, lines: Lines, body: Any) -> None:
        self.method = method
        self.url = url
        self._lines = lines
        self._body = body

    @property
    def headers(self) -> Headers:
        """The headers, without Host and Content-Length."""
        return Headers(self._lines)

    @property
    def body(self) -> str | bytes | None:
        """The body: as text where it is text, None where there is none or it was streamed."""
        if not isinstance(self._body, bytes) or not self._body:
            return None
        try:
            return self._body.decode()
        except UnicodeDecodeError:
            return self._body


class Response:
    """An answer, or its failure: then `status_code` is 0 and `error` says why.

    `elapsed` runs from before the first byte was sent until the last byte was read; `connect_time`
    and `tls_time` (milliseconds) come before that, and are 0 where a connection was there already.
    As a context manager, of a request with catch_response=True, it is counted at the block's end;
    else it was counted before, and a stream is closed there.
    `head`, `received` and `unread` are what `headers`, `content` and the streams are made from.
    """

    # Most answers leave these as they are, and need not store them.
    error: Any = None
    encoding: str | None = None
    status_code = 0
    elapsed_ns = 0
    connect_time = tls_time = 0.0
    history: Sequence[Response] = ()
    meta: dict[str, Any]
    start_time = 0.0
    head: ResponseHead | None = None
    received: bytes | None = None
    unread: DecodedStream | None = None
    _report: Callable[..., None] | None = None
    _manual_result: Any = None
    _entered = False

    def __init__(self, method: str, url: str, lines: Lines, body: Any) -> None:
        self.method = method
        self.url = url
        self._lines = lines
        self._sent_body = body

    # ── the answer ────────────────────────────────────────────────────────────────────────────

    @property
    def headers(self) -> Headers:
        """The headers of the answer; none where there was no answer."""
        return _NO_HEADERS if self.head is None else self.head.headers

    @property
    def reason(self) -> str:
        """What the server calls the status."""
        return "" if self.head is None else self.head.reason

    @property
    def ok(self) -> bool:
        """Whether there was an answer, and it was below 400."""
        return 0 < self.status_code < 400

    @property
    def content(self) -> bytes | None:
        """The body, decoded; None where there was no answer. Of a stream, what is left of it."""
        if self.received is None and self.unread is not None:
            self.received = self.read()
        return self.received

    @property
    def text(self) -> str | None:
        """The body as text: by the charset of its header, else UTF-8, else what it looks like.

        Where that is wrong, set `encoding` before.
        """
        content = self.content
        if content is None:
            return None
        if self.encoding is None:
            self.encoding = charset_of(self.headers.get("content-type", ""))
            if self.encoding is None:
                try:
                    text = content.decode()
                except UnicodeDecodeError:
                    self.encoding = detect(content)["encoding"] or "latin-1"
                else:
                    self.encoding = "utf-8"
                    return text
        return content.decode(self.encoding, errors="replace")

    def json(self) -> Any:
        """The body, read as JSON. Raises json.JSONDecodeError, a ValueError.

        Integers beyond 64 bits become floats, as in a browser.
        """
        content = self.content
        if content is None:
            raise standard_json.JSONDecodeError("no answer", "", 0)
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError:
            # NaN, other encodings, byte order marks: Python's own reader takes more.
            try:
                return standard_json.loads((self.text or "").removeprefix("\ufeff"))
            except RecursionError:
                raise standard_json.JSONDecodeError("nested too deeply", "", 0) from None

    def raise_for_status(self) -> None:
        """Raise what made this request a failed one."""
        if self._manual_result is True:
            return
        if isinstance(self._manual_result, Exception):
            raise self._manual_result
        if self.error is not None:
            raise self.error

    @property
    def request(self) -> SentRequest:
        """What was sent."""
        return SentRequest(self.method, self.url, self._lines, self._sent_body)

    @property
    def elapsed(self) -> timedelta:
        """How long the answer took."""
        return timedelta(microseconds=self.elapsed_ns / 1000)

    # ── streams ───────────────────────────────────────────────────────────────────────────────

    @property
    def stream(self) -> Self:
        """Itself: what was asked for with stream=True can be read like a file."""
        return self

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes of a stream, or all the rest; b"" at its end."""
        if size < 0 or self.unread is None:
            return b"".join(self._pieces(65536))
        return self.unread.next(size)

    def iter_content(self, chunk_size: int = 1024, decode_content: bool = True) -> Iterator[Any]:
        """The body in pieces of at most `chunk_size` bytes, as they come; text where it is UTF-8.

        With `decode_content` False they are bytes. Raises OSError where the answer breaks off.
        """
        for piece in self._pieces(chunk_size):
            if decode_content:
                try:
                    yield piece.decode()
                    continue
                except UnicodeDecodeError:
                    pass
            yield piece

    def iter_lines(self, decode: bool = True) -> Iterator[Any]:
        """The body line by line, without the line ends; the last one may be incomplete."""
        rest = b""
        for piece in self._pieces(65536):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                bare = line.removesuffix(b"\r")
                yield bare.decode(errors="replace") if decode else bare
        if rest:
            yield rest.decode(errors="replace") if decode else rest

    def close(self) -> None:
        """Read no more of a stream, and close its connection unless it was read to its end."""
        if self.unread is not None:
            self.unread.abandon()

    def _pieces(self, size: int) -> Iterator[bytes]:
        if self.unread is None:
            content = self.received or b""
            for start in range(0, len(content), size):
                yield content[start : start + size]
            return
        while piece := self.unread.next(size):
            yield piece

    # ── how it is counted ─────────────────────────────────────────────────────────────────────

    @property
    def request_meta(self) -> dict[str, Any]:
        """What the `request` event will say; may be changed within a with-block."""
        return self.meta

    def count_with(self, report: Callable[..., None]) -> None:
        """Have the end of a with-block count the request, by calling `report`."""
        self._report = report

    def success(self) -> None:
        """Count the request as good, whatever its answer is. For use in a with-block."""
        if not self._entered:
            raise LocustError(_UNUSED)
        self._manual_result = True

    def failure(self, problem: Any) -> None:
        """Count the request as failed, with a message or an exception. For use in a with-block."""
        if not self._entered:
            raise LocustError(_UNUSED)
        self._manual_result = (
            problem if isinstance(problem, Exception) else CatchResponseError(problem)
        )

    def __enter__(self) -> Self:
        self._entered = self._report is not None
        return self

    def __exit__(self, kind: Any, value: Any, traceback: Any) -> bool:
        if self._report is None:
            self.close()
            return False
        refused = isinstance(value, ResponseError) and self._manual_result is None
        if refused:
            self._manual_result = value
        # Whatever else ended the block: the request was sent, so it counts.
        said = self._manual_result
        self.meta["exception"] = self.error if said is None else None if said is True else said
        self._report(**self.meta)
        return refused

    def __repr__(self) -> str:
        return f"<Response [{self.status_code}]>"


@lru_cache(maxsize=64)
def charset_of(content_type: str) -> str | None:
    """The charset that a Content-Type names, if Python knows it."""
    if "charset" not in content_type.lower():
        return None
    message = Message()
    message["Content-Type"] = content_type
    try:
        return codecs.lookup(message.get_content_charset() or "").name
    except LookupError:
        return None
