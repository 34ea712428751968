"""What in a JSON answer says that the request failed, whatever its status says."""

from __future__ import annotations

from typing import Any

_FLAGS = ("success", "ok")
_MEMBERS = ("errors", "error")
_BESIDE_AN_ERROR = frozenset(
    "code data detail details error errors message ok path status success timestamp".split()
)
_MAX_TEXT = 80


def error_in(answer: Any) -> str:
    """The error that an answer speaks of, in a few words; "" if it speaks of none.

    That is `success` or `ok` false, `errors` or `error` with nothing but a description beside it,
    or the `status` "error" or "fail" with nothing else (JSend). Data that have such members among
    others, such as a job with the error that it met, are data.
    """
    if not isinstance(answer, dict):
        return ""
    for flag in _FLAGS:
        if answer.get(flag) is False:
            return _described(answer) or f"{flag} is false"
    if not answer.keys() <= _BESIDE_AN_ERROR:
        return ""
    if any(answer.get(name) for name in _MEMBERS):
        return _described(answer)
    if answer.get("status") in {"error", "fail"}:
        return _described(answer) or f"status is {answer['status']}"
    return ""


def _described(answer: dict[str, Any]) -> str:
    for name in ("message", "detail", *_MEMBERS):
        if value := answer.get(name):
            return " ".join(str(value)[: 4 * _MAX_TEXT].split())[:_MAX_TEXT]
    return ""
