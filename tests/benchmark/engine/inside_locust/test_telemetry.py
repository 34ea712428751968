"""What a process notices of itself: a stopped loop, collections, a wall clock that was set."""

from __future__ import annotations

import gc
import time

import gevent
import pytest

from benchmark.engine import counters
from benchmark.engine.precise_timer import PreciseTimer
from benchmark.engine.recording import telemetry
from benchmark.engine.recording.telemetry import Telemetry
from benchmark.histogram import Histogram


def block(seconds: float) -> None:
    """Keep the processor, and the event loop from running."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def test_a_stopped_loop_is_late_for_every_look_that_it_missed() -> None:
    """A stop of 400 ms counts as twenty looks, late by 400, 380, 360 … ms."""
    watching = Telemetry()
    watching.start()
    gevent.sleep(0.05)
    began = time.monotonic()
    watching.take()
    used = time.process_time()
    block(0.4)
    used = time.process_time() - used
    gevent.sleep(0.05)
    seen = watching.take()
    share = used / (time.monotonic() - began)  # not all of it where others want the processor too
    watching.stop()
    lag = Histogram(**seen["lag"])
    assert lag.highest >= 370
    assert sum(n for index, n in lag.counts.items() if index > 18432 + 6 * 1024) >= 15  # > 64 ms
    assert seen["cpu"] >= share - 0.001


def test_collections_are_timed() -> None:
    """Each one, as long as it is watched, and not after."""
    watching = Telemetry()
    watching.start()
    gc.collect()
    assert Histogram(**watching.take()["gc_pauses"]).count >= 1
    watching.stop()
    gc.collect()
    assert Histogram(**watching.take()["gc_pauses"]).count == 0
    watching.stop()  # twice is once


def test_a_wall_clock_that_is_set_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """It left the monotonic clock by more than a tenth of a second."""
    watching = Telemetry()
    counters.take()
    watching.take()
    assert "clock_steps" not in counters.take()[0]
    cpu, clock, wall = telemetry._clocks()
    monkeypatch.setattr(telemetry, "_clocks", lambda: (cpu, clock + 1, wall - 3600))
    watching.take()
    assert counters.take()[0]["clock_steps"] == 1


@pytest.mark.parametrize("kernel", [True, False])
def test_a_timer_is_never_early(kernel: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a timer of the kernel and without; a moment that is past does not block."""
    if not kernel:
        monkeypatch.setattr("benchmark.engine.precise_timer._libc", None)
    timer = PreciseTimer()
    for seconds in (0.0, 0.0004, 0.003, 0.02):
        moment = time.monotonic() + seconds
        timer.sleep_until(moment)
        assert time.monotonic() >= moment - (0 if kernel else 0.001)
    timer.sleep_until(time.monotonic() - 5)
    timer.close()
    timer.close()
