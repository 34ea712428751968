"""Sample files are what their type says."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import struct
import wave
import zipfile
import zlib
from xml.etree import ElementTree

import pytest

from benchmark.wire.sample_files import MAX_SIZE, file_name, sample_file

TYPES = (
    "text/plain text/csv application/json application/xml text/xml text/html application/pdf "
    "image/png image/jpeg image/gif image/svg+xml application/zip application/gzip audio/wav "
    "audio/mpeg application/octet-stream application/x-unknown video/mp4 text/x-unknown"
).split()
SIZES = (0, 1, 44, 45, 100, 1_024, 5_000, 70_000, 200_000)


@pytest.mark.parametrize("content_type", TYPES)
@pytest.mark.parametrize("size", SIZES)
def test_sizes(content_type: str, size: int) -> None:
    """A file has about the size asked for, and never less than its type needs."""
    content = sample_file(content_type, size)
    assert content == sample_file(content_type, size)
    assert abs(len(content) - max(size, len(sample_file(content_type, 0)))) <= 500


def test_sizes_are_bounded() -> None:
    """Neither a negative nor a huge size is taken literally."""
    assert sample_file("text/plain", -5) == b""
    assert len(sample_file("application/octet-stream", 10**12)) == MAX_SIZE


@pytest.mark.parametrize("size", SIZES)
def test_png(size: int) -> None:
    """Chunks with right checksums, and one pixel of image data."""
    content = sample_file("image/png", size)
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    position, kinds = 8, []
    while position < len(content):
        (length,) = struct.unpack_from(">I", content, position)
        chunk = content[position + 4 : position + 8 + length]
        assert struct.unpack_from(">I", content, position + 8 + length) == (zlib.crc32(chunk),)
        kinds.append(chunk[:4])
        if chunk[:4] == b"IDAT":
            assert len(zlib.decompress(chunk[4:])) == 4
        position += 12 + length
    assert (kinds[0], kinds[-1]) == (b"IHDR", b"IEND")


@pytest.mark.parametrize("size", SIZES)
def test_jpeg(size: int) -> None:
    """Segments in the order that a decoder needs, each as long as it says."""
    content = sample_file("image/jpeg", size)
    assert content[:2] == b"\xff\xd8"
    assert content[-2:] == b"\xff\xd9"
    position = 2
    markers: list[int] = []
    while not markers or markers[-1] != 0xDA:
        assert content[position] == 0xFF
        markers.append(content[position + 1])
        position += 2 + struct.unpack_from(">H", content, position + 2)[0]
    assert [marker for marker in markers if marker != 0xFE] == [
        0xE0, 0xDB, 0xC0, 0xC4, 0xC4, 0xDA,
    ]  # fmt: skip
    assert content[position:-2] == b"\x3f"


@pytest.mark.parametrize("size", SIZES)
def test_gif(size: int) -> None:
    """A header, perhaps a comment of well-formed blocks, an image, the trailer."""
    content = sample_file("image/gif", size)
    assert content[:6] == b"GIF89a"
    position = 19
    if content[position] == 0x21:
        position += 2
        while content[position]:
            position += 1 + content[position]
        position += 1
    assert content[position] == 0x2C
    assert content[-1] == 0x3B
    assert len(content) - position == 16


@pytest.mark.parametrize("size", SIZES)
def test_pdf(size: int) -> None:
    """The cross-reference table points at every object, and the stream is as long as it says."""
    content = sample_file("application/pdf", size)
    assert content.startswith(b"%PDF-1.")
    assert content.endswith(b"%%EOF\n")
    found = re.search(rb"startxref\n(\d+)\n", content)
    assert found is not None
    table = content[int(found.group(1)) :]
    assert table.startswith(b"xref\n0 6\n")
    entries = re.findall(rb"(\d{10}) 00000 n \n", table)
    for number, entry in enumerate(entries, 1):
        assert content[int(entry) :].startswith(b"%d 0 obj" % number)
    stream = re.search(rb"/Length (\d+) >>\nstream\n(.*?)endstream", content, re.DOTALL)
    assert stream is not None
    assert int(stream.group(1)) == len(stream.group(2))


@pytest.mark.parametrize("size", SIZES)
def test_archives_sound_and_data(size: int) -> None:
    """ZIP, gzip, WAV, JSON, XML, SVG and CSV are read by the standard library."""
    with zipfile.ZipFile(io.BytesIO(sample_file("application/zip", size))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["sample.txt"]
    gzip.decompress(sample_file("application/gzip", size))
    with wave.open(io.BytesIO(sample_file("audio/wav", size))) as sound:
        assert sound.getnframes() >= 2
    assert json.loads(sample_file("application/json", size))["name"] == "sample"
    assert json.loads(sample_file("application/vnd.api+json", size))["name"] == "sample"
    assert ElementTree.fromstring(sample_file("application/xml", size)).tag == "sample"
    assert ElementTree.fromstring(sample_file("image/svg+xml", size)).tag.endswith("svg")
    rows = list(csv.DictReader(io.StringIO(sample_file("text/csv", size).decode())))
    assert rows
    assert rows[0]["id"] == "1"
    assert sample_file("text/html", size).startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("content_type", "name"),
    [
        ("application/pdf", "sample.pdf"),
        ("IMAGE/PNG; x=1", "sample.png"),
        ("image/*", "sample.png"),
        ("*/*", "sample.bin"),
        ("text/x-python", "sample.txt"),
        ("application/problem+json", "sample.json"),
        ("", "sample.bin"),
        ("../../etc/passwd", "sample.bin"),
    ],
)
def test_file_names(content_type: str, name: str) -> None:
    """A name fits its type and takes nothing else from it."""
    assert file_name(content_type) == name
    assert isinstance(sample_file(content_type, 10), bytes)
