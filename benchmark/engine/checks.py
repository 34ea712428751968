"""Whether an answer without an error status is what the request was made for."""

from __future__ import annotations

import json
import re
from typing import Literal

from locust.exception import CatchResponseError

from benchmark.wire.error_answers import error_in

Expected = Literal["data", "anything", "redirect"]
"""What may come: data (no page, no error); anything in a 2xx; a redirect as well."""

_MAX_ERROR_LENGTH = 4096
_PAGE_BEGINNINGS = (b"<!doctype html", b"<html")
_BLANK = b" \t\r\n\xef\xbb\xbf"  # the last three are a byte order mark
_may_be_an_error = re.compile(rb'"(?:error|success"|ok"|fail")').search
_VARYING = re.compile(r"\b(?=[\w-]*\d)[\w-]{8,}\b|\b\d{4,}\b")


class WrongAnswerError(CatchResponseError, ConnectionError):
    """A 2xx or 3xx that is not what was expected. Locust records what is a ConnectionError."""


def what_is_wrong(status: int, content: bytes, expected: Expected) -> str:
    """What is wrong with an answer, in a few words; "" if nothing is.

    Called for each answer below 400, so content is only looked at where it may be wrong.
    """
    if status >= 300:
        return "" if expected == "redirect" else f"answered {status}, a redirect"
    if expected != "data" or not content:
        return ""
    if content[0] in _BLANK:  # a number, which is looked up quicker than a byte
        content = content.lstrip(_BLANK)
    first = content[:1]
    if first == b"{":
        if len(content) <= _MAX_ERROR_LENGTH and _may_be_an_error(content):
            return _error(status, content)
    elif first == b"<" and any(mark in content[:512].lower() for mark in _PAGE_BEGINNINGS):
        return f"answered {status} with an HTML page"
    return ""


def _error(status: int, content: bytes) -> str:
    try:
        error = error_in(json.loads(content))
    except (ValueError, RecursionError):
        return ""
    # Ids and tokens are left out: a failure has the same name each time, and shows no secret.
    return f"answered {status} with an error: {_VARYING.sub('…', error)}" if error else ""
