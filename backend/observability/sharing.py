"""The folder in which several processes of one service count together, as prometheus-client does.

Each has files of its own there, mapped into its memory; whichever is asked reads those of all.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from prometheus_client.multiprocess import mark_process_dead

from benchmark.errors import UsageError

_SETTING = "PROMETHEUS_MULTIPROC_DIR"
_BYTES = 1_000_000
"""Of one file: half as much again as all routes with all methods fill."""

_mark_process_dead: Callable[[int, str], None] = mark_process_dead  # it has no annotations


def shared_folder() -> Path | None:
    """Where it is; None where this process counts alone."""
    named = os.environ.get(_SETTING)
    return Path(named) if named else None


def reserve(folder: Path, sorts: tuple[str, ...]) -> None:
    """Take the room for what this process will count, each sort in a file of that name.

    The library's files have holes, and a process that fills one on a full disk is killed (SIGBUS).
    Raises UsageError where there is no room, or no such folder.
    """
    for sort in sorts:
        file = folder / f"{sort}_{os.getpid()}.db"
        try:
            if not file.exists():  # else it is that of a process that had our id
                file.write_bytes(bytes(_BYTES))
        except OSError as error:
            raise UsageError(
                f"{_SETTING}: nothing can be written there ({error.strerror})",
                "name an empty folder on a disk with room, or unset it",
            ) from error


def forget_the_dead(folder: Path) -> None:
    """Leave out what counts for living processes only, such as open streams, of those that died.

    What they have counted stays: a sum must not go down. The server starts a worker again without a
    word to the others, so whoever is asked looks.
    """
    for file in folder.glob("gauge_live*.db"):
        pid = file.stem.rpartition("_")[2]
        if pid.isdecimal() and not _is_alive(int(pid)):
            with suppress(FileNotFoundError):  # another process was quicker
                _mark_process_dead(int(pid), str(folder))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:  # there is none, or one of somebody else
        return False
    return True
