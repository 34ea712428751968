"""Content codings: undone, whole or in pieces, and never beyond a limit."""

from __future__ import annotations

import gzip
import zlib

import brotli  # type: ignore[import-untyped]  # it has no stubs
import pytest
import zstandard
from client_users import a_user
from wire_server import Wire, WireServer, answered, wire_server

from benchmark.engine.http_client.decoding import Decoding, decode
from benchmark.engine.http_client.errors import ContentCodingError, TooLargeError

TEXT = b"".join(b"line %d of a text\n" % number for number in range(5000))
bare = zlib.compressobj(wbits=-15)
CODED = {
    "gzip": gzip.compress(TEXT),
    "x-gzip": gzip.compress(TEXT),
    "gzip, two members": gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]),
    "gzip, rubbish behind": gzip.compress(TEXT) + b"\0\0\0",
    "deflate": zlib.compress(TEXT),
    "deflate, bare": bare.compress(TEXT) + bare.flush(),
    "br": brotli.compress(TEXT),
    "zstd": zstandard.compress(TEXT),
    "zstd, two frames": zstandard.compress(TEXT[:100]) + zstandard.compress(TEXT[100:]),
    "deflate,gzip": gzip.compress(zlib.compress(TEXT)),
    "identity": TEXT,
}
BOMBS = {
    "gzip": gzip.compress(bytes(30_000_000)),
    "deflate": zlib.compress(bytes(30_000_000)),
    "br": brotli.compress(bytes(30_000_000), quality=3),
    "zstd": zstandard.compress(bytes(30_000_000)),
}


def coding_of(label: str) -> str:
    """What a server says for one of the cases."""
    return label.split(", ", maxsplit=1)[0]


@pytest.mark.parametrize("label", CODED)
@pytest.mark.parametrize("size", [1, 7, 1000, 10**9])
def test_decoded_in_pieces_of_any_size(label: str, size: int) -> None:
    """The pieces put together are the text, and its end is noticed."""
    coded = CODED[label]
    size = max(size, len(coded) // 5000)
    decoding = Decoding(coding_of(label), 10**9)
    pieces = [decoding.feed(coded[start : start + size]) for start in range(0, len(coded), size)]
    decoding.finish()
    assert b"".join(pieces) == TEXT


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_broken_content_is_refused(coding: str) -> None:
    """Cut short, changed, or of another coding altogether."""
    coded = CODED[coding]
    for broken in (coded[:-5], coded[:3], b"\x00\xff" + coded[2:], TEXT):
        with pytest.raises(ContentCodingError):
            decode(broken, coding, 10**9)
    assert decode(b"", coding, 10) == b""


@pytest.mark.parametrize("codings", ["snappy", "gzip, snappy", "gzip, gzip, gzip, gzip"])
def test_unknown_codings_are_refused(codings: str) -> None:
    """And so are more of them than anybody needs."""
    with pytest.raises(ContentCodingError):
        decode(b"x", codings, 10)


@pytest.mark.parametrize("coding", BOMBS)
def test_small_content_that_becomes_large(coding: str) -> None:
    """Decoding stops at the limit."""
    with pytest.raises(TooLargeError):
        decode(BOMBS[coding], coding, 5_000_000)
    assert len(decode(BOMBS[coding], coding, 30_000_000)) == 30_000_000


@pytest.mark.parametrize("label", CODED)
def test_answers_and_streams_are_decoded(label: str) -> None:
    """`content`, lines and pieces alike; the header that asks for it can be changed."""

    def handle(server: WireServer, wire: Wire) -> None:
        while server.request(wire):
            header = f"Content-Encoding: {coding_of(label)}\r\n".encode()
            wire.sendall(answered(CODED[label], header))

    with wire_server(handle) as server, a_user(server.url) as user:
        response = user.client.get("/x")
        assert response.content == TEXT
        assert user.seen[0]["response_length"] == len(TEXT)
        assert b"Accept-Encoding: gzip, deflate, br, zstd\r\n" in server.requests[0]
        lines = list(user.client.iter_lines("/x", headers={"Accept-Encoding": "gzip"}))
        assert lines == TEXT.decode().splitlines()
        assert b"Accept-Encoding: gzip\r\n" in server.requests[1]
        pieces = list(user.client.get("/x", stream=True).iter_content(1000, decode_content=False))
        assert b"".join(pieces) == TEXT
        assert max(map(len, pieces)) <= 1000
        assert server.accepted == 1
