"""Where the files of a run go, and what they are called."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from benchmark.errors import UsageError


@dataclass(frozen=True, slots=True)
class RunFiles:
    """The files of one run: all names begin with the same stem."""

    folder: Path
    stem: str

    def path(self, ending: str) -> Path:
        """`<folder>/<stem><ending>`."""
        return self.folder / f"{self.stem}{ending}"


def claim_files(folder: Path, test_type: str) -> RunFiles:
    """The files of a run that begins now; none of another run of the same second.

    The log is made at once, which claims the stem; the later of two runs gets the next second's.
    """
    return claim_stem(folder, f"benchmark_{test_type}")


def claim_stem(folder: Path, name: str) -> RunFiles:
    """Likewise, files whose stem is another name and the time."""
    moment = datetime.now().astimezone()
    while True:
        files = RunFiles(folder, f"{name}_{moment:%Y%m%d_%H%M%S}")
        try:
            files.path(".log").touch(exist_ok=False)
        except FileExistsError:
            moment += timedelta(seconds=1)
        else:
            return files


def prepare_folder(folder: Path) -> None:
    """Make the results folder; raises UsageError if nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UsageError(
            f"Nothing can be written to {folder} ({error.strerror})", "choose another --results-dir"
        ) from error
