"""The HTTP client of a user: path templates, multipart, credentials, no hidden retries.

This is the one seam between the locustfiles and the HTTP library below (Locust's FastHttpUser).
"""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache, partial
from ssl import SSLContext
from typing import Any, ClassVar, NoReturn

import brotli  # type: ignore[import-untyped]  # it has no stubs
import gevent.ssl
from gevent import GreenletExit
from geventhttpclient._parser import HTTPParseError
from locust.contrib.fasthttp import (
    FastHttpSession,
    FastHttpUser,
    FastResponse,
    LocustBadStatusCode,
    LocustUserAgent,
    ResponseContextManager,
)
from locust.exception import CatchResponseError, StopTest

from benchmark.encoding import (
    Encoding,
    FilePart,
    Pairs,
    UnsendableError,
    encode_cookies,
    encode_form,
    encode_headers,
    encode_multipart,
    encode_query,
    fill_template,
)
from benchmark.engine.checks import Expected, WrongAnswerError, what_is_wrong
from benchmark.engine.credentials import (
    ApiKeyPlace,
    RequestCredentials,
    request_credentials,
    verify_tls,
)
from benchmark.engine.resources import SkipTask


class ApiSession(FastHttpSession):
    """Locust's fast session with path templates; one call is one request on the wire.

    Redirects are answers like any other unless the caller asks for them to be followed.
    """

    def __init__(
        self,
        base_url: str,
        request_event: Any,
        user: Any,
        credentials: RequestCredentials,
        **connection: Any,
    ) -> None:
        super().__init__(base_url, request_event, user, **connection)
        self.client = _Agent(cookiejar=self.cookiejar, **connection)
        self._credentials = credentials

    def request(  # type: ignore[override]  # more parameters than Locust's
        self,
        method: str,
        url: str,
        name: str | None = None,
        data: Any = None,
        *,
        path: Mapping[str, Any] | None = None,
        params: Pairs | None = None,
        files: Mapping[str, FilePart | Sequence[FilePart]] | None = None,
        cookies: Mapping[str, Any] | None = None,
        headers: Mapping[str, Any] | None = None,
        allow_reserved: Collection[str] = (),
        encoding: Encoding | None = None,
        allow_redirects: bool = False,
        context: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> ResponseContextManager:
        """Send one request.

        `path` fills the `{names}` of `url`, percent-encoded; the template is then the request's
        name in every statistic. `params` is the query: lists repeat their name, None leaves it out.
        `files` makes the body multipart/form-data, with the members of `data` as further parts.
        `allow_reserved` names the values of path, query and cookies whose reserved characters are
        not percent-encoded (`{"path": "a/b"}` stays `a/b`); `encoding` says how members of a form
        are written that are not as others, in the words of OpenAPI's Encoding Object.
        A request that cannot be written, for want of a value in its path for one, is not sent: its
        task is skipped.
        """
        name = name or self.request_name or url
        try:
            target = fill_template(url, path, allow_reserved) if path is not None else url
            if query := encode_query(params, self._credentials.query, allow_reserved):
                target = f"{target}{'&' if '?' in target else '?'}{query}"
            sent = encode_headers(headers or {})
            if files is not None:
                data, sent["Content-Type"] = encode_multipart(data or {}, files, encoding)
            elif isinstance(data, Mapping):
                data = encode_form(data, encoding)
                if "content-type" not in map(str.lower, sent):
                    sent["Content-Type"] = "application/x-www-form-urlencoded"
            elif isinstance(data, str):
                data.encode()  # half a surrogate pair has no bytes
            if cookies or self._credentials.cookies:
                sent["Cookie"] = self._cookie_header(encode_cookies(cookies or {}, allow_reserved))
        except UnsendableError as problem:
            raise SkipTask(f"{name}: {problem}") from problem
        except UnicodeEncodeError as problem:
            raise SkipTask(f"{name}: a text that is not valid Unicode") from problem
        began, began_at = time.perf_counter(), time.time()
        try:
            return super().request(
                method,
                target,
                name=name,
                data=data,
                headers=sent,
                allow_redirects=allow_redirects,
                context=dict(context or {}),
                **kwargs,
            )
        except GreenletExit:
            self._record_given_up(method, name, target, context, began, began_at)
            raise

    def _send_request_safe_mode(
        self, method: str, url: str, expected: Expected | None = None, **kwargs: Any
    ) -> FastResponse:
        response = super()._send_request_safe_mode(method, url, **kwargs)
        if isinstance(response, _Response):
            response.expected = expected
        return response

    def _cookie_header(self, cookies: Mapping[str, str]) -> str:
        """Our own cookies and those that the server set: the jar adds none beside a header."""
        jar = {cookie.name: cookie.value or "" for cookie in self.cookiejar}
        every = {**jar, **self._credentials.cookies, **cookies}
        return encode_headers({"Cookie": "; ".join(f"{k}={v}" for k, v in every.items())})["Cookie"]

    def _record_given_up(
        self, method: str, name: str, target: str, context: Any, began: float, began_at: float
    ) -> None:
        """A request without an answer for all of the stop timeout failed; it must not vanish.

        One that was cut off earlier proves nothing, and is left out as Locust leaves it out.
        """
        waited = time.perf_counter() - began
        if self.user is None or not 0 < (self.user.environment.stop_timeout or 0) <= waited:
            return
        self.request_event.fire(
            request_type=method,
            name=name,
            response_time=waited * 1000,
            response_length=0,
            response=None,
            context={**self.user.context(), **(context or {})},
            exception=CatchResponseError("no answer until its user was stopped"),
            start_time=began_at,
            url=self._build_url(target),
        )


class RapidHttpUser(FastHttpUser):
    """A Locust user with a fast client; the interface of `FastHttpUser`, and path templates.

    `self.client.get("/items/{id}", path={"id": 7})` asks for `/items/7` and counts it as
    `/items/{id}`. TLS certificates are verified unless BENCHMARK_INSECURE or `insecure` is set.
    Credentials in the environment (BENCHMARK_TOKEN, BENCHMARK_BASIC, BENCHMARK_API_KEY,
    BENCHMARK_HEADER) go with every request; `api_key` says where the key belongs.
    """

    abstract = True
    api_key: ApiKeyPlace = ("header", "X-API-Key")
    insecure = False
    connection_timeout = 10.0
    network_timeout = 60.0
    session_class: ClassVar[type[ApiSession]] = ApiSession

    def __init__(self, environment: Any) -> None:
        try:
            credentials = request_credentials(self.api_key)
        except UnsendableError as problem:
            raise StopTest(str(problem)) from None
        self.insecure = self.insecure or not verify_tls()
        self.default_headers = {**(self.default_headers or {}), **credentials.headers}
        super().__init__(environment)
        self.client = self.session_class(
            (self.host or "").rstrip("/"),
            environment.events.request,
            self,
            credentials,
            insecure=self.insecure,
            network_timeout=self.network_timeout,
            connection_timeout=self.connection_timeout,
            max_redirects=self.max_redirects,
            max_retries=self.max_retries,
            concurrency=self.concurrency,
            client_pool=self.client_pool,
            ssl_context_factory=self.ssl_context_factory or partial(_tls_context, self.insecure),
            headers=self.default_headers,
            proxy_host=self.proxy_host,
            proxy_port=self.proxy_port,
        )


class _Response(FastResponse):
    """An answer whose unknown or broken content coding is a failure, not an exception.

    So is one that is not what was `expected`, where something was.
    """

    error: Exception | None = None
    expected: Expected | None = None

    def raise_for_status(self) -> None:
        if self.expected is not None and self.error is None:
            wrong = what_is_wrong(self.status_code, self.content or b"", self.expected)
            self.error = WrongAnswerError(wrong) if wrong else None
        super().raise_for_status()

    def _content(self) -> Any:
        try:
            content = super()._content()
        except (ValueError, zlib.error, brotli.error):
            self.error = HTTPParseError("the content coding of the answer is unknown or broken")
            return b""
        return content


class _Agent(LocustUserAgent):
    """Locust's agent, without retries of its own, and with every answer kept as an answer."""

    response_type = _Response
    # Else the agent decodes the body of every error answer, and fails where that is not UTF-8.
    valid_response_codes = frozenset(range(1000))

    def _urlopen(self, request: Any) -> _Response:
        # The library sends a GET again, up to this number of times, when the server closes the
        # connection; idle connections that were closed are noticed before sending anyway.
        self.clientpool.get_client(request.url_split)._connection_pool.size = -1
        response: _Response = super()._urlopen(request)
        if response.status_code >= 400:
            response.error = LocustBadStatusCode(request.url, code=response.status_code)
        return response

    def _handle_retries_exceeded(self, url: Any, last_error: Any = None) -> NoReturn:
        if last_error is not None:
            raise last_error  # "timed out", not "retries exceeded" with the URL and its ids
        super()._handle_retries_exceeded(url)
        raise AssertionError("unreachable: Locust's agent raises")


@lru_cache(maxsize=4)
def _tls_context(insecure: bool, cafile: str | None = None) -> SSLContext:
    """One context for all users: making one takes longer than many requests."""
    if insecure:
        return gevent.ssl._create_unverified_context()  # type: ignore[no-any-return]
    own = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE")
    return gevent.ssl.create_default_context(cafile=own or cafile)  # type: ignore[no-any-return]
