"""What went wrong with a request, in a few words that are the same for all of its sort."""

from __future__ import annotations

import errno
import re

from locust.exception import CatchResponseError

from benchmark.engine.http_client import describe_error

MAX_MESSAGE = 200

_VARYING = re.compile(
    r"https?://\S+"  # URLs
    r"|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b"  # addresses, with a port or without
    r"|\b(?=[a-z_-]*\d)[\da-z_-]{8,}\b"  # ids: long words with digits
    r"|\b\d{4,}\b",  # ports, numbers
    re.IGNORECASE,
)
_EXHAUSTED = {
    errno.EMFILE: "descriptors_exhausted",
    errno.ENFILE: "descriptors_exhausted",
    errno.EADDRNOTAVAIL: "ports_exhausted",
}
_MAX_CAUSES = 5


def describe_failure(exception: BaseException | str, status: int) -> str:
    """A failure in a few words, the same for all of its sort: "HTTP 404", "connection refused".

    What a locustfile says in `failure("…")` stays as it is.
    """
    if isinstance(exception, CatchResponseError | str):
        return str(exception)[:MAX_MESSAGE] or "failed"
    if status >= 400:
        return f"HTTP {status}"
    if (known := describe_error(exception)) is not None:
        return known
    # The errors of Locust's own client begin with the URL; `text` is what they say besides.
    text = _VARYING.sub("…", getattr(exception, "text", None) or str(exception))
    name = type(exception).__name__
    return (f"{name}: {text}" if text else name)[:MAX_MESSAGE]


def exhausted_resource(exception: object) -> str | None:
    """The counter of what the operating system ran out of, where that made a request fail.

    Clients wrap errors of the system in their own; the first few causes are looked at.
    """
    for _ in range(_MAX_CAUSES):
        if not isinstance(exception, BaseException):
            return None
        if isinstance(exception, OSError) and exception.errno in _EXHAUSTED:
            return _EXHAUSTED[exception.errno]
        exception = exception.__cause__ or exception.__context__
    return None
