"""Tests are queued, run once each, stopped, kept and accounted for, by any number of services."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from backend.database import Database
from backend.database.queries import queue, secrets
from backend.database.tables import RunSecret
from backend.runs import Event, RunService
from backend.runs.keeper import Keeper
from backend.supervisor.folder import RunFolder
from backend.supervisor.marks import marked_processes
from benchmark.errors import UsageError
from tests.backend.runs.services import (
    LONG,
    SECRET,
    SHORT,
    document_of,
    final_row,
    new_id,
    nothing_runs,
    opened,
    order,
    row_of,
    running,
    settings_in,
)
from tests.conftest import ROOT
from tests.servers.kiosk import create_kiosk
from tests.servers.serving import Served, serving
from tests.waiting import until

HELD = {**LONG, "endpoints": [{"path": "/opening-hours"}]}


@pytest.fixture
def kiosk() -> Iterator[Served]:
    """A kiosk that is open."""
    with serving(create_kiosk) as served:
        yield served


@contextmanager
def slow_kiosk() -> Iterator[Served]:
    """One that lets whoever looks for its document wait: tests stay at their beginning."""
    with serving(create_kiosk) as served:
        served.app.state.waits["/"] = 60.0
        yield served


async def all_events(service: RunService, result_id: str, after: int = 0) -> list[Event]:
    """The events of a run to its end."""
    return [each async for each in service.events(result_id, after)]


def secrets_left(database: Database) -> int:
    """How many runs have secrets in the database."""
    with database.reading() as session:
        return session.query(RunSecret).count()


def until_loading(service: RunService, result_id: str) -> None:
    """Wait until the load of a run goes on."""
    until(lambda: (service.live(result_id) or {}).get("requests", 0) > 0)


# ── one service ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.end_to_end
def test_a_test_runs_from_start_to_result(kiosk: Served, tmp_path: Path) -> None:
    """The row has its summary, the document is stored, secrets are gone, files are there."""
    with running(settings_in(tmp_path)) as (service, database):
        started = service.start(order(kiosk.url, SHORT, user_email="ann@example.com"))
        assert started.status in ("pending", "running")
        assert secrets_left(database) == 1
        told = asyncio.run(all_events(service, started.id))
        row = row_of(database, started.id)  # the end was told, so the result can be read
        assert row.status == "completed"
        assert row.user is not None
        assert row.user.email == "ann@example.com"
        assert row.started_at is not None
        assert row.ended_at is not None
        assert row.started_at < row.ended_at
        assert row.lease_expires_at is None
        assert secrets_left(database) == 0
        document = document_of(database, started.id)
        assert row.requests == document["totals"]["requests"] > 0
        assert row.p95_ms == document["totals"]["latency_ms"]["p95"]
        assert row.failures == 0
        assert row.thresholds_met is None
        assert [each.id for each in told] == list(range(1, len(told) + 1))
        assert told[-1].name == "end"
        assert told[-1].data == {"status": "completed", "reason": ""}
        assert asyncio.run(all_events(service, started.id, told[-1].id)) == []
        live = service.live(started.id)
        assert live is not None
        assert {each["name"] for each in live["operations"]} >= {"/papers"}
        assert live["totals"].keys() <= document["totals"].keys()
        assert live["totals"]["latency_ms"].keys() == document["totals"]["latency_ms"].keys()
        assert live["failures"] == []
        artifacts = {each.what: each for each in service.artifacts(started.id)}
        assert {"report", "result", "timeline", "locustfile", "operations", "plan", "log"} <= {
            *artifacts
        }
        assert all(each.size == each.path.stat().st_size for each in artifacts.values())
        assert service.artifact(started.id, "report") == artifacts["report"].path
        assert service.artifact(started.id, artifacts["log"].name) == artifacts["log"].path
        for name in ("outcome.json", "supervisor.log", "supervisor.lock", "../service.db", "", "/"):
            assert service.artifact(started.id, name) is None
        assert service.free_slots() == 1
        assert nothing_runs(started.id)
    stored = (tmp_path / "service.db").read_bytes()
    assert SECRET.encode() not in stored


@pytest.mark.end_to_end
def test_a_condition_that_ends_a_run_leaves_it_completed(kiosk: Served, tmp_path: Path) -> None:
    """That is what was asked for; the thresholds are not met, and the reason says why."""
    load = {**LONG, "abort_on": ["rps>100000 for 1s"]}
    with running(settings_in(tmp_path)) as (service, database):
        started = service.start(order(kiosk.url, load))
        row = final_row(database, started.id)
    assert (row.status, row.thresholds_met) == ("completed", False)
    assert "rps>100000" in row.status_reason


def test_a_test_that_waits_is_stopped_at_once(tmp_path: Path) -> None:
    """Twice is no more than once; its secrets are gone, and it never runs."""
    with opened(settings_in(tmp_path)) as database:
        service = RunService(database, settings_in(tmp_path))
        started = service.start(order("http://127.0.0.1:9", SHORT))
        assert service.live(started.id) is None
        assert service.artifacts(started.id) == ()
        for _ in range(2):
            stopped = service.stop(started.id)
            assert stopped is not None
            assert (stopped.status, stopped.status_reason) == ("stopped", "stopped before it began")
        assert secrets_left(database) == 0
        told = asyncio.run(all_events(service, started.id))
        assert [(each.name, each.data["status"]) for each in told] == [("end", "stopped")]


def test_what_is_unknown_is_nothing(tmp_path: Path) -> None:
    """Ids of no run, and ids that are none."""
    with opened(settings_in(tmp_path)) as database:
        service = RunService(database, settings_in(tmp_path))
        for result_id in (new_id(), "", "..", "../runs", "x" * 1000, "a\0b", "/etc/passwd"):
            assert service.live(result_id) is None
            assert service.artifacts(result_id) == ()
            assert service.artifact(result_id, "report") is None
            if "\0" not in result_id:
                assert service.stop(result_id) is None
                assert asyncio.run(all_events(service, result_id)) == []


def test_an_order_that_cannot_be_run_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    """The reason is told to who asks, and no row is made."""
    with opened(settings_in(tmp_path)) as database:
        service = RunService(database, settings_in(tmp_path))
        with pytest.raises(UsageError, match="users"):
            service.start(order("http://127.0.0.1:9", {"max_concurrent_users": 10_000_000}))
        with database.reading() as session:
            assert queue.counts(session) == queue.QueueCounts(0, 0)


def test_the_same_key_starts_one_test(tmp_path: Path) -> None:
    """Whoever repeats a start gets the first one; a key for something else is refused."""
    with opened(settings_in(tmp_path)) as database:
        service = RunService(database, settings_in(tmp_path))
        one = order("http://127.0.0.1:9", SHORT, idempotency_key="k", user_email="a@example.com")
        assert service.start(one).id == service.start(one).id
        assert secrets_left(database) == 1
        other = order("http://127.0.0.1:9", LONG, idempotency_key="k", user_email="a@example.com")
        with pytest.raises(queue.KeyReused):
            service.start(other)


def test_the_queue_and_the_users_have_their_bounds(tmp_path: Path) -> None:
    """What is too much is refused, and leaves no secrets."""
    settings = settings_in(tmp_path, queue_size=2)
    with opened(settings) as database:
        service = RunService(database, settings)
        for _ in range(3):  # one that runs, two that wait
            service.start(order("http://127.0.0.1:9", SHORT))
        with pytest.raises(queue.QueueFull):
            service.start(order("http://127.0.0.1:9", SHORT))
        assert secrets_left(database) == 3


@pytest.mark.end_to_end
def test_a_run_whose_folder_cannot_be_made_fails_and_the_service_goes_on(
    kiosk: Served, tmp_path: Path
) -> None:
    """With a reason; when the folder can be made, the next one runs."""
    settings = settings_in(tmp_path)
    settings.runs_dir.write_text("no folder", encoding="utf-8")
    with running(settings) as (service, database):
        row = final_row(database, service.start(order(kiosk.url, SHORT)).id)
        assert row.status == "failed"
        assert "could not be begun" in row.status_reason
        assert secrets_left(database) == 0
        settings.runs_dir.unlink()
        started = service.start(order(kiosk.url, HELD))
        until(lambda: service.live(started.id))
        service.stop(started.id)
        assert final_row(database, started.id).status == "stopped"


@pytest.mark.end_to_end
def test_secrets_of_another_key_fail_the_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody can read any more what was asked for; the log names the test."""
    settings = settings_in(tmp_path)
    with opened(settings) as database:
        started = RunService(database, settings).start(order("http://127.0.0.1:9", SHORT))
    settings.key_file.unlink()
    with caplog.at_level(logging.INFO, "backend.runs"), running(settings) as (_, database):
        row = final_row(database, started.id)
    assert row.status == "failed"
    assert "another key" in row.status_reason
    logged = {(each.getMessage(), getattr(each, "test_id", "")) for each in caplog.records}
    assert ("a run ended: failed", started.id) in logged


@pytest.mark.end_to_end
def test_a_service_that_ends_stops_its_runs_and_leaves_what_waits(tmp_path: Path) -> None:
    """The run is interrupted, streams end without an end, and the next service takes what waits."""
    settings = settings_in(tmp_path)
    with slow_kiosk() as kiosk:
        with running(settings) as (service, database):
            first = service.start(order(kiosk.url, LONG))
            second = service.start(order(kiosk.url, LONG))
            until(lambda: service.live(first.id))
            assert service.free_slots() == 0

            async def told() -> list[Event]:
                service.announce_end()
                return await all_events(service, second.id)

            assert asyncio.run(told()) == []
            begin = time.monotonic()
            service.end()
            assert time.monotonic() - begin < 30  # half of what the kiosk would have it wait
            row = row_of(database, first.id)
            assert (row.status, nothing_runs(first.id)) == ("interrupted", True)
            assert "the service ended" in row.status_reason
            assert row_of(database, second.id).status == "pending"
        with running(settings) as (service, database):
            until(lambda: row_of(database, second.id).status == "running")


# ── several services ──────────────────────────────────────────────────────────────────────────


@pytest.mark.end_to_end
def test_two_services_run_each_test_once_and_stop_each_others(
    database_url: str, tmp_path: Path
) -> None:
    """However many claim: no test begins twice, no more run than slots, and anyone can stop one."""
    settings = settings_in(tmp_path, slots=2, database_url=database_url)
    with (
        slow_kiosk() as kiosk,
        running(settings) as (one, database),
        running(settings) as (other, _),
    ):
        ids = [service.start(order(kiosk.url, LONG)).id for service in (one, other) * 2]
        for turn in range(2):
            pair = ids[2 * turn : 2 * turn + 2]
            until(lambda: all(one.live(each) for each in pair))  # noqa: B023  # at once
            with database.reading() as session:
                assert queue.counts(session) == queue.QueueCounts(2 - 2 * turn, 2)
            begin = time.monotonic()
            for result_id in pair:
                (one if turn else other).stop(result_id)
            for result_id in pair:
                assert final_row(database, result_id).status == "stopped"
            assert time.monotonic() - begin < 30  # half of what the kiosk would have it wait
        owners = {row_of(database, each).owner for each in ids}
        assert len(owners) <= 2
    for result_id in ids:
        folder = RunFolder(settings.runs_dir / result_id)
        lines = folder.events.read_text(encoding="utf-8").splitlines()
        assert sum("Looking for" in line for line in lines) == 1
        assert folder.errors.read_text(encoding="utf-8") == ""


# ── bad days ──────────────────────────────────────────────────────────────────────────────────


@contextmanager
def service_process(folder: Path, lease_seconds: float) -> Iterator[subprocess.Popen[str]]:
    """A service as a process of its own, that has begun."""
    command = [sys.executable, "-m", "tests.backend.runs.service_process", str(folder)]
    with subprocess.Popen(
        [*command, str(lease_seconds)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def supervisor_of(settings_folder: Path, result_id: str) -> int:
    """The process id of a run's supervisor: the leader of the group that is not Locust's."""
    for number in marked_processes(result_id):
        command = Path(f"/proc/{number}/cmdline").read_bytes()
        if b"backend.supervisor" in command:
            return number
    raise AssertionError("no supervisor runs")


@pytest.mark.end_to_end
@pytest.mark.parametrize("victims", ["service", "both"])
def test_what_a_killed_service_leaves_is_recovered_once(
    victims: str, kiosk: Served, tmp_path: Path
) -> None:
    """The next start accounts for the run, with what it had measured; no process is left."""
    settings = settings_in(tmp_path, lease_seconds=3.0)
    with opened(settings) as database:
        client = RunService(database, settings)  # it claims nothing
        started = client.start(order(kiosk.url, LONG))
        waiting = client.start(order(kiosk.url, SHORT))
        client.stop(waiting.id)
        with service_process(tmp_path, 3.0) as service:
            until_loading(client, started.id)
            supervisor = supervisor_of(tmp_path, started.id)
            service.kill()
            if victims == "both":
                os.kill(supervisor, signal.SIGKILL)
            service.wait()
        assert row_of(database, started.id).status == "running"
        with running(settings) as (_, _), running(settings) as (_, _):  # two that want to recover
            row = final_row(database, started.id)
            assert nothing_runs(started.id)
        assert (row.status, row.status_reason.startswith("the service ended")) == (
            "interrupted", True,
        )  # fmt: skip
        assert row.requests == document_of(database, started.id)["totals"]["requests"]
        assert (row.requests or 0) > 0
        assert secrets_left(database) == 0


@pytest.mark.end_to_end
def test_a_killed_supervisor_fails_its_run_and_keeps_its_timeline(
    kiosk: Served, tmp_path: Path
) -> None:
    """The owner ends Locust, stores what was measured, and takes the next test."""
    with running(settings_in(tmp_path)) as (service, database):
        started = service.start(order(kiosk.url, LONG))
        until_loading(service, started.id)
        kiosk.app.state.waits["/"] = 60.0  # so Locust would take long to end by itself
        os.kill(supervisor_of(tmp_path, started.id), signal.SIGKILL)
        row = final_row(database, started.id)
        assert nothing_runs(started.id)
        assert (row.status, row.status_reason) == (
            "failed", "the process that ran the test was killed by signal 9",
        )  # fmt: skip
        assert row.requests == document_of(database, started.id)["totals"]["requests"]
        assert (row.requests or 0) > 0
        assert {"report", "result"} <= {each.what for each in service.artifacts(started.id)}


@pytest.mark.end_to_end
def test_a_live_run_is_never_recovered(tmp_path: Path) -> None:
    """Its owner moves the lease on, however short it is."""
    settings = settings_in(tmp_path, lease_seconds=3.0)
    with (
        slow_kiosk() as kiosk,
        running(settings) as (one, database),
        running(settings),
    ):
        started = one.start(order(kiosk.url, LONG))
        until(lambda: one.live(started.id))
        first = row_of(database, started.id)
        time.sleep(7)  # two leases and more, in which the other one looks for what was left behind
        row = row_of(database, started.id)
        assert (row.status, row.owner) == ("running", first.owner)
        assert row.lease_expires_at is not None
        assert first.lease_expires_at is not None
        assert row.lease_expires_at > first.lease_expires_at


@pytest.mark.end_to_end
def test_a_lease_that_cannot_be_renewed_stops_the_run(tmp_path: Path) -> None:
    """Somebody locks the database for longer than the lease: the run ends, and is stored later."""
    settings = settings_in(tmp_path, lease_seconds=1.5)
    with slow_kiosk() as kiosk, running(settings) as (service, database):
        started = service.start(order(kiosk.url, LONG))
        until(lambda: service.live(started.id))
        with opened(settings) as other, other.writing() as session:
            session.execute(text("UPDATE test_results SET status_reason = status_reason"))
            until(lambda: nothing_runs(started.id))
        row = final_row(database, started.id)
    assert row.status == "interrupted"
    assert "could not write to its database" in row.status_reason


def test_an_owner_does_not_recover_its_own_run(tmp_path: Path) -> None:
    """A lease that ended while the database was locked is its owner's to renew."""
    settings = settings_in(tmp_path, lease_seconds=0.05)
    with opened(settings) as database:
        dispatcher = RunService(database, settings)._dispatcher
        home = dispatcher._home
        started = RunService(database, settings).start(order("http://127.0.0.1:9", SHORT))
        with database.writing() as session:
            assert queue.claim(session, home.owner, 1, 0.05) is not None
        keeper = Keeper(home, started.id, RunFolder(tmp_path / "none"), lambda _: None)
        dispatcher._keepers[started.id] = keeper

        def expired() -> bool:
            with database.reading() as session:
                return queue.expired_ids(session) == (started.id,)

        until(expired)
        dispatcher._recover()
        assert dispatcher._keepers[started.id] is keeper
        assert expired()
        del dispatcher._keepers[started.id]
        dispatcher._recover()
        assert final_row(database, started.id).status == "interrupted"


def test_a_secret_that_is_read_is_the_order(tmp_path: Path) -> None:
    """What the dispatcher gets is what was asked for, pins included."""
    settings = settings_in(tmp_path)
    with opened(settings) as database:
        service = RunService(database, settings)
        asked = order("http://a.example:8001", SHORT, resolve=("a.example:127.0.0.1",))
        started = service.start(asked)
        with database.reading() as session:
            kept = secrets.get(session, service._home.cipher, started.id)
    assert kept == {"request": asked.request, "resolve": ["a.example:127.0.0.1"]}
