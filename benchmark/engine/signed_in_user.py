"""A user whom the API lets in: it signs in, shares that with others, and renews it in time."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import gevent
from locust.exception import StopUser

from benchmark.engine.credentials import MissingCredentialError, given_credential
from benchmark.engine.http_client import RapidHttpUser
from benchmark.engine.resources import Resource, SkipTask, is_good, item_in
from benchmark.engine.secrets import named_secrets, remember_secrets
from benchmark.engine.sign_in import Access, Place

logger = logging.getLogger(__name__)


class SignedInUser(RapidHttpUser):
    """A user that signs in where its class has a method `sign_in`.

    `self.authorize(reply, "/token")` takes over what a login answers. `sign_in` is called before
    the first request, and again when a token is about to expire or a request is answered 401;
    `sign_up`, where there is one, comes first and makes the account. All users of a process share
    one sign-in unless `sign_in_per_user` is set.
    """

    abstract = True
    sign_in_per_user = False

    _shared_access: ClassVar[Access]

    @classmethod
    def start_over(cls) -> None:
        """Forget what an earlier test in this process left: each test starts alike."""
        cls._shared_access = Access()

    def __init__(self, environment: Any) -> None:
        self.signs_in = hasattr(self, "sign_in")
        super().__init__(environment)
        self._own_access = Access() if self.sign_in_per_user else None
        self._jar_version = 0
        self._signing_in = False
        self._role = "load"

    def context(self) -> dict[str, Any]:
        """What the `request` event says of the purpose of a request: load, set-up or clean-up."""
        if self._untold_lateness is None or self._role != "load":
            return {"role": self._role}
        return {**super().context(), "role": "load"}

    def own_address(self, path: str) -> str:
        """The URL of a path on the target, for a target that fetches what it is given."""
        return f"{(self.host or '').rstrip('/')}{path}"

    # ── the verbs of signing in ───────────────────────────────────────────────────────────────

    def given(self, part: Literal["username", "password", "token"]) -> str:
        """A part of the user's credentials, from the environment. Without it the test ends."""
        try:
            return given_credential(part)
        except MissingCredentialError as problem:
            self._end_test(str(problem))
            raise StopUser from None

    @property
    def own_account(self) -> Resource:
        """What the registration of this user's account sent."""
        if (account := self._access.account) is None:
            raise SkipTask("there is no account to sign in with")
        return account

    def keep_account(
        self,
        account: Any,
        reply: Any,
        kind: str = "",
        *,
        at: str = "",
        sent: Mapping[str, Any] | None = None,
        location: bool = False,
    ) -> None:
        """Remember the account that a good answer made.

        With a `kind` it is deleted when the last user that signs in with it stops; where the item
        stands is said as in `keep`.
        """
        if not is_good(reply):
            return
        if isinstance(account, Mapping):
            remember_secrets(named_secrets(account))
        self._access.account = Resource("account", account)
        item = item_in(reply, at, sent, location=location) if kind else None
        self._access.registered = None if item is None else Resource(kind, item)

    def authorize(
        self,
        reply: Any,
        token: str | None = None,
        *,
        location: Place = "header",
        parameter: str = "Authorization",
        prefix: str = "Bearer ",
        csrf: Mapping[str, str] | None = None,
    ) -> None:
        """Have every request let in by what the answer to a login holds.

        That is the value at the JSON Pointer `token`, sent as the header, query parameter or cookie
        `parameter` behind `prefix`; without a pointer it is the cookies that the answer set.
        `csrf` are headers that writes must carry besides.
        """
        problem = self._access.accept(
            reply, self.client.cookiejar, token, location, parameter, prefix, csrf or {}
        )
        if problem:
            logger.warning("%s is not signed in: %s", type(self).__name__, problem)

    # ── what stands behind ────────────────────────────────────────────────────────────────────

    def current_access(self) -> Access | None:
        """What lets requests in, up to date; None where nothing is needed."""
        if self._signing_in or not self.signs_in:
            return None
        if self._shared_access.ended:
            raise StopUser
        access = self._access
        if access.is_due():
            self._sign_in(access, access.version)
        if self._jar_version != access.version:
            access.share_cookies(self.client.cookiejar, tls=(self.host or "").startswith("https"))
            self._jar_version = access.version
        return access

    def sign_in_anew(self, version: int, operation: str) -> None:
        """A request, sent with this version of the access, was answered 401: sign in anew.

        Unless it is this operation alone that is denied.
        """
        if not self._signing_in and hasattr(self, "sign_in") and self._access.is_over(operation):
            self._sign_in(self._access, version)

    @property
    def _access(self) -> Access:
        return self._own_access or self._shared_access

    def _sign_in(self, access: Access, seen: int) -> None:
        """Sign in, unless somebody did since `seen`, or tried just now; the others wait for it."""
        with access.lock:
            if access.version != seen or not access.may_try():
                return
            access.put_off()
            before, self._role, self._signing_in = self._role, "setup", True
            try:
                if access.account is None and (sign_up := getattr(self, "sign_up", None)):
                    sign_up()
                self.sign_in()  # type: ignore[attr-defined]  # only called where a class has one
            except SkipTask as problem:
                logger.warning("%s is not signed in: %s", type(self).__name__, problem)
            finally:
                self._role, self._signing_in = before, False
            if access.version == seen and access.refused:
                access.account = None  # the next try begins with a new one

    def _end_test(self, problem: str) -> None:
        """Say what is wrong, once for all users, and end a test that can do nothing."""
        if self._shared_access.ended:
            return
        self._shared_access.ended = True
        logger.error(problem)
        environment = self.environment
        if (runner := environment.runner) is None:
            return
        if environment.web_ui is None:
            environment.process_exit_code = 2
        # By another greenlet: a runner that ends the test waits for this user.
        gevent.spawn(runner.stop if environment.web_ui else runner.quit)
