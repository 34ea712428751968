"""Which fields name an account, and which hold its secret."""

from __future__ import annotations

import re

IDENTITY = ("username", "email", "login", "user", "name", "identifier", "account", "phone")
"""Names of what says who signs in, the likeliest first (as `naming.plain` writes them)."""

_SECRET = re.compile(r"passw|passphrase|secret|^pwd$|^pin$", re.IGNORECASE)


def is_secret(name: str) -> bool:
    """Whether a field holds what only the owner of an account knows."""
    return _SECRET.search(name) is not None
