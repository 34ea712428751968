"""Runs that a condition of their own ends: in every load model, in order, and not too early."""

from __future__ import annotations

import re
import threading
import time
from itertools import count
from pathlib import Path

import pytest
from engine_runs import SHOP_USER, start_engine
from small_api import Answer, Asked, Shop, small_api

from tests.ports import unused_port

pytestmark = pytest.mark.end_to_end

VISITOR = """
from locust import constant, task

from benchmark.engine import RapidHttpUser


class Visitor(RapidHttpUser):
    wait_time = constant(0.02)

    @task
    def turn(self):
        self.client.get("/turns")
"""


def processes(number: int) -> list[str]:
    """The arguments with which the runner asks for several processes."""
    port = unused_port()
    return [
        f"--processes={number}", "--enable-rebalancing",
        "--master-bind-host=127.0.0.1", f"--master-bind-port={port}",
        "--master-host=127.0.0.1", f"--master-port={port}",
    ]  # fmt: skip


class TurningSlow:
    """Answers at once, and after some requests half a second late.

    A window needs a hundred to be judged: so there are slow ones in each, and one that does not
    hold tells of those, however slow this machine is by itself.
    """

    def __init__(self) -> None:
        self._number = count()

    def __call__(self, _: Asked) -> Answer:
        """Answer one request."""
        if next(self._number) > 90:
            time.sleep(0.5)
        return 200, {}


@pytest.mark.parametrize(
    "options",
    [[], processes(2), ["--request-rate", "200"], ["--stages", "1s:60,60s:60"]],
    ids=["users", "processes", "rate", "stages"],
)
def test_a_target_that_turns_slow_ends_the_run(tmp_path: Path, options: list[str]) -> None:
    """Long before its time, in order, and the timeline says what was measured in which second."""
    condition = "GET /turns: p95<300ms for 2s"
    with small_api(TurningSlow()) as api:
        run = start_engine(
            VISITOR, tmp_path, api.url, "--abort-on", condition, "--abort-on", "p99<30s for 1s",
            *options, users=60, run_time=60,
        )  # fmt: skip
        code, printed = run.wait()
    assert code == 0, printed
    assert "Traceback" not in printed
    timeline = run.timeline()
    said = re.fullmatch(
        rf"{re.escape(condition)} did not hold: (\d+) ms of GET /turns up to second (\d+)",
        timeline.abort_reason,
    )
    assert said, timeline.abort_reason
    assert int(said[1]) >= 490
    assert 2 <= int(said[2]) <= timeline.duration < 30
    assert timeline.end_reason == "aborted"
    assert f"aborted: {condition}" in printed


class BreakingShop:
    """A shop whose reading breaks, and whose deletions take their time."""

    def __init__(self) -> None:
        self.shop = Shop()
        self._reads = count()
        self._one_at_a_time = threading.Lock()

    def __call__(self, asked: Asked) -> Answer:
        """Answer one request."""
        if asked.method == "GET" and next(self._reads) > 100:
            return 503, {}
        if asked.method == "DELETE":
            with self._one_at_a_time:
                time.sleep(0.02)
        return self.shop(asked)


@pytest.mark.parametrize(
    "options",
    [[], processes(2), ["--stages", "1s:10,60s:10"]],
    ids=["users", "processes", "stages"],
)
def test_an_aborted_run_deletes_what_it_made(tmp_path: Path, options: list[str]) -> None:
    """Failures end it, and every user still cleans up, however long that takes."""
    breaking = BreakingShop()
    with small_api(breaking) as api:
        run = start_engine(
            SHOP_USER, tmp_path, api.url, "--abort-on", "failures<50% for 1s",
            "--html", str(tmp_path / "x.html"), *options, users=10, run_time=60,
        )  # fmt: skip
        code, printed = run.wait()
    assert code == 0, printed
    assert "Traceback" not in printed
    assert run.timeline().abort_reason.startswith("failures<50% for 1s did not hold: ")
    assert "could not be deleted" not in printed
    assert breaking.shop.orders == {}
    assert (tmp_path / "x.html").exists()


def test_a_rate_counts_from_when_all_users_are_there(tmp_path: Path) -> None:
    """A ramp is no breach of what the full load easily meets."""
    rarely_but_for_the_last = """
users = count()


class Hurried(RapidHttpUser):
    def on_start(self):
        self.pause = 0.02 if next(users) == 2 else 10

    def wait_time(self):
        return self.pause

    @task
    def turn(self):
        self.client.get("/turns")
"""
    source = VISITOR.partition("\nclass")[0].replace("constant, ", "") + rarely_but_for_the_last
    with small_api(lambda _: (200, {})) as api:
        run = start_engine(
            "from itertools import count\n" + source, tmp_path, api.url,
            "--abort-on", "rps>2 for 1s", "-r", "1", users=3, run_time=4,
        )  # fmt: skip
        code, printed = run.wait()
    assert code == 0, printed
    timeline = run.timeline()
    assert timeline.abort_reason == ""
    assert timeline.seconds[0].requests <= 2  # or the ramp would prove nothing
    assert timeline.totals.requests > 2 * timeline.duration
    assert timeline.end_reason == "run time reached"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--abort-on", "p95<fast for 3s"], "cannot be read"),
        (["--abort-on", "p95<5ms for 3s", "--timeline", ""], "--abort-on needs --timeline"),
    ],
)
def test_what_cannot_be_watched_is_refused(tmp_path: Path, options: list[str], said: str) -> None:
    """Before anything is sent."""
    with small_api(lambda _: (200, {})) as api:
        run = start_engine(VISITOR, tmp_path, api.url, *options)
        code, printed = run.wait()
    assert code != 0
    assert said in printed
    assert api.asked == []
