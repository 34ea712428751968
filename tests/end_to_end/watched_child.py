"""Put on PYTHONPATH as `sitecustomize`: notes what a Python process does to the world around it.

Sockets, child processes, and files that are opened, made, renamed or removed go to the file that
WATCHED_LOG names, one JSON list each: what was done, and to what. Memory is limited to
WATCHED_BYTES. Nothing is forbidden, so that an attempt shows even where a refusal would be caught.
"""

from __future__ import annotations

import atexit
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

_EVENTS = frozenset(
    "socket.connect socket.bind socket.getaddrinfo socket.gethostbyname socket.sendto "
    "subprocess.Popen os.system os.exec os.fork os.posix_spawn os.spawn os.remove os.rename "
    "os.mkdir os.rmdir os.link os.symlink os.truncate open".split()
)
_seen: set[str] = set()


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _EVENTS:
        return
    what = [str(argument) for argument in arguments]
    if event == "open":
        if isinstance(arguments[0], int):
            return
        mode, flags = str(arguments[1] or ""), int(arguments[2])
        writes = bool(flags & (os.O_WRONLY | os.O_RDWR)) or bool(set(mode) & set("wax+"))
        event, arguments = "write" if writes else "read", arguments[:1]
    if event in ("read", "write", "os.mkdir", "os.remove", "os.rmdir"):
        what = [str(Path.cwd() / os.fsdecode(arguments[0]))]
    if event == "os.rename":
        what = [str(Path.cwd() / os.fsdecode(name)) for name in arguments[:2]]
    _seen.add(json.dumps([event, *what]))


def _report() -> None:
    if "PWNED" in os.environ:
        _seen.add(json.dumps(["environment", "PWNED"]))
    text = "\n".join(sorted(_seen))
    descriptor = os.open(_log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


_log = os.environ.get("WATCHED_LOG", "")
if _log:
    size = int(os.environ["WATCHED_BYTES"])
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    atexit.register(_report)
    sys.addaudithook(_watch)
