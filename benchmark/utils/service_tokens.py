"""The lines of STRESS_API_TOKENS: `stress-api token` writes them, the service reads them.

A line is `email:role:sha256`. The token itself is kept by its user alone; its digest needs no salt,
because a token is 256 random bits, which nobody can guess.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, get_args

from benchmark.errors import UsageError

SETTING = "STRESS_API_TOKENS"

Role = Literal["user", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)

_EMAIL = re.compile(
    r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,7}", re.ASCII
)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LONGEST_EMAIL = 254  # RFC 5321, errata 1690


@dataclass(frozen=True, slots=True)
class TokenLine:
    """Whose a token is, what its user may do, and the SHA-256 digest of the token."""

    email: str
    role: Role
    digest: bytes = field(repr=False)

    def __str__(self) -> str:
        return f"{self.email}:{self.role}:{self.digest.hex()}"


def new_token(email: str, role: str = "user") -> tuple[str, TokenLine]:
    """A random token and its line. Raises UsageError for what is no e-mail address or role."""
    token = f"stress_{secrets.token_urlsafe(32)}"
    return token, TokenLine(_email(email), _role(role), digest_of(token))


def digest_of(token: str) -> bytes:
    """What stands in a line in place of the token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def split_lines(text: str) -> tuple[str, ...]:
    """The lines in the value of the setting; commas and white space separate them."""
    return tuple(text.replace(",", " ").split())


def read_token_lines(lines: Iterable[str]) -> tuple[TokenLine, ...]:
    """What the lines say. Raises UsageError that names a wrong line by its number, not its text."""
    tokens: list[TokenLine] = []
    for number, line in enumerate(lines, 1):
        try:
            token = _read(line.strip())
        except (ValueError, UsageError):
            raise UsageError(
                f"{SETTING}: entry {number} is not email:role:sha256",
                "make an entry with: stress-api token EMAIL",
            ) from None
        if any(token.digest == other.digest for other in tokens):
            raise UsageError(
                f"{SETTING}: entry {number} has the token of another entry",
                "give every user a token of their own: stress-api token EMAIL",
            )
        tokens.append(token)
    return tuple(tokens)


def _read(line: str) -> TokenLine:
    """Raises UsageError, or ValueError where parts are missing."""
    email, role, digest = line.rsplit(":", 2)
    if not _DIGEST.fullmatch(digest.lower()):
        raise ValueError("no digest")
    return TokenLine(_email(email), _role(role), bytes.fromhex(digest))


def _email(text: str) -> str:
    if len(text) > _LONGEST_EMAIL or not _EMAIL.fullmatch(text):
        raise UsageError("that is no e-mail address", "give one such as ann@example.com")
    return text.lower()


def _role(text: str) -> Role:
    for role in ROLES:
        if text == role:
            return role
    raise UsageError("there is no such role", f"give one of: {', '.join(ROLES)}")
