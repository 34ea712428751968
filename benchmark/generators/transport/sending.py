"""Sends one request over the wire: to a fixed address, in bounded time, for a bounded answer."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit, urlunsplit

import requests
import urllib3
from requests.utils import get_environ_proxies, select_proxy

from benchmark.generators.transport.failures import classify
from benchmark.generators.transport.pinned_connections import (
    Exchange,
    PinnedAdapter,
    first_open,
    resolve,
)
from benchmark.generators.transport.replies import Reply, Site, TransportFailure, site_of

_CHUNK_BYTES = 64 * 1024


class Sender:
    """The connections of one transport; `allows` says to which sites requests may go.

    Hosts of `addresses` are reached there and nowhere else, not through a proxy either.
    """

    def __init__(
        self,
        allows: Callable[[Site], bool],
        *,
        verify_tls: bool,
        max_bytes: int,
        connections: int,
        addresses: Sequence[tuple[str, str]] = (),
    ) -> None:
        self._allows = allows
        self._max_bytes = max_bytes
        self._adapter = PinnedAdapter(connections)
        self._lock = threading.Lock()
        self._addresses: dict[str, tuple[str, ...]] = {}
        self._given: dict[str, tuple[str, ...]] = {}
        for host, address in addresses:
            self._given[host] = (*self._given.get(host, ()), address)
        self.sent = 0
        bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
        self._verify: bool | str = (bundle or True) if verify_tls else False
        if not verify_tls:
            # The user asked for it; a warning with each request would say nothing new.
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    def close(self) -> None:
        """End all connections."""
        self._adapter.close()

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        seconds: float,
        limit: float,
        stream_seconds: float | None = None,
    ) -> Reply | TransportFailure:
        """Send one request that has `seconds` left of its `limit`. Nothing is followed.

        A 2xx answer of unknown length is cut off after `stream_seconds`, if they are given.
        """
        try:
            prepared = requests.Request(method, _plain(url), headers=headers, data=body).prepare()
            site = site_of(prepared.url or "")
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
                self.sent += 1
            with exchange:
                outcome = self._exchange(prepared, seconds, proxies, exchange, stream_seconds)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            kind, words = classify(error)
            message = _late(site, limit) if kind == "timeout" else f"{site.netloc} {words}"
            outcome = TransportFailure(url, kind, message)
        # An answer without a length ends where its socket was closed, and looks whole.
        return TransportFailure(url, "timeout", _late(site, limit)) if exchange.expired else outcome

    def _exchange(
        self,
        prepared: requests.PreparedRequest,
        seconds: float,
        proxies: dict[str, str],
        exchange: Exchange,
        stream_seconds: float | None,
    ) -> Reply | TransportFailure:
        url = prepared.url or ""
        response = self._adapter.send(
            prepared, stream=True, timeout=seconds, verify=self._verify, proxies=proxies
        )
        try:
            declared = response.headers.get("Content-Length", "")
            too_large = declared.isdecimal() and int(declared[:19]) > self._max_bytes
            body = bytearray()
            if stream_seconds is not None and not declared and 200 <= response.status_code < 300:
                exchange.cut_after(stream_seconds)
            if not too_large or prepared.method == "HEAD":
                with _ended_by(exchange):
                    for chunk in response.iter_content(_CHUNK_BYTES):
                        body += chunk
                        if len(body) > self._max_bytes:
                            too_large = True
                            break
            if too_large and prepared.method != "HEAD":
                message = f"{url} answers with more than {self._max_bytes:,} bytes"
                return TransportFailure(url, "too large", message)
            whole = not exchange.cut
            return Reply(
                url, response.status_code, response.headers, bytes(body), 0.0, is_whole=whole
            )
        finally:
            response.close()

    def _pin(self, site: Site, url: str, seconds: float) -> dict[str, str]:
        """Fix the address of the site; the answer is the proxies to use, which look up themselves.

        Raises OSError where the host has no address.
        """
        if self._adapter.pinned(site.host, site.port) is not None:
            return {}
        if given := self._given.get(site.host):
            self._adapter.pin(site.host, site.port, first_open(given, site.port, seconds))
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


@contextlib.contextmanager
def _ended_by(exchange: Exchange) -> Iterator[None]:
    """Reading that may end in an error where the exchange itself closed the socket."""
    try:
        yield
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError):
        if not exchange.cut:
            raise


def _plain(url: str) -> str:
    """The URL without user information and fragment, neither of which is ever sent."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _late(site: Site, limit: float) -> str:
    return f"{site.netloc} did not answer in full within {limit:.3g} s"
