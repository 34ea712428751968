"""How long a Retry-After header asks to wait."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 30.0
"""Seconds that a user waits at most, whatever the server asks for."""

DEFAULT_WAIT = 1.0
"""Seconds that a user waits where the server does not say how long."""


def seconds_to_wait(retry_after: str | None) -> float:
    """What a Retry-After header says: seconds or a date (RFC 9110, section 10.2.3)."""
    if retry_after is None:
        return DEFAULT_WAIT
    text = retry_after.strip()
    try:
        seconds = float(text) if text.isdecimal() else _until(text)
    except (ValueError, OverflowError):
        return DEFAULT_WAIT
    return min(max(seconds, 0.0), LONGEST_WAIT)


def _until(date: str) -> float:
    return parsedate_to_datetime(date).timestamp() - time.time()
