"""Starts and ends the processes of a measurement."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_PATIENCE = 15.0  # seconds until something that was started must be there, or gone


class MeasurementError(Exception):
    """Something could not be measured; the text says what and why."""


@contextmanager
def running(
    command: Sequence[str],
    log: Path,
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A process whose output goes to `log`; ended with SIGTERM, and SIGKILL if it takes long."""
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - a list of arguments, no shell
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until(
    what: str, is_so: Callable[[], bool], process: subprocess.Popen[bytes], log: Path
) -> None:
    """Wait until something is so. Raises MeasurementError if the process ends or takes long."""
    deadline = time.monotonic() + _PATIENCE
    while not is_so():
        if process.poll() is not None:
            raise MeasurementError(f"{what}: the process ended: {last_words(log)}")
        if time.monotonic() > deadline:
            raise MeasurementError(f"{what}: not within {_PATIENCE:.0f} s: {last_words(log)}")
        time.sleep(0.02)


def last_words(log: Path) -> str:
    """The end of a log, short enough for a message."""
    return log.read_text(encoding="utf-8", errors="replace").strip()[-400:] or "it said nothing"


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def accepts(port: int) -> bool:
    """Whether somebody listens on a port of loopback."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextmanager
def working_folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="load-", ignore_cleanup_errors=True) as name:
        yield Path(name)
