"""Judges single values of bodies: which must be new every time, which follow the clock."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from benchmark.generators.naming import words
from benchmark.models import Clock, Unique

_UNIQUE_NAMES = frozenset(
    "email username login slug handle nickname sku uuid guid identifier".split()
)
_UNIQUE_AT_TOP = frozenset({("id",), ("name",), ("user", "name"), ("key",), ("code",)})
_INT32_MAX = 2**31 - 1
_SETTLED = ("enum", "const", "pattern")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.Z+\-]{9,24})?")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DAY = 86_400
_MOMENT = _DAY // 100  # what a moment's distance from now is rounded to: 0.01 days


def as_unique(sample: Any, schema: Mapping[str, Any], pointer: str) -> Unique | None:
    """A value that a create must not repeat, judged by its name; None where repeating is fine.

    Fields with an enum, a constant or a pattern keep the values that the document allows.
    """
    if any(keyword in schema for keyword in _SETTLED):
        return None
    parts = words(pointer.rpartition("/")[2])
    if not parts:
        return None
    at_top = pointer.count("/") == 1 and parts in _UNIQUE_AT_TOP
    if parts == ("id",) and isinstance(sample, int) and not isinstance(sample, bool):
        return Unique(sample, "number") if _allows_large_numbers(schema) else None
    if not isinstance(sample, str) or not (at_top or parts[-1] in _UNIQUE_NAMES):
        return None
    text_format = schema.get("format")
    limit = schema.get("maxLength")
    limit = limit if isinstance(limit, int) else None
    if text_format in {"uuid", "guid"} or _UUID.fullmatch(sample):
        return Unique(sample, "uuid")
    if text_format in {"email", "idn-email"} or (parts[-1] == "email" and "@" in sample):
        return Unique(sample, "email", limit)
    if text_format in {None, "string"}:
        return Unique(sample, "text", limit)
    return None


def _allows_large_numbers(schema: Mapping[str, Any]) -> bool:
    bounds = (schema.get("maximum"), schema.get("exclusiveMaximum"))
    known = [bound for bound in bounds if isinstance(bound, int | float)]
    return all(bound >= _INT32_MAX for bound in known) and "multipleOf" not in schema


def as_clock(samples: Sequence[Any], schema: Mapping[str, Any], now: datetime) -> Clock | None:
    """A clock where every sample is today or later: written down, it would soon be past.

    The distance is counted from the beginning of today, so it is the same all day.
    """
    if any(keyword in schema for keyword in _SETTLED):
        return None
    moments = [_moment(sample) for sample in samples]
    known = [moment for moment, _ in filter(None, moments)]
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if len(known) != len(samples) or min(known) < today:
        return None
    distance = known[0] - today
    if moments[0] and moments[0][1] == "date":
        return Clock(distance.days * _DAY, "date")
    return Clock(round(distance.total_seconds() / _MOMENT) * _MOMENT, "date-time")


def _moment(value: Any) -> tuple[datetime, str] | None:
    """A date or a date-time as RFC 3339 writes it, and which of them it is."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return None
    try:
        if len(value) == 10:
            day = date.fromisoformat(value)
            return datetime(day.year, day.month, day.day, tzinfo=UTC), "date"
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment, "date-time") if moment.tzinfo else None
