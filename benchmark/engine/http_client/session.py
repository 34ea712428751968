"""The client of a user: what tasks call, and what the `request` event says of each request."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from gevent import GreenletExit
from locust.exception import CatchResponseError

from benchmark.engine.checks import Expected, WrongAnswerError, what_is_wrong
from benchmark.engine.counters import LATENESS
from benchmark.engine.credentials import RequestCredentials
from benchmark.engine.http_client.admission import Admission, AfterAnswer
from benchmark.engine.http_client.body_stream import Limits
from benchmark.engine.http_client.cookies import CookieJar
from benchmark.engine.http_client.counters import counters
from benchmark.engine.http_client.errors import AnswerTimeoutError, RedirectError
from benchmark.engine.http_client.origin import split_url, without_userinfo, written_target
from benchmark.engine.http_client.pool import Connecting, ConnectionPool
from benchmark.engine.http_client.redirects import REDIRECTS, next_location, next_method
from benchmark.engine.http_client.request_body import NO_BODY, request_body
from benchmark.engine.http_client.response import Response
from benchmark.engine.http_client.sender import Interrupted, Request, Sender, basic_auth
from benchmark.engine.http_client.verbs import HttpVerbs
from benchmark.engine.resources import SkipTask
from benchmark.wire.encoding import (
    Encoding,
    Pairs,
    UnsendableError,
    Uploads,
    encode_cookies,
    encode_query,
    fill_template,
)

_KNOWN_METHODS = frozenset(
    {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT"}
)
_NO_CREDENTIALS = RequestCredentials()


class HttpSession(HttpVerbs):
    """Sends requests and has each of them recorded: one call is one request on the wire.

    Only where redirects are followed it is more, and then each is recorded. `base_url` is what
    paths are added to; what names a user and a password there becomes basic authentication.
    """

    expected: Expected | None = None
    """What requests are answered with that say nothing else; None is anything below 400."""

    admission: Callable[[], Admission | None] | None = None
    """Gives what lets a request in, where there is something."""

    after_answer: AfterAnswer | None = None
    """Called after each answer, with the version of the admission that it was sent with."""

    def __init__(
        self,
        base_url: str,
        request_event: Any,
        user: Any,
        *,
        connecting: Connecting,
        limits: Limits,
        pool: ConnectionPool | None = None,
        headers: Mapping[str, Any] | None = None,
        credentials: RequestCredentials = _NO_CREDENTIALS,
        follow_redirects: bool = True,
        max_redirects: int = 30,
        redirect_hosts: Collection[str] = (),
    ) -> None:
        location = split_url(base_url)
        self.base_url = without_userinfo(base_url).rstrip("/")
        self.request_event = request_event
        self.user = user
        self.follow_redirects = follow_redirects
        self.max_redirects = max_redirects
        self.redirect_hosts = redirect_hosts
        private = dict(credentials.headers)
        if location.username is not None:
            private["Authorization"] = basic_auth(location.username, location.password or "")
        self._credentials = credentials
        self._origin = location.origin
        self._path = location.target.rstrip("/")
        self._limits = limits
        self.requests_sent = 0
        self._sender = Sender(
            location.origin,
            headers or {},
            private,
            pool or ConnectionPool(),
            connecting,
            limits,
        )

    @property
    def cookiejar(self) -> CookieJar:
        """The cookies that servers set, and those that the locustfile adds."""
        return self._sender.cookies

    @property
    def auth_header(self) -> str | None:
        """The Authorization header of all requests to the host; a request's own one wins."""
        return self._sender.authorization

    @auth_header.setter
    def auth_header(self, value: str | None) -> None:
        self._sender.authorization = value

    def request(
        self,
        method: str,
        url: str,
        name: str | None = None,
        data: Any = None,
        catch_response: bool = False,
        stream: bool = False,
        headers: Mapping[str, Any] | None = None,
        auth: tuple[str | bytes, str | bytes] | None = None,
        json: Any = None,
        allow_redirects: bool | None = None,
        context: Mapping[str, Any] | None = None,
        *,
        path: Mapping[str, Any] | None = None,
        params: Pairs | None = None,
        files: Uploads | None = None,
        cookies: Mapping[str, Any] | None = None,
        allow_reserved: Collection[str] = (),
        encoding: Encoding | None = None,
        timeout: float | None = None,
        answers: Expected | None = None,
    ) -> Response:
        """Send one request.

        `path` fills the `{names}` of `url`, percent-encoded; the template is then the request's
        name in every statistic. `params` is the query: lists repeat their name, None leaves it out.
        The body is `data` (text, bytes, a form as a mapping or as pairs, a file, an iterator), or
        `json`, or with `files` multipart/form-data with the members of `data` as further parts.
        `allow_reserved` names the values of path, query and cookies whose reserved characters are
        not percent-encoded (`{"path": "a/b"}` stays `a/b`); `encoding` says how members of a form
        are written that are not as others, in the words of OpenAPI's Encoding Object.
        `timeout` is the longest that this request may take, in seconds. `stream` returns as soon as
        the headers are there. With `catch_response` the request is counted at the end of a
        with-block, which may call `success()` or `failure()`. Where `answers` says what to expect,
        a request also fails where it is answered otherwise: "data" is a 2xx that is no HTML page
        and speaks of no error, "anything" any 2xx, "redirect" a 3xx as well.
        A request that cannot be written, for want of a value in its path for one, is not sent: its
        task is skipped.
        """
        name = name or self.request_name or url
        version = 0
        if (
            self.admission is not None
            and (access := self.admission()) is not None
            and self._is_at_home(url)
        ):
            version = access.version
            headers = access.headers(method, headers, self.cookiejar)
            params, cookies = access.query(params), access.cookies(cookies)
        try:
            request = self._prepared(
                method, url, path, params, data, json, files, encoding, headers, auth, cookies,
                allow_reserved,
            )  # fmt: skip
        except UnicodeEncodeError as problem:
            raise SkipTask(f"{name}: a text that is not valid Unicode") from problem
        except UnsendableError as problem:
            raise SkipTask(f"{name}: {problem}") from problem
        limits = self._limits
        if timeout is not None:
            limits = replace(limits, total_ns=_nanoseconds(timeout))
        follow = self.follow_redirects if allow_redirects is None else allow_redirects
        about = self.user.context() if self.user is not None else {}
        if context:
            about = {**about, **context}
        response = self._sent(request, limits, name, about, stream)
        if follow and response.status_code in REDIRECTS:
            response, name, about = self._followed(request, response, limits, name, about, stream)
        if response.error is None and not stream and (expected := answers or self.expected):
            if wrong := what_is_wrong(response.status_code, response.received or b"", expected):
                response.error = WrongAnswerError(wrong)
        if catch_response:
            response.meta = self._meta(response, name, about, stream)
            response.count_with(self.request_event.fire)
        else:
            self._report(response, name, about, stream)
        if self.after_answer is not None:
            self.after_answer(method, url, path, response, version)
        return response

    def _is_at_home(self, url: str) -> bool:
        """Whether a URL leads to the host of this client: what lets requests in is for it alone."""
        if url[:1] == "/" or "://" not in url[:8]:
            return True
        try:
            return split_url(url).origin.host == self._origin.host
        except ValueError:
            return False

    def _prepared(
        self,
        method: str,
        url: str,
        path: Mapping[str, Any] | None,
        params: Pairs | None,
        data: Any,
        json: Any,
        files: Uploads | None,
        encoding: Encoding | None,
        headers: Mapping[str, Any] | None,
        auth: tuple[str | bytes, str | bytes] | None,
        cookies: Mapping[str, Any] | None,
        allow_reserved: Collection[str],
    ) -> Request:
        """The request that the arguments describe. Raises UnsendableError, UnicodeEncodeError."""
        if method not in _KNOWN_METHODS:
            method = method.upper()
            if not method.isascii() or not method.replace("-", "").isalnum():
                raise UnsendableError("no method of HTTP")
        if path is not None:
            url = fill_template(url, path, allow_reserved)
        credentials = self._credentials
        if credentials.is_beside_headers and not self._is_at_home(url):
            credentials = _NO_CREDENTIALS
        if params or credentials.query:
            if query := encode_query(params, credentials.query, allow_reserved):
                url = f"{url}{'&' if '?' in url else '?'}{query}"
        if url[:1] == "/" or "://" not in url[:8]:
            origin = self._origin
            if url[:1] not in {"/", "?"}:
                url = f"/{url}"
            target = written_target(self._path + url)
            if target[0] == "?":
                target = f"/{target}"
            full = f"{self.base_url}{url}"
        else:
            try:
                location = split_url(url)
            except ValueError:
                raise UnsendableError("no URL of HTTP") from None
            origin, target, full = location.origin, location.target, url
            if origin == self._origin:
                origin = self._origin
        body = NO_BODY
        if data is not None or json is not None or files is not None:
            body = request_body(data, json, files, encoding)
        if auth is not None:
            headers = {**(headers or {}), "Authorization": basic_auth(*auth)}
        block = self._sender.writer(origin).block(body.headers, headers)
        cookie = ""
        own: dict[str, str] = {}
        if cookies or credentials.cookies or not self._sender.cookies.is_empty:
            own = {**credentials.cookies, **encode_cookies(cookies or {}, allow_reserved)}
            cookie = self._sender.cookie_header(origin, target, own)
            cookie.encode("latin-1")
        return Request(method, origin, target, full, block, body, cookie, own)

    def _sent(
        self, request: Request, limits: Limits, name: str, context: dict[str, Any], stream: bool
    ) -> Response:
        """The answer to a request. One that is given up is recorded before the user ends."""
        self.requests_sent += 1
        try:
            return self._sender.send(request, limits, stream=stream)
        except Interrupted as interruption:
            self._record_given_up(interruption, name, context)
            raise interruption.end from None

    def _followed(
        self,
        request: Request,
        response: Response,
        limits: Limits,
        name: str,
        context: dict[str, Any],
        stream: bool,
    ) -> tuple[Response, str, dict[str, Any]]:
        """The answer to which redirects lead, and how it is recorded; those before it are."""
        history: list[Response] = []
        while response.status_code in REDIRECTS:
            following = self._next(request, response, len(history))
            if following is None:
                break
            response.close()
            self._report(response, name, context, stream)
            if not history:
                name = f"{name} (redirected)"
            history.append(response)
            if LATENESS in context:  # it is told by the first request of an iteration alone
                context = {**context, LATENESS: None}
            request = following
            response = self._sent(request, limits, name, context, stream)
        response.history = history
        return response, name, context

    def _next(self, request: Request, response: Response, followed: int) -> Request | None:
        """The request that a redirect asks for; None where there is none, or it must not be.

        Where it must not be, the answer counts as failed.
        """
        header = response.headers.get("location")
        if header is None:
            return None
        try:
            following = self._redirected(request, response.status_code, header, followed)
        except RedirectError as problem:
            response.error = problem.with_traceback(None)
            return None
        counters.redirects_followed += 1
        return following

    def _redirected(self, request: Request, status: int, header: str, followed: int) -> Request:
        if followed >= self.max_redirects:
            raise RedirectError(f"more than {self.max_redirects} redirects")
        location = next_location(request.url, request.origin, header, self.redirect_hosts)
        method = next_method(status, request.method)
        body = request.body if method == request.method else NO_BODY
        if not body.can_be_repeated:
            raise RedirectError("redirected with a body that was read while it was sent")
        same = location.origin == request.origin
        origin = request.origin if same else location.origin
        headers = request.headers
        if not same or body is not request.body:
            left_out = {"host", "content-type"}
            if not same:
                left_out |= {"authorization", "cookie"}  # they are for the other server alone
            kept = {name: value for name, value in headers.lines if name.lower() not in left_out}
            headers = self._sender.writer(origin).block(body.headers, kept)
        cookies = request.own_cookies if same else {}
        cookie = self._sender.cookie_header(origin, location.target, cookies)
        url = f"{origin}{location.target}"
        return Request(method, origin, location.target, url, headers, body, cookie, cookies)

    # ── what is recorded ──────────────────────────────────────────────────────────────────────

    def _meta(self, response: Response, name: str, context: Any, stream: bool) -> dict[str, Any]:
        return {
            "request_type": response.method,
            "name": name,
            "response_time": response.elapsed_ns / 1e6,
            "response_length": _announced(response) if stream else len(response.received or b""),
            "response": response,
            "context": context,
            "exception": response.error,
            "start_time": response.start_time,
            "url": response.url,
        }

    def _report(self, response: Response, name: str, context: Any, stream: bool) -> None:
        content = response.received
        self.request_event.fire(
            request_type=response.method,
            name=name,
            response_time=response.elapsed_ns / 1e6,
            response_length=_announced(response) if stream else len(content or b""),
            response=response,
            context=context,
            exception=response.error,
            start_time=response.start_time,
            url=response.url,
        )

    def _record_given_up(self, interruption: Interrupted, name: str, context: Any) -> None:
        """A request without an answer for all of the stop timeout failed; it must not vanish.

        So did one that a timeout of the locustfile ended. One that was cut off earlier proves
        nothing, and is left out as Locust leaves it out.
        """
        response = interruption.response
        if isinstance(interruption.end, GreenletExit):
            if self.user is None:
                return
            patience = self.user.environment.stop_timeout or 0
            if not 0 < patience <= response.elapsed_ns / 1e9:
                return
            response.error = CatchResponseError("no answer until its user was stopped")
        else:
            response.error = AnswerTimeoutError()
        self._report(response, name, context, stream=False)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._sender.close()


def _nanoseconds(timeout: Any) -> int:
    """A timeout in nanoseconds. Raises TypeError for the pairs that requests takes."""
    if not isinstance(timeout, int | float):
        raise TypeError("timeout is one number of seconds; those of a user are set in its class")
    return int(timeout * 1e9)


def _announced(response: Response) -> int:
    """How long a streamed answer says that it is; 0 where it does not."""
    return max(0, response.head.body_length) if response.head else 0
