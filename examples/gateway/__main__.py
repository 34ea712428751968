"""Command line of the demo gateway: `python -m examples.gateway --port 8000`."""

from __future__ import annotations

import argparse
import errno
import os
import signal
import socket
import sys
from typing import TYPE_CHECKING, NoReturn

import uvicorn

from examples.gateway import Credentials, DelayError, create_app, parse_concurrency, parse_delays

if TYPE_CHECKING:
    from collections.abc import Sequence

CANNOT_LISTEN = 1
USAGE = 2


class AnnouncingServer(uvicorn.Server):
    """A server that says on stdout where it listens, once it does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to serve, then announce it."""
        await super().startup(sockets)
        for listener in sockets or []:
            print(f"Gateway listening on {_url(listener)}", flush=True)  # noqa: T201 - the output


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM; the answer is the exit code."""
    options = _parser().parse_args(arguments)
    # The server stops by itself and then raises the signal again: that must not look like a crash.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    try:
        delays = parse_delays(os.environ.get("GATEWAY_DELAY", ""))
        app = create_app(delays, _credentials(), _at_a_time())
    except DelayError as error:
        return _fail(f"GATEWAY_DELAY: {error}", USAGE)
    try:
        listener = listen(options.host, options.port)
    except OSError as error:
        return _fail(_why_not(error, options.host, options.port), CANNOT_LISTEN)
    config = uvicorn.Config(
        app,
        access_log=options.access_log,
        log_level="info" if options.access_log else "warning",
        timeout_graceful_shutdown=5,
    )
    with listener:
        AnnouncingServer(config).run(sockets=[listener])
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m examples.gateway",
        description="A demo API gateway with two mounted services, all in memory.",
        epilog="GATEWAY_DELAY='GET /health=30ms' slows a route down, and "
        "GATEWAY_CONCURRENCY=4 serves four such requests at a time; GATEWAY_USER and "
        "GATEWAY_PASSWORD replace the login demo / demo-password.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=_port, default=8000, help="0 takes a free one (%(default)s)")
    parser.add_argument("--access-log", action="store_true", help="log every request")
    return parser


def _at_a_time() -> int | None:
    try:
        return parse_concurrency(os.environ.get("GATEWAY_CONCURRENCY", ""))
    except DelayError as error:
        raise SystemExit(_fail(f"GATEWAY_CONCURRENCY: {error}", USAGE)) from None


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not between 0 and 65535")
    return port


def _credentials() -> Credentials:
    default = Credentials()
    return Credentials(
        username=os.environ.get("GATEWAY_USER", default.username),
        password=os.environ.get("GATEWAY_PASSWORD", default.password),
    )


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens for TCP connections. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's algorithm off only where it is; with
    # Nagle's algorithm, answers on a kept connection can wait 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        # Linux lets several sockets bind one reusable port; only the first may listen.
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken; choose another with --port"
    return f"cannot listen: {error.strerror or error}"


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _leave(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(0)


def _fail(message: str, code: int) -> int:
    print(f"gateway: {message}", file=sys.stderr)  # noqa: T201 - the error line of a command
    return code


if __name__ == "__main__":
    sys.exit(main())
