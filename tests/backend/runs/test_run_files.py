"""Of a run's files those may be had that its result names; the oldest folders go in time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from backend.database import Database
from backend.database.queries import queue, results
from backend.runs.artifacts import artifacts_of
from backend.runs.retention import tidy
from backend.runs.storing import read_ended, store
from backend.supervisor.folder import Outcome, RunFolder, write_json
from backend.supervisor.marks import VARIABLE, end_processes, marked_processes
from tests.backend.runs.services import new_id, opened, settings_in
from tests.waiting import until

DAY = 86_400.0


def folder_with(runs_dir: Path, age: float, size: int) -> RunFolder:
    """A run's folder of that age in seconds, with about so many bytes in it."""
    folder = RunFolder(runs_dir / new_id())
    folder.path.mkdir(parents=True)
    (folder.path / "file").write_bytes(b"x" * size)
    moment = time.time() - age
    os.utime(folder.path, (moment, moment))
    return folder


def anything(_: str) -> bool:
    """All runs have ended."""
    return True


# ── artifacts ─────────────────────────────────────────────────────────────────────────────────


def test_only_what_the_result_names_may_be_had(tmp_path: Path) -> None:
    """Names that lead elsewhere, links, what is not there and files of the service are left out."""
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    (tmp_path / "key").write_text("secret", encoding="utf-8")
    for name in ("a.html", "a.json", "secret.html", "a.exe", "supervisor.lock", "events.jsonl"):
        (folder.path / name).write_text("x", encoding="utf-8")
    (folder.path / "link.csv").symlink_to(tmp_path / "key")
    files = {
        "report": "a.html", "result": "a.json", "statistics": "missing.csv", "up": "../key",
        "absolute": str(tmp_path / "key"), "link": "link.csv", "program": "a.exe", "": "",
        "lock": "supervisor.lock",
    }  # fmt: skip
    write_json(folder.outcome, Outcome("completed", "", files).to_json())
    found = {each.what: each for each in artifacts_of(folder)}
    assert set(found) == {"report", "result"}
    assert found["report"].media_type == "text/html; charset=utf-8"
    assert found["report"].size == 1


def test_before_there_is_a_result_its_beginnings_may_be_had(tmp_path: Path) -> None:
    """Discovery, plan, locustfile and timeline."""
    for name in ("api_discovery_1.json", "load_plan_1.json", "dynamic_locustfile_1.py",
                 "benchmark_dynamic_1_timeline.jsonl", "benchmark_dynamic_1.log"):  # fmt: skip
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert [each.what for each in artifacts_of(RunFolder(tmp_path))] == [
        "discovery", "plan", "locustfile", "timeline",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "[]", "null", '{"status": 1}', '{"files": []}', "\xff"])
def test_a_damaged_outcome_names_nothing(text: str, tmp_path: Path) -> None:
    """It may have been cut short."""
    (tmp_path / "outcome.json").write_text(text, encoding="latin-1")
    assert artifacts_of(RunFolder(tmp_path)) == ()


# ── storing ───────────────────────────────────────────────────────────────────────────────────


def claimed(database: Database) -> str:
    """The id of a run that "me" has claimed."""
    with database.writing() as session:
        new = queue.NewRun("test", "http://127.0.0.1:9", "random", {})
        queue.enqueue(session, new, slots=1, queue_size=9, runs_per_user=9)
        row = queue.claim(session, "me", 1, 60.0)
        assert row is not None
    return row.id


DOCUMENT: dict[str, Any] = {
    "status": "aborted",
    "duration_s": 3.5,
    "totals": {"requests": 12, "failures": 1, "rps": 4.0, "latency_ms": {"p95": 7.5}},
    "thresholds": [{"held": True}],
    "files": {"result": "/srv/runs/x/a.json", "report": "/srv/runs/x/a.html"},
}


def test_an_end_is_stored_once_and_names_no_folder(tmp_path: Path) -> None:
    """The first end counts; a run that a condition ended has not met its thresholds."""
    folder = RunFolder(tmp_path)
    write_json(tmp_path / "a.json", DOCUMENT)
    ended = read_ended(Outcome("completed", "p95<5ms did not hold", {"result": "a.json"}), folder)
    with opened(settings_in(tmp_path)) as database:
        run_id = claimed(database)
        assert not store(database, run_id, "somebody else", ended)
        assert store(database, run_id, "me", ended)
        assert not store(database, run_id, "me", read_ended(Outcome("failed", "late"), folder))
        with database.reading() as session:
            row = results.get(session, run_id)
            document = results.document(session, run_id)
    assert row is not None
    assert (row.status, row.requests, row.p95_ms, row.thresholds_met) == (
        "completed",
        12,
        7.5,
        False,
    )
    assert document is not None
    assert document["files"] == {"result": "a.json", "report": "a.html"}


@pytest.mark.parametrize("name", ["", "missing.json", "../a.json", "broken.json"])
def test_an_end_without_a_document_is_stored_too(name: str, tmp_path: Path) -> None:
    """Status and reason are all that is known."""
    run = tmp_path / "run"
    run.mkdir()
    (run / "broken.json").write_text('{"totals": ', encoding="utf-8")
    write_json(tmp_path / "a.json", DOCUMENT)
    ended = read_ended(Outcome("failed", "why", {"result": name}), RunFolder(run))
    assert ended.document is None
    with opened(settings_in(tmp_path)) as database:
        run_id = claimed(database)
        assert store(database, run_id, "me", ended)
        with database.reading() as session:
            row = results.get(session, run_id)
            assert results.document(session, run_id) is None
    assert row is not None
    assert (row.status, row.status_reason, row.requests) == ("failed", "why", None)


# ── retention ─────────────────────────────────────────────────────────────────────────────────


def test_folders_go_when_they_are_too_old(tmp_path: Path) -> None:
    """Those that are younger stay."""
    old, young = folder_with(tmp_path, 5 * DAY, 10), folder_with(tmp_path, 3 * DAY, 10)
    assert tidy(tmp_path, 4, 10**9, anything) == (old.path.name,)
    assert (old.path.exists(), young.path.exists()) == (False, True)


def test_the_oldest_go_until_there_is_room(tmp_path: Path) -> None:
    """No more than needed."""
    folders = [folder_with(tmp_path, age, 1000) for age in (40.0, 30.0, 20.0, 10.0)]
    gone = tidy(tmp_path, 90, 2500, anything)
    assert gone == tuple(each.path.name for each in folders[:2])


def test_what_runs_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    """A folder whose run has not ended, or that a supervisor holds, and any other file."""
    running, held, old = (folder_with(tmp_path, 99 * DAY, 1000) for _ in range(3))
    (tmp_path / "notes").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "notes")
    with held.held():
        gone = tidy(tmp_path, 1, 0, lambda run_id: run_id != running.path.name)
    assert gone == (old.path.name,)
    assert {each.name for each in tmp_path.iterdir()} == {
        running.path.name, held.path.name, "notes", "link",
    }  # fmt: skip


def test_without_a_folder_there_is_nothing_to_do(tmp_path: Path) -> None:
    """The first run makes it."""
    assert tidy(tmp_path / "missing", 1, 0, anything) == ()


# ── processes ─────────────────────────────────────────────────────────────────────────────────


def test_the_processes_of_a_run_are_found_and_ended_and_no_others() -> None:
    """Children of children too, in groups of their own; a longer id is another run."""
    run_id, sleep = new_id(), [sys.executable, "-c", "import time; time.sleep(600)"]
    outer = (
        "import subprocess, sys\n"
        f"subprocess.Popen({sleep!r}, start_new_session=True)\n"
        "print('ready', flush=True)\nsys.stdin.read()"
    )
    with (
        subprocess.Popen(
            [sys.executable, "-c", outer],
            env={VARIABLE: run_id}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        ) as one,
        subprocess.Popen(sleep, env={VARIABLE: run_id + "0"}) as other,
    ):  # fmt: skip
        assert one.stdout is not None
        assert one.stdout.readline() == b"ready\n"
        assert len(marked_processes(run_id)) == 2
        assert end_processes(run_id) == 2
        until(lambda: not marked_processes(run_id))
        assert one.wait() == -9
        assert other.poll() is None
        other.kill()
