"""Judges an answer: a true success, a doubtful one, or which kind of refusal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from benchmark.generators.transport import Reply
from benchmark.models import Operation
from benchmark.wire.error_answers import error_in
from benchmark.wire.resource_items import bare_text

VerdictName = Literal[
    "success",  # a 2xx that is what was asked for
    "redirect",  # a 3xx that does not lead to a sign-in
    "doubt",  # a 2xx that may be a catch-all page or an error in disguise
    "refused",  # 400, 413, 415, 422: values or their combination
    "missing",  # 404, 410: something named does not exist
    "conflict",  # 409, 412, 423, 428: the state is not right
    "denied",  # 401, 403: other credentials, or none at all
    "absent",  # 405, 501: not served
    "throttled",  # 429
    "broken",  # 5xx
    "silent",  # no answer
]

_BY_STATUS: dict[int, VerdictName] = {
    401: "denied", 403: "denied", 407: "denied",
    404: "missing", 410: "missing",
    405: "absent", 501: "absent",
    409: "conflict", 412: "conflict", 423: "conflict", 428: "conflict",
    429: "throttled",
}  # fmt: skip
_SIGN_IN = ("login", "signin", "sign-in", "sign_in", "/auth", "sso")
_MAX_MARKER_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer means, and why in words ("" where the name says it all)."""

    name: VerdictName
    reason: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the load may count on answers like this."""
        return self.name in {"success", "redirect"}


@dataclass(frozen=True, slots=True)
class CatchAll:
    """What the server answers for paths that nobody serves: the fingerprint of a catch-all page."""

    status: int
    content_type: str
    body: bytes

    def is_like(self, reply: Reply) -> bool:
        """Whether a reply is that page again: the same type, and the same text or as good as."""
        if self.status != reply.status or self.content_type != reply.content_type:
            return False
        if not self.body:
            return False
        alike = abs(len(self.body) - len(reply.body)) <= max(16, len(self.body) // 50)
        return alike and self.body[:64] == reply.body[:64]


def judge_reply(reply: Reply, operation: Operation, catch_all: CatchAll | None) -> Verdict:
    """The verdict on one answer of an operation."""
    if 200 <= reply.status < 300:
        return _judge_success(reply, operation, catch_all)
    if 300 <= reply.status < 400:
        return _judge_redirect(reply)
    if reply.status >= 500 and reply.status != 501:
        return Verdict("broken")
    return Verdict(_BY_STATUS.get(reply.status, "refused"))


def answer_value(reply: Reply) -> Any:
    """The JSON value of an answer, or its only word in plain text; else None."""
    if not reply.body:
        return None
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        return bare_text(reply.content_type, reply.body)


def expected_answer(reply: Reply) -> Literal["data", "anything", "redirect"]:
    """What the load should expect of an operation that answers like this."""
    if 300 <= reply.status < 400:
        return "redirect"
    return "data" if _is_data(reply) else "anything"


def _judge_success(reply: Reply, operation: Operation, catch_all: CatchAll | None) -> Verdict:
    if catch_all is not None and 200 <= catch_all.status < 300 and catch_all.is_like(reply):
        return Verdict("doubt", "the same page as for a path that does not exist")
    if reply.content_type == "text/html" and _documents_data(operation):
        return Verdict("doubt", "an HTML page where data are documented")
    if len(reply.body) <= _MAX_MARKER_BYTES and (error := error_in(answer_value(reply))):
        return Verdict("doubt", f"{reply.status} with an error: {error}")
    return Verdict("success")


def _judge_redirect(reply: Reply) -> Verdict:
    location = reply.headers.get("Location", "").lower()
    if any(word in location for word in _SIGN_IN):
        return Verdict("denied", "redirects to a sign-in page")
    return Verdict("redirect")


def _documents_data(operation: Operation) -> bool:
    """Whether the document promises JSON, and nothing that may be HTML, for a success."""
    types = [
        media.content_type.lower()
        for response in operation.responses
        if response.is_success
        for media in response.media_types
    ]
    return bool(types) and all("json" in name for name in types)


def _is_data(reply: Reply) -> bool:
    return not reply.body or "json" in reply.content_type or answer_value(reply) is not None
