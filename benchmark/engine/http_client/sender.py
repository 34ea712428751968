"""Sends the requests of one user, one at a time or several at once, and times them."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from ssl import SSLContext
from time import perf_counter_ns
from typing import Any

import gevent
from gevent import GreenletExit

from benchmark import __version__
from benchmark.engine.http_client.body_stream import DecodedStream, Limits
from benchmark.engine.http_client.cookies import CookieJar
from benchmark.engine.http_client.counters import counters
from benchmark.engine.http_client.decoding import ACCEPT_ENCODING, decode
from benchmark.engine.http_client.errors import BadStatusError, HttpClientError
from benchmark.engine.http_client.exchange import exchange
from benchmark.engine.http_client.origin import Origin
from benchmark.engine.http_client.pool import Connecting, ConnectionPool
from benchmark.engine.http_client.proxies import Proxy
from benchmark.engine.http_client.request_body import RequestBody
from benchmark.engine.http_client.request_head import (
    HeaderBlock,
    HeaderWriter,
    Lines,
    checked_lines,
    header_writer,
)
from benchmark.engine.http_client.response import Response
from benchmark.engine.http_client.tls import ClientCertificate, context_of, tls_context

_WITH_LENGTH = frozenset({"POST", "PUT", "PATCH"})
"""Methods whose requests say that they have no body (RFC 9110, section 8.6)."""

_BASE: Lines = (
    ("User-Agent", f"stress-api/{__version__}"),
    ("Accept", "*/*"),
    ("Accept-Encoding", ACCEPT_ENCODING),
)


class Interrupted(Exception):  # noqa: N818  # it is no error, and nobody outside sees it
    """A greenlet's wait was ended, by `end`; `response` says what is known of its request."""

    def __init__(self, response: Response, end: BaseException) -> None:
        super().__init__()
        self.response = response
        self.end = end


@dataclass(slots=True)
class Request:
    """One request: everything but how long it may take.

    `cookies` is the Cookie header, with what servers set and the request's `own_cookies`.
    """

    method: str
    origin: Origin
    target: str
    url: str
    headers: HeaderBlock
    body: RequestBody
    cookies: str
    own_cookies: Mapping[str, str]


class Sender:
    """Connections, cookies and standing headers of one user.

    `private` headers, which let requests in, go to the `home` origin alone.
    """

    def __init__(
        self,
        home: Origin,
        headers: Mapping[str, Any],
        private: Mapping[str, Any],
        pool: ConnectionPool,
        connecting: Connecting,
        limits: Limits,
    ) -> None:
        self.cookies = CookieJar()
        self.limits = limits
        self.pool = pool
        self._home = home
        self._headers = checked_lines(headers)
        self._private = checked_lines(private)
        self._connecting = connecting
        self._home_writer = self._writer_for(home)
        self._home_pool = pool.of(home)

    @property
    def authorization(self) -> str | None:
        """The Authorization header of requests to the home origin. Raises UnsendableError."""
        return next((value for name, value in self._private if _is_authorization(name)), None)

    @authorization.setter
    def authorization(self, value: str | None) -> None:
        others = {name: text for name, text in self._private if not _is_authorization(name)}
        self._private = checked_lines({**others, "Authorization": value})
        self._home_writer = self._writer_for(self._home)

    def writer(self, origin: Origin) -> HeaderWriter:
        """What writes the headers of requests to an origin."""
        return self._home_writer if origin is self._home else self._writer_for(origin)

    def cookie_header(self, origin: Origin, target: str, own: Mapping[str, str]) -> str:
        """The Cookie header: what servers set, and `own` cookies, which win."""
        if not own:
            return "" if self.cookies.is_empty else self.cookies.header_for(origin, target)
        found = self.cookies.cookies_for(origin, target.partition("?")[0])
        every: dict[str, str] = {}
        for one in found:
            every.setdefault(one.name, one.value)
        every |= own
        return "; ".join(f"{name}={value}" for name, value in every.items())

    def send(self, request: Request, limits: Limits, *, stream: bool) -> Response:
        """Send a request, once, and give back its answer or what went wrong.

        Raises Interrupted where something ended the greenlet's wait.
        """
        method, origin, block, body = request.method, request.origin, request.headers, request.body
        response = Response(method, request.url, block.lines, body.content)
        head = self._written(request)
        pool = self._home_pool if origin is self._home else self.pool.of(origin)
        began_ns = perf_counter_ns()
        try:
            connection = pool.take(self._connecting, began_ns)
            if connection.is_new:
                response.connect_time = connection.connect_ns / 1e6
                response.tls_time = connection.tls_ns / 1e6
            response.start_time = time.time()
            began_ns = perf_counter_ns()
            answer, content, ended_ns = exchange(
                pool, connection, method, head, body.content, block.expects_go_ahead, limits,
                began_ns,
            )  # fmt: skip
            response.head = answer
            response.status_code = status = answer.status
            if not isinstance(content, bytes) and not stream:
                content = content.read_all()
                ended_ns = perf_counter_ns()
        except OSError as error:
            counters.timeouts += isinstance(error, TimeoutError)
            response.elapsed_ns = perf_counter_ns() - began_ns
            # Neither the error nor the answer may hold on to the greenlet's frames.
            response.error = error.with_traceback(None)
            response.head, response.status_code = None, 0
            response.start_time = response.start_time or time.time() - response.elapsed_ns / 1e9
            gevent.sleep(0)  # where nothing was waited for, others must still get their turn
            return response
        except (GreenletExit, gevent.Timeout) as end:
            response.elapsed_ns = perf_counter_ns() - began_ns
            response.start_time = response.start_time or time.time() - response.elapsed_ns / 1e9
            raise Interrupted(response, end) from None
        response.elapsed_ns = ended_ns - began_ns
        if status >= 400:
            response.error = BadStatusError(status, request.url)
        if not isinstance(content, bytes):
            response.unread = DecodedStream(content, answer.content_coding)
        elif answer.content_coding and content:
            try:
                response.received = decode(content, answer.content_coding, limits.body_bytes)
            except HttpClientError as error:
                response.received, response.error = b"", error.with_traceback(None)
        else:
            response.received = content
        if answer.sets_cookies:
            self.cookies.take_over(answer.headers.get_all("set-cookie"), origin, request.target)
        return response

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self.pool.close()

    def _writer_for(self, origin: Origin) -> HeaderWriter:
        private = self._private if origin.host == self._home.host else ()
        return header_writer((("Host", origin.authority), *_BASE, *self._headers, *private))

    def _written(self, request: Request) -> bytes:
        target, length = request.target, request.body.length
        if self._connecting.proxy is not None and not request.origin.is_secure:
            target = f"{request.origin}{target}"  # RFC 9112, section 3.2.2
        if length:
            end = f"Content-Length: {length}\r\n\r\n"
        elif length is None:
            end = "Transfer-Encoding: chunked\r\n\r\n"
        else:
            end = "Content-Length: 0\r\n\r\n" if request.method in _WITH_LENGTH else "\r\n"
        if request.cookies and not request.headers.has_cookies:
            end = f"Cookie: {request.cookies}\r\n{end}"
        return f"{request.method} {target} HTTP/1.1\r\n{request.headers.text}{end}".encode(
            "latin-1"
        )


def _is_authorization(name: str) -> bool:
    return name.lower() == "authorization"


def connecting(
    timeout: float,
    *,
    insecure: bool,
    certificate: ClientCertificate | None,
    factory: Callable[[], SSLContext] | None,
    proxy: Proxy | None,
) -> Connecting:
    """How a user connects."""
    if factory is not None:
        return Connecting(timeout, partial(context_of, factory), proxy)
    return Connecting(timeout, partial(tls_context, insecure, certificate), proxy)


def basic_auth(username: str | bytes, password: str | bytes) -> str:
    """The Authorization header of basic authentication (RFC 7617), in UTF-8."""
    parts = (part.encode() if isinstance(part, str) else part for part in (username, password))
    return "Basic " + b64encode(b":".join(parts)).decode("ascii")
