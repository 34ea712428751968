"""What 429 (Too Many Requests, RFC 6585) asks for, how often it came, and what a quota is."""

from __future__ import annotations

import re
import time
from collections import Counter
from email.utils import parsedate_to_datetime
from typing import Any

LONGEST_WAIT = 30.0
"""Seconds that a user waits at most, whatever the server asks for."""

DEFAULT_WAIT = 1.0
"""Seconds that a user waits where the server does not say how long."""

rate_limited: Counter[str] = Counter()
"""How often a user was told to wait, by operation ("GET /items")."""


_QUOTA_STATUSES = frozenset({400, 402, 403, 409, 422, 507})
_is_about_a_quota = re.compile(
    rb"quota|(?:limit|maximum|max)\b.{0,60}\b(?:reached|exceeded|allowed|of \d)|too many",
    re.IGNORECASE,
).search
_MAX_MESSAGE = 2000


def is_quota(reply: Any) -> bool:
    """Whether an answer refuses to make one more because there are so many already."""
    if reply.status_code not in _QUOTA_STATUSES:
        return False
    return _is_about_a_quota((reply.content or b"")[:_MAX_MESSAGE]) is not None


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
