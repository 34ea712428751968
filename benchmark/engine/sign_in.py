"""What a sign-in gives: a token, cookies, a CSRF token, and how long they are good for."""

from __future__ import annotations

import time
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from math import inf
from typing import Any, Literal
from urllib.parse import unquote

from gevent.lock import BoundedSemaphore

from benchmark.engine.http_client import Cookie, CookieJar
from benchmark.engine.resources import Resource, answer_json
from benchmark.engine.secrets import remember_secrets
from benchmark.wire.encoding import Pairs, UnsendableError, header_text
from benchmark.wire.resource_items import value_at

TRY_AGAIN_SECONDS = 5.0
"""How soon after a sign-in the next one may follow, whatever the answers are."""

RENEW_AT = 0.9
"""After which part of its time a token is renewed."""

Place = Literal["header", "query", "cookie"]

_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(slots=True)
class Access:
    """What users send to be let in; shared by all that sign in together.

    `version` counts the sign-ins that worked: 0 is none so far. `account` is what was sent to
    register, `registered` the account itself, to be deleted; `users` how many users it lets in.
    `refused` says that the last login was answered so that the account may be gone; `ended` that
    the test was ended for want of credentials.
    """

    version: int = 0
    account: Resource | None = None
    registered: Resource | None = None
    users: int = 0
    refused: bool = False
    ended: bool = False
    passed_at: float = -inf
    renew_at: float = inf
    try_at: float = 0.0
    lock: BoundedSemaphore = field(default_factory=BoundedSemaphore)
    _denied: dict[str, float] = field(default_factory=dict)
    _headers: dict[str, str] = field(default_factory=dict)
    _query: dict[str, str] = field(default_factory=dict)
    _cookies: dict[str, str] = field(default_factory=dict)
    _csrf: dict[str, str] = field(default_factory=dict)
    _jar: list[Cookie] = field(default_factory=list)

    def is_due(self) -> bool:
        """Whether to sign in before the next request, or wait for another user that does."""
        wanted = self.version == 0 or time.monotonic() >= self.renew_at
        return wanted and (self.lock.locked() or self.may_try())

    def may_try(self) -> bool:
        """Whether the last try is long enough ago."""
        return time.monotonic() >= self.try_at

    def let_in(self, operation: str) -> None:
        """A request was answered well."""
        self.passed_at = time.monotonic()
        self._denied.pop(operation, None)

    def is_over(self, operation: str) -> bool:
        """Whether an answer of 401 may mean that a new sign-in is due.

        Not where this operation was denied before, and only others were let in since.
        """
        since = self._denied.setdefault(operation, time.monotonic())
        return self.passed_at <= since

    def put_off(self) -> None:
        """The next try is a while away, unless this one works."""
        self.try_at = time.monotonic() + TRY_AGAIN_SECONDS

    def accept(
        self,
        reply: Any,
        jar: CookieJar,
        pointer: str | None,
        place: Place,
        name: str,
        prefix: str,
        csrf: Mapping[str, str],
    ) -> str:
        """Take over what the answer to a login holds. Gives back why not, "" if all is well.

        Without a `pointer` to a token the cookies in `jar` are what counts; a login that answers
        with a redirect is fine then.
        """
        self.refused = 0 < reply.status_code < 500 and reply.status_code != 429
        answer = answer_json(reply)
        if pointer is None:
            if not 200 <= reply.status_code < 400 or getattr(reply, "error", None) is not None:
                return f"the login was answered {reply.status_code}"
            headers, query, cookies = {}, {}, {}
        else:
            token = value_at(answer, pointer)
            if isinstance(token, bool) or not isinstance(token, str | int) or token == "":
                return f"the answer to the login, {reply.status_code}, has no token at {pointer}"
            text = str(token)
            remember_secrets([text])
            if not text.lower().startswith(prefix.lower()):
                text = prefix + text
            try:
                headers = {name: header_text(name, text)} if place == "header" else {}
            except UnsendableError:
                return f"the token cannot be sent in the header {name}"
            query = {name: text} if place == "query" else {}
            cookies = {name: text} if place == "cookie" else {}
        self._headers, self._query, self._cookies = headers, query, cookies
        self._csrf = {**_csrf_headers(answer, reply.headers), **csrf}
        self._jar = [copy(cookie) for cookie in jar]
        remember_secrets([*self._csrf.values(), *(cookie.value for cookie in self._jar)])
        self._plan_renewal(answer, pointer)
        self.version += 1
        return ""

    def share_cookies(self, jar: CookieJar, *, tls: bool) -> None:
        """Put the cookies of the sign-in into the jar of another user.

        Without TLS, those for TLS alone are sent too, as browsers do on localhost.
        """
        for cookie in self._jar:
            mine = copy(cookie)
            mine.secure = cookie.secure and tls
            jar.set_cookie(mine)

    def headers(
        self, method: str, headers: Mapping[str, Any] | None, jar: CookieJar
    ) -> Mapping[str, Any]:
        """A request's headers and those that let it in; the request's own win."""
        added = self._headers
        if method in _UNSAFE and (csrf := _csrf_of_cookies(jar) | self._csrf):
            added = {**added, **csrf}
        if not headers:
            return added
        own = {name.lower() for name in headers}
        return {**{k: v for k, v in added.items() if k.lower() not in own}, **headers}

    def query(self, params: Pairs | None) -> Pairs | None:
        """A request's query, and the token where it stands there."""
        if not self._query:
            return params
        pairs = params.items() if isinstance(params, Mapping) else params or ()
        return [*pairs, *self._query.items()]

    def cookies(self, cookies: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        """A request's cookies, and the token where it is one."""
        return {**self._cookies, **(cookies or {})} if self._cookies else cookies

    def _plan_renewal(self, answer: Any, pointer: str | None) -> None:
        """Renew shortly before the time that `expires_in` (RFC 6749, section 5.1) gives."""
        self.renew_at = inf
        now = time.monotonic()
        self.try_at = now + TRY_AGAIN_SECONDS
        holder = value_at(answer, (pointer or "").rpartition("/")[0])
        for source in (holder, answer):
            if not isinstance(source, Mapping):
                continue
            for name in ("expires_in", "expiresIn"):
                seconds = source.get(name)
                if isinstance(seconds, str) and seconds.isdecimal() and len(seconds) < 12:
                    seconds = int(seconds)
                if isinstance(seconds, int | float) and not isinstance(seconds, bool):
                    if seconds > 0:
                        self.renew_at = now + RENEW_AT * seconds
                        self.try_at = min(self.try_at, self.renew_at)
                        return


def _csrf_headers(answer: Any, headers: Any) -> dict[str, str]:
    """The header that a CSRF token in the answer to a login asks for."""
    found = (headers or {}).get("x-csrf-token")
    members = [answer] if isinstance(answer, Mapping) else []
    members += [one for one in members[0].values() if isinstance(one, Mapping)] if members else []
    for member in members:
        for name, value in member.items():
            if isinstance(value, str) and _is_csrf(str(name)):
                found = found or value
    try:
        return {"X-CSRF-Token": header_text("X-CSRF-Token", found)} if found else {}
    except UnsendableError:
        return {}


def _csrf_of_cookies(jar: CookieJar) -> dict[str, str]:
    """The headers under which frameworks want their CSRF cookies back.

    X-XSRF-TOKEN is what Angular's and Laravel's clients send for `XSRF-TOKEN`, X-CSRFToken is
    Django's for `csrftoken`, and X-CSRF-Token what most others read.
    """
    found: dict[str, str] = {}
    for cookie in jar:
        if cookie.value and _is_csrf(cookie.name):
            is_xsrf = "xsrf" in cookie.name.lower()
            headers = ("X-XSRF-TOKEN",) if is_xsrf else ("X-CSRFToken", "X-CSRF-Token")
            found |= dict.fromkeys(headers, unquote(cookie.value))
    return found


def _is_csrf(name: str) -> bool:
    return "csrf" in name.lower() or "xsrf" in name.lower()
