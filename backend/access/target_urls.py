"""Reads base URLs of targets so that nobody after us reads another host in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

import idna

from backend.problems import Problem

USUAL_PORTS = {"http": 80, "https": 443}
_LONGEST = 2048
_LONGEST_HOST = 253
_PATH = re.compile(r"[!-\[\]-~]*")  # ASCII without white space, control characters and \
_LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_EXAMPLE = "give a base URL such as https://api.example.com/v1"


@dataclass(frozen=True, slots=True)
class TargetUrl:
    """A base URL in parts: `host` in lower case and ASCII, `path` without a final slash."""

    scheme: str
    host: str
    port: int
    path: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def authority(self) -> str:
        """Host and, where it is not the usual one, port; as in the header Host."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == USUAL_PORTS[self.scheme] else f"{name}:{self.port}"


def read_target_url(url: str) -> TargetUrl:
    """The URL in parts. Raises Problem (422), which does not repeat it: it may hold a password."""
    if len(url) > _LONGEST:
        raise Problem(422, f"target_url has more than {_LONGEST} characters", _EXAMPLE)
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise Problem(422, "target_url is no URL", _EXAMPLE) from None
    scheme = parts.scheme.lower()
    if scheme not in USUAL_PORTS or not host:
        raise Problem(422, "target_url is no http or https URL", _EXAMPLE)
    if "@" in parts.netloc:
        raise Problem(422, "target_url holds a user or a password", "send them in headers")
    if "?" in url or "#" in url:
        raise Problem(422, "target_url goes on after the path", _EXAMPLE)
    if port == 0 or parts.netloc.endswith(":"):
        raise Problem(422, "target_url has no valid port", _EXAMPLE)
    path = parts.path.rstrip("/")
    # urlsplit drops tabs and line ends, so the whole text is looked at, too.
    if not _PATH.fullmatch(path) or any(ord(c) <= 0x20 or c in "\\\x7f" for c in url):
        raise Problem(422, "target_url holds characters that a URL has to encode", _EXAMPLE)
    if "[" in parts.netloc and ":" not in host:  # RFC 3986 keeps brackets for later kinds, too
        raise Problem(422, "target_url has no IPv6 address in its brackets", _EXAMPLE)
    return TargetUrl(scheme, read_host(host), port or USUAL_PORTS[scheme], path)


def read_host(text: str) -> str:
    """A host name or address in its usual form. Problem (422) for what programs read differently.

    Such as 127.1, 0x7f.0.0.1 and 2130706433, which some take for a name and some for an address.
    """
    try:
        host = _usual_form(text.lower())
    except (ValueError, idna.IDNAError):
        raise Problem(
            422,
            "the host of target_url is no host name and no usual form of an address",
            "write addresses as 127.0.0.1 or [::1], and names as api.example.com",
        ) from None
    return host


def _usual_form(host: str) -> str:
    """Raises ValueError or IDNAError where there is none."""
    if ":" in host:
        if "%" in host:
            raise ValueError("a zone means something on one machine only")
        return str(IPv6Address(host))
    host = host.removesuffix(".")
    if not host.isascii():
        host = idna.encode(host, uts46=True).decode("ascii")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):  # then browsers, too, take it for an address
        return str(IPv4Address(host))
    if len(host) > _LONGEST_HOST or not _NAME.fullmatch(host):
        raise ValueError("no host name")
    return host
