"""Reads the results of a side: files, folders, several of them with commas between."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmark.errors import UsageError
from benchmark.models import RunResult
from benchmark.utils.comparison.columns import series_from_json
from benchmark.utils.comparison.runs import MeasuredRun, Side, measured_run
from benchmark.utils.comparison.series import RunSeries
from benchmark.utils.foreign_files import refusal
from benchmark.utils.result_files import JSON_SUFFIX, find_results, read_json, read_result
from benchmark.utils.results import SCHEMA_VERSION, result_from_json
from benchmark.utils.text_safety import clean_text

_BLOCKS = ("block_operations", "blocks")
MAX_RUNS = 200
"""More runs of one side than these are a mistake: a folder of everything, say."""


def read_side(text: str) -> Side:
    """The runs that a text names: a result, its stem, a folder, or several with commas between.

    Raises UsageError where there is none, or where one of them cannot be read.
    """
    label = _label(text)
    files = list(dict.fromkeys(path for name in _names(text) for path in find_results(name)))
    if not files:
        raise UsageError(f"{label!r} names no result", "give a result (.json), or a folder")
    if len(files) > MAX_RUNS:
        raise UsageError(f"{label}: {len(files)} results are too many", "name the runs themselves")
    return Side(label, tuple(read_run(path) for path in files))


def _label(text: str) -> str:
    """What a side is called: a name with its folder, or how many names there are."""
    names = _names(text)
    last = [clean_text("/".join(name.parts[-2:]), 100) for name in names]
    return last[0] if len(last) == 1 else f"{len(last)} results"


def _names(text: str) -> list[Path]:
    whole = Path(text).expanduser()
    if "," not in text or whole.exists():
        return [whole]
    return [Path(part.strip()).expanduser() for part in text.split(",") if part.strip()]


def read_run(path: Path) -> MeasuredRun:
    """One run. Raises UsageError, naming the file, for what is no result."""
    name = clean_text(path.name, 100)
    if path.name.endswith(JSON_SUFFIX):
        run = _from_json(path, name)
    else:
        run = _measured(path, name, read_result(path))
    return replace(run, result=replace(run.result, blocks=()))  # the arrays hold them


def _from_json(path: Path, name: str) -> MeasuredRun:
    """A result of the present version without making values of its blocks."""
    document = read_json(path)
    blocks: dict[str, Any] = {}
    if isinstance(document, dict) and document.get("schema_version") == SCHEMA_VERSION:
        blocks = {key: document.pop(key) for key in _BLOCKS if key in document}
    try:
        result, series = result_from_json(document), series_from_json(blocks)
    except (UsageError, ValueError) as error:
        raise refusal(path, str(error)) from error
    return _measured(path, name, result, series if series.blocks else None)


def _measured(
    path: Path, name: str, result: RunResult, series: RunSeries | None = None
) -> MeasuredRun:
    try:
        return measured_run(result, name, series)
    except ValueError as error:
        raise refusal(path, str(error)) from error
