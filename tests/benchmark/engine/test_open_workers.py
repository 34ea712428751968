"""The open model in several processes: one schedule, shared out, and again when one is lost."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from engine_runs import Run, engine_command, start
from small_api import small_api
from test_open_runs import VISITOR, Timed, arrivals_of, told_in

from tests.ports import unused_port
from tests.waiting import until

pytestmark = pytest.mark.end_to_end


def started(folder: Path, host: str, *options: str, **more: Any) -> Run:
    """A run with two workers."""
    port = str(unused_port())
    command = engine_command(VISITOR, folder, host, *options, **more)
    command += ["--processes", "2", "--master-bind-host", "127.0.0.1"]
    return start([*command, "--master-bind-port", port, "--master-port", port], folder)


@pytest.mark.parametrize("kind", ["constant", "poisson"])
def test_workers_share_one_schedule(kind: str, tmp_path: Path) -> None:
    """Together they start as many iterations as one process would."""
    api_of = Timed()
    with small_api(api_of) as api:
        options = ("--request-rate", "51", "--arrivals", kind)
        run = started(tmp_path, api.url, *options, users=20)
        code, printed = run.wait()
    assert code == 0, printed
    total = arrivals_of(run.timeline())
    visits = api_of.when("/visit")
    gone = total.get("dropped_iterations", 0) + total.get("missed_arrivals", 0)
    assert total["asked_arrivals"] == total["started_iterations"] + gone
    assert total["started_iterations"] == len(visits)
    assert total["asked_arrivals"] == pytest.approx(102, abs=2 if kind == "constant" else 45)
    assert gone <= 10  # of a worker that is held up when the schedule ends
    due = told_in(printed).due
    assert due[-1] - due[0] > 1.8


def test_a_lost_worker_is_replaced_and_what_it_missed_is_counted(tmp_path: Path) -> None:
    """It is killed: after some seconds the other starts everything, and the gap is no secret."""
    api_of = Timed()
    with small_api(api_of) as api:
        run = started(tmp_path, api.url, "--request-rate", "40", users=20, run_time=11)
        until(lambda: len(api_of.when("/visit")) > 40)
        psutil.Process(run.process.pid).children()[0].kill()
        killed = time.time()
        _, printed = run.wait()
    assert "failed to send heartbeat" in printed
    told = told_in(printed)  # by the other one
    gap = [moment for moment in told.due if killed < moment < killed + 2]
    assert len(gap) == pytest.approx(40, abs=3)
    last = [moment for moment in told.due if moment > told.due[-1] - 1]
    assert len(last) == pytest.approx(40, abs=3)
    total = arrivals_of(run.timeline())
    # Its last report was up to a second old: what it was asked for and started since is "missed".
    gone = total["missed_arrivals"] + total.get("dropped_iterations", 0)
    assert total["asked_arrivals"] == total["started_iterations"] + gone
    assert total["asked_arrivals"] == pytest.approx(440, abs=2)
    assert 60 < total["missed_arrivals"] < 240
