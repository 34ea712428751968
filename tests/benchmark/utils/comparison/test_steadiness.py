"""Which blocks of a run are compared."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.histogram import Histogram, bucket_index
from benchmark.models import Block, LoadProfile, OperationStats, ShapeName
from benchmark.utils.comparison.series import RunSeries, series_of
from benchmark.utils.comparison.steadiness import MAX_GROUPS, Steady, memory_of, steady_blocks

HELD = LoadProfile("held", 10, 10.0, 300.0)


def series(latencies: list[float], users: list[int] | None = None, last: float = 5.0) -> RunSeries:
    """Blocks of one operation: in each, 20 requests of one latency; `last` seconds the last one."""
    ends = [5.0 * (place + 1) for place in range(len(latencies))]
    ends[-1] += last - 5.0
    blocks = []
    for place, latency in enumerate(latencies):
        counts = {bucket_index(latency): 20}
        stats = OperationStats("GET", "/", 20, 0, Histogram(counts, latency * 20, latency, latency))
        blocks.append(Block(ends[place], users[place] if users else 10, (stats,)))
    return series_of(blocks)


def noisy(count: int, seed: int = 1) -> list[float]:
    """Latencies around 10 ms without any memory."""
    random = np.random.default_rng(seed)
    return [float(value) for value in 10 * np.exp(random.normal(size=count) * 0.05)]


def kept(steady: Steady) -> list[int]:
    """The blocks that count."""
    return [int(place) for place in np.flatnonzero(steady.group_of >= 0)]


def test_a_warm_up_is_left_out() -> None:
    """Slow blocks at the beginning do not count."""
    steady = steady_blocks(series([90.0, 60.0, 30.0, *noisy(27)]), HELD)
    assert kept(steady) == list(range(3, 30))
    assert steady.skipped == 15
    assert not steady.problem


def test_a_run_that_is_steady_keeps_all() -> None:
    """Nothing is left out where nothing warms up."""
    steady = steady_blocks(series(noisy(30)), HELD)
    assert kept(steady) == list(range(30))


def test_blocks_of_the_ramp_do_not_count() -> None:
    """Only blocks with all users from their beginning on count, and none after users stop."""
    users = [4, 9, 10, *[10] * 16, 3]
    slow = LoadProfile("held", 10, 1.0, 100.0)
    assert kept(steady_blocks(series(noisy(20), users), slow)) == list(range(2, 19))


def test_a_block_that_was_cut_short_does_not_count() -> None:
    """The last block of a run of 102 s has but two of them."""
    assert kept(steady_blocks(series(noisy(20), last=2.0), HELD)) == list(range(19))


def test_a_run_that_warms_up_for_more_than_its_half_has_no_steady_state() -> None:
    """Where only the last blocks resemble each other, that is said."""
    latencies = [10.0 * 1.4 ** (14 - place) for place in range(14)] + noisy(10)
    steady = steady_blocks(series(latencies), HELD)
    assert "no steady state" in steady.problem
    assert not steady.whole


def test_a_short_run_says_what_is_missing() -> None:
    """Twenty seconds cannot be divided; the message says how long a run must be."""
    steady = steady_blocks(series(noisy(4)), HELD)
    assert steady.whole
    assert "20 s" in steady.problem
    assert "40 s" in steady.problem


@pytest.mark.parametrize("shape", ["stress", "spike", "stages"])
def test_a_changing_load_is_compared_as_a_whole(shape: ShapeName) -> None:
    """A load in steps has no steady state; whole runs can be compared all the same."""
    steady = steady_blocks(series(noisy(30)), LoadProfile(shape, 10, 1.0, 150.0, shape))
    assert steady.whole
    assert len(kept(steady)) == 30


def test_a_long_run_is_put_together() -> None:
    """An hour of five-second blocks becomes at most sixty groups of the same length."""
    steady = steady_blocks(series(noisy(720)), HELD)
    assert steady.groups == MAX_GROUPS
    assert steady.seconds == 60


def test_an_empty_run_has_nothing() -> None:
    """No blocks, no groups, no error."""
    steady = steady_blocks(series_of(()), HELD)
    assert steady.groups == 0
    assert steady.whole


def test_memory_is_that_of_the_noise() -> None:
    """The correlation of neighbours is found again, without the bias of short series."""
    random = np.random.default_rng(5)
    found = []
    for _ in range(300):
        values = [random.normal()]
        for _ in range(23):
            values.append(0.5 * values[-1] + random.normal() * 0.75**0.5)
        found.append(memory_of(np.array(values)))
    assert np.mean(found) == pytest.approx(0.5, abs=0.06)
