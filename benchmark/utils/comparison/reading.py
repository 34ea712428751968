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
from benchmark.utils.figures import plural
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
    names = _names(text)
    label = _short(names[0]) if len(names) == 1 else plural(len(names), "result")
    files = list(dict.fromkeys(path for name in names for path in find_results(name)))
    if not files:
        raise UsageError(f"{clean_text(text, 100)!r} names no result", "give a result, or a folder")
    if len(files) > MAX_RUNS:
        raise UsageError(f"{label}: {len(files)} results are too many", "name the runs themselves")
    return Side(label, tuple(read_run(path) for path in files))


def _names(text: str) -> list[Path]:
    if "," not in text or _is_there(text):
        return [_path(text)]
    return [_path(part.strip()) for part in text.split(",") if part.strip()]


def _is_there(text: str) -> bool:
    try:
        return _path(text).exists()
    except OSError:  # twenty names together are longer than one may be
        return False


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:  # there is no such user
        return Path(text)


def _short(path: Path) -> str:
    """A name with its folder: results of two runs may have the same name."""
    return clean_text(Path(*path.parts[-2:]), 100)


def read_run(path: Path) -> MeasuredRun:
    """One run. Raises UsageError, naming the file, for what is no result."""
    name = _short(path)
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
