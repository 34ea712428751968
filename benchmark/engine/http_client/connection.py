"""One connection: a non-blocking socket with a read watcher that lives as long as the connection.

gevent's own sockets start and stop a watcher, and a timer, for each wait; here a wait is a switch
to the hub and back. Between requests the watcher notices when the server closes the connection.
"""

from __future__ import annotations

import _socket
import errno
import os
import select
import socket
from ssl import SSLContext, SSLWantReadError, SSLWantWriteError
from time import perf_counter_ns
from typing import Any

import gevent
import gevent.socket
from gevent import getcurrent
from gevent.monkey import get_original

from benchmark.engine.counters import observe
from benchmark.engine.http_client.addresses import Address
from benchmark.engine.http_client.counters import counters
from benchmark.engine.http_client.deadlines import NEVER, sweeper
from benchmark.engine.http_client.errors import AnswerTimeoutError, ConnectTimeoutError

_READ, _WRITE = 1, 2  # libev's EV_READ and EV_WRITE
_AT_A_TIME = 65536
_AGAIN = (BlockingIOError, SSLWantReadError, SSLWantWriteError)
_new_poll = get_original("select", "poll")


class Connection:
    """A connection to one address. One greenlet at a time uses it; the others leave it alone.

    `connect_ns` and `tls_ns` are how long it took to open. Where anything but an answer's end
    ends an exchange, whoever used it closes it. `poll(0)` says whether something came, or the end;
    `is_new` that it has not served yet; `watched` that the hub looks for what comes. Until
    `trusted_until_ns` it may be used without asking.
    """

    __slots__ = (
        "__weakref__", "_early", "_hub", "_late", "_reader", "_recv", "_send", "_sock", "_tls",
        "_waiter", "_writable", "closed", "connect_ns", "deadline_ns", "in_use", "is_new", "poll",
        "send_error", "tls_ns", "trusted_until_ns", "watched",
    )  # fmt: skip

    def __init__(self, family: socket.AddressFamily) -> None:
        # Python's own: gevent's sockets have watchers of their own, which nobody would use here.
        sock = _socket.socket(family, socket.SOCK_STREAM)
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._hub = gevent.get_hub()
        self._sock: Any = sock
        self._recv: Any = sock.recv
        self._send: Any = sock.send
        self._tls = False
        self._waiter: Any = None
        self.watched = False
        self._writable: Any = None
        self._early = b""
        self._late: type[TimeoutError] = ConnectTimeoutError
        self.send_error: OSError | None = None
        self.closed = False
        self.in_use = True
        self.is_new = True
        self.connect_ns = self.tls_ns = 0
        self.deadline_ns = self.trusted_until_ns = 0
        self._reader: Any = self._hub.loop.io(sock.fileno(), _READ)
        poll = _new_poll()
        poll.register(sock.fileno(), select.POLLIN | select.POLLRDHUP)
        self.poll = poll.poll
        counters.connections_open += 1
        sweeper.members.add(self)

    # ── opening and closing ───────────────────────────────────────────────────────────────────

    def connect(self, address: Address, deadline_ns: int) -> None:
        """Connect. Raises OSError, ConnectTimeoutError."""
        began = perf_counter_ns()
        problem = self._sock.connect_ex(address[1])
        while problem in {errno.EINPROGRESS, errno.EALREADY}:
            self._wait_writable(deadline_ns)
            problem = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if problem:
            raise OSError(problem, os.strerror(problem))
        self.connect_ns = perf_counter_ns() - began
        observe("connect", self.connect_ns / 1e6)

    def start_tls(self, context: SSLContext, host: str, session: Any, deadline_ns: int) -> None:
        """Shake hands, with a session of an earlier connection if there is one. Raises SSLError."""
        began = perf_counter_ns()
        plain = gevent.socket.socket(fileno=self._sock.detach())
        plain.settimeout(0.0)
        self._sock = plain
        self._sock = secured = context.wrap_socket(
            plain, server_hostname=host, do_handshake_on_connect=False, session=session
        )
        while True:
            try:
                secured.do_handshake()
                break
            except SSLWantReadError:
                self._wait(deadline_ns)
            except SSLWantWriteError:
                self._wait_writable(deadline_ns)
        self._recv, self._send, self._tls = secured.recv, secured.send, True
        self.tls_ns = perf_counter_ns() - began
        observe("tls_handshake", self.tls_ns / 1e6)
        counters.tls_handshakes += 1
        counters.tls_resumed += bool(secured.session_reused)

    def opened(self) -> None:
        """It is ready for requests: from now on a wait that takes too long is one for an answer."""
        self._late = AnswerTimeoutError
        counters.connections_opened += 1

    @property
    def tls_session(self) -> Any:
        """What shortens the next handshake with the same server; None without TLS."""
        return self._sock.session if self._tls else None

    def close(self) -> None:
        """Close; a second time does nothing."""
        if self.closed:
            return
        self.closed = True
        counters.connections_open -= 1
        sweeper.members.discard(self)
        for watcher in (self._reader, self._writable):
            if watcher is not None:
                watcher.stop()
                watcher.close()
        self._sock.close()
        # A closed connection may lie in a pool for a while: nothing of the socket stays with it.
        self._sock = self._recv = self._send = self._reader = self._writable = None

    def is_usable(self) -> bool:
        """Whether an idle connection on which something came (`poll` says so) still stands."""
        self._look()
        return not self.closed

    # ── reading and writing ───────────────────────────────────────────────────────────────────

    def read(self, deadline_ns: int) -> bytes:
        """The next bytes, b"" where the server closed. Raises OSError, AnswerTimeoutError."""
        if self._early:
            early, self._early = self._early, b""
            return early
        while True:
            if not self._tls or not self._sock.pending():
                self._wait(deadline_ns)
            try:
                data: bytes = self._recv(_AT_A_TIME)
            except _AGAIN:
                continue
            return data

    def write(self, data: bytes, patience_ns: int, last_ns: int = NEVER) -> bool:
        """Send all of it, unless an answer comes first: then False, and `read` gives the answer.

        So it is where the connection breaks, because an answer may lie before the break; what broke
        it is in `send_error` then. `patience_ns` is the longest time in which nothing can be sent.
        """
        try:
            sent = self._send(data)
            if sent == len(data):
                return True
        except _AGAIN:
            sent = 0
        except OSError as error:
            self.send_error = error
            return False
        rest = memoryview(data)[sent:]
        while rest:
            if not self._wait_writable(min(perf_counter_ns() + patience_ns, last_ns)):
                return False
            try:
                rest = rest[self._send(rest) :]
            except _AGAIN:
                continue
            except OSError as error:
                self.send_error = error
                return False
        return True

    def goes_ahead(self, deadline_ns: int) -> bool:
        """Wait for "100 Continue"; False where the server answers something else instead.

        A server may also stay silent (RFC 9110, section 10.1.1): then at the deadline.
        """
        try:
            self._early = self.read(deadline_ns)
        except AnswerTimeoutError:
            return True
        return not self._early or self._early.startswith(b"HTTP/1.1 1")

    # ── waiting ───────────────────────────────────────────────────────────────────────────────

    @property
    def is_waiting(self) -> bool:
        """Whether a greenlet waits for this connection."""
        return self._waiter is not None

    def expire(self) -> None:
        """End the wait of a greenlet with a timeout."""
        self._waiter.throw(self._late())

    def watch(self) -> None:
        """Have the hub look for what comes, be it waited for or not."""
        self._reader.start(self._on_readable)
        self.watched = True

    def _wait(self, deadline_ns: int) -> None:
        self.deadline_ns = deadline_ns
        if deadline_ns < sweeper.next_ns:
            sweeper.advance(deadline_ns)
        if not self.watched:
            self.watch()
        self._waiter = getcurrent()
        try:
            self._hub.switch()
        finally:
            self._waiter = None

    def _wait_writable(self, deadline_ns: int) -> bool:
        """Wait until something can be sent; False where an answer came instead."""
        if self._writable is None:
            self._writable = self._hub.loop.io(self._sock.fileno(), _WRITE)
        self._writable.start(self._wake)
        try:
            self._wait(deadline_ns)
        finally:
            if self._writable is not None:
                self._writable.stop()
        if self._late is ConnectTimeoutError:
            return True
        try:
            data: bytes = self._recv(_AT_A_TIME)
        except _AGAIN:
            return True
        except OSError as error:
            self.send_error = error
            return False
        self._early += data
        return self._early[:10] == b"HTTP/1.1 1"  # only an interim answer: go on sending

    def _on_readable(self) -> None:
        """Called by the hub whenever there is something to read."""
        if self._waiter is not None:
            self._waiter.switch()
        elif self.in_use:
            # Its user is busy elsewhere, with the parts of an answer that came, for one.
            self._reader.stop()
            self.watched = False
        else:
            self._look()

    def _wake(self) -> None:
        if self._waiter is not None:
            self._waiter.switch()

    def _look(self) -> None:
        """Something came while nobody asked: mostly the end, or TLS's business."""
        try:
            data = self._recv(1)
        except _AGAIN:
            return
        except OSError:
            data = b""
        counters.surplus_bytes += len(data)
        self.close()
