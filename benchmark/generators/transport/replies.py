"""What a request ends in, and where requests go: values without the machinery that sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}

FailureKind = Literal[
    "refused",
    "unresolved",
    "timeout",
    "tls",
    "not http",
    "closed",
    "too large",
    "redirect",
    "not allowed",
    "unsendable",
]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `url` is the place that gave it, after the redirects from `redirects`.

    `headers` ignore case; `body` is decoded from its transfer and content encodings; `seconds` runs
    from before the first request to the last byte. `is_whole` says that the answer was read to its
    end, and not cut off as a stream.
    """

    url: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    seconds: float
    redirects: tuple[str, ...] = ()
    is_whole: bool = True

    @property
    def content_type(self) -> str:
        """The media type without its parameters, in lower case; "" where none was sent."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """The body as text; bytes that are no UTF-8 become U+FFFD."""
        return self.body.decode("utf-8", errors="replace")


@dataclass(frozen=True, slots=True)
class TransportFailure:
    """Why there is no answer, in plain words. `location` is where a refused redirect points."""

    url: str
    kind: FailureKind
    message: str
    seconds: float = 0.0
    location: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """Scheme, host and port of a URL, the host in lower case and without brackets."""

    scheme: str
    host: str
    port: int

    @property
    def netloc(self) -> str:
        """The host as a URL and the Host header have it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def site_of(url: str) -> Site | None:
    """The site of a URL; None for what is no http or https URL."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname:
        return None
    return Site(parts.scheme, parts.hostname, _PORTS[parts.scheme] if port is None else port)
