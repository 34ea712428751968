"""Runs one test in its folder, as a process of its own: `python -m backend.supervisor`.

The job is the first line of standard input, which then stays open: the line "stop" and the end of
the input both stop the test, and what it measured is kept. The outcome is the last line of standard
output, and stands in outcome.json. The working folder is the run's.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from backend.request_words import in_words_of_requests
from backend.supervisor.causes import cause_of
from backend.supervisor.folder import FolderHeldError, Outcome, RunFolder, names_of, write_json
from backend.supervisor.interrupting import Ending, Interrupter
from backend.supervisor.job import Job, read_job
from backend.supervisor.journal import Journal
from backend.supervisor.restricting import restrict
from backend.supervisor.run_config import run_config, secrets_of
from backend.supervisor.watching import Input, obey, watch
from benchmark import pipeline
from benchmark.errors import BenchmarkError
from benchmark.models import Report, RunStatus

NO_JOB, HELD = 2, 3
"""Exit codes of a supervisor that was told nothing, and of one that another one forestalled."""

_HERE = Path()
"""The run's folder by no name, so that no file of the run says where the service lives."""


def main() -> int:
    """Do what the job says. 0 whenever there is an outcome, whatever it is."""
    os.umask(0o077)
    with _own_output() as output:
        source = Input()
        try:
            job = read_job(source.line())
        except (ValueError, KeyError, TypeError):
            print("the first line of the input is no job", file=sys.stderr)  # noqa: T201  # a log
            return NO_JOB
        restrict(job.limits)
        folder = RunFolder(_HERE)
        try:
            with folder.held(), _scratch(folder):
                outcome = _rebuilt(job, folder) if job.rebuild else _done(job, folder, source)
                document = outcome.to_json()
                with suppress(OSError):  # the folder may be full; the service may be gone
                    write_json(folder.outcome, document)
                with suppress(OSError):
                    output.write(json.dumps(document).encode() + b"\n")
                    output.flush()
        except FolderHeldError:
            return HELD
    return 0


def _done(job: Job, folder: RunFolder, source: Input) -> Outcome:
    """Run the test. Whatever happens has an outcome."""
    interrupter = Interrupter(job.run_id)
    obey(source, interrupter)
    journal = Journal(
        folder,
        secrets_of(job.request),
        lambda error: interrupter.end("failed", cause_of(error)),
    )
    try:
        try:
            report = _run(job, folder, journal, interrupter)
            outcome = _of_report(report, interrupter.ending, asked=journal.ended_by_condition())
        finally:
            interrupter.finished()
    except KeyboardInterrupt:
        ending = interrupter.ending or Ending("interrupted", "interrupted by a signal")
        outcome = Outcome(ending.status, ending.reason)
    except BenchmarkError as error:
        outcome = Outcome(
            "failed", f"{error.message} ({error.hint})" if error.hint else error.message
        )
    except Exception as error:  # a fault of ours needs an outcome as well
        _log(error)
        outcome = Outcome("failed", cause_of(error))
    if interrupter.ending is not None and outcome.status == "failed":
        outcome = replace(
            outcome, status=interrupter.ending.status, reason=interrupter.ending.reason
        )
    if not folder.has_timeline() and outcome.status in ("stopped", "interrupted"):
        outcome = replace(outcome, reason=f"{outcome.reason} before the load began")
    files = outcome.files or folder.written_files()
    reason = journal.safe(in_words_of_requests(outcome.reason))
    outcome = replace(outcome, reason=reason, files=files)
    journal.end(outcome.status, outcome.reason)
    return outcome


def _run(job: Job, folder: RunFolder, journal: Journal, interrupter: Interrupter) -> Report:
    config = replace(run_config(job.request, job.limits, job.resolve), results_dir=_HERE)
    watch(job, folder, config.profile().run_time, interrupter)
    return pipeline.run_benchmark(config, journal)[-1]


def _of_report(report: Report, ending: Ending | None, *, asked: bool) -> Outcome:
    """The outcome of a run that has a report.

    One that was aborted by a condition of its own (`asked`) was completed: that is what somebody
    wanted. One that was aborted otherwise went faster than the service allows.
    """
    reason, files = report.result.status_reason, names_of(report.files)
    match report.result.status:
        case "completed":
            return Outcome("completed", reason, files)
        case "aborted":
            return Outcome("completed" if asked else "failed", reason, files)
        case "interrupted":
            ending = ending or Ending("interrupted", reason)
            return Outcome(ending.status, ending.reason, files)
        case "failed":
            return Outcome("failed", reason, files)


def _rebuilt(job: Job, folder: RunFolder) -> Outcome:
    """Make the result of a killed run from its timeline."""
    status = job.rebuild or "interrupted"
    try:
        as_result: RunStatus = "failed" if status == "failed" else "interrupted"
        report = pipeline.rebuild(folder.path, None, as_result, job.reason)
    except Exception as error:  # the run has to be accounted for, result or not
        _log(error)
        return Outcome(status, job.reason)
    return Outcome(status, job.reason, names_of(report.files))


def _log(error: Exception) -> None:
    """Say where an error came from, in the log of this process. Its disk may be the error."""
    with suppress(OSError):
        traceback.print_exception(error)


@contextmanager
def _own_output() -> Iterator[BinaryIO]:
    """Standard output for the outcome alone; what else is printed goes to the log."""
    with os.fdopen(os.dup(1), "wb") as output:
        os.dup2(2, 1)
        yield output


@contextmanager
def _scratch(folder: RunFolder) -> Iterator[None]:
    """The place for temporary files, which TMPDIR names. Where it cannot be made, all will fail."""
    with suppress(OSError):
        folder.scratch.mkdir(exist_ok=True)
    try:
        yield
    finally:
        shutil.rmtree(folder.scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
