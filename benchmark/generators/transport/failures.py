"""What an exception of requests, urllib3 or the socket means, in plain words."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator

import requests
import urllib3

from benchmark.generators.transport.replies import FailureKind


def classify(error: BaseException) -> tuple[FailureKind, str]:
    """The kind of a failure, and words that go on where the name of the host stands."""
    causes = tuple(_causes(error))
    if any(isinstance(c, ssl.SSLCertVerificationError) for c in causes):
        why = next(c for c in causes if isinstance(c, ssl.SSLCertVerificationError))
        return "tls", f"shows a certificate that is not trusted: {why.verify_message}"
    if any(isinstance(c, ssl.SSLError | requests.exceptions.SSLError) for c in causes):
        return "tls", "does not speak TLS as expected; is it http:// rather than https://?"
    if any(isinstance(c, socket.gaierror) for c in causes):
        return "unresolved", "has no address: the host name is not known"
    if any(isinstance(c, TimeoutError | requests.Timeout) for c in causes):
        return "timeout", ""
    if any(isinstance(c, urllib3.exceptions.ReadTimeoutError) for c in causes):
        return "timeout", ""
    if any(isinstance(c, requests.exceptions.ContentDecodingError) for c in causes):
        return "not http", "sends a body that its Content-Encoding does not describe"
    if any(isinstance(c, requests.exceptions.InvalidHeader | UnicodeError) for c in causes):
        return "unsendable", "was not asked: the request cannot be written"
    if any(isinstance(c, ConnectionRefusedError) for c in causes):
        return "refused", "refuses the connection"
    if any(isinstance(c, ConnectionError | http.client.IncompleteRead) for c in causes):
        return "closed", "closed the connection before its answer was complete"
    if any(isinstance(c, requests.exceptions.ChunkedEncodingError) for c in causes):
        return "closed", "closed the connection before its answer was complete"
    if any(isinstance(c, http.client.HTTPException) for c in causes):
        return "not http", "answers something that is not HTTP"
    return "refused", "cannot be reached"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it, wherever the libraries keep that."""
    waiting, seen = [error], 0
    while waiting and seen < 50:
        current = waiting.pop(0)
        seen += 1
        yield current
        inner = (*current.args, getattr(current, "reason", None), current.__cause__)
        waiting += [item for item in (*inner, current.__context__) if _is_error(item)]


def _is_error(item: object) -> bool:
    return isinstance(item, BaseException)
