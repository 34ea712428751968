"""Reads CSV that anybody may have written or saved again: row by row, with bounded memory.

Spreadsheets save commas as semicolons or tabs, points in numbers as commas, and UTF-8 as Latin-1 or
UTF-16. A file is read as what it seems to be; what is not even a table raises MalformedError.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from benchmark.utils.checked_json import MAX_NUMBER, MalformedError
from benchmark.utils.text_safety import clean_text

MAX_BYTES = 300_000_000
_DELIMITERS = ",;\t"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    """What is not UTF-8 is taken as Latin-1, in which every byte is a character."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("as_latin_1", _as_latin_1)


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """Each row by its column; the names of columns are in lower case.

    Rows with more or fewer cells than the heading are left out. Raises MalformedError for a file
    that is too large, or no table, and OSError.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise MalformedError(f"larger than {MAX_BYTES:,} bytes")
    if not size:
        raise MalformedError("the file is empty")
    with path.open(encoding=_encoding(path), errors="as_latin_1", newline="") as file:
        try:
            heading = file.readline(100_000)
            if "\0" in heading:
                raise MalformedError("not a CSV file")
            delimiter = max(_DELIMITERS, key=heading.count)
            cells = next(csv.reader([heading], delimiter=delimiter), [])
            names = [name.strip().lower() for name in cells]
            for row in csv.reader(file, delimiter=delimiter):
                if len(row) == len(names):
                    read = row if delimiter == "," else map(_with_point, row)
                    yield dict(zip(names, read, strict=True))
        except (csv.Error, UnicodeError) as error:
            raise MalformedError(f"not a CSV file ({clean_text(error, 80)})") from error


def as_amount(cell: str) -> float | None:
    """A number from 0 to `MAX_NUMBER`; None for a cell that is empty or holds anything else."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if 0 <= value <= MAX_NUMBER else None


def _with_point(cell: str) -> str:
    """A number with the decimal comma of many languages, as it is elsewhere."""
    before, comma, after = cell.partition(",")
    return f"{before}.{after}" if comma and before.isdigit() and after.isdigit() else cell


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        return "utf-16" if file.read(2) in _UTF_16 else "utf-8-sig"
