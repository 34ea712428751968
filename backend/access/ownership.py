"""Proofs that a user may have a host tested which the operator's list does not name.

The user puts one line where only the owner of the host can: into a file that the target serves, or
into a TXT record of its name. The line is an HMAC of the user's address, the host and a last day,
made with the service's key: it proves nothing for another user or another host, nothing has to be
stored, and it ends by itself. It is looked for at every start.

A TXT record says whose the name is, not whose the addresses are that it leads to: anybody can let a
name of theirs lead to somebody else's machine. So it counts for https alone, and only at addresses
that have a valid certificate for the name.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

VALID_DAYS = 90
"""How long a proof counts from the day on which it was shown."""

_LINE = re.compile(r"stress-api-proof=([0-9]{8})\.([0-9a-f]{64})")
_DAY = "%Y%m%d"


@dataclass(frozen=True, slots=True)
class OwnershipProof:
    """What proves that `email` owns `host`, and where it has to stand; one of the two is enough.

    `line` is all that the file at `path` holds (white space around it does not matter), or one TXT
    record of `record_name`. It counts up to and including the day `last_day` (UTC).
    """

    email: str
    host: str
    path: str
    record_name: str
    line: str
    last_day: date


def ownership_proof(
    email: str, host: str, key: bytes, *, today: date | None = None
) -> OwnershipProof:
    """The proof to be shown to a user. `key` is the service's key for proofs (`proof_key`)."""
    last_day = (today or _today()) + timedelta(days=VALID_DAYS)
    email, host = email.lower(), host.lower()
    return OwnershipProof(
        email=email,
        host=host,
        path=f"/.well-known/stress-api-{_mac(key, 'path', email, host)[:24]}",
        record_name=f"_stress-api.{host}",
        line=f"stress-api-proof={last_day:{_DAY}}.{_line_mac(key, email, host, last_day)}",
        last_day=last_day,
    )


def proves(text: str, email: str, host: str, key: bytes, *, today: date | None = None) -> bool:
    """Whether `text`, found at its place, is a proof for this user and host that has not ended."""
    match = _LINE.fullmatch(text.strip())
    if match is None:
        return False
    try:
        last_day = datetime.strptime(match[1], _DAY).replace(tzinfo=UTC).date()
    except ValueError:
        return False
    now = today or _today()
    if not now <= last_day <= now + timedelta(days=VALID_DAYS):
        return False
    return hmac.compare_digest(match[2], _line_mac(key, email.lower(), host.lower(), last_day))


def _line_mac(key: bytes, email: str, host: str, last_day: date) -> str:
    return _mac(key, "line", email, host, format(last_day, _DAY))


def _mac(key: bytes, *parts: str) -> str:
    """The parts cannot run into each other: a zero byte is in none of them."""
    return hmac.new(key, "\0".join(("ownership", *parts)).encode(), sha256).hexdigest()


def _today() -> date:
    return datetime.now(UTC).date()
