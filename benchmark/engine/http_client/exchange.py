"""One request and its answer on one connection."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter_ns

from benchmark.engine.http_client.body_stream import BodyStream, Limits
from benchmark.engine.http_client.connection import Connection
from benchmark.engine.http_client.counters import counters
from benchmark.engine.http_client.errors import (
    CutOffError,
    MalformedAnswerError,
    ServerClosedError,
    TooLargeError,
)
from benchmark.engine.http_client.pool import OriginPool
from benchmark.engine.http_client.response_head import ResponseHead, find_head, looks_wrong

GO_AHEAD_SECONDS = 1.0
"""How long a request that expects "100 Continue" waits for it before it sends its body."""

_END = b"\r\n\r\n"
_SENT_AT_ONCE = 65536

WriteBody = Callable[[Callable[[bytes], bool]], bool]
"""Sends a body that is no bytes: piece by piece, until a piece is refused. Whether all was sent."""


def exchange(
    pool: OriginPool,
    connection: Connection,
    method: str,
    head: bytes,
    body: bytes | WriteBody,
    expects_go_ahead: bool,
    limits: Limits,
    began_ns: int,
) -> tuple[ResponseHead, bytes | BodyStream, int]:
    """Send a request and read its answer: the head, the body, and when the last byte was read.

    The body is a stream where not all of it came at once. Raises OSError where there is no good
    answer; the connection is closed then. A request is sent once.
    """
    last_ns = began_ns + limits.total_ns
    try:
        if isinstance(body, bytes) and len(body) <= _SENT_AT_ONCE and not expects_go_ahead:
            head += body
            complete = connection.write(head, limits.read_ns, last_ns)
            counters.bytes_sent += len(head)
            deadline_ns = min(began_ns + limits.read_ns, last_ns)
        else:
            complete = _send_in_pieces(connection, head, body, expects_go_ahead, limits, last_ns)
            deadline_ns = _deadline(limits, last_ns)
        data = connection.read(deadline_ns)
        ended_ns = perf_counter_ns()
        end = data.find(_END) + 4
        if end >= 4 and (answer := find_head(data[:end])).status >= 200:
            rest = data[end:]
            counters.bytes_received += len(data)
        else:
            answer, rest = _read_head(connection, data, limits, last_ns)
            ended_ns = perf_counter_ns()
    except BaseException:
        pool.drop(connection)
        raise
    has_body = method != "HEAD"
    if complete and has_body and answer.keep_alive and answer.body_length == len(rest):
        pool.give_back(connection, ended_ns)
        return answer, rest, ended_ns
    stream = BodyStream(
        pool, connection, answer, rest, limits, last_ns, has_body=has_body, reusable=complete
    )
    return answer, stream, ended_ns


def _deadline(limits: Limits, last_ns: int) -> int:
    return min(perf_counter_ns() + limits.read_ns, last_ns)


def _send_in_pieces(
    connection: Connection,
    head: bytes,
    body: bytes | WriteBody,
    expects_go_ahead: bool,
    limits: Limits,
    last_ns: int,
) -> bool:
    """Whether all of a request was sent; not so where an answer came first."""

    def write(piece: bytes) -> bool:
        counters.bytes_sent += len(piece)
        return connection.write(piece, limits.read_ns, last_ns)

    if not write(head):
        return False
    if expects_go_ahead:
        patience_ns = min(limits.read_ns, int(GO_AHEAD_SECONDS * 1e9))
        if not connection.goes_ahead(min(perf_counter_ns() + patience_ns, last_ns)):
            return False
    return write(body) if isinstance(body, bytes) else body(write)


def _read_head(
    connection: Connection, data: bytes, limits: Limits, last_ns: int
) -> tuple[ResponseHead, bytes]:
    """A final answer's head, and what came behind it. Interim answers (1xx) are left out."""
    counters.bytes_received += len(data)
    buffer = bytearray(data)
    total = 0
    searched = 0
    if not data:
        raise connection.send_error or ServerClosedError()
    while True:
        end = buffer.find(_END, max(0, searched - 3)) + 4
        total_read = total + (end if end >= 4 else len(buffer))
        if total_read > limits.header_bytes:
            raise TooLargeError("the headers of the answer are larger than the limit")
        if end >= 4:
            head = find_head(bytes(buffer[:end]))
            del buffer[:end]
            if head.status >= 200 or head.status == 101:
                return head, bytes(buffer)
            total += end
            searched = 0
            if buffer:
                continue
        elif looks_wrong(buffer):
            raise MalformedAnswerError("no status line")
        else:
            searched = len(buffer)
        data = connection.read(_deadline(limits, last_ns))
        if not data:
            raise CutOffError
        counters.bytes_received += len(data)
        buffer += data
