"""The one door for requests of discovery and probe: to allowed hosts only, and bounded.

A request ends in a value, `Reply` or `TransportFailure`, never in an exception: what a target does
wrong is something to report. No `requests.Session` is used, so cookies, `.netrc` and the rest of
the environment reach no request unasked; of the environment only proxies (never for loopback) and
a bundle of certificates (REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE) count.
"""

from __future__ import annotations

import base64
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from benchmark.errors import UsageError
from benchmark.generators.transport.replies import Reply, Site, TransportFailure, site_of
from benchmark.models import Credentials, Target

if TYPE_CHECKING:
    from benchmark.generators.transport.sending import Sender

__all__ = ["MAX_REDIRECTS", "Reply", "Transport", "TransportFailure", "credential_headers"]

MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ACCEPTED = {"Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
_COMMON_HEADERS = {**_ACCEPTED, "User-Agent": "stress-api"}
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


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
        self._base = target.base_url.rstrip("/") + "/"
        self._sites = {_target_site(target.base_url)}
        self._allowed = tuple(_allowed_host(entry) for entry in target.allowed_hosts)
        self._headers = credential_headers(target.credentials)
        self._lock = threading.Lock()
        self._verify_tls = target.verify_tls
        self._addresses = target.addresses
        self._max_bytes = max_bytes
        self._connections = connections
        self._sender: Sender | None = None

    def __enter__(self) -> Transport:
        return self

    def __exit__(self, *_: object) -> None:
        if self._sender is not None:
            self._sender.close()

    @property
    def requests_sent(self) -> int:
        """How many requests went out so far, each redirect counted."""
        return self._sender.sent if self._sender is not None else 0

    def url(self, url_or_path: str) -> str:
        """The absolute URL: a path counts from the host, anything else from the base URL."""
        return urljoin(self._base, url_or_path)

    def allows(self, url: str) -> bool:
        """Whether requests may go to the host of this URL."""
        site = site_of(url)
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
        stream_seconds: float | None = None,
    ) -> Reply | TransportFailure:
        """Send one request, credentials included; `headers` win over credentials.

        Redirects are followed to allowed hosts only, at most MAX_REDIRECTS of them. Where they
        are not followed, the redirect itself is the reply. With `stream_seconds`, a 2xx answer of
        unknown length is cut off after so many seconds.
        """
        start = time.monotonic()
        limit = self._timeout if timeout is None else timeout
        redirects: list[str] = []
        sent_headers = _merged(_COMMON_HEADERS, self._headers, _ACCEPTED, headers or {})
        try:
            url = self.url(url)
        except ValueError:
            return TransportFailure(url, "unsendable", f"{url!r} is no usable URL")
        sender = self._connected()
        while True:
            left = limit - (time.monotonic() - start)
            outcome = sender.send(
                method,
                url,
                sent_headers,
                body,
                seconds=left,
                limit=limit,
                stream_seconds=stream_seconds,
            )
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
                sent_headers = {
                    name: value
                    for name, value in sent_headers.items()
                    if name.lower() not in ("content-type", "content-length")
                }
            url = following

    def _connected(self) -> Sender:
        """What sends; made when first needed, since it takes long to import."""
        from benchmark.generators.transport.sending import Sender  # noqa: PLC0415 - requests takes 0.1 s

        with self._lock:
            if self._sender is None:
                self._sender = Sender(
                    self._allows,
                    verify_tls=self._verify_tls,
                    max_bytes=self._max_bytes,
                    connections=self._connections,
                    addresses=self._addresses,
                )
            return self._sender

    def _following(self, url: str, location: str, count: int) -> str | TransportFailure:
        """The URL that a redirect leads to, if it may be followed."""
        try:
            # Header bytes come as Latin-1; in practice they are UTF-8.
            location = location.encode("latin-1", "replace").decode("utf-8", "replace")
            following = urljoin(url, location)
            here, there = site_of(url), site_of(following)
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

    def _allows(self, site: Site) -> bool:
        with self._lock:
            known = {(allowed.host, allowed.port) for allowed in self._sites}
        return (site.host, site.port) in known or any(
            site.host == host and port in (None, site.port) for host, port in self._allowed
        )


# ── Hosts ─────────────────────────────────────────────────────────────────────────────────────────


def _target_site(base_url: str) -> Site:
    site = site_of(base_url)
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


def _timed(failure: TransportFailure, start: float) -> TransportFailure:
    return replace(failure, seconds=time.monotonic() - start)


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
    merged = _merged(headers, dict(credentials.headers))
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
    return merged


def _merged(*levels: Mapping[str, str]) -> dict[str, str]:
    """The headers of all levels, the last one of each name, whatever its case."""
    found: dict[str, tuple[str, str]] = {}
    for level in levels:
        found.update({name.lower(): (name, value) for name, value in level.items()})
    return dict(found.values())
