"""Runs over several processes, and machines: counted once, ended in order, true about losses."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
from pathlib import Path
from urllib.request import urlopen

import pytest
from engine_runs import SHOP_USER, Run, ask_page, engine_command, is_open, start, start_engine
from small_api import Shop, small_api

from benchmark.models import LoadProfile, OperationStats
from benchmark.utils.results import build_result
from benchmark.utils.timeline import Timeline
from benchmark.utils.validity import judge_validity
from tests.ports import unused_port
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.end_to_end


def processes(number: int) -> list[str]:
    """The arguments with which the runner asks for several processes."""
    port = unused_port()
    return [
        f"--processes={number}", "--enable-rebalancing",
        "--master-bind-host=127.0.0.1", f"--master-bind-port={port}",
        "--master-host=127.0.0.1", f"--master-port={port}",
    ]  # fmt: skip


def reports(folder: Path) -> list[str]:
    """The arguments for Locust's own reports."""
    return ["--csv", str(folder / "x"), "--html", str(folder / "x.html")]


def counted(timeline: Timeline) -> int:
    """All requests, set-up and clean-up included."""
    every = (*timeline.operations, *timeline.preparation)
    return sum(operation.requests for operation in every)


def csv_rows(folder: Path) -> dict[str, dict[str, str]]:
    """Locust's statistics by "METHOD name"."""
    with (folder / "x_stats.csv").open(encoding="utf-8") as file:
        return {f"{row['Type']} {row['Name']}".strip(): row for row in csv.DictReader(file)}


def workers_of(master: int) -> list[int]:
    """The processes that a process has forked."""
    listing = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii")
    return [int(pid) for pid in listing.split()]


def test_processes_share_the_users_and_nothing_is_lost(tmp_path: Path) -> None:
    """Requests of both are counted once; Locust's reports agree to the millisecond and the end."""
    shop = Shop()
    with small_api(shop) as api:
        run = start_engine(
            SHOP_USER, tmp_path, api.url, *processes(2), *reports(tmp_path), run_time=4, users=6
        )
        code, printed = run.wait()
    assert code == 0, printed
    assert "Traceback" not in printed
    timeline = run.timeline()
    assert timeline.end_reason == "run time reached"
    assert counted(timeline) == len(api.asked)
    assert shop.orders == {}
    assert max(second.users for second in timeline.seconds) == 6
    assert {health.process for health in timeline.processes} == {"worker 0", "worker 1"}
    assert all(health.lag.count > 50 for health in timeline.processes)
    rows = csv_rows(tmp_path)
    assert int(rows["Aggregated"]["Request Count"]) == len(api.asked)
    assert "Aggregated" in (tmp_path / "x.html").read_text(encoding="utf-8")
    for operation in timeline.operations:
        if operation.name == "/orders/{id}" and operation.method == "GET":
            _compare(operation, rows["GET /orders/{id}"])


def _compare(ours: OperationStats, theirs: dict[str, str]) -> None:
    """Locust's percentile is that of the next rank; between the two nothing may lie."""
    requests = ours.requests
    assert int(theirs["Request Count"]) == requests
    for percent in (50, 75, 90, 95, 99):
        lowest = ours.latency.percentile(percent)
        highest = ours.latency.percentile(min(100, percent + 200 / requests))
        assert round(lowest) - 1 <= float(theirs[f"{percent}%"]) <= round(highest) + 1


@pytest.mark.parametrize("from_a_terminal", [False, True])
def test_signals_end_all_processes_in_order(from_a_terminal: bool, tmp_path: Path) -> None:
    """Users clean up, the last statistics arrive, and all reports are written.

    After SIGTERM to the master, and after Ctrl-C in a terminal, which all processes receive.
    """
    shop = Shop()
    with small_api(shop) as api:
        run = start_engine(
            SHOP_USER, tmp_path, api.url, *processes(2), *reports(tmp_path), run_time=60, users=6
        )
        run.wait_until(lambda timeline: timeline.totals.requests > 30)
        workers = workers_of(run.process.pid)
        for pid in (*workers, run.process.pid) if from_a_terminal else (run.process.pid,):
            os.kill(pid, signal.SIGINT if from_a_terminal else signal.SIGTERM)
        code, printed = run.wait()
    _expect_good_ending(run, code, printed, len(api.asked))
    assert shop.orders == {}
    assert len(workers) == 2
    assert "lost_workers" not in run.timeline().counters
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]


@pytest.mark.parametrize("options", [(), ("--load-shape=stress",)])
def test_sigterm_ends_one_process_in_order(options: tuple[str, ...], tmp_path: Path) -> None:
    """With a load shape, too, for which Locust installs no handler at all."""
    shop = Shop()
    with small_api(shop) as api:
        run = start_engine(SHOP_USER, tmp_path, api.url, *reports(tmp_path), *options, run_time=60)
        run.wait_until(lambda timeline: timeline.totals.requests > 10)
        run.process.send_signal(signal.SIGTERM)
        code, printed = run.wait()
    _expect_good_ending(run, code, printed, len(api.asked))
    assert shop.orders == {}


def _expect_good_ending(run: Run, code: int, printed: str, asked: int) -> None:
    assert code == 0, printed
    assert "Traceback" not in printed
    timeline = run.timeline()
    assert timeline.end_reason == "stopped"
    assert counted(timeline) == asked
    folder = run.path.parent
    assert int(csv_rows(folder)["Aggregated"]["Request Count"]) == asked
    page = (folder / "x.html").read_text(encoding="utf-8")
    assert re.search(rf'"num_requests": {asked}\b', page)


def test_a_shape_ends_all_processes_in_order(tmp_path: Path) -> None:
    """Its last stage is followed by clean-up and by the last statistics."""
    shop = Shop()
    with small_api(shop) as api:
        run = start_engine(
            SHOP_USER, tmp_path, api.url, *processes(2), "--load-shape=spike", run_time=3, users=6
        )
        code, printed = run.wait()
    assert code == 0, printed
    assert "Traceback" not in printed
    timeline = run.timeline()
    assert counted(timeline) == len(api.asked)
    assert shop.orders == {}
    assert timeline.end_reason == "run time reached"
    assert max(second.users for second in timeline.seconds) == 6


def others_took_over(timeline: Timeline) -> bool:
    """Whether two of three workers were left alone for a while and then had all users."""
    users = [second.users for second in timeline.seconds]
    return "lost_workers" in timeline.counters and 4 in users and users[-1] == 6


def test_a_killed_worker_is_noticed_and_replaced(tmp_path: Path) -> None:
    """Its users go to the others, what it reported is kept, and the result says so."""
    with small_api(Shop()) as api:
        run = start_engine(SHOP_USER, tmp_path, api.url, *processes(3), run_time=600, users=6)
        run.wait_until(lambda timeline: timeline.totals.requests > 100)
        before = run.timeline().totals.requests
        os.kill(workers_of(run.process.pid)[0], signal.SIGKILL)
        run.wait_until(others_took_over)
        run.process.send_signal(signal.SIGTERM)
        code, printed = run.wait()
    assert code == 0, printed
    timeline = run.timeline()
    assert timeline.counters["lost_workers"] == 1
    assert timeline.end_reason == "stopped"
    assert before < counted(timeline) <= len(api.asked)
    users = [second.users for second in timeline.seconds]
    assert min(users[users.index(6) : users.index(4)]) >= 4  # theirs were there all the time
    result = build_result(
        timeline, test_type="t", base_url=api.url, profile=LoadProfile("t", 6, 6, 600),
        wait_time=(0, 0), seed=1, readiness=(), status="completed", status_reason="",
    )  # fmt: skip
    validity = judge_validity(result)
    assert validity.verdict != "valid"
    assert any("1 worker" in reason for reason in validity.reasons)


def test_a_worker_that_is_stopped_leaves_in_order(tmp_path: Path) -> None:
    """SIGTERM to one worker: its users clean up, it reports all it did, and the run goes on."""
    shop = Shop()
    with small_api(shop) as api:
        run = start_engine(SHOP_USER, tmp_path, api.url, *processes(2), run_time=5, users=4)
        run.wait_until(lambda timeline: timeline.totals.requests > 20)
        os.kill(workers_of(run.process.pid)[0], signal.SIGTERM)
        code, printed = run.wait()
    assert code == 0, printed
    timeline = run.timeline()
    assert timeline.counters["lost_workers"] == 1
    assert counted(timeline) == len(api.asked)
    assert shop.orders == {}


def test_a_master_that_is_killed_takes_its_workers_along(tmp_path: Path) -> None:
    """No process goes on sending load that nobody directs; users clean up."""
    shop = Shop()
    with small_api(shop) as api:
        run = start_engine(SHOP_USER, tmp_path, api.url, *processes(2), run_time=60, users=4)
        run.wait_until(lambda timeline: timeline.totals.requests > 20)
        workers = workers_of(run.process.pid)
        run.process.kill()
        until(lambda: not [pid for pid in workers if Path(f"/proc/{pid}").exists()])
        run.wait()
    assert shop.orders == {}


def test_the_web_page_can_start_a_second_test_of_all_processes(tmp_path: Path) -> None:
    """Stopped from the page, every worker reports all it did; the next test begins afresh."""
    shop, web_port = Shop(), unused_port()
    with small_api(shop) as api:
        command = engine_command(SHOP_USER, tmp_path, api.url, *processes(2), "--stop-timeout=1")
        command.remove("--headless")
        run = start([*command, "--web-host=127.0.0.1", f"--web-port={web_port}"], tmp_path)
        try:
            for _ in range(2):
                before = len(api.asked)
                _swarm(run, f"http://127.0.0.1:{web_port}", api.url)
                run.wait_until(lambda timeline: timeline.totals.requests > 20)
                ask_page(f"http://127.0.0.1:{web_port}/stop")
                run.wait_until(lambda timeline: timeline.end_reason != "")
                assert counted(run.timeline()) == len(api.asked) - before
                assert shop.orders == {}
                run.path.unlink()
        finally:
            run.process.send_signal(signal.SIGINT)
            _, printed = run.wait()
    assert "Traceback" not in printed


def _swarm(run: Run, page: str, host: str) -> None:
    """Start a test from the page, as soon as both workers are ready for it.

    Once: where Locust is asked again while it starts a test, it kills what it had begun.
    """

    def ready() -> bool:
        with urlopen(f"{page}/stats/requests", timeout=PATIENCE) as reply:
            states = [worker["state"] for worker in json.load(reply).get("workers", [])]
        return states == ["ready", "ready"]

    until(lambda: is_open(page))
    until(ready)
    ask_page(f"{page}/swarm", user_count="4", spawn_rate="4", host=host)
    until(run.path.exists)
