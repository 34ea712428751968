"""A small cookie jar (RFC 6265) that costs nothing until a server sets a cookie."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Any

from benchmark.engine.http_client.origin import Origin

MOST_COOKIES = 300
"""How many cookies a jar keeps before the oldest go (RFC 6265, 6.1, asks for 50 of a domain)."""

_LONGEST = 8192


@dataclass(slots=True)
class Cookie:
    """One cookie. `expires` is in seconds since the epoch, None until the user stops.

    One that is `host_only` goes to the host that set it, not to hosts below `domain`.
    """

    name: str
    value: str
    domain: str = ""
    path: str = "/"
    secure: bool = False
    expires: float | None = None
    host_only: bool = True


class CookieJar:
    """The cookies of one user; iterating gives them, `set_cookie` adds one."""

    __slots__ = ("_cookies", "_headers", "_next_expiry", "is_empty")

    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str, str], Cookie] = {}
        self._headers: dict[tuple[Origin, str], str] = {}
        self._next_expiry = float("inf")
        self.is_empty = True

    def __len__(self) -> int:
        return len(self._cookies)

    def __iter__(self) -> Iterator[Cookie]:
        return iter(list(self._cookies.values()))

    def set_cookie(self, cookie: Any) -> None:
        """Keep a cookie, in place of one with the same name, domain and path.

        Cookies of Python's http.cookiejar are welcome too.
        """
        domain = cookie.domain.lstrip(".")
        host_only = getattr(cookie, "host_only", not getattr(cookie, "domain_specified", False))
        key = (domain, cookie.path, cookie.name)
        self._cookies.pop(key, None)
        self._cookies[key] = Cookie(
            cookie.name, cookie.value or "", domain, cookie.path, cookie.secure, cookie.expires,
            host_only,
        )  # fmt: skip
        if len(self._cookies) > MOST_COOKIES:
            del self._cookies[next(iter(self._cookies))]
        self._changed()

    def set(self, name: str, value: str, domain: str = "", path: str = "/") -> None:
        """Keep a cookie of the locustfile's own; without a domain it goes to every host."""
        self.set_cookie(Cookie(name, value, domain, path))

    def get(self, name: str, default: str | None = None) -> str | None:
        """The value of the newest cookie with a name."""
        return next((one.value for one in reversed(list(self)) if one.name == name), default)

    def clear(self) -> None:
        """Forget all cookies."""
        self._cookies.clear()
        self._changed()

    def clear_session_cookies(self) -> None:
        """Forget those that have no expiry."""
        self._cookies = {k: one for k, one in self._cookies.items() if one.expires is not None}
        self._changed()

    def take_over(self, lines: list[str], origin: Origin, target: str) -> None:
        """Keep what the Set-Cookie headers of an answer say."""
        for line in lines:
            cookie = _read(line, origin, target)
            if cookie is None:
                continue
            if cookie.expires is not None and cookie.expires <= time.time():
                self._cookies.pop((cookie.domain, cookie.path, cookie.name), None)
                self._changed()
            elif self._cookies.get((cookie.domain, cookie.path, cookie.name)) != cookie:
                self.set_cookie(cookie)

    def header_for(self, origin: Origin, target: str) -> str:
        """What a request's Cookie header says; "" where there is nothing to say."""
        if time.time() >= self._next_expiry:
            self._drop_expired()
        path = target.partition("?")[0]
        known = self._headers.get((origin, path))
        if known is None:
            if len(self._headers) >= MOST_COOKIES:
                self._headers.clear()
            known = self._headers[origin, path] = "; ".join(
                f"{one.name}={one.value}" for one in self.cookies_for(origin, path)
            )
        return known

    def cookies_for(self, origin: Origin, path: str) -> list[Cookie]:
        """The cookies that a request carries, those of longer paths first."""
        found = [
            one
            for one in self._cookies.values()
            if _matches_domain(origin.host, one)
            and _matches_path(path, one.path)
            and (not one.secure or origin.is_secure or origin.is_loopback)
        ]
        return sorted(found, key=lambda one: -len(one.path))

    def _drop_expired(self) -> None:
        now = time.time()
        self._cookies = {
            key: one for key, one in self._cookies.items() if (one.expires or now + 1) > now
        }
        self._changed()

    def _changed(self) -> None:
        self.is_empty = not self._cookies
        self._headers.clear()
        self._next_expiry = min(
            (one.expires for one in self._cookies.values() if one.expires is not None),
            default=float("inf"),
        )


def _read(line: str, origin: Origin, target: str) -> Cookie | None:
    """A Set-Cookie header (RFC 6265, sections 5.2 and 5.3); None for what must be ignored."""
    pair, *attributes = line[:_LONGEST].split(";")
    name, equals, value = (part.strip() for part in pair.partition("="))
    if not equals or not name:
        return None
    cookie = Cookie(name, value, origin.host, _default_path(target))
    max_age: float | None = None
    for attribute in attributes:
        key, _, text = (part.strip() for part in attribute.partition("="))
        match key.lower():
            case "domain" if domain := text.lstrip(".").lower():
                cookie.domain, cookie.host_only = domain, False
            case "path" if text.startswith("/"):
                cookie.path = text
            case "secure":
                cookie.secure = True
            case "max-age" if text.lstrip("-").isdecimal() and len(text) < 12:
                max_age = float(text)
            case "expires":
                cookie.expires = _moment(text, cookie.expires)
    if max_age is not None:
        cookie.expires = time.time() + max_age
    if not cookie.host_only:
        if cookie.domain == origin.host:
            cookie.host_only = _is_address(origin.host) or "." not in origin.host
        elif "." not in cookie.domain or not _matches_domain(origin.host, cookie):
            return None
    return cookie


def _moment(text: str, default: float | None) -> float | None:
    try:
        return parsedate_to_datetime(text.replace("-", " ")).timestamp()
    except (ValueError, TypeError, OverflowError):
        return default


def _default_path(target: str) -> str:
    return target.partition("?")[0].rpartition("/")[0] or "/"


def _matches_domain(host: str, cookie: Cookie) -> bool:
    if not cookie.domain or host == cookie.domain:
        return True
    below = host.endswith(f".{cookie.domain}") and not _is_address(host)
    return below and not cookie.host_only


def _matches_path(path: str, of_cookie: str) -> bool:
    if not path.startswith(of_cookie):
        return False
    return len(path) == len(of_cookie) or of_cookie.endswith("/") or path[len(of_cookie)] == "/"


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
