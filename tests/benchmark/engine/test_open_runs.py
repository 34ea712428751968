"""The open model and stages inside the real Locust: what starts when, and what becomes of it."""

from __future__ import annotations

import json
import re
import signal
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from engine_runs import Run, engine_command, start, start_engine
from small_api import Answer, Asked, small_api

from benchmark.utils.timeline import Timeline
from tests.ports import unused_port
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.end_to_end

TELLING = """
import json
import os

from locust import events, task

from benchmark.engine import ApiUser, RapidHttpUser

told = []


@events.request.add_listener
def listen(context, start_time, **_):
    told.append(((context or {}).get("lateness"), start_time))


@events.quitting.add_listener
def say(**_):
    os.write(1, f"TOLD {json.dumps(told)}\\n".encode())  # in one piece, with others writing too
"""
"""Prints, in the end, the lateness that each request told, and when it was sent."""

VISITOR = (
    TELLING
    + """

class Visitor(RapidHttpUser):
    def on_start(self):
        self.client.get("/hello")

    def on_stop(self):
        self.client.get("/bye")

    @task
    def visit(self):
        self.client.get("/visit")
        self.client.get("/again")
"""
)


class Timed:
    """Answers after a while and notes when it was asked."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.times: list[tuple[float, str]] = []
        self.at_once = self.most = 0
        self._lock = threading.Lock()

    def __call__(self, asked: Asked) -> Answer:
        """Answer one request."""
        with self._lock:
            self.times.append((time.monotonic(), asked.path))
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        time.sleep(self.seconds)
        with self._lock:
            self.at_once -= 1
        return 200, {}

    def when(self, path: str) -> list[float]:
        """The moments at which a path was asked for."""
        return [moment for moment, each in self.times if each == path]


class Stalling(Timed):
    """Answers nothing for a while, once."""

    def __init__(self, after: float, seconds: float) -> None:
        super().__init__()
        self._after, self._stall = after, seconds
        self.answered: list[float] = []

    def __call__(self, asked: Asked) -> Answer:
        """Answer one request, the visits in the order in which they came."""
        answer = super().__call__(asked)
        if asked.path == "/visit":
            begin = self.when("/visit")[0] + self._after
            while begin < time.monotonic() < begin + self._stall:
                time.sleep(0.005)
            self.answered.append(time.monotonic())
        return answer


@dataclass(frozen=True)
class Told:
    """What the requests of a run told: how many they were, and when iterations began.

    `late` is by how many milliseconds they did so too late, `due` when it should have been (seconds
    since 1970, rising): that is the same however busy the machine is.
    """

    requests: int
    late: list[float]
    due: list[float]


def told_in(printed: str) -> Told:
    """What the requests told, in all processes that printed it."""
    every: list[tuple[float | None, float]] = []
    for line in re.findall(r"^TOLD (.*)$", printed, re.MULTILINE):
        every += json.loads(line)
    first = [(late, sent) for late, sent in every if late is not None]
    return Told(
        len(every), [late for late, _ in first], sorted(sent - late / 1000 for late, sent in first)
    )


def ended(run: Run) -> tuple[Mapping[str, float], Told]:
    """What a run that came to its end counted, and what its requests told."""
    code, printed = run.wait()
    assert code == 0, printed
    assert "Traceback" not in printed
    return arrivals_of(run.timeline()), told_in(printed)


def arrivals_of(timeline: Timeline) -> Mapping[str, float]:
    """What became of the iterations that were asked for."""
    words = ("arrivals", "iterations")
    return {name: n for name, n in timeline.counters.items() if name.endswith(words)}


def test_iterations_start_by_the_clock_and_not_by_the_answers(tmp_path: Path) -> None:
    """50 per second for two seconds are 100, although each takes a fifth of a second.

    Each user that works is greeted before its first task and not earlier. Only the first request
    of an iteration tells how late that was.
    """
    api_of = Timed(0.1)
    with small_api(api_of) as api:
        options = ("--request-rate", "50")
        counted, told = ended(start_engine(VISITOR, tmp_path, api.url, *options, users=60))
    visits = api_of.when("/visit")
    assert counted == {"asked_arrivals": 100, "started_iterations": 100}
    assert len(visits) == len(api_of.when("/again")) == 100
    greeted = len(api_of.when("/hello"))
    assert 10 <= greeted <= 60
    assert len(api_of.when("/bye")) == greeted
    assert len(told.due) == 100
    assert told.requests == 200 + 2 * greeted
    # Every 20 ms. Single ones may have been held up between their beginning and their request.
    held_up = [moment - number / 50 for number, moment in enumerate(told.due)]
    assert statistics.median(held_up) - min(held_up) < 0.1


def test_what_finds_no_user_in_time_is_dropped(tmp_path: Path) -> None:
    """One user needs half a second: the others wait, and what waited too long is counted."""
    api_of = Timed(0.25)
    with small_api(api_of) as api:
        options = ("--request-rate", "20", "--max-start-delay", "0.4")
        counted, told = ended(start_engine(VISITOR, tmp_path, api.url, *options, users=1))
    assert counted["asked_arrivals"] == 40
    assert counted["started_iterations"] == len(api_of.when("/visit"))
    assert 2 <= counted["started_iterations"] <= 5
    gone = counted["dropped_iterations"] + counted.get("missed_arrivals", 0)
    assert counted["started_iterations"] + gone == 40
    assert counted["dropped_iterations"] > 20
    assert max(told.late) > 300


def test_a_stall_shows_in_the_latency_from_schedule(tmp_path: Path) -> None:
    """Two users wait for it, and service time knows of those two; the others were due meanwhile.

    The latencies from schedule follow from the server's own record: arrival k was due k / rate
    after the first, and nobody had its answer before the server had given it.
    """
    rate, stall = 50, 0.6
    api_of = Stalling(after=0.3, seconds=stall)
    source = VISITOR.replace('        self.client.get("/again")\n', "")
    with small_api(api_of) as api:
        run = start_engine(source, tmp_path, api.url, "--request-rate", str(rate), users=2)
        ended(run)
    (visit,) = [one for one in run.timeline().operations if one.name == "/visit"]
    arrived = api_of.when("/visit")
    assert visit.requests == len(arrived) == visit.latency_from_schedule.count == 2 * rate
    begin = min(moment - k / rate for k, moment in enumerate(arrived))
    true = [1000 * (done - begin - k / rate) for k, done in enumerate(sorted(api_of.answered))]
    # Two may overtake each other: that changes neither the mean nor lowers the highest.
    assert visit.latency_from_schedule.mean >= statistics.fmean(true) * 0.99 - 1
    assert visit.latency_from_schedule.highest >= max(true) * 0.99 - 1
    assert visit.latency_from_schedule.percentile(85) > 150
    assert visit.latency.percentile(90) < visit.latency_from_schedule.percentile(85)


TWO_SORTS = (
    TELLING
    + """

class Quick(RapidHttpUser):
    weight = 1

    @task
    def quick(self):
        self.client.get("/quick")


class Slow(ApiUser):
    weight = 3
    strategy = "sequential"

    @task(5)
    def first(self):
        self.client.get("/first")
        self.wait_within()

    @task
    def second(self):
        self.client.get("/second")
        self.wait_within()

    def wait_within(self):
        import gevent
        gevent.sleep(0.2)
"""
)


@pytest.mark.parametrize("arrivals", ["constant", "poisson"])
def test_classes_take_part_by_weight_and_tasks_in_their_order(
    arrivals: str, tmp_path: Path
) -> None:
    """A slow class does not lose its share, and `sequential` is sequential."""
    api_of = Timed()
    with small_api(api_of) as api:
        options = ("--request-rate", "100", "--arrivals", arrivals)
        counted, _ = ended(start_engine(TWO_SORTS, tmp_path, api.url, *options, users=80))
    asked = Counter(path for _, path in api_of.times)
    assert counted["started_iterations"] == counted["asked_arrivals"] == sum(asked.values())
    assert sum(asked.values()) == pytest.approx(200, abs=0 if arrivals == "constant" else 75)
    slow = asked["/first"] + asked["/second"]
    assert slow / sum(asked.values()) == pytest.approx(0.75, abs=0.13)
    assert asked["/first"] == pytest.approx(asked["/second"], abs=45)


@pytest.mark.parametrize(
    ("options", "thirds"),
    [
        (("--stages", "1s:40/s,1s:40/s,1s:0/s"), [20, 40, 20]),
        (("--request-rate", "40", "--load-shape", "spike"), [4, 40, 4]),
    ],
)
def test_rates_follow_stages_and_shapes(
    options: tuple[str, ...], thirds: list[int], tmp_path: Path
) -> None:
    """The rate climbs, holds and falls; the test ends with it."""
    api_of = Timed()
    with small_api(api_of) as api:
        run = start_engine(VISITOR, tmp_path, api.url, *options, users=40, run_time=3)
        counted, told = ended(run)
    counts = Counter(min(2, int(moment - told.due[0])) for moment in told.due)
    assert [counts[n] for n in range(3)] == pytest.approx(thirds, abs=5)
    visits = api_of.when("/visit")
    assert counted["asked_arrivals"] == len(visits) == pytest.approx(sum(thirds), abs=2)
    end = json.loads(run.path.read_text().splitlines()[-1])
    assert end["elapsed"] >= 2.9


def test_users_follow_stages(tmp_path: Path) -> None:
    """Second by second; the test ends with them."""
    source = VISITOR + "        self.client.get('/pause')\n"
    with small_api(Timed(0.02)) as api:
        run = start_engine(source, tmp_path, api.url, "--stages", "2s:6,1s:6,1s:0", users=6)
        code, printed = run.wait()
    assert code == 0, printed
    reached = re.findall(r"All users spawned: .*\((\d+) total users\)", printed)
    assert [int(number) for number in reached] == [3, 6, 0]
    end = json.loads(run.path.read_text().splitlines()[-1])
    assert end["elapsed"] >= 3.9


def test_a_stop_ends_arrivals_at_once(tmp_path: Path) -> None:
    """Ctrl-C: nothing more is begun, what runs is finished, what waits is dropped."""
    api_of = Timed(0.3)
    with small_api(api_of) as api:
        command = engine_command(VISITOR, tmp_path, api.url, "--request-rate", "30", run_time=60)
        run = start(command, tmp_path)
        run.wait_until(lambda timeline: timeline.totals.requests > 5)
        run.process.send_signal(signal.SIGINT)
        interrupted = time.monotonic()
        counted, _ = ended(run)
    assert max(api_of.when("/visit")) - interrupted < 10  # of the sixty that were asked for
    begun = counted["started_iterations"]
    gone = counted["dropped_iterations"] + counted.get("missed_arrivals", 0)
    assert begun + gone == counted["asked_arrivals"]
    assert len(api_of.when("/visit")) == len(api_of.when("/again")) == begun


def test_users_of_another_making_are_refused_by_name(tmp_path: Path) -> None:
    """They would not wait for tickets, and the load would not be what was asked for."""
    source = VISITOR + (
        "\n\nfrom locust import HttpUser\n\n\nclass Stranger(HttpUser):\n"
        "    @task\n    def go(self):\n        self.client.get('/go')\n"
    )
    api_of = Timed()
    with small_api(api_of) as api:
        code, printed = start_engine(source, tmp_path, api.url, "--request-rate", "9").wait()
    assert code == 1
    assert "users of Stranger cannot be started at a rate" in printed
    assert "Traceback" not in printed
    assert api_of.times == []


@pytest.mark.parametrize("options", [["--stages", "0.5s:9"], ["--stages", "1s:9,1s:9/s"]])
def test_wrong_stages_are_said(options: list[str], tmp_path: Path) -> None:
    """In a sentence, before anything is sent."""
    api_of = Timed()
    with small_api(api_of) as api:
        code, printed = start_engine(VISITOR, tmp_path, api.url, *options).wait()
    assert code == 1
    assert "--stages: " in printed
    assert "Traceback" not in printed
    assert api_of.times == []


# ── the web page ──────────────────────────────────────────────────────────────────────────────


@contextmanager
def web_page(folder: Path, host: str, *options: str) -> Iterator[tuple[Run, str]]:
    """A run that waits for its web page, and the address of that."""
    port = unused_port()
    command = engine_command(VISITOR, folder, host, *options)
    for given in ("--headless", "-t"):
        place = command.index(given)
        del command[place : place + (2 if given == "-t" else 1)]
    run = start([*command, "--web-host", "127.0.0.1", "--web-port", str(port)], folder)
    page = f"http://127.0.0.1:{port}"
    with run.process:
        try:
            until(lambda: ask(page))
            yield run, page
        finally:
            run.process.kill()


def ask(url: str, form: dict[str, str] | None = None) -> str:
    """What the page answers, to a form where there is one; "" where it does not answer."""
    data = None if form is None else urlencode(form).encode()
    try:
        with urlopen(url, data, timeout=PATIENCE) as reply:
            return str(reply.read().decode())
    except URLError:
        return ""


def has_ended(host: str, timeline: Timeline) -> bool:
    """Whether a test against a host has come to its end."""
    return timeline.start.host == host and timeline.end_reason != ""


def test_the_web_page_starts_open_and_closed_tests_in_turn(tmp_path: Path) -> None:
    """Rate and host are those of its form; each test has arrivals and counts of its own."""
    apis = [Timed(), Timed(), Timed()]
    counted: list[Mapping[str, float]] = []
    with ExitStack() as stack:
        urls = [stack.enter_context(small_api(each)).url for each in apis]
        run, page = stack.enter_context(web_page(tmp_path, urls[0]))
        assert '"request_rate"' in ask(page)
        for api_of, url, rate in zip(apis, urls, ("30", "0", "60"), strict=True):
            form = {"user_count": "4", "spawn_rate": "4", "host": url, "request_rate": rate}
            assert '"success":true' in ask(f"{page}/swarm", form).replace(" ", "")
            until(lambda api_of=api_of: len(api_of.when("/visit")) >= 60)
            ask(f"{page}/stop", {})
            run.wait_until(partial(has_ended, url))
            counted.append(arrivals_of(run.timeline()))
        run.process.send_signal(signal.SIGINT)
        _, told = ended(run)
    first, closed, second = counted
    assert closed == {}
    for each, api_of in ((first, apis[0]), (second, apis[2])):
        assert each["started_iterations"] == len(api_of.when("/visit"))
    distances = [after - before for before, after in pairwise(told.due)]
    assert statistics.median(distances[:50]) == pytest.approx(1 / 30, rel=0.1)
    assert statistics.median(distances[-50:]) == pytest.approx(1 / 60, rel=0.1)


@pytest.mark.parametrize(("stages", "visits"), [("1s:20/s", 10), ("1s:3,1s:3", None)])
def test_the_web_page_follows_stages_twice(stages: str, visits: int | None, tmp_path: Path) -> None:
    """A test ends when its stages are over, and can be started again from the beginning."""
    api_of = Timed(0.05)
    with small_api(api_of) as api, web_page(tmp_path, api.url, "--stages", stages) as (run, page):
        for number in (1, 2):
            form = {"user_count": "20", "spawn_rate": "20", "host": api.url}
            before = len(api_of.times)
            ask(f"{page}/swarm", form)
            until(lambda before=before: len(api_of.times) > before)
            until(lambda: '"stopped"' in ask(f"{page}/stats/requests"))
            run.wait_until(partial(has_ended, api.url))
            timeline = run.timeline()
            assert arrivals_of(timeline).get("asked_arrivals") == visits
            if visits:
                assert len(api_of.when("/visit")) == visits * number
            else:
                assert max(second.users for second in timeline.seconds) == 3
        run.process.send_signal(signal.SIGINT)
        ended(run)
