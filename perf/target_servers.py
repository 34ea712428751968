"""Starts and ends what a measurement needs: a target, recorders before it, the switch between them.

A target is a folder with `start.sh` (takes PORT, TARGETS_HOME and TARGETS_DATA, stays in the
foreground) and `target.json` (port, URLs, credentials). Everything started is a process group of
its own and is ended by its id.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

READY_SECONDS = 180.0
_SETTLE_SECONDS = 2.0
_GRACE_SECONDS = 8.0


class MeasurementError(Exception):
    """A target or a recorder did not do what was asked of it; the message says which and what."""


@dataclass(frozen=True, slots=True)
class Target:
    """What `target.json` says, and where it lies."""

    folder: Path
    facts: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its name, for tables and file names."""
        return str(self.facts["name"])

    @property
    def base_path(self) -> str:
        """The path of its base URL, "" for none."""
        return urlsplit(str(self.facts["base_url"])).path.rstrip("/")


def read_target(folder: Path) -> Target:
    """The target in a folder. Raises MeasurementError."""
    try:
        facts = json.loads((folder / "target.json").read_text(encoding="utf-8"))
        target = Target(folder, facts)
        _ = (target.name, target.base_path, facts["spec_url"], facts["ready_url"], facts["auth"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MeasurementError(f"{folder}: no readable target.json ({error})") from error
    return target


@dataclass(frozen=True, slots=True)
class Server:
    """A running target: its own origin, the headers to send, and its document."""

    target: Target
    origin: str
    headers: tuple[tuple[str, str], ...]
    document: Mapping[str, Any]

    def here(self, url: str) -> str:
        """One of the URLs of `target.json` at the port that was taken."""
        parts = urlsplit(url)
        return self.origin + parts.path + (f"?{parts.query}" if parts.query else "")

    def options(self) -> list[str]:
        """The credentials as options of the command line."""
        basic = self._basic()
        return [
            *(["--basic", basic] if basic else []),
            *[part for name, value in self._others() for part in ("--header", f"{name}: {value}")],
        ]

    def environment(self) -> dict[str, str]:
        """The credentials as variables of the environment."""
        lines = "\n".join(f"{name}: {value}" for name, value in self._others())
        own = {"BENCHMARK_BASIC": self._basic(), "BENCHMARK_HEADER": lines}
        return {name: value for name, value in own.items() if value}

    def _basic(self) -> str:
        auth = self.target.facts["auth"]
        return "{username}:{password}".format_map(auth) if auth["type"] == "basic" else ""

    def _others(self) -> list[tuple[str, str]]:
        basic = bool(self._basic())
        return [
            (name, value)
            for name, value in self.headers
            if not (basic and name.lower() == "authorization")
        ]


@contextmanager
def running_server(target: Target, work: Path) -> Iterator[Server]:
    """The target on a free port, its data folder emptied, ready and signed in."""
    work.mkdir(parents=True, exist_ok=True)
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    environment = {"PORT": str(port), "TARGETS_DATA": str(work / "data")}
    with running([str(target.folder / "start.sh")], work / "server.log", environment) as process:
        ready = origin + _beyond_origin(str(target.facts["ready_url"]))
        _wait_until(lambda: _answers(ready), process, f"{target.name} ({work / 'server.log'})")
        time.sleep(float(target.facts.get("settle_seconds") or _SETTLE_SECONDS))
        headers = sign_in(target, origin)
        document = _document(origin + _beyond_origin(str(target.facts["spec_url"])), headers)
        yield Server(target, origin, headers, document)


def sign_in(target: Target, origin: str) -> tuple[tuple[str, str], ...]:
    """The headers that `auth_header.py`, beside the targets, prints for this one."""
    command = [sys.executable, str(target.folder.parent / "auth_header.py")]
    done = subprocess.run(  # noqa: S603 - our own interpreter, a list of arguments, no shell
        [*command, str(target.folder / "target.json"), origin],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    if done.returncode != 0:
        raise MeasurementError(f"{target.name}: no sign-in: {done.stderr.strip()[-300:]}")
    lines = [line.partition(":") for line in done.stdout.splitlines() if ":" in line]
    return tuple((name.strip(), value.strip()) for name, _, value in lines)


@contextmanager
def running_recorder(server: Server, report: Path) -> Iterator[str]:
    """The origin of a recorder before the server; afterwards its report is complete."""
    port = free_port()
    folder = server.target.folder.parent
    command = [sys.executable, str(folder / "recorder.py")]
    command += ["--spec", server.here(str(server.target.facts["spec_url"]))]
    for name, value in server.headers:
        command += ["--spec-header", f"{name}: {value}"]
    command += ["--upstream", server.origin, "--listen", str(port), "--out", str(report)]
    with running(command, report.with_suffix(".log"), {}, gently=signal.SIGINT) as process:
        _wait_until(lambda: _listens(port), process, f"the recorder ({report})")
        yield f"http://127.0.0.1:{port}"


@contextmanager
def running_switch(before: str, after: str, turned: Callable[[], bool]) -> Iterator[str]:
    """The origin of a relay: a connection goes to `before`, or to `after` once `turned` says so.

    It decides when a connection is opened, and stays with it. Bytes pass unchanged.
    """
    loop = asyncio.new_event_loop()
    ports = [urlsplit(origin).port or 80 for origin in (before, after)]

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", ports[turned()])
            await asyncio.gather(_copy(reader, up_writer), _copy(up_reader, writer))
        writer.close()

    server = loop.run_until_complete(asyncio.start_server(relay, "127.0.0.1", 0, backlog=1024))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.05))
        loop.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
    except OSError:
        writer.close()


@contextmanager
def running(
    command: list[str],
    log: Path,
    environment: Mapping[str, str],
    gently: signal.Signals = signal.SIGTERM,
    folder: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A command in a folder as a process group of its own; at the end the whole group is gone."""
    with ExitStack() as stack:
        output = stack.enter_context(log.open("wb"))
        process = subprocess.Popen(  # noqa: S603 - a list of arguments, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
            cwd=folder,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            end_group(process, gently)


def end_group(process: subprocess.Popen[bytes], gently: signal.Signals = signal.SIGTERM) -> None:
    """Ask the group of a process to end, wait some seconds, and kill what is left of it."""
    for number in (gently, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_SECONDS)


def free_port() -> int:
    """A port of 127.0.0.1 on which nothing listens at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _beyond_origin(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5, allow_redirects=False).status_code < 500
    except requests.RequestException:
        return False


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def _wait_until(holds: Callable[[], bool], process: subprocess.Popen[bytes], what: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not holds():
        if process.poll() is not None:
            raise MeasurementError(f"{what} ended with code {process.returncode}")
        if time.monotonic() > deadline:
            raise MeasurementError(f"{what} is not ready after {READY_SECONDS:g} s")
        time.sleep(0.3)


def _document(url: str, headers: tuple[tuple[str, str], ...]) -> Mapping[str, Any]:
    try:
        answer = requests.get(url, headers=dict(headers), timeout=60)
        document = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise MeasurementError(f"{url}: no document ({error})") from error
    if not isinstance(document, dict):
        raise MeasurementError(f"{url}: no document (status {answer.status_code})")
    return document
