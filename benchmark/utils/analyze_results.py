"""Judges a run; as a program, reads results again: `analyze_results.py [RESULT…]`."""

from __future__ import annotations

import argparse
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, TextIO

if __name__ == "__main__" and not __package__:  # a script: the repository stands for its folder
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from benchmark.config import default_results_dir
from benchmark.errors import UNMET, UsageError
from benchmark.models import Comparison, Report, RunResult, RunSummary, Threshold
from benchmark.thresholds import judge_thresholds, parse_threshold
from benchmark.utils.figures import plural
from benchmark.utils.grading import judge, overall_grade
from benchmark.utils.history import LOCUST_TYPE, read_summary, summarise
from benchmark.utils.json_document import json_document
from benchmark.utils.reporters.comparison import (
    comparison_markdown,
    comparisons_to_json,
    write_comparison_text,
)
from benchmark.utils.reporters.machine import RENDERERS
from benchmark.utils.reporters.text import write_text
from benchmark.utils.result_files import Compared, Stored, find_results, read_stored
from benchmark.utils.results import result_to_json
from benchmark.utils.text_safety import clean_text
from benchmark.utils.tips import give_tips, most_failing_operations, slowest_operations
from benchmark.utils.validity import judge_validity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd


def analyze(result: RunResult, files: Mapping[str, str] | None = None) -> Report:
    """The verdict on a run: grade, criteria, tips, and the operations to look at first.

    `files` maps labels to the files that the run left.
    """
    criteria = judge(result)
    return Report(
        result=result,
        grade=overall_grade(criteria),
        criteria=criteria,
        validity=judge_validity(result),
        tips=give_tips(result, criteria),
        slowest=slowest_operations(result),
        most_failing=most_failing_operations(result),
        files=dict(files or {}),
        thresholds=judge_thresholds(
            result.thresholds, result.totals, result.operations, result.duration
        ),
    )


_IN_MEMORY = 10_000_000  # characters of JSON; what is more waits in a file
FORMATS = ("text", "json", *RENDERERS)
"""In which forms a result can be printed."""

_OF_COMPARISONS = ("text", "json", "markdown")
_MAX_SAID = 5
"""Of files that are no results, so many are named."""


def runs_table(runs: Sequence[RunSummary]) -> pd.DataFrame:
    """One row for each run, oldest first.

    `p95 change %` compares with the run before it of the same type and load against the same
    target; it is missing for the first.
    """
    import pandas as pd  # noqa: PLC0415  # heavy: only several results need a table

    ordered = sorted(runs, key=lambda each: each.started_at)
    table = pd.DataFrame([_row(run) for run in ordered])
    groups = [(run.test_type, run.base_url, run.load) for run in ordered]
    before = table["p95 ms"].groupby(pd.Series(groups), sort=False).shift()
    change = (table["p95 ms"] / before.where(before > 0) - 1) * 100
    table.insert(list(table.columns).index("p95 ms") + 1, "p95 change %", change)
    return table


def _row(run: RunSummary) -> dict[str, Any]:
    nothing = float("nan")
    name = run.source if run.test_type == LOCUST_TYPE else run.test_type
    return {
        "started": f"{run.started_at:%Y-%m-%d %H:%M:%S}",
        "run": clean_text(name, 30),
        "target": clean_text(run.base_url, 40),
        "users": run.users,
        "requests": run.requests,
        "rps": run.metrics.get("rps", 0.0),
        "failed %": run.metrics.get("failures", 0.0) * 100,
        "mean ms": run.mean if run.requests else nothing,
        "p95 ms": run.metrics.get("p95", nothing),
        "status": run.status,
        "grade": run.grade or "-",
        **({"thresholds": run.thresholds} if run.thresholds else {}),
    }


def main(argv: Sequence[str] | None = None) -> int:
    """The command line. Returns its exit code.

    That is 0, 2 if a result cannot be read, or 1 if one does not meet a threshold that was given.
    """
    options = _parser().parse_args(argv)
    try:
        form = _form(options.format, as_json=options.json)
        thresholds = tuple(parse_threshold(text) for text in options.threshold)
        paths = _chosen(options.results, options.results_dir)
        pass_over = any(_is_folder(name) for name in options.results)
        if len(paths) == 1:
            held = _show_one(paths[0], thresholds, form)
        elif form == "json":
            held = _write_json(paths, thresholds, sys.stdout, pass_over=pass_over)
        else:
            _require_text(form)
            held = _write_table(paths, thresholds, pass_over=pass_over)
    except UsageError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    return UNMET if thresholds and not held else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="analyze_results.py",
        description="Reads results again: one in detail, several as a table.",
    )
    parser.add_argument(
        "results",
        nargs="*",
        type=Path,
        metavar="RESULT",
        help="a result (.json), its stem, the _timeline.jsonl of a killed run, a prefix of "
        "Locust's --csv, or a folder of results (default: the newest result)",
    )
    parser.add_argument(
        "--results-dir",
        type=Path,
        default=default_results_dir(),
        help="where the newest result, and names that are not found here, are looked for",
    )
    parser.add_argument(
        "--threshold",
        action="append",
        default=[],
        metavar="CONDITION",
        help="what each result must meet, such as 'p95<500ms', instead of what its run was asked "
        "to (repeatable); exit code 1 where one does not",
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        help="what is printed (default: text); all but text and json take one result",
    )
    parser.add_argument("--json", action="store_true", help="the same as --format json")
    return parser


def _chosen(names: Sequence[Path], results_dir: Path) -> tuple[Path, ...]:
    if not names:
        if not results_dir.is_dir():
            raise UsageError(f"{clean_text(results_dir)}: there is no such folder of results")
        return find_results(results_dir)[-1:]
    paths: list[Path] = []
    for name in names:
        try:
            found = find_results(name)
        except UsageError:
            if name.is_absolute() or name.is_dir():
                raise
            found = find_results(results_dir / name)
        paths.extend(path for path in found if path not in paths)
    return tuple(paths)


def _is_folder(name: Path) -> bool:
    try:
        return name.is_dir()
    except OSError:
        return False


def _form(name: str | None, *, as_json: bool) -> str:
    if as_json and name not in (None, "json"):
        raise UsageError(f"--json and --format {name} exclude each other", "give one of them")
    return "json" if as_json else name or "text"


def _require_text(form: str) -> None:
    if form != "text":
        raise UsageError(f"--format {form} takes one result")


def _judged(path: Path, thresholds: tuple[Threshold, ...]) -> Report:
    """The verdict on the run in a file; `thresholds` replace its own, if there are any."""
    stored = read_stored(path)
    if isinstance(stored, Compared):
        raise UsageError(f"{clean_text(path)}: a comparison, which is shown alone")
    return _judged_result(stored, thresholds)


def _judged_result(stored: Stored, thresholds: tuple[Threshold, ...]) -> Report:
    result = stored.result
    report = analyze(replace(result, thresholds=thresholds or result.thresholds))
    return replace(report, comparison=stored.comparison)


def _all_held(report: Report) -> bool:
    return all(verdict.held for verdict in report.thresholds)


def _show_one(path: Path, thresholds: tuple[Threshold, ...], form: str) -> bool:
    """Print what one file holds in a form of `--format`; whether it meets its thresholds."""
    stored = read_stored(path)
    if isinstance(stored, Compared):
        _require_no_run(path, thresholds, form)
        _show_comparisons(stored.comparisons, form)
        return True
    report = _judged_result(stored, thresholds)
    if form in RENDERERS:
        sys.stdout.write(RENDERERS[form](report))
    elif form == "json":
        sys.stdout.write(json_document(result_to_json(report), indent=None))
    else:
        write_text(report, sys.stdout)
        if report.comparison is not None:
            write_comparison_text(report.comparison, sys.stdout)
    return _all_held(report)


def _require_no_run(path: Path, thresholds: tuple[Threshold, ...], form: str) -> None:
    """Raise UsageError where something was asked for that a comparison does not have."""
    if form not in _OF_COMPARISONS:
        forms = ", ".join(_OF_COMPARISONS)
        raise UsageError(f"{clean_text(path)}: a comparison can be shown as {forms}, not as {form}")
    if thresholds:
        raise UsageError(
            f"{clean_text(path)}: a comparison has no thresholds, the result of a run has"
        )


def _show_comparisons(comparisons: Sequence[Comparison], form: str) -> None:
    """Print what `compare` printed."""
    if form == "json":
        sys.stdout.write(json_document(comparisons_to_json(comparisons)))
    elif form == "markdown":
        sys.stdout.write(comparison_markdown(comparisons))
    else:
        for comparison in comparisons:
            write_comparison_text(comparison, sys.stdout)


def _write_table(
    paths: Sequence[Path], thresholds: tuple[Threshold, ...], *, pass_over: bool
) -> bool:
    """A row for each result, of which no more is kept; whether all meet the thresholds given.

    In a folder, what is no result is passed over and named.
    """
    runs: list[RunSummary] = []
    skipped: list[str] = []
    held = True
    for path in paths:
        try:
            if thresholds:
                report = _judged(path, thresholds)
                held = held and _all_held(report)
                runs.append(summarise(report.result, path.name))
            else:
                runs.append(read_summary(path))
        except UsageError as error:
            if not pass_over:
                raise
            skipped.append(error.message)
    _say_skipped(skipped)
    if not runs:
        raise UsageError("no result could be read")
    table = runs_table(runs)
    sys.stdout.write(
        table.to_string(index=False, float_format=lambda value: f"{value:,.1f}", na_rep="-") + "\n"
    )
    return held


def _write_json(
    paths: Sequence[Path], thresholds: tuple[Threshold, ...], out: TextIO, *, pass_over: bool
) -> bool:
    """One object with all results, or nothing; whether all meet the thresholds given."""
    skipped: list[str] = []
    held = True
    with SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8") as written:
        for path in paths:
            try:
                report = _judged(path, thresholds)
            except UsageError as error:
                if not pass_over:
                    raise
                skipped.append(error.message)
                continue
            held = held and _all_held(report)
            document = json_document(result_to_json(report), indent=None)
            written.write((", " if written.tell() else "") + document)
        _say_skipped(skipped)
        if not written.tell():
            raise UsageError("no result could be read")
        written.seek(0)
        out.write('{"schema_version": 1, "runs": [')
        shutil.copyfileobj(written, out)
        out.write("]}\n")
    return held


def _say_skipped(problems: Sequence[str]) -> None:
    for problem in problems[:_MAX_SAID]:
        sys.stderr.write(f"skipped: {problem}\n")
    if (more := len(problems) - _MAX_SAID) > 0:
        sys.stderr.write(f"skipped: {plural(more, 'more file')}\n")


if __name__ == "__main__":
    sys.exit(main())
