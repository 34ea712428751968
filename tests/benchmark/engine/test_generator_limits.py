"""What happens where the generator itself comes to an end: descriptors, processor time."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from engine_runs import engine_command, start
from small_api import small_api

from benchmark.models import LoadProfile, Validity
from benchmark.utils.results import build_result
from benchmark.utils.timeline import Timeline
from benchmark.utils.validity import judge_validity

pytestmark = pytest.mark.end_to_end

READER = """
import resource
from locust import constant, events, task

from benchmark.engine import RapidHttpUser


@events.init.add_listener
def _(environment, **_):
    print("limits", *resource.getrlimit(resource.RLIMIT_NOFILE), flush=True)


class Reader(RapidHttpUser):
    wait_time = constant(0.2)

    @task
    def read(self):
        self.client.get("/items")
"""

COMPUTING = """
import time
from locust import constant, task

from benchmark.engine import RapidHttpUser


class Computing(RapidHttpUser):
    wait_time = constant(0)

    @task
    def read(self):
        self.client.get("/items")
        end = time.perf_counter() + 0.05
        while time.perf_counter() < end:
            pass
"""

LIMITED = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[2])))
os.execv(sys.argv[3], sys.argv[3:])
"""


def limited(command: list[str], soft: int, hard: int) -> list[str]:
    """The command with these limits of open files."""
    return [sys.executable, "-c", LIMITED, str(soft), str(hard), *command]


def verdict(timeline: Timeline) -> Validity:
    """The verdict on the measurement."""
    return judge_validity(
        build_result(
            timeline, test_type="t", base_url="http://x", profile=LoadProfile("t", 1, 1, 1),
            wait_time=(0, 0), seed=1, readiness=(), status="completed", status_reason="",
        )
    )  # fmt: skip


def test_the_limit_of_open_files_is_raised(tmp_path: Path) -> None:
    """To all that the system allows, not to ten thousand."""
    with small_api(lambda _: (200, {})) as api:
        command = engine_command(READER, tmp_path, api.url, run_time=1, users=1)
        code, printed = start(limited(command, 300, 12_000), tmp_path).wait()
    assert code == 0, printed
    assert re.search(r"^limits 12000 12000$", printed, re.MULTILINE)


def test_more_users_than_descriptors_make_a_run_invalid(tmp_path: Path) -> None:
    """Who gets none fails, the others go on, the process survives, and the result says so."""
    with small_api(lambda _: (200, {})) as api:
        command = engine_command(READER, tmp_path, api.url, run_time=3, users=120)
        run = start(limited(command, 90, 90), tmp_path)
        code, printed = run.wait()
    assert code == 0, printed
    assert "Traceback" not in printed
    timeline = run.timeline()
    assert timeline.end_reason == "run time reached"
    assert timeline.counters["descriptors_exhausted"] > 0
    assert timeline.totals.requests > timeline.totals.failures > 0
    assert {failure.message for failure in timeline.failures} == {
        "too many open files in the load generator"
    }
    validity = verdict(timeline)
    assert validity.verdict == "invalid"
    assert "file descriptors" in validity.reasons[0]


def test_a_generator_that_is_late_says_so(tmp_path: Path) -> None:
    """Users that compute for 50 ms at a time make the loop late, and latencies too long."""
    with small_api(lambda _: (200, {})) as api:
        run = start(engine_command(COMPUTING, tmp_path, api.url, run_time=4, users=2), tmp_path)
        code, printed = run.wait()
    assert code == 0, printed
    timeline = run.timeline()
    (health,) = timeline.processes
    assert health.lag.percentile(99) > 40
    validity = verdict(timeline)
    assert validity.verdict == "invalid"
    assert any("late by up to" in reason for reason in validity.reasons)
