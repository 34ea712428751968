"""The engine inside the real Locust, against a real server: what is sent, counted and left."""

from __future__ import annotations

import gzip
import json
import re
import signal
import sys
import threading
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from engine_runs import SHOP_USER, Run, ask_page, engine_command, start, start_engine
from small_api import Answer, Asked, Shop, small_api

from benchmark.utils.timeline import Timeline
from tests.ports import unused_port
from tests.waiting import until

pytestmark = pytest.mark.end_to_end


def by_name(run: Run) -> Counter[str]:
    """Requests by "METHOD /template", set-up and clean-up included."""
    timeline = run.timeline()
    every = (*timeline.operations, *timeline.preparation)
    counted: Counter[str] = Counter()
    for operation in every:
        counted[f"{operation.method} {operation.name}"] += operation.requests
    return counted


def test_every_request_is_counted_once_and_nothing_is_left(tmp_path: Path) -> None:
    """What the server saw is what the timeline says, and every resource is deleted at the end."""
    shop = Shop()
    with small_api(shop) as api:
        run = start_engine(SHOP_USER, tmp_path, api.url + "/")
        code, printed = run.wait()
    assert code == 0, printed
    assert "Traceback" not in printed
    timeline = run.timeline()
    assert timeline.end_reason == "run time reached"
    assert timeline.start.host == api.url + "/"
    assert timeline.totals.failures == 0
    assert timeline.damaged_lines == 0
    assert sum(by_name(run).values()) == len(api.asked)
    assert shop.orders == {}
    sent = api.counts()
    assert by_name(run)["POST /orders"] == sent["POST /orders"]
    # Clean-up and set-up stand apart; each listing was asked for once, by all users together.
    preparation = {f"{each.method} {each.name}" for each in timeline.preparation}
    assert preparation == {"DELETE /orders/{id}", "DELETE /orders/{id}/lines/{line}", "GET /goods"}
    assert sent["GET /goods"] == 2
    # The fair first round reached the rare operations too; ids are percent-encoded in paths.
    assert {each.name for each in timeline.operations} == {
        "/orders", "/orders/{id}", "/orders/{id}/lines", "/orders/{id}/lines/{line}", "/goods/{id}",
    }  # fmt: skip
    assert {path for path in sent if path.startswith("GET /goods/")} <= {
        "GET /goods/a%20b", "GET /goods/c%2Fd",
    }  # fmt: skip
    assert list(timeline.skipped_tasks) == ["the server lists no good at /goods"]
    names = [json.loads(one.body)["name"] for one in api.asked if one.path == "/orders"]
    assert len(set(names)) == len(names)


BAD_WEATHER = """
from locust import constant, task

from benchmark.engine import ApiUser


class Weather(ApiUser):
    wait_time = constant(10)

    @task
    def broken_json(self):
        self.keep("thing", self.client.post("/broken", json={}))

    @task
    def page(self):
        self.keep("thing", self.client.post("/page", json={}))

    @task
    def empty(self):
        self.keep("thing", self.client.post("/empty", json={}))

    @task
    def needs_what_never_comes(self):
        self.need("thing", self.empty)
        self.client.get("/never")

    @task
    def closes(self):
        self.client.get("/close")

    @task
    def latin_error(self):
        self.client.get("/latin")

    @task
    def not_gzip(self):
        self.client.get("/not-gzip")

    @task
    def unknown_coding(self):
        self.client.get("/coding")

    @task
    def half_an_answer(self):
        self.client.get("/half")

    @task
    def no_http(self):
        self.client.get("/garbage")

    @task
    def hangs(self):
        self.client.get("/hang/{id}", path={"id": 7})

    @task
    def judges_by_itself(self):
        with self.client.get("/page", catch_response=True) as reply:
            reply.failure("own words, 12345")

    @task
    def no_id(self):
        self.client.get("/items/{id}", path={"id": None})

    @task
    def header_with_a_line_break(self):
        self.client.get("/header", headers={"X-Id": "a\\r\\nX-Evil: 1"})

    @task
    def half_a_character(self):
        self.client.get("/text", params={"q": "\\ud800"})
"""

OK = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%s\r\n%s"


BAD_ANSWERS: dict[str, bytes | None] = {
    "/broken": OK % (5, b"Content-Type: application/json\r\n", b'{"a":'),
    "/page": OK % (13, b"Content-Type: text/html\r\n", b"<html></html>"),
    "/empty": b"HTTP/1.1 204 No Content\r\n\r\n",
    "/close": None,
    "/latin": b"HTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\n\xe9",
    "/not-gzip": OK % (3, b"Content-Encoding: gzip\r\n", gzip.compress(b"x")[:3]),
    "/coding": OK % (1, b"Content-Encoding: snappy\r\n", b"x"),
    "/half": OK % (100, b"", b"half"),
    "/garbage": b"\x00\x01\x02 no http\r\n\r\n",
}


def test_bad_answers_are_one_failure_each(tmp_path: Path) -> None:
    """Every odd answer is one request with a plain message; what cannot be written is not sent."""
    over = threading.Event()

    def answer(asked: Asked) -> Answer:
        if asked.path.startswith("/hang"):
            over.wait()
            return None
        return BAD_ANSWERS.get(asked.path, (500, {}))

    with small_api(answer) as api:
        options = ("--stop-timeout", "1")
        run = start_engine(BAD_WEATHER, tmp_path, api.url, *options, users=15, run_time=600)
        until(lambda: len(api.asked) == 12)
        run.wait_until(lambda timeline: sum(timeline.skipped_tasks.values()) == 4)
        run.process.send_signal(signal.SIGINT)
        code, printed = run.wait()
        over.set()
    assert code == 0, printed
    assert "Traceback" not in printed
    timeline = run.timeline()
    assert by_name(run) == {
        "POST /broken": 1, "POST /page": 1, "GET /page": 1, "POST /empty": 2, "GET /close": 1,
        "GET /latin": 1, "GET /not-gzip": 1, "GET /coding": 1, "GET /half": 1, "GET /garbage": 1,
        "GET /hang/{id}": 1,
    }  # fmt: skip
    assert sum(by_name(run).values()) == len(api.asked)
    coding = "the content coding of the answer is unknown or broken"
    messages = {failure.name: failure.message for failure in timeline.failures}
    assert messages.pop("/garbage").startswith("the answer is not HTTP: ")
    assert messages == {
        "/close": "connection closed by the server without an answer",
        "/half": "connection closed by the server in the middle of an answer",
        "/latin": "HTTP 404",
        "/not-gzip": coding,
        "/coding": coding,
        "/page": "own words, 12345",
        "/hang/{id}": "no answer until its user was stopped",
    }
    assert timeline.skipped_tasks == {
        "no thing could be made": 1,
        "/items/{id}: no value for {id}": 1,
        "/header: the header 'X-Id' cannot be sent": 1,
        "/text: a text that is not valid Unicode": 1,
    }


def test_ctrl_c_lets_every_user_clean_up(tmp_path: Path) -> None:
    """SIGINT ends the run in order, even where the shell made it ignored: no resource is left."""
    shop = Shop()
    with small_api(shop) as api:
        command = engine_command(SHOP_USER, tmp_path, api.url, run_time=60, users=10)
        ignoring = "import os, signal, sys; signal.signal(2, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"  # noqa: E501
        run = start([sys.executable, "-c", ignoring, *command], tmp_path)
        run.wait_until(lambda timeline: timeline.totals.requests > 50)
        run.process.send_signal(signal.SIGINT)
        code, printed = run.wait()
    assert code == 0, printed
    assert "Traceback" not in printed
    assert run.timeline().end_reason == "stopped"
    assert sum(by_name(run).values()) == len(api.asked)
    assert shop.orders == {}


ENDED_BY_A_TASK = """
from locust import constant, task

from benchmark.engine import RapidHttpUser


class Impatient(RapidHttpUser):
    wait_time = constant(0)

    def on_start(self):
        self.rounds = 0

    @task
    def end(self):
        self.client.get("/x")
        self.rounds += 1
        if self.rounds == 5:
            self.environment.runner.{call}()
"""


@pytest.mark.parametrize("call", ["quit", "stop"])
def test_a_task_may_end_the_test(call: str, tmp_path: Path) -> None:
    """At once, although all users ask for it at the same time, and nothing counted is lost."""
    with small_api(lambda _: (200, {})) as api:
        source = ENDED_BY_A_TASK.format(call=call)
        run = start_engine(source, tmp_path, api.url, "--stop-timeout", "600", run_time=600)
        run.wait_until(lambda timeline: timeline.end_reason != "")
        if call == "stop":  # as in Locust: the process stays until its run time is over
            run.process.send_signal(signal.SIGINT)
        code, printed = run.wait()
    assert code == 0, printed
    assert "Traceback" not in printed
    assert by_name(run)["GET /x"] == len(api.asked) >= 5


def test_a_killed_run_leaves_all_but_its_last_second(tmp_path: Path) -> None:
    """After kill -9 the file holds every second that was over, and says that it has no end."""
    with small_api(Shop()) as api:
        run = start_engine(SHOP_USER, tmp_path, api.url, run_time=60)
        run.wait_until(lambda timeline: len(timeline.seconds) >= 1)
        seen = len(api.asked)
        run.process.kill()
        run.wait()
    timeline = run.timeline()
    assert timeline.end_reason == ""
    assert timeline.damaged_lines == 0
    assert timeline.seconds
    assert 0 < sum(by_name(run).values()) <= len(api.asked)
    assert timeline.seconds[0].requests <= seen


STARTER = """
import os, subprocess, sys, time
subprocess.Popen([*sys.argv[1:], f"--parent-pid={os.getpid()}"], stdout=-3, stderr=-3)
time.sleep(60)
"""


def test_a_run_ends_when_its_parent_is_gone(tmp_path: Path) -> None:
    """Where the process that started it is killed, the load stops by itself and cleans up."""
    shop = Shop()
    with small_api(shop) as api:
        command = engine_command(SHOP_USER, tmp_path, api.url, run_time=60)
        run = start([sys.executable, "-c", STARTER, *command], tmp_path)
        run.wait_until(lambda timeline: timeline.totals.requests > 10)
        run.process.kill()
        run.wait()
        run.wait_until(lambda timeline: timeline.end_reason == "stopped")
        assert shop.orders == {}


def test_a_server_that_dies_is_a_finding(tmp_path: Path) -> None:
    """The run goes on until it is stopped; failures have one message without addresses or ids."""
    with small_api(Shop()) as api:
        run = start_engine(SHOP_USER, tmp_path, api.url, run_time=600)
        run.wait_until(lambda timeline: timeline.totals.requests > 10)
        api.stop()
        run.wait_until(lambda timeline: timeline.totals.failures > 10)
        run.process.send_signal(signal.SIGINT)
        code, printed = run.wait()
    assert code == 0, printed
    assert "Traceback" not in printed
    timeline = run.timeline()
    assert timeline.end_reason == "stopped"
    assert {failure.message for failure in timeline.failures} <= {
        "connection refused",
        "connection reset by the server",
        "connection closed by the server without an answer",
        "connection closed by the server in the middle of an answer",
        "broken pipe",
    }


def test_a_plain_locust_works_without_the_hooks(tmp_path: Path) -> None:
    """`locust -f FILE` runs the same file: --tags holds for the first round, clean-up is done.

    Its run time begins with the test, not before the imports.
    """
    shop = Shop()
    source = "import time\n\ntime.sleep(1.5)\n" + SHOP_USER
    with small_api(shop) as api:
        command = engine_command(source, tmp_path, api.url, run_time=1, users=8)
        locust = str(Path(sys.executable).with_name("locust"))
        ours = command.index("--timeline")
        plain = [locust, *command[3:ours], "--exit-code-on-error", "0"]
        code, printed = start([*plain, "--tags", "goods"], tmp_path).wait()
        assert code == 0, printed
        assert all(one.path.startswith("/goods") for one in api.asked)
        code, printed = start(plain, tmp_path).wait()
    assert code == 0, printed
    assert "Traceback" not in printed
    operations = {one.method + one.path.rpartition("/")[0] for one in api.asked}
    assert {"POST", "GET/orders", "GET/goods", "DELETE/orders"} <= operations
    assert any("/lines/" in one.path for one in api.asked)
    assert shop.orders == {}


@pytest.mark.parametrize(
    ("shape", "run_time", "users"),
    [("spike", 3, [1, 10, 1]), ("stress", 2, [5, 10])],
)
def test_shapes_reach_their_peak_and_end_in_time(
    shape: str, run_time: int, users: list[int], tmp_path: Path
) -> None:
    """Each stage is reached within its second, also in the shortest run, and the end is kept."""
    source = SHOP_USER + "    wait_time = constant(0.3)\n"
    with small_api(Shop()) as api:
        options = ("--load-shape", shape)
        run = start_engine(source, tmp_path, api.url, *options, run_time=run_time, users=10)
        code, printed = run.wait()
    assert code == 0, printed
    reached = re.findall(r"All users spawned: .*\((\d+) total users\)", printed)
    assert [int(number) for number in reached] == users
    end = json.loads(run.path.read_text().splitlines()[-1])
    assert end["elapsed"] > run_time - 0.1
    assert end["reason"] == "run time reached"


def test_the_web_page_can_start_a_second_test(tmp_path: Path) -> None:
    """A second test, at another host, has a fresh timeline and a first round of its own."""
    port = unused_port()
    with small_api(Shop()) as first, small_api(Shop()) as second:
        command = engine_command(SHOP_USER, tmp_path, first.url)
        command.remove("--headless")
        web = ["--web-host", "127.0.0.1", "--web-port", str(port)]
        run = start([*command, *web], tmp_path)
        try:
            for api in (first, second):
                page = f"http://127.0.0.1:{port}"
                ask_page(f"{page}/swarm", user_count="3", spawn_rate="3", host=api.url)
                run.wait_until(partial(_reached_all, api.url))
                ask_page(f"{page}/stop")
                run.wait_until(lambda timeline: timeline.end_reason != "")
                assert sum(by_name(run).values()) == len(api.asked)
        finally:
            run.process.send_signal(signal.SIGINT)
            run.wait()
    assert first.counts()["GET /goods"] == second.counts()["GET /goods"] == 2


def _reached_all(host: str, timeline: Timeline) -> bool:
    names = {operation.name for operation in timeline.operations}
    return timeline.start.host == host and len(names) == 5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--load-shape", "spike", "-t", "0"], "--load-shape needs --run-time"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    options: list[str], message: str, tmp_path: Path
) -> None:
    """One line says what is wrong, and nothing is sent."""
    with small_api(Shop()) as api:
        code, printed = start_engine(SHOP_USER, tmp_path, api.url, *options).wait()
        assert code == 1
        assert message in printed
        assert api.asked == []
