"""Reads JSON that may have been damaged or forged: every value is checked for type and size.

All functions raise MalformedError with a short message that begins with `what`, the place in the
file.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from operator import lt
from typing import Any, NoReturn

import orjson

from benchmark.histogram import HIGHEST_INDEX, Histogram, PackedCounts
from benchmark.utils.text_safety import clean_text

MAX_NUMBER = 1e15
_MAX_ENTRIES = 10_000
_SHORT = 300
_clean_again = lru_cache(maxsize=10_000)(clean_text)  # names come again in every block of a result


class MalformedError(ValueError):
    """A value in a JSON document is not what it must be."""


class UnreadableVersionError(MalformedError):
    """A document is of a version that this program does not know."""

    def __init__(self, version: int, known: Collection[int]) -> None:
        told = f"schema_version {version} is {{}} than this program reads"
        newer = version > max(known)
        more = f" ({max(known)}): use a newer stress-api" if newer else f" ({min(known)})"
        super().__init__(told.format("newer" if newer else "older") + more)


def parse_json(text: str | bytes) -> Any:
    """The JSON value in a text; NaN, infinities and absurd nesting are refused.

    Raises MalformedError.
    """
    with suppress(orjson.JSONDecodeError):  # Python's own reader takes, or explains, the rest
        return orjson.loads(text)
    try:
        return json.loads(text, parse_constant=_refuse)
    except MalformedError:
        raise
    except RecursionError as error:
        raise MalformedError("nested too deeply") from error
    except UnicodeDecodeError as error:
        raise MalformedError("not JSON: it is no text in UTF-8") from error
    except json.JSONDecodeError as error:
        raise MalformedError(_why_no_json(error)) from error
    except ValueError as error:  # a number of thousands of digits
        raise MalformedError(f"not JSON: {clean_text(error, 100)}") from error


def _why_no_json(error: json.JSONDecodeError) -> str:
    """What is wrong with a text. That it was cut is said only of what begins like JSON."""
    text = error.doc
    if not text.strip():
        return "the file is empty"
    rest = text[error.pos :].strip()
    begun = any(word.startswith(rest) for word in ("true", "false", "null", "-"))  # "" too
    if (begun or error.msg.startswith("Unterminated string")) and text.lstrip()[0] in "{[":
        return f"JSON that ends too early, after {len(text):,} characters: it was cut off"
    return f"not JSON: {clean_text(error, 100)}"


def _refuse(constant: str) -> NoReturn:
    raise MalformedError(f"{constant} is no JSON number")


def as_mapping(value: object, what: str) -> Mapping[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise MalformedError(f"{what} is not an object")
    return value


def as_list(value: object, what: str, limit: int) -> list[Any]:
    """A JSON array of at most `limit` items."""
    if not isinstance(value, list):
        raise MalformedError(f"{what} is not an array")
    if len(value) > limit:
        raise MalformedError(f"{what} has {len(value)} items, more than {limit}")
    return value


def as_text(value: object, what: str, limit: int = 300) -> str:
    """A JSON string, cleaned and cut by `text_safety.clean_text`."""
    if not isinstance(value, str):
        raise MalformedError(f"{what} is not a string")
    return _clean_again(value, limit) if len(value) <= _SHORT else clean_text(value, limit)


def as_flag(value: object, what: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise MalformedError(f"{what} is neither true nor false")
    return value


def as_number(value: object, what: str) -> float:
    """A number from 0 to `MAX_NUMBER`."""
    if type(value) is not float and type(value) is not int:
        raise MalformedError(f"{what} is not a number")
    if not 0 <= value <= MAX_NUMBER:
        raise MalformedError(f"{what} is out of range")
    return float(value)


def as_count(value: object, what: str) -> int:
    """A whole number from 0 to `MAX_NUMBER`."""
    if type(value) is not int:
        raise MalformedError(f"{what} is not a whole number")
    if not 0 <= value <= MAX_NUMBER:
        raise MalformedError(f"{what} is out of range")
    return value


def as_counts(value: object, what: str) -> dict[str, int]:
    """An object whose members are whole numbers; its keys are cleaned."""
    counts: dict[str, int] = {}
    members = as_mapping(value, what)
    if len(members) > _MAX_ENTRIES:
        raise MalformedError(f"{what} has more than {_MAX_ENTRIES} members")
    for key, count in members.items():
        name = clean_text(key)
        counts[name] = counts.get(name, 0) + as_count(count, what)
    return counts


def as_numbers(value: object, what: str) -> dict[str, float]:
    """An object whose members are numbers; its keys are cleaned."""
    members = as_mapping(value, what)
    if len(members) > _MAX_ENTRIES:
        raise MalformedError(f"{what} has more than {_MAX_ENTRIES} members")
    return {clean_text(key): as_number(number, what) for key, number in members.items()}


def as_texts(value: object, what: str) -> dict[str, str]:
    """An object whose members are strings; keys and members are cleaned."""
    members = as_mapping(value, what)
    if len(members) > _MAX_ENTRIES:
        raise MalformedError(f"{what} has more than {_MAX_ENTRIES} members")
    return {clean_text(key): as_text(member, what) for key, member in members.items()}


def as_histogram(value: object, what: str) -> Histogram:
    """What `Histogram.columns` or `Histogram.to_json` wrote, with every bucket in range."""
    parts = as_mapping(value, what)
    buckets, counts = parts.get("buckets"), parts.get("counts")
    known = _counts(counts, what) if buckets is None else _packed_counts(buckets, counts, what)
    total, lowest, highest = parts.get("total"), parts.get("lowest"), parts.get("highest")
    return Histogram(
        known, as_number(total, what), as_number(lowest, what), as_number(highest, what)
    )


def _counts(value: object, what: str) -> Mapping[int, int]:
    counts: dict[int, int] = {}
    for key, count in as_mapping(value, f"{what}: counts").items():
        index = int(key) if key.isascii() and key.isdigit() and len(key) < 6 else -1
        if not 0 <= index <= HIGHEST_INDEX:
            raise MalformedError(f"{what}: there is no bucket {clean_text(key, 20)!r}")
        if as_count(count, f"{what}: counts"):
            counts[index] = count
    return counts


def _packed_counts(buckets: object, counts: object, what: str) -> PackedCounts:
    indices = as_column(buckets, f"{what}: buckets", highest=HIGHEST_INDEX)
    numbers = as_column(counts, f"{what}: counts")
    if len(indices) != len(numbers) or 0 in numbers:
        raise MalformedError(f"{what}: not as many counts as buckets, or counts of 0")
    if not all(map(lt, indices, indices[1:])):
        raise MalformedError(f"{what}: buckets do not ascend")
    return PackedCounts(indices, numbers, 0, len(indices))


def as_column(
    value: object, what: str, size: int | None = None, *, highest: float = MAX_NUMBER
) -> array[int]:
    """A JSON array of (so many) whole numbers from 0 to `highest`, checked all at once."""
    try:
        column = array("Q", _column(value, what, size))
    except (TypeError, OverflowError) as error:
        raise MalformedError(f"{what} are not whole numbers, or out of range") from error
    if column and max(column) > highest:
        raise MalformedError(f"{what} are out of range")
    return column


def as_number_column(value: object, what: str, size: int | None = None) -> array[float]:
    """The same of any numbers from 0 to `MAX_NUMBER`."""
    try:
        column = array("d", _column(value, what, size))
    except (TypeError, OverflowError) as error:
        raise MalformedError(f"{what} are not numbers") from error
    if column and not 0 <= min(column) <= max(column) <= MAX_NUMBER:
        raise MalformedError(f"{what} are out of range")
    return column


def _column(value: object, what: str, size: int | None) -> list[Any]:
    if not isinstance(value, list):
        raise MalformedError(f"{what} is not an array")
    if size is not None and len(value) != size:
        raise MalformedError(f"{what} are {len(value)}, not {size}")
    return value


def as_histograms(value: object, what: str) -> dict[str, Histogram]:
    """An object whose members are histograms; its keys are cleaned."""
    members = as_mapping(value, what)
    if len(members) > _MAX_ENTRIES:
        raise MalformedError(f"{what} has more than {_MAX_ENTRIES} members")
    return {clean_text(key): as_histogram(member, what) for key, member in members.items()}


def as_time(value: object, what: str) -> datetime:
    """A point in time in ISO 8601; without a time zone it is taken as UTC."""
    text = as_text(value, what, 64)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise MalformedError(f"{what} is not a time in ISO 8601") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
