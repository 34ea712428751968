"""How requests are let in: what they carry, and how that was got. One entrance for all at first.

Where several applications have logins of their own, each gets an entrance of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmark.models import SignIn


@dataclass(slots=True)
class Entrance:
    """What goes with every request: headers, query parameters and cookies.

    `sign_in` says how they were got, `registered` what was sent to make the account, `renew` gets
    them again, `renewed_at` is when that was (a reading of the monotonic clock).
    """

    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    sign_in: SignIn | None = None
    registered: Mapping[str, Any] = field(default_factory=dict)
    renew: Callable[[], bool] | None = None
    renewed_at: float = 0.0

    def another(self) -> Entrance:
        """One more, with what the user gave for all and without what a sign-in gave."""
        return Entrance(dict(self.headers), dict(self.query), dict(self.cookies))


@dataclass(slots=True)
class Entrances:
    """The entrances of all applications; those that have none of their own share one."""

    shared: Entrance = field(default_factory=Entrance)
    own: dict[str, Entrance] = field(default_factory=dict)

    def of(self, application: str) -> Entrance:
        """The entrance of an application."""
        return self.own.get(application, self.shared)

    def __iter__(self) -> Iterator[Entrance]:
        yield self.shared
        yield from self.own.values()

    def sign_in_of(self, operation: str) -> SignIn | None:
        """The sign-in that an operation is part of, as login or registration."""
        known = (entrance.sign_in for entrance in self)
        return next((s for s in known if s and operation in {s.login, s.register}), None)
