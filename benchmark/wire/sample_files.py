"""Makes small real files of many types, byte for byte the same each time."""

from __future__ import annotations

import io
import json
import struct
import wave
import zipfile
import zlib
from collections.abc import Callable

MAX_SIZE = 64 * 1024 * 1024
"""Bytes of the largest file that is made; a larger size asked for is cut to this."""

_LINE = "The quick brown fox jumps over the lazy dog.\n"


def sample_file(content_type: str, size: int) -> bytes:
    """A file of that type with about `size` bytes, and at least as many as the type needs.

    An unknown text type gives plain text, any other unknown type plain bytes; both have exactly
    `size` bytes.
    """
    size = max(0, min(size, MAX_SIZE))
    return _maker(_essence(content_type))(size)


def file_name(content_type: str) -> str:
    """A name that fits the type: "sample.pdf"."""
    essence = _essence(content_type)
    if essence in _EXTENSIONS:
        return f"sample.{_EXTENSIONS[essence]}"
    return "sample.txt" if essence.startswith("text/") else "sample.bin"


def _essence(content_type: str) -> str:
    """The type without parameters; the usual one of its kind in place of a wildcard."""
    essence = content_type.partition(";")[0].strip().lower()
    if essence.endswith("/*"):
        return _WILDCARDS.get(essence, "application/octet-stream")
    suffix = essence.rpartition("+")[2]
    if essence not in _MAKERS and "+" in essence and f"application/{suffix}" in _MAKERS:
        return f"application/{suffix}"
    return essence


def _maker(essence: str) -> Callable[[int], bytes]:
    if essence in _MAKERS:
        return _MAKERS[essence]
    return _text if essence.startswith("text/") else _binary


# ── Text ──────────────────────────────────────────────────────────────────────────────────────────


def _text(size: int) -> bytes:
    return (_LINE * (size // len(_LINE) + 1))[:size].encode()


def _csv(size: int) -> bytes:
    rows = ["id,name,amount\n"]
    length = len(rows[0])
    while length < size or len(rows) < 2:
        rows.append(f"{len(rows)},item {len(rows)},{len(rows) % 100}.50\n")
        length += len(rows[-1])
    return "".join(rows).encode()


def _json(size: int) -> bytes:
    empty = json.dumps({"name": "sample", "text": ""})
    return json.dumps({"name": "sample", "text": _filler(size - len(empty))}).encode()


def _xml(size: int) -> bytes:
    return _wrapped('<?xml version="1.0" encoding="UTF-8"?>\n<sample>', "</sample>\n", size)


def _html(size: int) -> bytes:
    start = '<!DOCTYPE html>\n<html lang="en"><head><title>Sample</title></head><body><p>'
    return _wrapped(start, "</p></body></html>\n", size)


def _svg(size: int) -> bytes:
    start = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><desc>'
    return _wrapped(start, '</desc><rect width="1" height="1"/></svg>\n', size)


def _wrapped(start: str, end: str, size: int) -> bytes:
    return (start + _filler(size - len(start) - len(end)) + end).encode()


def _filler(length: int) -> str:
    """A text of words without anything that a format would escape."""
    return _text(max(0, length)).decode().replace("\n", " ")


# ── Images ────────────────────────────────────────────────────────────────────────────────────────


def _png(size: int) -> bytes:
    """One black pixel; the rest is a text chunk."""
    start = b"\x89PNG\r\n\x1a\n" + _png_chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    end = _png_chunk(b"IDAT", zlib.compress(b"\0\0\0\0")) + _png_chunk(b"IEND", b"")
    key = b"Comment\0"
    missing = size - len(start) - len(end) - 12 - len(key)
    padding = _png_chunk(b"tEXt", key + _filler(missing).encode()) if missing > 0 else b""
    return start + padding + end


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def _jpeg(size: int) -> bytes:
    """One grey block of 8 by 8 pixels; the rest are comment segments."""
    start = b"\xff\xd8" + _jpeg_segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    # Tables with a single code each: a zero difference, and the end of the block.
    code_for_zero = b"\x01" + bytes(15) + b"\x00"
    end = (
        _jpeg_segment(0xDB, b"\0" + b"\x10" * 64)
        + _jpeg_segment(0xC0, struct.pack(">BHHB", 8, 8, 8, 1) + b"\x01\x11\x00")
        + _jpeg_segment(0xC4, b"\x00" + code_for_zero)
        + _jpeg_segment(0xC4, b"\x10" + code_for_zero)
        + _jpeg_segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
        + b"\x3f\xff\xd9"
    )
    padding = b""
    while (missing := size - len(start) - len(padding) - len(end) - 4) > 0:
        padding += _jpeg_segment(0xFE, _filler(min(missing, 65_533)).encode())
    return start + padding + end


def _jpeg_segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _gif(size: int) -> bytes:
    """One black pixel; the rest is a comment."""
    start = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff"
    end = b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3b"
    missing = size - len(start) - len(end) - 3
    if missing <= 1:
        return start + end
    blocks = b""
    while missing > 1:
        text = _filler(min(255, missing - 1)).encode()
        blocks += bytes([len(text)]) + text
        missing -= len(text) + 1
    return start + b"\x21\xfe" + blocks + b"\0" + end


# ── Documents, archives, sound ────────────────────────────────────────────────────────────────────


def _pdf(size: int) -> bytes:
    """One page with a line of text; the rest is a comment in the page's content."""
    bare = _pdf_with(0)
    return _pdf_with(size - len(bare) - 2) if size > len(bare) + 2 else bare


def _pdf_with(padding: int) -> bytes:
    content = b"BT /F1 18 Tf 20 100 Td (Sample) Tj ET\n"
    if padding > 0:
        content += b"%" + _filler(padding).encode() + b"\n"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%sendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    document = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(document))
        document += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return document + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table, len(objects) + 1, len(document))
    )


def _zip(size: int) -> bytes:
    """One stored text file."""
    bare = _zip_with(b"")
    return _zip_with(_text(size - len(bare))) if size > len(bare) else bare


def _zip_with(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo("sample.txt", (2024, 1, 1, 0, 0, 0)), content)
    return buffer.getvalue()


def _gzip(size: int) -> bytes:
    """A text, not compressed."""
    compressor = zlib.compressobj(0, zlib.DEFLATED, 31)
    return compressor.compress(_text(max(0, size - 23))) + compressor.flush()


def _wav(size: int) -> bytes:
    """Silence: 8,000 samples a second, 8 bits, one channel."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8_000)
        sound.writeframes(b"\x80" * max(2, (size - 44) // 2 * 2))
    return buffer.getvalue()


def _mp3(size: int) -> bytes:
    """Silent frames: MPEG 1 layer III, 128 kbit/s, 44.1 kHz, one channel."""
    frame = b"\xff\xfb\x90\xc4" + bytes(413)
    return frame * max(2, round(size / len(frame)))


def _binary(size: int) -> bytes:
    return (bytes(range(256)) * (size // 256 + 1))[:size]


_MAKERS: dict[str, Callable[[int], bytes]] = {
    "text/plain": _text,
    "text/markdown": _text,
    "text/csv": _csv,
    "application/csv": _csv,
    "application/json": _json,
    "application/xml": _xml,
    "text/xml": _xml,
    "text/html": _html,
    "image/svg+xml": _svg,
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/jpg": _jpeg,
    "image/gif": _gif,
    "application/pdf": _pdf,
    "application/zip": _zip,
    "application/x-zip-compressed": _zip,
    "application/gzip": _gzip,
    "application/x-gzip": _gzip,
    "audio/wav": _wav,
    "audio/x-wav": _wav,
    "audio/wave": _wav,
    "audio/mpeg": _mp3,
    "audio/mp3": _mp3,
    "application/octet-stream": _binary,
}

_EXTENSIONS = {
    "text/plain": "txt",
    "text/markdown": "md",
    "text/csv": "csv",
    "application/csv": "csv",
    "application/json": "json",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/html": "html",
    "image/svg+xml": "svg",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/gif": "gif",
    "application/pdf": "pdf",
    "application/zip": "zip",
    "application/x-zip-compressed": "zip",
    "application/gzip": "gz",
    "application/x-gzip": "gz",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/wave": "wav",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
}

_WILDCARDS = {
    "*/*": "application/octet-stream",
    "text/*": "text/plain",
    "image/*": "image/png",
    "audio/*": "audio/wav",
}
