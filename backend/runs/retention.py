"""Bounds what the folders of ended runs take on disk: the oldest go first, results stay stored."""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from backend.supervisor.folder import RunFolder, folder_of

_LOG = logging.getLogger(__name__)
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Kept:
    """A folder that is there: when it was last written to, and the bytes in it."""

    folder: RunFolder
    changed_at: float
    size: int


def tidy(
    runs_dir: Path, days: float, most_bytes: int, may_go: Callable[[str], bool]
) -> tuple[str, ...]:
    """Remove folders older than `days`, then the oldest until `most_bytes` are left.

    `may_go` says of a run's id whether it has ended. Gives the ids of those that went.
    """
    now = time.time()
    kept = sorted(_folders(runs_dir), key=lambda each: each.changed_at)
    total = sum(each.size for each in kept)
    gone = []
    for each in kept:
        if now - each.changed_at <= days * _DAY and total <= most_bytes:
            break
        run_id = each.folder.path.name
        if each.folder.is_held() or not may_go(run_id):
            continue
        shutil.rmtree(each.folder.path, ignore_errors=True)
        if each.folder.path.exists():
            _LOG.warning("the folder of a run cannot be removed", extra={"test_id": run_id})
            continue
        total -= each.size
        gone.append(run_id)
    return tuple(gone)


def _folders(runs_dir: Path) -> list[Kept]:
    try:
        entries = [entry for entry in os.scandir(runs_dir) if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
    found = []
    for entry in entries:
        folder = folder_of(runs_dir, entry.name)
        if folder is None:  # nothing of ours
            continue
        try:
            changed_at = entry.stat(follow_symlinks=False).st_mtime
        except OSError:
            continue
        found.append(Kept(folder, changed_at, folder.size()))
    return found
