"""How often 429 (Too Many Requests, RFC 6585) came, and what a quota is."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

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
