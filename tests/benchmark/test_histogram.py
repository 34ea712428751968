"""The latency histogram: how exact it is, how it merges, and how it is stored."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.histogram import (
    Histogram,
    bucket_bounds,
    bucket_index,
    bucket_value,
    merge_histograms,
)
from benchmark.utils.checked_json import MalformedError, as_histogram

LATENCIES = st.floats(min_value=0.001, max_value=1e7)


def histogram(*latencies: float) -> Histogram:
    """A histogram of these latencies in milliseconds."""
    counts: dict[int, int] = {}
    for latency in latencies:
        index = bucket_index(latency)
        counts[index] = counts.get(index, 0) + 1
    if not latencies:
        return Histogram()
    return Histogram(counts, sum(latencies), min(latencies), max(latencies))


@pytest.mark.parametrize(
    ("milliseconds", "index"),
    [(-5, 1), (0, 1), (0.0004, 1), (0.001, 1), (0.255, 255), (0.256, 256), (0.257, 256)],
)
def test_small_latencies_have_their_own_buckets(milliseconds: float, index: int) -> None:
    """Below 256 µs a bucket is one microsecond wide; nothing is counted below 1 µs."""
    assert bucket_index(milliseconds) == index


def test_indices_are_those_of_stored_results() -> None:
    """The buckets never move, or old result files would be read wrongly."""
    known = {0.3: 278, 1: 506, 10: 924, 250: 1524, 1000: 1780, 60_000: 2532}
    assert {latency: bucket_index(latency) for latency in known} == known


@given(LATENCIES)
def test_a_bucket_holds_its_latency_within_a_hundredth(latency: float) -> None:
    """A latency, to the microsecond, lies in its bucket, whose value is within 0.4 % of it."""
    index = bucket_index(latency)
    low, high = bucket_bounds(index)
    rounded = max(0.001, int(latency * 1000 + 0.5) / 1000)
    assert low <= rounded < high or rounded == pytest.approx(low)
    assert bucket_value(index) == pytest.approx(rounded, rel=0.004)


@given(st.lists(LATENCIES, min_size=2))
def test_indices_rise_with_latencies(latencies: list[float]) -> None:
    """A longer latency never falls into a lower bucket."""
    ordered = [bucket_index(latency) for latency in sorted(latencies)]
    assert ordered == sorted(ordered)


@pytest.mark.parametrize(
    ("latencies", "percent", "expected"),
    [
        ([], 50, 0.0),
        ([7.0], 0, 7.0),
        ([7.0], 100, 7.0),
        ([1.0, 2.0, 3.0, 4.0], 50, 2.0),
        ([1.0, 2.0, 3.0, 4.0], 75, 3.0),
        ([1.0, 2.0, 3.0, 4.0], 75.1, 4.0),
        ([1.0] * 99 + [500.0], 99, 1.0),
        ([1.0] * 99 + [500.0], 99.9, 500.0),
    ],
)
def test_percentiles_are_nearest_ranks(
    latencies: list[float], percent: float, expected: float
) -> None:
    """A percentile is the latency of the request with that rank, never one between two."""
    assert histogram(*latencies).percentile(percent) == pytest.approx(expected, rel=0.004)


@given(st.lists(LATENCIES, min_size=1), st.floats(0, 100))
def test_percentiles_stay_between_lowest_and_highest(
    latencies: list[float], percent: float
) -> None:
    """However wide a bucket is, no percentile leaves what was measured."""
    found = histogram(*latencies).percentile(percent)
    assert min(latencies) <= found <= max(latencies)


@given(st.lists(st.lists(LATENCIES)))
def test_merging_is_counting_together(groups: list[list[float]]) -> None:
    """Merged histograms say what one histogram of all latencies says."""
    merged = merge_histograms([histogram(*group) for group in groups])
    whole = histogram(*[latency for group in groups for latency in group])
    assert merged.counts == whole.counts
    assert (merged.lowest, merged.highest) == (whole.lowest, whole.highest)
    assert merged.mean == pytest.approx(whole.mean)


def test_an_empty_histogram_is_all_zero() -> None:
    """Nothing measured gives zeros, not an error."""
    empty = merge_histograms([])
    assert (empty.count, empty.mean, empty.lowest, empty.highest) == (0, 0.0, 0.0, 0.0)


@given(st.lists(LATENCIES))
def test_json_keeps_everything_but_the_fourth_decimal(latencies: list[float]) -> None:
    """What is written is read back, sums to a thousandth of a millisecond."""
    before = histogram(*latencies)
    after = as_histogram(json.loads(json.dumps(before.to_json())), "latency")
    assert after.counts == before.counts
    assert after.total == pytest.approx(before.total, abs=0.001)


@pytest.mark.parametrize(
    "damaged",
    [
        {},
        {"counts": []},
        {"counts": {"1": 1}, "total": "1", "lowest": 1, "highest": 1},
        {"counts": {"x": 1}, "total": 1, "lowest": 1, "highest": 1},
        {"counts": {"1": None}, "total": 1, "lowest": 1, "highest": 1},
        {"counts": {"1": 1}, "total": 1, "lowest": 1},
    ],
)
def test_damaged_json_is_refused(damaged: dict[str, Any]) -> None:
    """What `to_json` never wrote is refused, with one sort of error."""
    with pytest.raises(MalformedError):
        as_histogram(damaged, "latency")
