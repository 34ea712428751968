"""Recognises an answer that says that there are too many things of a kind already."""

from __future__ import annotations

import re
from typing import Any

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
