"""The one door for requests of discovery and probe: to allowed hosts only, and bounded.

A request ends in a value, `Reply` or `TransportFailure`, never in an exception: what a target does
wrong is something to report. No `requests.Session` is used, so cookies, `.netrc` and the rest of
the environment reach no request unasked; of the environment only proxies (never for loopback) and
a bundle of certificates (REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE) count.
"""

from __future__ import annotations

import base64
import ipaddress
import os
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests
import urllib3
from requests.structures import CaseInsensitiveDict
from requests.utils import get_environ_proxies, select_proxy

from benchmark.errors import UsageError
from benchmark.generators.pinned_connections import Exchange, PinnedAdapter, first_open, resolve
from benchmark.generators.transport_failures import FailureKind, classify
from benchmark.models import Credentials, Target

MAX_REDIRECTS = 5
_CHUNK_BYTES = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_COMMON_HEADERS = {"Accept": "*/*", "Accept-Encoding": "gzip, deflate", "User-Agent": "stress-api"}
_PORTS = {"http": 80, "https": 443}
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `url` is the place that gave it, after the redirects from `redirects`.

    `headers` ignore case; `body` is decoded from its transfer and content encodings; `seconds` runs
    from before the first request to the last byte.
    """

    url: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    seconds: float
    redirects: tuple[str, ...] = ()

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
class _Site:
    """Scheme, host and port of a URL, the host in lower case and without brackets."""

    scheme: str
    host: str
    port: int

    @property
    def netloc(self) -> str:
        """The host as a URL and the Host header have it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


class Transport:
    """Sends requests to one target. Threads may share it; leave it as a context manager.

    `timeout` is the total of one request in seconds, redirects included; `max_bytes` is the most
    that is read of an answer, after decompression. Raises UsageError for a base URL, an allowed
    host or a credential that cannot be used.
    """

    def __init__(
        self,
        target: Target,
        *,
        timeout: float = 10.0,
        max_bytes: int = 32 * 1024 * 1024,
        connections: int = 8,
    ) -> None:
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._base = target.base_url.rstrip("/") + "/"
        self._sites = {_target_site(target.base_url)}
        self._allowed = tuple(_allowed_host(entry) for entry in target.allowed_hosts)
        self._headers = credential_headers(target.credentials)
        self._adapter = PinnedAdapter(connections)
        self._lock = threading.Lock()
        self._addresses: dict[str, tuple[str, ...]] = {}
        self._sent = 0
        bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
        self._verify: bool | str = (bundle or True) if target.verify_tls else False
        if not target.verify_tls:
            # The user asked for it; a warning with each request would say nothing new.
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    def __enter__(self) -> Transport:
        return self

    def __exit__(self, *_: object) -> None:
        self._adapter.close()

    @property
    def requests_sent(self) -> int:
        """How many requests went out so far, each redirect counted."""
        return self._sent

    def url(self, url_or_path: str) -> str:
        """The absolute URL: a path counts from the host, anything else from the base URL."""
        return urljoin(self._base, url_or_path)

    def allows(self, url: str) -> bool:
        """Whether requests may go to the host of this URL."""
        site = _site(url)
        return site is not None and self._allows(site)

    def get(
        self, url_or_path: str, accept: str = "*/*", *, timeout: float | None = None
    ) -> Reply | TransportFailure:
        """Ask for a URL, or for a path below the target's host."""
        return self.request("GET", url_or_path, headers={"Accept": accept}, timeout=timeout)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float | None = None,
        follow_redirects: bool = True,
    ) -> Reply | TransportFailure:
        """Send one request, credentials included; `headers` win over credentials.

        Redirects are followed to allowed hosts only, at most MAX_REDIRECTS of them. Where they
        are not followed, the redirect itself is the reply.
        """
        start = time.monotonic()
        limit = self._timeout if timeout is None else timeout
        redirects: list[str] = []
        sent_headers = CaseInsensitiveDict({**_COMMON_HEADERS, **self._headers})
        sent_headers.update(
            {"Accept": "*/*", "Accept-Encoding": "gzip, deflate", **(headers or {})}
        )
        try:
            url = self.url(url)
        except ValueError:
            return TransportFailure(url, "unsendable", f"{url!r} is no usable URL")
        while True:
            left = limit - (time.monotonic() - start)
            outcome = self._send(method, url, sent_headers, body, seconds=left, limit=limit)
            if isinstance(outcome, TransportFailure):
                return _timed(outcome, start)
            location = outcome.headers.get("Location")
            if not follow_redirects or outcome.status not in _REDIRECTS or not location:
                seconds = time.monotonic() - start
                return replace(outcome, seconds=seconds, redirects=tuple(redirects))
            redirects.append(url)
            following = self._following(url, location, len(redirects))
            if isinstance(following, TransportFailure):
                return _timed(following, start)
            if outcome.status == 303 or (outcome.status in (301, 302) and method == "POST"):
                method, body = "HEAD" if method == "HEAD" else "GET", None
                for name in ("Content-Type", "Content-Length"):
                    sent_headers.pop(name, None)
            url = following

    def _following(self, url: str, location: str, count: int) -> str | TransportFailure:
        """The URL that a redirect leads to, if it may be followed."""
        try:
            # Header bytes come as Latin-1; in practice they are UTF-8.
            location = location.encode("latin-1", "replace").decode("utf-8", "replace")
            following = urljoin(url, location)
            here, there = _site(url), _site(following)
        except ValueError:
            here = there = None
        if here is None or there is None:
            message = f"{url} redirects to {location!r}, which is no usable URL"
            return TransportFailure(url, "redirect", message, location=location)
        if count > MAX_REDIRECTS:
            message = f"{url} redirects more than {MAX_REDIRECTS} times"
            return TransportFailure(url, "redirect", message, location=following)
        secured = (here.scheme, there.scheme) == ("http", "https") and here.host == there.host
        exposed = (here.scheme, there.scheme) == ("https", "http")
        if secured:
            with self._lock:
                self._sites.add(there)
        elif exposed or not self._allows(there):
            message = f"{url} redirects to {there.scheme}://{there.netloc}, which was not followed"
            return TransportFailure(url, "redirect", message, location=following)
        return following

    def _allows(self, site: _Site) -> bool:
        with self._lock:
            known = {(allowed.host, allowed.port) for allowed in self._sites}
        return (site.host, site.port) in known or any(
            site.host == host and port in (None, site.port) for host, port in self._allowed
        )

    def _send(
        self,
        method: str,
        url: str,
        headers: CaseInsensitiveDict[str],
        body: bytes | None,
        *,
        seconds: float,
        limit: float,
    ) -> Reply | TransportFailure:
        try:
            prepared = requests.Request(method, _plain(url), headers=headers, data=body).prepare()
            site = _site(prepared.url or "")
        except (ValueError, requests.RequestException):
            return TransportFailure(url, "unsendable", f"{method} {url!r} cannot be sent")
        if site is None or not self._allows(site):
            return TransportFailure(url, "not allowed", f"{url} is not on an allowed host")
        prepared.headers["Host"] = site.netloc
        if seconds <= 0:
            return TransportFailure(url, "timeout", _late(site, limit))
        exchange = Exchange(seconds)
        try:
            proxies = self._pin(site, prepared.url or "", seconds)
            with self._lock:
                self._sent += 1
            with exchange:
                outcome = self._exchange(prepared, seconds, proxies)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            kind, words = classify(error)
            message = _late(site, limit) if kind == "timeout" else f"{site.netloc} {words}"
            outcome = TransportFailure(url, kind, message)
        # An answer without a length ends where its socket was closed, and looks whole.
        return TransportFailure(url, "timeout", _late(site, limit)) if exchange.expired else outcome

    def _exchange(
        self, prepared: requests.PreparedRequest, seconds: float, proxies: dict[str, str]
    ) -> Reply | TransportFailure:
        url = prepared.url or ""
        response = self._adapter.send(
            prepared, stream=True, timeout=seconds, verify=self._verify, proxies=proxies
        )
        try:
            declared = response.headers.get("Content-Length", "")
            too_large = declared.isdecimal() and int(declared[:19]) > self._max_bytes
            body = bytearray()
            if not too_large or prepared.method == "HEAD":
                for chunk in response.iter_content(_CHUNK_BYTES):
                    body += chunk
                    if len(body) > self._max_bytes:
                        too_large = True
                        break
            if too_large and prepared.method != "HEAD":
                message = f"{url} answers with more than {self._max_bytes:,} bytes"
                return TransportFailure(url, "too large", message)
            return Reply(url, response.status_code, response.headers, bytes(body), 0.0)
        finally:
            response.close()

    def _pin(self, site: _Site, url: str, seconds: float) -> dict[str, str]:
        """Fix the address of the site; the answer is the proxies to use, which look up themselves.

        Raises OSError where the host has no address.
        """
        if self._adapter.pinned(site.host, site.port) is not None:
            return {}
        proxies = get_environ_proxies(url)
        proxied = select_proxy(url, proxies) is not None
        try:
            addresses = self._addresses.get(site.host) or resolve(site.host, site.port, seconds)
        except OSError:
            if proxied:
                return proxies
            raise
        if proxied and not _is_loopback(addresses[0]):
            return proxies
        with self._lock:
            addresses = self._addresses.setdefault(site.host, addresses)
        self._adapter.pin(site.host, site.port, first_open(addresses, site.port, seconds))
        return {}


# ── Hosts ─────────────────────────────────────────────────────────────────────────────────────────


def _site(url: str) -> _Site | None:
    """The site of a URL; None for what is no http or https URL."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname:
        return None
    return _Site(parts.scheme, parts.hostname, _PORTS[parts.scheme] if port is None else port)


def _target_site(base_url: str) -> _Site:
    site = _site(base_url)
    if site is None:
        raise UsageError(
            f"{base_url!r} is no base URL", "write it as in http://localhost:8000 (--host)"
        )
    if "@" in urlsplit(base_url).netloc:
        raise UsageError("the base URL holds credentials", "give them with --basic user:password")
    return site


def _allowed_host(entry: str) -> tuple[str, int | None]:
    """Host and port of an entry of the allow-list; no port means every port."""
    try:
        parts = urlsplit(f"//{entry}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or parts.path or "@" in entry:
        raise UsageError(f"{entry!r} is no host to allow", "write host or host:port (--allow-host)")
    return host, port


def _plain(url: str) -> str:
    """The URL without user information and fragment, neither of which is ever sent."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _timed(failure: TransportFailure, start: float) -> TransportFailure:
    return replace(failure, seconds=time.monotonic() - start)


def _late(site: _Site, limit: float) -> str:
    return f"{site.netloc} did not answer in full within {limit:g} s"


# ── Credentials ───────────────────────────────────────────────────────────────────────────────────


def credential_headers(credentials: Credentials) -> dict[str, str]:
    """The headers that credentials are sent in; headers that the user wrote win over the rest.

    Raises UsageError for a name or a value that no header can hold, line breaks above all.
    """
    headers: dict[str, str] = {}
    if credentials.basic:
        encoded = base64.b64encode(credentials.basic.encode()).decode()
        headers["Authorization"] = f"Basic {encoded}"
    if credentials.token:
        headers["Authorization"] = f"Bearer {credentials.token}"
    if credentials.api_key:
        headers["X-API-Key"] = credentials.api_key
    merged = CaseInsensitiveDict(headers)
    merged.update(credentials.headers)
    for name, value in merged.items():
        if not _HEADER_NAME.fullmatch(name):
            raise UsageError(f"{name!r} is no header name", "write --header 'Name: value'")
        try:
            value.encode("latin-1")
        except UnicodeEncodeError:
            sendable = False
        else:
            sendable = not _UNSENDABLE.search(value) and value == value.strip()
        if not sendable:
            raise UsageError(
                f"the value of the header {name} holds characters that cannot be sent",
                "line breaks, control characters and outer spaces are not allowed",
            )
    return dict(merged.items())
