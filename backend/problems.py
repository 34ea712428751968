"""Errors as the client sees them: problem+json (RFC 9457), which says what happened, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus


class Problem(Exception):  # noqa: N818  # the RFC's word
    """An answer other than success. `detail` is what happened, `hint` what to do next.

    `headers` are sent along, such as Retry-After.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        hint: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = HTTPStatus(status).phrase
        self.detail = detail
        self.hint = hint
        self.headers = dict(headers or {})
