"""The server that logs the truth: it sleeps as long as it says, and notes what a client sees."""

from __future__ import annotations

import http.client
import shutil
import time
from pathlib import Path

import pytest

from perf.load import precise_server
from perf.load.precise_server import Behaviour
from perf.load.truth import Truth, percentile

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler"),
    pytest.mark.skipif(shutil.which("taskset") is None, reason="there is no taskset"),
]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled server."""
    return precise_server.compiled(tmp_path_factory.mktemp("server"))


def asked(program: Path, folder: Path, behaviour: Behaviour, requests: int) -> tuple[list, Truth]:
    """The milliseconds that one client saw, and the truth."""
    seen = []
    with precise_server.serving(program, folder, 0, behaviour) as server:
        client = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)
        for _ in range(requests):
            began = time.perf_counter_ns()
            client.request("GET", "/json")
            assert client.getresponse().read().startswith(b"{")
            seen.append((time.perf_counter_ns() - began) / 1e6)
        client.close()
    return seen, server.truth()


def test_it_logs_what_a_client_sees(program: Path, tmp_path: Path) -> None:
    """Each request is in the log, never longer than the client waited; one connection for all."""
    seen, log = asked(program, tmp_path, Behaviour(median=5.0, sigma=0.5), 40)
    true = [(b - a) / 1e6 for a, b in zip(log.arrivals, log.answers, strict=True)]
    assert len(true) == 40
    assert len(log.accepted) == 1
    assert all(lasted <= waited for lasted, waited in zip(true, seen, strict=True))
    assert 3.0 < percentile(sorted(log.sleeps), 50) / 1e6 < 8.0


def test_sleeps_are_seeded(program: Path, tmp_path: Path) -> None:
    """The same seed draws the same sleeps, another seed others; no answer comes before its time."""
    first, again, other = (
        asked(program, tmp_path, Behaviour(median=3.0, seed=seed), 10)[1] for seed in (1, 1, 2)
    )
    assert list(first.sleeps) == list(again.sleeps) != list(other.sleeps)
    assert first.oversleeping()[0] >= 0.0


def test_a_stall_answers_nothing_and_still_notes_arrivals(program: Path, tmp_path: Path) -> None:
    """One request of the client waits for the whole rest of the stall, and the log says so."""
    seen, log = asked(program, tmp_path, Behaviour(median=1.0, stall_after=0.05, stall=1.0), 120)
    longest = max((b - a) / 1e6 for a, b in zip(log.arrivals, log.answers, strict=True))
    assert 200 < longest <= max(seen)
