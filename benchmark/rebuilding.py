"""The result of a run that was killed, from the timeline that it left."""
# ruff: noqa: PLC0415  # judging and writing are slow to import

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchmark.errors import UsageError
from benchmark.models import Report, RunStatus
from benchmark.run_files import RunFiles

_TIMELINE = "_timeline.jsonl"


def rebuild(folder: Path, stem: str | None, status: RunStatus, reason: str) -> Report:
    """Judge what a killed run recorded, and write its result and reports beside its timeline.

    Without a `stem` it is the newest run in the folder. `status` and `reason` say how the run
    ended, as the caller knows it. Which operations were verified is not in a timeline, so the
    result has no readiness. Raises UsageError where there is no timeline that can be read.
    """
    from benchmark.outputs import result_files, write_reports
    from benchmark.utils.analyze_results import analyze
    from benchmark.utils.result_files import read_result

    files = RunFiles(folder, stem if stem is not None else _newest(folder))
    result = read_result(files.path(_TIMELINE))
    result = replace(result, status=status, status_reason=reason)
    report = analyze(result, result_files(files, _locustfile(folder)))
    write_reports(report, files)
    return report


def _newest(folder: Path) -> str:
    try:
        found = [(path.stat().st_mtime, path.name) for path in folder.glob(f"*{_TIMELINE}")]
    except OSError as error:
        raise UsageError(f"{folder} cannot be read ({error.strerror})") from error
    if not found:
        raise UsageError(f"{folder} holds no timeline", "the run was killed before its load began")
    return max(found)[1].removesuffix(_TIMELINE)


def _locustfile(folder: Path) -> Path | None:
    """The generated file that lies beside a run; None where there is none."""
    return max(folder.glob("dynamic_locustfile_*.py"), default=None)
