"""A run's folder: the files in which supervisor and service meet, and who holds it."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any, Literal
from uuid import UUID

from benchmark.utils.whole_files import replace_file

TIMELINE = "_timeline.jsonl"
MAX_DOCUMENT_BYTES = 256_000_000
"""Larger result documents are not read: nothing that a run writes is."""

_HOLD_SECONDS = 2.0
_BLOCK = 4_096
FinalStatus = Literal["completed", "failed", "stopped", "interrupted"]


class FolderHeldError(Exception):
    """Another supervisor runs the same test."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. `files` are the names of what it left, by what they are, as "result"."""

    status: FinalStatus
    reason: str = ""
    files: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As it stands in outcome.json, and on the pipe to the service."""
        return {"status": self.status, "reason": self.reason, "files": dict(self.files)}


def outcome_from_json(value: Any) -> Outcome | None:
    """The outcome that a supervisor wrote; None for anything else."""
    if not isinstance(value, Mapping):
        return None
    status, reason, files = (value.get(name) for name in ("status", "reason", "files"))
    if not isinstance(reason, str) or not isinstance(files, Mapping):
        return None
    names = {str(what): str(name) for what, name in files.items()}
    match status:
        case "completed" | "failed" | "stopped" | "interrupted":
            return Outcome(status, reason, names)
    return None


def names_of(files: Any) -> dict[str, str]:
    """The files that a result names, by what they are, without their folders."""
    if not isinstance(files, Mapping):
        return {}
    return {str(what): PurePath(str(path)).name for what, path in files.items()}


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of one run. Its name is the run's id."""

    path: Path

    @property
    def events(self) -> Path:
        """What happened, a line for each event: {"id", "event", "data"}."""
        return self.path / "events.jsonl"

    @property
    def progress(self) -> Path:
        """How the load goes, as one JSON document that is replaced each second."""
        return self.path / "progress.json"

    @property
    def outcome(self) -> Path:
        """How it ended, written last."""
        return self.path / "outcome.json"

    @property
    def errors(self) -> Path:
        """What the supervisor itself printed."""
        return self.path / "supervisor.log"

    @property
    def scratch(self) -> Path:
        """For temporary files, so that they count as the run's; gone at its end."""
        return self.path / "tmp"

    @property
    def lock(self) -> Path:
        """Locked while a supervisor lives."""
        return self.path / "supervisor.lock"

    def file(self, name: str) -> Path | None:
        """A file of the run by its bare name; None where that leads elsewhere, or to nothing."""
        if not name or name != Path(name).name or name.startswith("."):
            return None
        path = self.path / name
        return path if path.is_file() and not path.is_symlink() else None

    def has_timeline(self) -> bool:
        """Whether a load began here."""
        return any(self.path.glob(f"*{TIMELINE}"))

    def written_files(self) -> dict[str, str]:
        """What the result document names that lies beside the newest timeline; {} without one."""
        timeline = max(self.path.glob(f"*{TIMELINE}"), default=None)
        if timeline is None:
            return {}
        stem = timeline.name.removesuffix(TIMELINE)
        return names_of((read_json(self.path / f"{stem}.json") or {}).get("files"))

    def size(self) -> int:
        """The bytes of all its files."""
        return sum(_sizes(self.path))

    def try_to_write(self) -> None:
        """Raise OSError where the disk is full, read-only or broken. The lock's content is free."""
        with self.lock.open("wb", buffering=0) as file:
            file.write(bytes(_BLOCK))

    def is_held(self) -> bool:
        """Whether a supervisor lives that works here."""
        try:
            number = os.open(self.lock, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(number, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(number)
        return False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder as its supervisor. Raises FolderHeldError where another one does."""
        number = os.open(self.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            end = time.monotonic() + _HOLD_SECONDS  # somebody may just be looking
            while not _locked(number):
                if time.monotonic() > end:
                    raise FolderHeldError
                time.sleep(0.02)
            yield
        finally:
            os.close(number)


def folder_of(runs_dir: Path, result_id: str) -> RunFolder | None:
    """The folder of a run; None for what cannot be an id, so that no id leads out of `runs_dir`."""
    try:
        is_id = str(UUID(result_id)) == result_id
    except ValueError:
        is_id = False
    return RunFolder(runs_dir / result_id) if is_id else None


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a document whole or not at all. Raises OSError."""
    replace_file(path, json.dumps(value, ensure_ascii=False) + "\n")


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in a file; None where there is none, or where it is too large."""
    try:
        if path.stat().st_size > MAX_DOCUMENT_BYTES:
            return None
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _locked(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sizes(folder: Path) -> Iterator[int]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _sizes(Path(entry.path))
            else:
                yield entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue  # gone meanwhile
