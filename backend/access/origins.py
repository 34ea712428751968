"""The origins of STRESS_API_CORS_ORIGINS: whose pages may read answers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from benchmark.errors import UsageError

_ORIGIN = re.compile(r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:]+\])(?::[0-9]{1,5})?")


def read_origins(entries: Iterable[str]) -> tuple[str, ...]:
    """The origins as browsers write them. UsageError for others, and for `*`: that is everybody."""
    origins = tuple(entry.strip().rstrip("/") for entry in entries if entry.strip())
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise UsageError(
                f"STRESS_API_CORS_ORIGINS: {origin[:100]!r} is no origin",
                "give such as https://dashboard.example.com, in lower case and without a path",
            )
    return origins
