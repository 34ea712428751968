"""Which headers a test may send to its target."""

from __future__ import annotations

from collections.abc import Iterable

from backend.problems import Problem

_OURS = frozenset(
    "connection content-length expect host http2-settings keep-alive proxy-authenticate "
    "proxy-authorization proxy-connection te trailer transfer-encoding upgrade".split()
)
"""Those that frame a message (RFC 9110, section 7.6.1; RFC 9112), and Host: behind an address that
many names share, such as that of a content delivery network, it would lead to somebody else."""


def check_headers(names: Iterable[str]) -> None:
    """Raise Problem (422) for a header that a test must not set."""
    for name in names:
        if name.strip().lower() in _OURS:
            raise Problem(
                422,
                f"the header {name.strip()[:50]} is not for a test to set",
                "leave it out; Host is that of target_url",
            )
