"""Judges a run; as a program, reads results again: `analyze_results.py [RESULT…]`."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if __name__ == "__main__" and not __package__:  # a script: the repository stands for its folder
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from benchmark.config import default_results_dir
from benchmark.errors import UNMET, UsageError
from benchmark.models import Report, RunResult, Threshold
from benchmark.thresholds import held_in_words, judge_thresholds, parse_threshold
from benchmark.utils.grading import judge, overall_grade
from benchmark.utils.reporters.machine import RENDERERS
from benchmark.utils.reporters.text import write_text
from benchmark.utils.result_files import find_results, read_result
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


def runs_table(reports: Sequence[Report]) -> pd.DataFrame:
    """One row for each run, oldest first.

    `p95 change %` compares with the run before it of the same type against the same target;
    it is missing for the first.
    """
    import pandas as pd  # noqa: PLC0415  # heavy: only several results need a table

    rows = [_row(report) for report in sorted(reports, key=lambda each: each.result.started_at)]
    table = pd.DataFrame(rows)
    change = table.groupby(["run", "target"], sort=False)["p95 ms"].pct_change() * 100
    table.insert(list(table.columns).index("p95 ms") + 1, "p95 change %", change)
    return table


def _row(report: Report) -> dict[str, Any]:
    result, totals = report.result, report.result.totals
    return {
        "started": f"{result.started_at:%Y-%m-%d %H:%M:%S}",
        "run": clean_text(result.test_type, 30),
        "target": clean_text(result.base_url, 40),
        "users": result.profile.users,
        "requests": totals.requests,
        "rps": result.rps,
        "failed %": totals.failure_share * 100,
        "mean ms": totals.latency.mean,
        "p95 ms": totals.latency.percentile(95) if totals.requests else float("nan"),
        "status": result.status,
        "grade": report.grade,
        **_held(report),
    }


def _held(report: Report) -> dict[str, str]:
    """How many thresholds of a run held, where it has any."""
    return {"thresholds": held_in_words(report.thresholds)} if report.thresholds else {}


def main(argv: Sequence[str] | None = None) -> int:
    """The command line. Returns its exit code.

    That is 0, 2 if a result cannot be read, or 1 if one does not meet a threshold that was given.
    """
    options = _parser().parse_args(argv)
    try:
        thresholds = tuple(parse_threshold(text) for text in options.threshold)
        paths = _chosen(options.results, options.results_dir)
        whole_folder = any(name.is_dir() for name in options.results)
        reports = _read(paths, thresholds, whole_folder=whole_folder)
    except UsageError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    if options.format in RENDERERS:
        if len(reports) > 1:
            sys.stderr.write(f"error: --format {options.format} takes one result\n")
            return UsageError.exit_code
        sys.stdout.write(RENDERERS[options.format](reports[0]))
    elif options.json or options.format == "json":
        _write_json(reports)
    elif len(reports) == 1:
        write_text(reports[0], sys.stdout)
    else:
        table = runs_table(reports)
        sys.stdout.write(
            table.to_string(index=False, float_format=lambda value: f"{value:,.1f}", na_rep="-")
        )
        sys.stdout.write("\n")
    held = all(verdict.held for report in reports for verdict in report.thresholds)
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
        help="a result (.json), its stem, the _timeline.jsonl of a killed run, a Locust "
        "_stats.csv, or a folder of results (default: the newest result)",
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
        choices=("text", "json", *RENDERERS),
        default="text",
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


def _read(
    paths: Sequence[Path], thresholds: tuple[Threshold, ...], *, whole_folder: bool
) -> list[Report]:
    """The reports of all files; in a folder, what is no result is named and passed over.

    `thresholds` replace those of the runs, if there are any.
    """
    reports: list[Report] = []
    for path in paths:
        try:
            result = read_result(path)
            reports.append(analyze(replace(result, thresholds=thresholds or result.thresholds)))
        except UsageError as error:
            if not whole_folder:
                raise
            sys.stderr.write(f"skipped: {error.message}\n")
    if not reports:
        raise UsageError("no result could be read")
    return reports


def _write_json(reports: Sequence[Report]) -> None:
    documents = [result_to_json(report) for report in reports]
    document = documents[0] if len(documents) == 1 else {"schema_version": 1, "runs": documents}
    sys.stdout.write(json.dumps(document, allow_nan=False) + "\n")


if __name__ == "__main__":
    sys.exit(main())
