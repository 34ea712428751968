"""`stress-api serve`: the service, run by uvicorn in a child process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from benchmark.commands import frame
from benchmark.errors import BenchmarkError, UsageError
from benchmark.help_page import GroupedCommand
from benchmark.utils.service_tokens import SETTING, read_token_lines, split_lines
from benchmark.utils.text_safety import clean_text

_EXAMPLES = (
    "stress-api serve\n"
    "stress-api serve --port 9000 --workers 4\n"
    f'{SETTING}="$LINES" stress-api serve --host 0.0.0.0'
)
_PANEL = "Service"
_ROOT = Path(__file__).resolve().parents[2]
_PACKAGES = (
    *("fastapi", "uvicorn", "sqlalchemy", "alembic", "cryptography"),
    *("dns", "prometheus_client", "pythonjsonlogger"),
)
_PASSED_ON = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
_SECONDS_FOR_CONNECTIONS = 5
_METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def add_serve(app: typer.Typer) -> None:
    """Add the command to the program."""

    @app.command(cls=GroupedCommand, epilog=_EXAMPLES)
    def serve(
        host: Annotated[
            str,
            typer.Option(
                metavar="ADDRESS",
                show_default=False,
                rich_help_panel=_PANEL,
                help="where to listen (default: 127.0.0.1)",
            ),
        ] = "127.0.0.1",
        port: Annotated[
            str,
            typer.Option(
                metavar="N",
                show_default=False,
                rich_help_panel=_PANEL,
                help="0 for any that is free (default: 8000)",
            ),
        ] = "8000",
        workers: Annotated[
            str,
            typer.Option(
                metavar="N",
                show_default=False,
                rich_help_panel=_PANEL,
                help="processes that answer requests (default: 1)",
            ),
        ] = "1",
        reload: Annotated[
            bool,
            typer.Option(
                "--reload",
                rich_help_panel=_PANEL,
                help="restart when a file of the service changes",
            ),
        ] = False,
    ) -> None:
        """Run the service: tests started over REST, every result kept."""
        with frame.outcome():
            code = run_service(
                clean_text(host, 100),
                _number("--port", port, 0, 65_535),
                workers=_number("--workers", workers, 1, 64),
                reload=reload,
            )
        raise typer.Exit(code)


def run_service(host: str, port: int, *, workers: int = 1, reload: bool = False) -> int:
    """Serve until a signal comes, which is passed on; then 0.

    Raises UsageError where the service must not or cannot listen there, and BenchmarkError where a
    package is missing, or the service ended by itself.
    """
    if reload and workers > 1:
        raise UsageError("--reload and --workers exclude each other", "give one of them")
    _require_packages()
    _require_tokens(host, os.environ)
    _require_free(host, port)
    told_to_end = threading.Event()
    command = _command(host, port, workers=workers, reload=reload)
    with (
        _shared_metrics(workers, os.environ) as shared,
        _passing_signals_on(command, {**os.environ, **shared}, told_to_end) as child,
    ):
        code = child.wait()
    # Also with 0, which uvicorn says where its workers could not start.
    if code > 0 or not told_to_end.is_set():
        raise BenchmarkError(
            f"the service ended by itself, with code {code}", "its last lines above say why"
        )
    return 0


def _command(host: str, port: int, *, workers: int, reload: bool) -> list[str]:
    """How uvicorn is started. It believes no header about who the peer is, and guards need that."""
    given = [sys.executable, "-m", "uvicorn", "backend.main:app"]
    given += ["--app-dir", str(_ROOT), "--host", host, "--port", str(port)]
    given += ["--no-proxy-headers", "--no-server-header", "--ws", "none", "--lifespan", "on"]
    given += ["--timeout-graceful-shutdown", str(_SECONDS_FOR_CONNECTIONS)]
    if reload:
        return [*given, "--reload", "--reload-dir", str(_ROOT / "backend")]
    return [*given, "--workers", str(workers)]


@contextmanager
def _shared_metrics(workers: int, environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """What lets several workers count together: a folder of this start, unless one is given."""
    if workers == 1 or environment.get(_METRICS_FOLDER):
        yield {}
        return
    with TemporaryDirectory(prefix="stress-api-metrics-", ignore_cleanup_errors=True) as folder:
        yield {_METRICS_FOLDER: folder}


@contextmanager
def _passing_signals_on(
    command: list[str], environment: Mapping[str, str], told_to_end: threading.Event
) -> Iterator[subprocess.Popen[bytes]]:
    """The child, to which signals go on, as the event says then. In the end it has ended."""
    child: subprocess.Popen[bytes] | None = None

    def pass_on(*_: object) -> None:
        told_to_end.set()
        if child is not None and child.poll() is None:
            # Ctrl-C reaches the child, too. A second SIGINT would cut off its requests.
            child.terminate()

    before = {
        number: signal.signal(number, pass_on)
        for number in (getattr(signal, name, None) for name in _PASSED_ON)
        if number is not None
    }
    try:
        child = subprocess.Popen(command, env=environment)  # noqa: S603  # our own words, no shell
        if told_to_end.is_set():
            child.terminate()
        yield child
    finally:
        if child is not None and child.poll() is None:
            child.terminate()
            child.wait()
        for number, handler in before.items():
            signal.signal(number, handler)


def _require_packages() -> None:
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise BenchmarkError(
            f"packages of the service are not installed for {sys.executable}: {', '.join(missing)}",
            "pip install -r backend/requirements.txt",
        )


def _require_tokens(host: str, environment: Mapping[str, str]) -> None:
    """Without tokens every request from elsewhere would be refused, so it is said beforehand."""
    if read_token_lines(split_lines(environment.get(SETTING, ""))) or _is_loopback(host):
        return
    raise UsageError(
        f"without {SETTING} the service serves this machine alone, and --host {host} "
        "is for others, too",
        "make tokens with stress-api token EMAIL, or leave --host out",
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _require_free(host: str, port: int) -> None:
    """Raise UsageError where nothing can listen there; the server's own message is a traceback."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as trial:
            if os.name == "posix":
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except (OSError, UnicodeError) as error:
        raise UsageError(
            f"the service cannot listen on {host} port {port} "
            f"({getattr(error, 'strerror', None) or 'no such address'})",
            f"choose another with --port {port + 1 if port < 65_535 else 8000} or --host",
        ) from None


def _number(option: str, text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 7 and least <= int(text) <= most):
        raise UsageError(
            f"{option}: {clean_text(text, 40)!r} is not a number from {least} to {most}",
            "give one such as 8000" if option == "--port" else "give one such as 4",
        )
    return int(text)
