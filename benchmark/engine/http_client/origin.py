"""Where requests go: scheme, host and port, and how URLs are taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import quote, unquote, urlsplit, urlunsplit

_PORTS = {"http": 80, "https": 443}
_PLAIN_TARGET = re.compile(r"[A-Za-z0-9/?&=%:@!$'()*+,;._~\-]*").fullmatch
_PERCENT_TRIPLE = re.compile(r"(%[0-9A-Fa-f]{2})")
# All that may stand in a path or a query (RFC 3986), and what servers are sent besides.
_KEPT = "/?&=:@!$'()*+,;[]|"


@dataclass(frozen=True, slots=True)
class Origin:
    """One server: requests to it can use the same connections."""

    scheme: str
    host: str
    port: int

    @property
    def is_secure(self) -> bool:
        """Whether TLS is spoken with it."""
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """Host and port as the Host header has them: without the scheme's own port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if _PORTS[self.scheme] == self.port else f"{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine, by its name or address."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            return ip_address(self.host.partition("%")[0]).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


@dataclass(frozen=True, slots=True)
class Location:
    """An absolute URL, taken apart: `target` is path and query, ready to be sent."""

    origin: Origin
    target: str
    username: str | None = None
    password: str | None = None


@lru_cache(maxsize=512)
def split_url(url: str) -> Location:
    """An http or https URL, taken apart; its fragment is left out.

    Raises ValueError, with the reason, for what is not one. What may not stand in a URL is
    percent-encoded; what is already stays as it is.
    """
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme not in _PORTS:
        raise ValueError(f"{url!r} is not an http or https URL")
    if not parts.hostname:
        raise ValueError(f"{url!r} names no host")
    host = parts.hostname
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    origin = Origin(scheme, host, parts.port or _PORTS[scheme])
    target = written_target(parts.path + (f"?{parts.query}" if parts.query else ""))
    if not target.startswith("/"):
        target = f"/{target}"
    user, password = parts.username, parts.password
    return Location(
        origin,
        target,
        None if user is None else unquote(user),
        None if password is None else unquote(password),
    )


def written_target(target: str) -> str:
    """A path with its query as it can be sent: without a fragment, percent-encoded where needed."""
    if _PLAIN_TARGET(target):
        return target
    parts = _PERCENT_TRIPLE.split(target.partition("#")[0])
    return "".join(p if i % 2 else quote(p, safe=_KEPT) for i, p in enumerate(parts))


def without_userinfo(url: str) -> str:
    """A URL without the user and the password that it names."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
