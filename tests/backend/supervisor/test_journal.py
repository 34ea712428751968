"""What happens in a run is written down, once a second, without secrets, or the run hears of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from backend.supervisor import journal
from backend.supervisor.folder import RunFolder, read_json
from backend.supervisor.journal import Journal
from benchmark.models import LoadProfile, OpenModel
from benchmark.utils.timeline import Progress

CLOSED = LoadProfile("dynamic", 5, 5.0, 60.0)
OPEN = LoadProfile("dynamic", 5, 5.0, 60.0, open_model=OpenModel(3.0))


def events_in(folder: RunFolder) -> list[dict[str, Any]]:
    """The events that were written."""
    return [json.loads(line) for line in folder.events.read_text(encoding="utf-8").splitlines()]


def unexpected(error: OSError) -> None:
    """Fail the test: everything can be written."""
    raise error


def test_events_are_numbered_and_progress_is_whole(tmp_path: Path) -> None:
    """Each event is a line; the document of the progress has what is newest of all."""
    folder = RunFolder(tmp_path)
    book = Journal(folder, (), unexpected)
    book.stage("Looking for documents")
    book.probing(5, 5, 3)
    book.running(CLOSED, Progress(elapsed=1.0, users=5, requests=40, failures=1, rps=40.0, p95=3.5))
    book.end("completed", "")
    found = events_in(folder)
    assert [(each["id"], each["event"]) for each in found] == [
        (1, "stage"), (2, "probing"), (3, "progress"), (4, "end"),
    ]  # fmt: skip
    assert found[2]["data"] == {
        "elapsed_s": 1.0, "users": 5, "requests": 40, "failures": 1, "requests_per_second": 40.0,
        "failure_share": 0.0, "p95_ms": 3.5,
    }  # fmt: skip
    document = read_json(folder.progress)
    assert document is not None
    assert document["stage"] == "Looking for documents"
    assert document["probing"] == {"done": 5, "total": 5, "verified": 3}
    assert document["requests"] == 40
    assert "failures" not in document  # in a result document they are a list


def test_progress_comes_once_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often the pipeline tells it, and only where there is a new second."""
    clock = [100.0]
    monkeypatch.setattr(journal.time, "monotonic", lambda: clock[0])
    folder = RunFolder(tmp_path)
    book = Journal(folder, (), unexpected)
    for quarter in range(40):
        clock[0] = 100 + quarter / 4
        book.running(OPEN, Progress(elapsed=float(quarter // 4)))
    found = events_in(folder)
    assert [each["data"]["elapsed_s"] for each in found] == [float(n) for n in range(10)]
    assert found[0]["data"]["arrivals"] == {
        "asked_rate": 0.0, "achieved_rate": 0.0, "dropped": 0, "missed": 0,
    }  # fmt: skip


def test_probing_is_told_twice_a_second_and_at_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand operations are no thousand events."""
    monkeypatch.setattr(journal.time, "monotonic", lambda: 5.0)
    folder = RunFolder(tmp_path)
    book = Journal(folder, (), unexpected)
    for done in [*range(1, 1001), 1000, 1000]:
        book.probing(done, 1000, done)
    assert [each["data"]["done"] for each in events_in(folder)] == [1, 1000]


def test_texts_are_safe(tmp_path: Path) -> None:
    """Secrets are masked, control characters go, lengths are bounded."""
    folder = RunFolder(tmp_path)
    book = Journal(folder, ("s3cr3t-t0ken",), unexpected)
    book.stage("signed in with s3cr3t-t0ken\x1b[31m\r\nid: 9" + "x" * 5000)
    book.end("failed", "s3cr3t-t0ken was refused")
    text = folder.events.read_text(encoding="utf-8") + folder.progress.read_text(encoding="utf-8")
    assert "s3cr3t" not in text
    assert "\x1b" not in text
    assert len(events_in(folder)) == 2
    assert len(events_in(folder)[0]["data"]["text"]) <= 1000


def test_what_cannot_be_written_is_told_and_ends_nothing(tmp_path: Path) -> None:
    """A folder that is gone, or a full disk."""
    heard: list[OSError] = []
    book = Journal(RunFolder(tmp_path / "missing"), (), heard.append)
    book.stage("Looking for documents")
    book.running(CLOSED, Progress(elapsed=1.0))
    assert heard
