"""Undoes content codings (gzip, deflate, br, zstd), whole or piece by piece, within a limit."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Protocol

import brotli  # type: ignore[import-untyped]  # it has no stubs
import zstandard

from benchmark.engine.http_client.errors import ContentCodingError, TooLargeError

ACCEPT_ENCODING = "gzip, deflate, br, zstd"

_MOST_CODINGS = 3
_AT_A_TIME = 1 << 20
_EITHER_HEADER = 32 + zlib.MAX_WBITS
_GZIP = b"\x1f\x8b"
_ZSTD_SLICE = 512  # a block of 4 bytes may stand for 128 KiB, and its output cannot be limited


class _Decoder(Protocol):
    finished: bool

    def feed(self, data: bytes, room: int) -> bytes:
        """Decode some more; stops soon after `room` bytes, which the caller takes as too many."""
        ...


class Decoding:
    """Decodes the content of one answer piece by piece.

    Raises ContentCodingError for what is unknown or broken, TooLargeError beyond `limit` bytes.
    """

    def __init__(self, codings: str, limit: int) -> None:
        self._decoders = [_DECODERS[name]() for name in _names(codings)]
        self._limit = limit
        self._produced = 0

    def feed(self, data: bytes) -> bytes:
        """What `data` decodes to, as far as can be said yet."""
        room = self._limit - self._produced
        for decoder in self._decoders:
            try:
                data = decoder.feed(data, room)
            except (zlib.error, brotli.error, zstandard.ZstdError) as problem:
                raise ContentCodingError from problem
            if len(data) > room:
                raise TooLargeError("the decoded answer is larger than the limit")
        self._produced += len(data)
        return data

    def finish(self) -> None:
        """The content ended: it must have been complete."""
        if not all(decoder.finished for decoder in self._decoders):
            raise ContentCodingError


def decode(content: bytes, codings: str, limit: int) -> bytes:
    """The whole content of an answer, decoded. No content at all is fine: HEAD has none."""
    if not content:
        return content
    decoding = Decoding(codings, limit)
    decoded = decoding.feed(content)
    decoding.finish()
    return decoded


def _names(codings: str) -> list[str]:
    """The codings in the order in which they are undone (RFC 9110, section 8.4)."""
    names = [name.strip().lower() for name in codings.split(",")]
    names = [name for name in reversed(names) if name not in {"", "identity"}]
    if len(names) > _MOST_CODINGS or not all(name in _DECODERS for name in names):
        raise ContentCodingError
    return names


class _Zlib:
    """gzip, of one or more members, or zlib's own format."""

    def __init__(self) -> None:
        self.finished = False
        self._inner = zlib.decompressobj(_EITHER_HEADER)

    def feed(self, data: bytes, room: int) -> bytes:
        pieces: list[bytes] = []
        produced = 0
        while data and produced <= room:
            if self._inner.eof:
                if not data.startswith(_GZIP):
                    break  # zeros or rubbish behind the last member, which everybody ignores
                self._inner = zlib.decompressobj(_EITHER_HEADER)
            piece = self._inner.decompress(data, _AT_A_TIME)
            pieces.append(piece)
            produced += len(piece)
            data = self._inner.unconsumed_tail or self._inner.unused_data
        self.finished = self._inner.eof
        return b"".join(pieces)


class _Deflate(_Zlib):
    """What servers send as "deflate": zlib's format as RFC 9110 says, or bare as some do."""

    def __init__(self) -> None:
        super().__init__()
        self._begun = False

    def feed(self, data: bytes, room: int) -> bytes:
        if data and not self._begun:
            self._begun = True
            if data[0] & 0x0F != 8:
                self._inner = zlib.decompressobj(-zlib.MAX_WBITS)
        return super().feed(data, room)


class _Brotli:
    def __init__(self) -> None:
        self.finished = False
        self._inner = brotli.Decompressor()

    def feed(self, data: bytes, room: int) -> bytes:
        pieces: list[bytes] = []
        produced = 0
        while produced <= room and not self.finished:
            piece = self._inner.process(data, output_buffer_limit=_AT_A_TIME)
            data = b""
            pieces.append(piece)
            produced += len(piece)
            self.finished = self._inner.is_finished()
            if not piece and self._inner.can_accept_more_data():
                break
        return b"".join(pieces)


class _Zstd:
    """Frames of zstd, one after another (RFC 8878)."""

    def __init__(self) -> None:
        self.finished = False
        self._inner = zstandard.ZstdDecompressor().decompressobj()

    def feed(self, data: bytes, room: int) -> bytes:
        pieces: list[bytes] = []
        produced = 0
        while data and produced <= room:
            if self._inner.eof:
                self._inner = zstandard.ZstdDecompressor().decompressobj()
            piece = self._inner.decompress(data[:_ZSTD_SLICE])
            pieces.append(piece)
            produced += len(piece)
            data = self._inner.unused_data + data[_ZSTD_SLICE:]
        self.finished = self._inner.eof
        return b"".join(pieces)


_DECODERS: dict[str, Callable[[], _Decoder]] = {
    "gzip": _Zlib,
    "x-gzip": _Zlib,
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": _Zstd,
}
