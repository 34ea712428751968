"""Values that are made when a request is sent: stamps that never repeat, and the time."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from secrets import randbelow
from string import ascii_lowercase, digits
from typing import Literal
from uuid import uuid4

ClockFormat = Literal["date-time", "date", "time", "epoch"]
UniqueStyle = Literal["text", "email", "uuid", "number"]

_EMAIL_NAME_LENGTH = 64  # RFC 5321, section 4.5.3.1.1


def unique_value(
    sample: object, style: UniqueStyle = "text", max_length: int | None = None
) -> str | int:
    """A value like `sample` that was never sent before, at most `max_length` characters long.

    "text" appends a stamp, "email" puts it before the @, "uuid" and "number" are made of it.
    """
    if style == "uuid":
        return str(uuid4())
    if style == "number":
        return next_number()
    if style == "text":
        return stamped(str(sample), next_stamp(), max_length)
    name, domain, limit = _email_parts(str(sample), max_length)
    return f"{stamped(name, next_stamp(), limit, '.')}@{domain}"


def _email_parts(sample: str, max_length: int | None) -> tuple[str, str, int]:
    """The name and the domain of an address, and how long the name may become."""
    name, _, domain = sample.rpartition("@")
    domain = domain if name else "example.org"
    room = _EMAIL_NAME_LENGTH if max_length is None else max_length - len(domain) - 1
    return name or "user", domain, min(_EMAIL_NAME_LENGTH, room)


def unique_maker(
    sample: object, style: UniqueStyle = "text", max_length: int | None = None
) -> Callable[[], str | int]:
    """A function that gives `unique_value` with the same arguments, quicker: all is prepared."""
    if style == "uuid":
        return lambda: str(uuid4())
    if style == "number":
        return next_number
    if style == "text":
        return _stamper(str(sample), "-", max_length, "")
    name, domain, limit = _email_parts(str(sample), max_length)
    return _stamper(name, ".", limit, f"@{domain}")


def _stamper(
    sample: str, separator: str, max_length: int | None, end: str
) -> Callable[[], str | int]:
    length = 2 * _STAMP_PAIRS
    room = len(sample) if max_length is None else max_length - length - len(separator)
    if room <= 0 and max_length is not None:
        first = max(0, length - max_length)
        return lambda: f"{next_stamp()[first:]}{end}"
    beginning = f"{sample[:room]}{separator}"
    return lambda: f"{beginning}{next_stamp()}{end}"


def clock_value(offset_seconds: float, style: ClockFormat = "date-time") -> str | int:
    """The time now plus an offset, in UTC, as RFC 3339 text or as epoch seconds."""
    moment = (datetime.now(UTC) + timedelta(seconds=offset_seconds)).replace(microsecond=0)
    if style == "epoch":
        return int(moment.timestamp())
    if style == "date":
        return moment.date().isoformat()
    text = moment.isoformat().replace("+00:00", "Z")
    return text if style == "date-time" else text.partition("T")[2]


def stamped(sample: str, stamp: str, max_length: int | None, separator: str = "-") -> str:
    """`sample-stamp`, cut to `max_length`; the end of the stamp, which varies most, stays."""
    if max_length is None:
        return f"{sample}{separator}{stamp}"
    room = max_length - len(stamp) - len(separator)
    if room <= 0:
        return stamp[max(0, len(stamp) - max_length) :]
    return f"{sample[:room]}{separator}{stamp}"


def next_stamp() -> str:
    """14 letters and digits that no other request, process or run uses.

    It is a number that grows by one from a random start, so its last n places alone do not repeat
    within 36ⁿ requests of a process.
    """
    high, low = divmod(next(_counters.stamps), _LOW)
    if high != _counters.high:
        _counters.high, _counters.beginning = high, _spelled(high, _STAMP_PAIRS - 2)
    first, second = divmod(low, len(_PAIRS))
    return f"{_counters.beginning}{_PAIRS[first]}{_PAIRS[second]}"


def own_mark() -> str:
    """What the stamps of this process begin with: whatever carries it was made by it."""
    return next_stamp()[:_MARK_LENGTH]


def next_number() -> int:
    """An integer never sent before by this process: counted from a random one below 2³⁰."""
    return next(_counters.numbers)


def _spelled(number: int, pairs: int) -> str:
    spelled = []
    for _ in range(pairs):
        number, pair = divmod(number, len(_PAIRS))
        spelled.append(_PAIRS[pair])
    return "".join(reversed(spelled))


class _Counters:
    """Where stamps and numbers of this process stand; worker processes start anew."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.stamps = count(randbelow(len(_PAIRS) ** _STAMP_PAIRS // 2))
        self.high = -1  # what the last stamp began with: it changes once in 1.7 million
        self.beginning = ""
        self.numbers = count(1 + randbelow(2**30))


_DIGITS = digits + ascii_lowercase
_PAIRS = [first + second for first in _DIGITS for second in _DIGITS]
_STAMP_PAIRS = 7
_MARK_LENGTH = 10  # what stays the same for a million stamps
_LOW = len(_PAIRS) ** 2
_counters = _Counters()
os.register_at_fork(after_in_child=_counters.start)
