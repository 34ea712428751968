"""Reads some members of a large JSON object, and no more of its file than holds them.

A result is megabytes, most of them histograms of blocks at its end; who lists hundreds of results
needs a thousandth of that.
"""

from __future__ import annotations

import codecs
import json
import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from benchmark.utils.checked_json import MalformedError
from benchmark.utils.text_safety import clean_text

_FIRST_READ = 65_536  # bytes; doubled as long as members are missing
_MAX_READ = 32_000_000
_SPACE = re.compile(r"[ \t\r\n]*")


def read_members(path: Path, wanted: Collection[str]) -> dict[str, Any]:
    """The members of the object in a file as far as the last of the wanted ones.

    Reads on until all of them are found, at most 32 MB. Raises MalformedError if the file holds no
    whole JSON object or lacks one of them, and OSError.
    """
    with path.open("rb") as file:
        _require_end(file)
        return _Members(file).find(set(wanted))


def _require_end(file: BinaryIO) -> None:
    """A file that was cut short does not end with the brace of its object."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - 64, 0))
    if not size:
        raise MalformedError("the file is empty")
    if not file.read().rstrip().endswith(b"}"):
        raise MalformedError("not a JSON object, or one that ends too early")
    file.seek(0)


class _Members:
    """The members of one object, as far as they were read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._json = json.JSONDecoder(parse_constant=_refuse)
        self._text = ""
        self._read = 0
        self._ended = False

    def find(self, wanted: set[str]) -> dict[str, Any]:
        """The members up to the last of the wanted ones."""
        found: dict[str, Any] = {}
        at = self._expect("{", 0)
        while self._peek(at) != "}":
            name, at = self._value(at)
            if not isinstance(name, str):
                raise MalformedError("not JSON: a name is expected")
            value, at = self._value(self._expect(":", at))
            found[name] = value
            if wanted <= found.keys():
                return found
            if self._peek(at) != "}":
                at = self._expect(",", at)
        raise MalformedError(f"it has no {min(wanted - found.keys())!r}")

    def _value(self, at: int) -> tuple[Any, int]:
        """The value that begins at a place, and where it ends; reads on until it is whole."""
        while True:
            at = self._skip_space(at)
            try:
                value, end = self._json.raw_decode(self._text, at)
            except RecursionError as error:
                raise MalformedError("nested too deeply") from error
            except MalformedError:
                raise
            except ValueError as error:  # it may be cut
                if self._ended:
                    raise MalformedError(f"not JSON: {clean_text(error, 100)}") from error
            else:
                if end < len(self._text) or self._ended:  # else a number may go on
                    return value, end
            self._read_more()

    def _expect(self, sign: str, at: int) -> int:
        at = self._skip_space(at)
        if self._text[at : at + 1] != sign:
            raise MalformedError(f"not JSON: {sign!r} is expected")
        return at + 1

    def _peek(self, at: int) -> str:
        at = self._skip_space(at)
        return self._text[at : at + 1]

    def _skip_space(self, at: int) -> int:
        """Where the next sign is, which is read if there is one."""
        while True:
            match = _SPACE.match(self._text, at)
            at = match.end() if match else at
            if at < len(self._text) or self._ended:
                return at
            self._read_more()

    def _read_more(self) -> None:
        if self._read >= _MAX_READ:
            raise MalformedError(f"its first {_MAX_READ // 1_000_000} MB are not those of a result")
        chunk = self._file.read(max(_FIRST_READ, self._read))
        self._read += len(chunk)
        self._ended = not chunk
        try:
            self._text += self._decode(chunk, final=self._ended)
        except UnicodeDecodeError as error:
            raise MalformedError("not UTF-8 text") from error


def _refuse(constant: str) -> NoReturn:
    raise MalformedError(f"{constant} is no JSON number")
