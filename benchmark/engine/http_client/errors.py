"""What can go wrong with a request, each in words that are the same for all of its sort.

    ConnectionError (of Python)
    └── HttpClientError
        ├── ServerClosedError      closed before the first byte of an answer
        ├── CutOffError            closed in the middle of an answer
        ├── MalformedAnswerError   what came is not HTTP
        ├── TooLargeError          a limit of the client was exceeded
        ├── ContentCodingError     gzip, br … unknown or broken
        ├── RedirectError          a redirect that cannot or may not be followed
        ├── ProxyError             the proxy did not let the request through
        ├── TooManyRequestsError   no connection became free
        └── BadStatusError         an answer of 400 or above
    TimeoutError (of Python)
    ├── ConnectTimeoutError
    └── AnswerTimeoutError

Everything else that a request can fail with is Python's own: ConnectionRefusedError, gaierror,
SSLError, OSError. `describe_error` puts all of them into few words, without addresses, ids or
other text of the server, so that failures can be counted by their message.
"""

from __future__ import annotations

import errno
from socket import gaierror
from ssl import SSLCertVerificationError, SSLError

from gevent import Timeout


class HttpClientError(ConnectionError):
    """A request failed; the message is the same for every failure of its sort."""


class ServerClosedError(HttpClientError):
    """The server closed the connection and sent nothing."""

    def __init__(self) -> None:
        super().__init__("connection closed by the server without an answer")


class CutOffError(HttpClientError):
    """The server closed the connection before its answer was complete."""

    def __init__(self) -> None:
        super().__init__("connection closed by the server in the middle of an answer")


class MalformedAnswerError(HttpClientError):
    """What the server sent is not HTTP."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the answer is not HTTP: {reason}")


class TooLargeError(HttpClientError):
    """An answer is larger than this client reads."""


class ContentCodingError(HttpClientError):
    """The content coding of an answer is unknown, or its content is broken."""

    def __init__(self) -> None:
        super().__init__("the content coding of the answer is unknown or broken")


class RedirectError(HttpClientError):
    """A redirect cannot be followed, or not any more."""


class ProxyError(HttpClientError):
    """A proxy did not let a request through."""


class TooManyRequestsError(HttpClientError):
    """All connections of a pool are in use, and none of them became free in time."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"all {limit} connections of this user stayed in use")


class BadStatusError(HttpClientError):
    """An answer of 400 or above; `code` is its status, `url` what was asked for."""

    def __init__(self, code: int, url: str = "") -> None:
        super().__init__(f"HTTP {code}")
        self.code = code
        self.url = url


class ConnectTimeoutError(TimeoutError):
    """No connection (TLS included) within the connection timeout."""

    def __init__(self) -> None:
        super().__init__("timed out while connecting")


class AnswerTimeoutError(TimeoutError):
    """No answer, or not all of it, in time."""

    def __init__(self) -> None:
        super().__init__("timed out")


_OUT_OF = {
    errno.EMFILE: "too many open files in the load generator",
    errno.ENFILE: "too many open files on the machine of the load generator",
    errno.EADDRNOTAVAIL: "no free local port in the load generator",
    errno.ENOBUFS: "no buffer space in the load generator",
    errno.EHOSTUNREACH: "the host cannot be reached",
    errno.ENETUNREACH: "the network cannot be reached",
}


def describe_error(error: BaseException) -> str | None:
    """An error of a request in few words; None for what does not come from this client."""
    if isinstance(error, HttpClientError | ConnectTimeoutError):
        return str(error)
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return "connection reset by the server"
    if isinstance(error, TimeoutError | Timeout):
        return "timed out"
    if isinstance(error, gaierror):
        return "the host name cannot be resolved"
    if isinstance(error, SSLCertVerificationError):
        return f"TLS certificate not accepted: {error.verify_message.partition(',')[0]}"
    if isinstance(error, SSLError):
        return f"TLS failed: {(error.reason or 'unknown reason').replace('_', ' ').lower()}"
    if isinstance(error, OSError) and error.errno in _OUT_OF:
        return _OUT_OF[error.errno]
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return None
