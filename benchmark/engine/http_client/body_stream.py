"""The body of an answer as it comes: by its length, in chunks, or until the server closes."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from time import perf_counter_ns
from typing import Any

from httptools import HttpParserError, HttpResponseParser

from benchmark.engine.http_client.connection import Connection
from benchmark.engine.http_client.counters import counters
from benchmark.engine.http_client.decoding import Decoding
from benchmark.engine.http_client.errors import CutOffError, MalformedAnswerError, TooLargeError
from benchmark.engine.http_client.pool import OriginPool
from benchmark.engine.http_client.response_head import CHUNKED, UNTIL_CLOSE, ResponseHead

_CHUNKED_HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of an answer is read, in bytes, and how long it may take, in nanoseconds.

    `read_ns` is the longest silence of the server, `total_ns` the longest request.
    """

    header_bytes: int
    body_bytes: int
    read_ns: int
    total_ns: int


class BodyStream:
    """Gives the body piece by piece; the connection goes back to its pool after the last one."""

    __slots__ = (
        "_chunks", "_connection", "_last_ns", "_limits", "_pool", "_received", "_remaining",
        "_rest", "_reusable", "finished",
    )  # fmt: skip

    def __init__(
        self,
        pool: OriginPool,
        connection: Connection,
        head: ResponseHead,
        rest: bytes,
        limits: Limits,
        last_ns: int,
        *,
        has_body: bool,
        reusable: bool,
    ) -> None:
        self._pool = pool
        self._connection = connection
        self._limits = limits
        self._last_ns = last_ns
        self._rest = rest
        self._received = 0
        self._reusable = reusable and head.keep_alive
        self._remaining = head.body_length if has_body else 0
        self._chunks = ChunkDecoder(limits) if self._remaining == CHUNKED else None
        self.finished = False
        if self._remaining == 0:
            self._finish(surplus=bool(rest))
        elif self._remaining > limits.body_bytes:
            self.abandon()
            raise TooLargeError("the answer is larger than the limit")

    def next(self) -> bytes:
        """The next piece; b"" after the last. Raises OSError where there is no end."""
        if self.finished:
            return b""
        try:
            return self._next()
        except BaseException:
            self.abandon()
            raise

    def read_all(self) -> bytes:
        """The rest of the body."""
        piece = self.next()
        if self.finished:
            return piece + b""
        pieces = [piece]
        while piece := self.next():
            pieces.append(piece)
        return b"".join(pieces)

    def abandon(self) -> None:
        """Read no more of it: that takes the connection with it."""
        if not self.finished:
            self.finished = True
            self._pool.drop(self._connection)

    def __del__(self) -> None:
        # A streamed answer that nobody read to its end, and nobody closed.
        if not getattr(self, "finished", True):
            self.abandon()

    def _next(self) -> bytes:
        data, self._rest = self._rest, b""
        while True:
            if data:
                piece = self._taken(data)
                if piece:
                    self._received += len(piece)
                    if self._received > self._limits.body_bytes:
                        raise TooLargeError("the answer is larger than the limit")
                if piece or self.finished:
                    return piece
            deadline_ns = min(perf_counter_ns() + self._limits.read_ns, self._last_ns)
            data = self._connection.read(deadline_ns)
            counters.bytes_received += len(data)
            if not data:
                if self._remaining != UNTIL_CLOSE:
                    raise CutOffError
                self._finish(surplus=False)
                return b""

    def _taken(self, data: bytes) -> bytes:
        """What of some bytes belongs to the body."""
        if self._chunks is not None:
            piece = self._chunks.feed(data)
            if self._chunks.complete:
                self._finish(surplus=self._chunks.surplus)
            return piece
        if self._remaining == UNTIL_CLOSE:
            return data
        piece = data[: self._remaining]
        self._remaining -= len(piece)
        if self._remaining == 0:
            self._finish(surplus=len(piece) < len(data))
        return piece

    def _finish(self, *, surplus: bool) -> None:
        self.finished = True
        if surplus:
            # Nobody asked for what follows the answer; it must not become the next one.
            counters.surplus_bytes += 1
        if self._reusable and not surplus:
            self._pool.give_back(self._connection)
        else:
            self._pool.drop(self._connection)


class DecodedStream:
    """A body as its reader wants it: without its content coding, in pieces of a given size."""

    __slots__ = ("_body", "_decoding", "_rest")

    def __init__(self, body: BodyStream, codings: str) -> None:
        self._body = body
        self._decoding = Decoding(codings, sys.maxsize) if codings else None
        self._rest = b""

    def next(self, size: int) -> bytes:
        """The next piece, at most `size` bytes; b"" after the last. Raises OSError."""
        while not self._rest and (piece := self._body.next()):
            self._rest = piece if self._decoding is None else self._decoding.feed(piece)
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece

    def abandon(self) -> None:
        """Read no more of it."""
        self._rest = b""
        self._body.abandon()


class ChunkDecoder:
    """Takes a chunked body apart (RFC 9112, section 7.1)."""

    def __init__(self, limits: Limits) -> None:
        self.complete = False
        self.surplus = False
        self._messages = 0
        self._pieces: list[bytes] = []
        self._between = 0
        self._most_between = limits.header_bytes
        self._parser: Any = HttpResponseParser(self)
        self._parser.feed_data(_CHUNKED_HEAD)

    def feed(self, data: bytes) -> bytes:
        """The content in some bytes. Raises MalformedAnswerError, TooLargeError."""
        try:
            self._parser.feed_data(data)
        except HttpParserError as problem:
            if not self.complete:
                self._parser = None
                raise MalformedAnswerError(str(problem)) from None
            self.surplus = True
        self.surplus = self.surplus or self._messages > 1
        if self.complete:
            self._parser = None  # it refers to this object, which refers to it
        content = b"".join(self._pieces)
        self._pieces.clear()
        # Sizes, extensions and trailers may be as long as a head, with nothing in between.
        self._between = 0 if content else self._between + len(data)
        if self._between > self._most_between:
            raise TooLargeError("the headers of the answer are larger than the limit")
        return content

    def on_message_begin(self) -> None:
        """Called by the parser; a second time for what follows the answer."""
        self._messages += 1

    def on_body(self, piece: bytes) -> None:
        """Called by the parser with content."""
        if self._messages == 1:
            self._pieces.append(piece)

    def on_message_complete(self) -> None:
        """Called by the parser at the end of the body."""
        self.complete = True
