"""Finds and reads results: ours, the timeline of a killed run, the CSV files of plain Locust."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.errors import UsageError
from benchmark.models import Comparison, LoadProfile, RunResult, RunStatus
from benchmark.utils.checked_json import MalformedError, parse_json
from benchmark.utils.comparison_reading import comparisons_from_json, is_comparison
from benchmark.utils.foreign_files import refusal
from benchmark.utils.locust_csv import STATISTICS, read_locust_csv, statistics_beside
from benchmark.utils.results import SCHEMA_NAME, build_result, result_from_json
from benchmark.utils.text_safety import clean_text
from benchmark.utils.timeline import read_timeline

JSON_SUFFIX = ".json"
TIMELINE_SUFFIX = "_timeline.jsonl"
_SUFFIXES = (JSON_SUFFIX, TIMELINE_SUFFIX, *STATISTICS)  # the fullest account of a run first
_OTHER_DOCUMENTS = ("api_discovery_", "load_plan_", "capacity_", SCHEMA_NAME)
_MAX_BYTES = 300_000_000
_TAKEN = "give a result (.json), its stem, a _timeline.jsonl, a Locust _stats.csv, or a folder"


@dataclass(frozen=True, slots=True)
class Stored:
    """A result, and what it was found to have changed since its baseline, if it had one."""

    result: RunResult
    comparison: Comparison | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """What `compare --json` printed."""

    comparisons: tuple[Comparison, ...]


def find_results(where: Path) -> tuple[Path, ...]:
    """The results that a name stands for: itself, those of a folder by age, or those of a stem.

    Of one run only the fullest file is given. Raises UsageError if there is none.
    """
    try:
        if where.is_dir():
            found = _in_folder(where)
            if not found:
                raise UsageError(f"{clean_text(where)}: no results in this folder", _TAKEN)
            return found
        if where.is_file():
            return (statistics_beside(where) or where,)
        for suffix in _SUFFIXES:
            candidate = where.with_name(where.name + suffix) if where.name else where
            if candidate.is_file():
                return (candidate,)
    except OSError as error:
        raise _unreadable(where, error) from error
    raise UsageError(
        f"{clean_text(where)}: there is no such result",
        _TAKEN,
    )


def _in_folder(folder: Path) -> tuple[Path, ...]:
    best: dict[str, tuple[int, Path]] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith(_OTHER_DOCUMENTS):
            continue
        for rank, suffix in enumerate(_SUFFIXES):
            stem = path.name.removesuffix(suffix)
            is_better = stem != path.name and (stem not in best or rank < best[stem][0])
            if is_better and path.is_file():
                best[stem] = (rank, path)
    paths = [path for _, path in best.values()]
    return tuple(sorted(paths, key=lambda path: (path.stat().st_mtime, path.name)))


def read_result(path: Path) -> RunResult:
    """The result in one file, told apart by its name. Raises UsageError."""
    stored = read_stored(path)
    if isinstance(stored, Compared):
        raise refusal(path, "not the result of a run: it is a comparison")
    return stored.result


def read_stored(path: Path) -> Stored | Compared:
    """What is kept in one file, told apart by its name and its members. Raises UsageError."""
    try:
        if path.name.endswith(".jsonl"):
            return Stored(_from_timeline(path))
        if path.name.lower().endswith(".csv"):
            return Stored(read_locust_csv(path))
        return _from_json(path)
    except OSError as error:
        raise _unreadable(path, error) from error


def read_json(path: Path) -> Any:
    """The JSON value in a file, which may be anything. Raises UsageError, naming the file."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise refusal(path, f"larger than any result ({_MAX_BYTES:,} bytes)")
        return parse_json(path.read_bytes())
    except OSError as error:
        raise _unreadable(path, error) from error
    except MalformedError as error:
        raise refusal(path, str(error)) from error


def _from_json(path: Path) -> Stored | Compared:
    with _no_collection():
        document = read_json(path)
        try:
            if is_comparison(document):
                return Compared(comparisons_from_json(document))
            return Stored(result_from_json(document), _with_baseline(document))
        except UsageError as error:
            raise refusal(path, str(error)) from error


def _with_baseline(document: Any) -> Comparison | None:
    """What a run was found to have changed since its baseline, if it had one."""
    if document.get("comparison") is None:
        return None
    return comparisons_from_json(document["comparison"])[0]


@contextmanager
def _no_collection() -> Iterator[None]:
    """A million values are made, none of them in a circle: looking for those takes a third more."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _from_timeline(path: Path) -> RunResult:
    timeline = read_timeline(path)
    start = timeline.start
    status: RunStatus = "completed" if timeline.end_reason == "run time reached" else "interrupted"
    reason = timeline.end_reason or "the run was killed"
    return build_result(
        timeline,
        test_type=start.test_type or _test_type(path),
        base_url=start.host or "unknown target",
        profile=start.profile or LoadProfile("unknown", 0, 0.0, 0.0),
        wait_time=start.wait_time,
        seed=start.seed,
        readiness=(),
        status="aborted" if timeline.abort_reason else status,
        status_reason=timeline.abort_reason or reason,
        thresholds=start.thresholds,
        abort_on=start.abort_on,
    )


def _test_type(path: Path) -> str:
    """The type in a name such as benchmark_light_20260301_140509_timeline.jsonl."""
    parts = path.name.removesuffix(TIMELINE_SUFFIX).split("_")
    return "_".join(parts[1:-2]) if parts[0] == "benchmark" and len(parts) > 3 else parts[0]


def _unreadable(path: Path, error: OSError) -> UsageError:
    return UsageError(f"{clean_text(path)}: cannot be read ({error.strerror or error})")
