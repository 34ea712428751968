"""Reads the results of a side: files, folders, several of them with commas between."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchmark.errors import UsageError
from benchmark.utils.comparison.runs import MeasuredRun, Side, measured_run
from benchmark.utils.result_files import find_results, read_result
from benchmark.utils.text_safety import clean_text

MAX_RUNS = 200
"""More runs of one side than these are a mistake: a folder of everything, say."""


def read_side(text: str) -> Side:
    """The runs that a text names: a result, its stem, a folder, or several with commas between.

    Raises UsageError where there is none, or where one of them cannot be read.
    """
    label = clean_text(text, 100)
    files = list(dict.fromkeys(path for name in _names(text) for path in find_results(name)))
    if not files:
        raise UsageError(f"{label!r} names no result", "give a result (.json), or a folder")
    if len(files) > MAX_RUNS:
        raise UsageError(f"{label}: {len(files)} results are too many", "name the runs themselves")
    return Side(label, tuple(read_run(path) for path in files))


def _names(text: str) -> list[Path]:
    whole = Path(text).expanduser()
    if "," not in text or whole.exists():
        return [whole]
    return [Path(part.strip()).expanduser() for part in text.split(",") if part.strip()]


def read_run(path: Path) -> MeasuredRun:
    """One run. Raises UsageError, naming the file, for what is no result."""
    try:
        run = measured_run(read_result(path), clean_text(path.name, 100))
    except ValueError as error:
        raise UsageError(f"{clean_text(path)}: blocks: {error}") from error
    # As arrays they take a tenth of the memory; of a long run, the blocks are nearly all.
    return replace(run, result=replace(run.result, blocks=()))
