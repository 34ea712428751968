"""A supervisor runs a test, obeys its input, keeps what was measured, and leaves no process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.limits import Limits
from backend.supervisor.interrupting import AGAIN_SECONDS
from tests.backend.supervisor.supervised import (
    LIGHT,
    LONG,
    SECRET,
    SHORT,
    Supervised,
    supervised,
    until_running,
)
from tests.conftest import ROOT
from tests.servers.kiosk import create_kiosk
from tests.servers.serving import Served, serving
from tests.small_disk import small_disk
from tests.waiting import until

pytestmark = pytest.mark.end_to_end

STOP = b"stop\n"


@pytest.fixture
def kiosk() -> Iterator[Served]:
    """A kiosk that is open."""
    with serving(create_kiosk) as served:
        yield served


def test_a_run_is_told_measured_and_leaves_its_files(kiosk: Served, tmp_path: Path) -> None:
    """Events, progress, outcome and result agree; no file holds the secret."""
    with supervised(tmp_path, {"target_url": kiosk.url, **SHORT}) as one:
        outcome = one.outcome()
        assert one.nothing_runs()
    assert (outcome.status, outcome.reason) == ("completed", "")
    assert SECRET in kiosk.app.state.authorizations
    events = one.events()
    assert [each["id"] for each in events] == list(range(1, len(events) + 1))
    names = [each["event"] for each in events]
    assert names[-1] == "end"
    assert {"stage", "probing", "progress"} <= set(names)
    document = one.document(outcome)
    assert document["status"] == "completed"
    assert one.requests() <= document["totals"]["requests"]
    assert document["totals"]["failures"] == 0
    assert {each["name"] for each in document["operations"]} >= {"/opening-hours", "/papers"}
    names = [path.name for path in one.folder.path.iterdir()]
    assert {"outcome.json", "progress.json", "events.jsonl", *outcome.files.values()} <= {*names}
    assert not one.folder.scratch.exists()
    for path in one.folder.path.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert SECRET.encode() not in content, path
        assert SECRET.split()[1].encode() not in content, path
        if path.name in outcome.files.values():
            assert str(tmp_path).encode() not in content, path


def discovering(one: Supervised) -> bool:
    """Whether the documents are being looked for."""
    return "Looking for" in one.stages()


def probing(one: Supervised) -> bool:
    """Whether operations are being tried."""
    return "one request at a time" in one.stages()


def rehearsing(one: Supervised) -> bool:
    """Whether the rehearsal goes on."""
    return "Rehearsing" in one.stages()


def loading(one: Supervised) -> bool:
    """Whether the load goes on."""
    return one.requests() > 0


STAGES: dict[str, tuple[Callable[[Supervised], bool], dict[str, float]]] = {
    "discovery": (discovering, {"/": 60.0}),
    "probe": (probing, {"/papers": 60.0, "/opening-hours": 60.0}),
    "rehearsal": (rehearsing, {}),
    "load": (loading, {}),
    "slow load": (loading, {"/papers": 60.0}),
}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stop_ends_it_at_every_stage(stage: str, kiosk: Served, tmp_path: Path) -> None:
    """Also where the target keeps whoever asks waiting. Nothing is left, and nothing more sent.

    What it waits for by itself is less than five seconds; how long all of it takes is measured by
    `perf/stops.py`.
    """
    assert sum(AGAIN_SECONDS) < 5
    reached, waits = STAGES[stage]
    if stage in ("discovery", "probe"):
        kiosk.app.state.waits.update(waits)
    with supervised(tmp_path, {"target_url": kiosk.url, **LONG}) as one:
        until(lambda: reached(one))
        kiosk.app.state.waits.update(waits)
        begin = time.monotonic()
        one.tell(STOP)
        outcome = one.outcome()
        assert time.monotonic() - begin < 30  # half of what the target would have it wait
        assert one.nothing_runs()
    assert outcome.status == "stopped"
    has_result = "result" in outcome.files
    assert has_result == stage.endswith("load")
    assert outcome.reason.endswith("before the load began") == (not has_result)
    if has_result:
        assert one.document(outcome)["totals"]["requests"] > 0
    last = kiosk.app.state.called_at
    time.sleep(0.5)  # nothing comes in this time
    assert kiosk.app.state.called_at == last


def test_the_end_of_the_input_interrupts_the_run(kiosk: Served, tmp_path: Path) -> None:
    """So does the death of the service: its end of the pipe is closed. Results are kept."""
    with supervised(tmp_path, {"target_url": kiosk.url, **LONG}) as one:
        until_running(one)
        one.close()
        outcome = one.outcome()
        assert one.nothing_runs()
    assert (outcome.status, outcome.reason) == ("interrupted", "the service ended")
    assert one.document(outcome)["totals"]["requests"] > 0


def test_a_killed_run_has_a_result_from_its_timeline(kiosk: Served, tmp_path: Path) -> None:
    """It is made by a supervisor that is told to, in the same folder."""
    with supervised(tmp_path, {"target_url": kiosk.url, **LONG}) as one:
        until_running(one)
        one.kill()
        until(one.nothing_runs)  # nobody ends Locust: it sees that its parent is gone
    again = {"folder": one.folder, "rebuild": "failed", "reason": "it was killed"}
    with supervised(tmp_path, {}, **again) as other:
        outcome = other.outcome()
    assert (outcome.status, outcome.reason) == ("failed", "it was killed")
    document = one.document(outcome)
    assert document["totals"]["requests"] >= one.requests() > 0
    assert (document["status"], document["status_reason"]) == ("failed", "it was killed")


def test_what_cannot_be_tested_fails_with_its_reason(closed_url: str, tmp_path: Path) -> None:
    """What happened, and what to do."""
    with supervised(tmp_path, {"target_url": closed_url, **SHORT}) as one:
        outcome = one.outcome()
    assert outcome.status == "failed"
    assert closed_url in outcome.reason
    assert one.events()[-1]["data"]["status"] == "failed"


def test_the_limits_hold_in_the_supervisor_too(kiosk: Served, tmp_path: Path) -> None:
    """Whoever put the job together: more than is allowed never begins."""
    job = {"limits": Limits(max_users=1)}
    with supervised(tmp_path, {"target_url": kiosk.url, **SHORT}, **job) as one:
        outcome = one.outcome()
    assert outcome.status == "failed"
    assert "2 users are more than this service allows" in outcome.reason
    assert not kiosk.app.state.calls


def test_a_run_that_goes_too_fast_is_stopped(kiosk: Served, tmp_path: Path) -> None:
    """Whatever it asked for; it has failed, and what it measured is kept."""
    job = {"limits": Limits(max_request_rate=20)}
    load = {**LONG, "max_concurrent_users": 20, "wait_time": [0, 0.2]}
    with supervised(tmp_path, {"target_url": kiosk.url, **load}, **job) as one:
        outcome = one.outcome()
    assert outcome.status == "failed"
    assert "20" in outcome.reason
    assert one.document(outcome)["totals"]["requests"] > 0


def test_a_run_whose_files_grow_too_large_is_stopped(kiosk: Served, tmp_path: Path) -> None:
    """It has failed, with that reason."""
    job = {"limits": Limits(max_run_bytes=20_000)}
    with supervised(tmp_path, {"target_url": kiosk.url, **LONG}, **job) as one:
        outcome = one.outcome()
        assert one.nothing_runs()
    assert outcome.status == "failed"
    assert "took more than the 20,000 bytes" in outcome.reason


def test_memory_is_bounded(kiosk: Served, tmp_path: Path) -> None:
    """A run that needs more fails with that reason, and takes nothing else along."""
    job = {"limits": Limits(max_memory_bytes=90_000_000)}
    with supervised(tmp_path, {"target_url": kiosk.url, **SHORT}, **job) as one:
        outcome = one.outcome()
    assert outcome.status == "failed"
    assert "needed more memory" in outcome.reason


def test_a_full_disk_fails_the_run_with_that_reason(kiosk: Served, tmp_path: Path) -> None:
    """The reason comes through the pipe, since no file can hold it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=60k", "none", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mounting, check=False).returncode != 0:
        pytest.skip("only root can mount a small disk")
    try:
        with supervised(disk, {"target_url": kiosk.url, **SHORT}) as one:
            outcome = one.outcome()
            assert one.nothing_runs()
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert outcome.status == "failed"
    assert "disk of the service is full" in outcome.reason


def test_a_disk_that_fills_up_ends_a_load(kiosk: Served, tmp_path: Path) -> None:
    """At once, since nothing is kept of it; a log that cannot be written either changes nothing."""
    request = {"target_url": kiosk.url, **LIGHT, "duration": 900}
    with (
        small_disk(tmp_path / "disk", 4) as disk,
        Path("/dev/full").open("wb") as full,
        supervised(disk.folder, request, errors=full) as one,
    ):
        until_running(one)
        disk.fill()
        until(lambda: one.process.poll() is not None)
        outcome = one.outcome()
        assert one.nothing_runs()
    assert outcome.status == "failed"
    assert outcome.reason == "the disk of the service is full"


def test_two_supervisors_never_share_a_folder(kiosk: Served, tmp_path: Path) -> None:
    """The second one ends at once, with a code of its own."""
    with supervised(tmp_path, {"target_url": kiosk.url, **LONG}) as one:
        until(lambda: discovering(one))
        second = subprocess.run(
            [sys.executable, "-P", "-m", "backend.supervisor"],
            input=one.job_line, cwd=one.folder.path, env={"PYTHONPATH": str(ROOT)},
            capture_output=True, check=False,
        )  # fmt: skip
    assert second.returncode == 3
    assert second.stdout == b""


@pytest.mark.parametrize("line", [b"", b"\n", b"[]\n", b"{}\n", b'{"run_id": 1}\n', b"\xff\n"])
def test_what_is_no_job_is_refused(line: bytes, tmp_path: Path) -> None:
    """Nothing is run, and nothing written."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "backend.supervisor"],
        input=line, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert b"no job" in done.stderr
    assert not list(tmp_path.iterdir())
