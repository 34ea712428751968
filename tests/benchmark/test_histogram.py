"""The latency histogram: how exact it is, how it merges, and how it is stored."""

from __future__ import annotations

import json
import math
from array import array
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.histogram import (
    HIGHEST_INDEX,
    Histogram,
    HistogramBuilder,
    PackedCounts,
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


@pytest.mark.parametrize("milliseconds", [-5.0, 0.0, 1e-9, 2.0**-18])
def test_what_takes_no_time_is_in_the_first_bucket(milliseconds: float) -> None:
    """Nothing is counted below 4 ns."""
    assert bucket_index(milliseconds) == 0


def test_indices_are_those_of_stored_results() -> None:
    """The buckets never move, or old result files would be read wrongly."""
    known = {0.05: 13926, 1: 18432, 2: 19456, 10: 21760, 1000: 28624, 60_000: 34643, 1e9: 49011}
    assert {latency: bucket_index(latency) for latency in known} == known


@given(LATENCIES)
def test_a_bucket_holds_its_latency_to_three_digits(latency: float) -> None:
    """A latency lies in its bucket, whose value is within half a unit of the third digit of it."""
    index = bucket_index(latency)
    low, high = bucket_bounds(index)
    assert low <= latency < high
    assert bucket_value(index) == pytest.approx(latency, rel=0.0005)
    assert bucket_index(low) == index
    assert bucket_bounds(index + 1)[0] == high


@given(st.lists(st.floats()))
def test_many_at_once_are_counted_as_one_by_one(latencies: list[float]) -> None:
    """Whatever they are: NaN, infinities, negative and absurd numbers are held in bounds."""
    builder, one_by_one = HistogramBuilder(), HistogramBuilder()
    builder.add_all(array("d", latencies))
    for latency in latencies:
        one_by_one.add(latency)
    assert builder.counts == one_by_one.counts
    assert (builder.lowest, builder.highest) == (one_by_one.lowest, one_by_one.highest)
    assert max(builder.counts, default=0) <= HIGHEST_INDEX


@given(
    st.lists(st.integers(1, 10**6), min_size=1, max_size=300),
    st.decimals(0, 100, places=3, allow_nan=False),
)
def test_percentiles_are_those_of_a_sorted_list(micros: list[int], percent: Decimal) -> None:
    """The exact rank, however the percentage is rounded as a float: 99.9 of 1000 is the 999th."""
    latencies = sorted(number / 1000 for number in micros)
    rank = max(1, math.ceil(len(latencies) * Fraction(percent) / 100))
    found = histogram(*latencies).percentile(float(percent))
    assert found == pytest.approx(latencies[rank - 1], rel=0.0005)


@pytest.mark.parametrize(
    ("count", "percent", "rank"),
    [(375, 74.4, 279), (1250, 97.68, 1221), (10_000, 0.68, 68), (10_000, 46.27, 4627)],
)
def test_ranks_are_not_off_by_a_rounded_float(count: int, percent: float, rank: int) -> None:
    """Cases in which count times percent, as floats, is a hair above a whole number."""
    below, above = bucket_index(1.0), bucket_index(8.0)
    assert Histogram({below: rank, above: count - rank}, 1.0, 1.0, 9.0).percentile(percent) < 2
    just_more = Histogram({below: rank - 1, above: count - rank + 1}, 1.0, 1.0, 9.0)
    assert just_more.percentile(percent) > 7


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
    assert histogram(*latencies).percentile(percent) == pytest.approx(expected, rel=0.0005)


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
def test_json_keeps_everything_to_the_nanosecond(latencies: list[float]) -> None:
    """What is written is read back, sums to a nanosecond."""
    before = histogram(*latencies)
    after = as_histogram(json.loads(json.dumps(before.to_json())), "latency")
    assert after.counts == before.counts
    assert after.total == pytest.approx(before.total, abs=0.000_001)


@given(st.lists(LATENCIES))
def test_columns_are_read_as_the_same_histogram(latencies: list[float]) -> None:
    """Packed counts are equal to a dictionary's, merge like them, and are found one by one."""
    before = histogram(*latencies)
    after = as_histogram(json.loads(json.dumps(before.columns())), "latency")
    assert after.counts == before.counts
    assert before.counts == after.counts
    assert len(after.counts) == len(before.counts)
    assert after.count == before.count
    assert all(after.counts[index] == number for index, number in before.counts.items())
    assert after.counts.get(HIGHEST_INDEX + 1) is None
    assert merge_histograms([after, after]).counts == merge_histograms([before, before]).counts
    assert after.percentile(95) == pytest.approx(before.percentile(95), abs=0.000_001)
    assert after.columns()["counts"] == before.columns()["counts"]


def test_packed_counts_are_a_part_of_their_arrays() -> None:
    """What lies before and behind them belongs to others."""
    part = PackedCounts(array("Q", [1, 3, 5, 7]), array("Q", [10, 30, 50, 70]), 1, 3)
    assert dict(part) == {3: 30, 5: 50}
    assert (len(part), part.total, list(part), list(part.values())) == (2, 80, [3, 5], [30, 50])
    for other in (1, 4, 7):
        with pytest.raises(KeyError):
            part[other]


@pytest.mark.parametrize(
    "damaged",
    [
        {},
        {"buckets": [1], "counts": {"1": 1}, "total": 1, "lowest": 1, "highest": 1},
        {"buckets": [1, 1], "counts": [1, 1], "total": 2, "lowest": 1, "highest": 1},
        {"buckets": [1], "counts": [0], "total": 1, "lowest": 1, "highest": 1},
        {"buckets": [1], "counts": [1.5], "total": 1, "lowest": 1, "highest": 1},
        {"buckets": [-1], "counts": [1], "total": 1, "lowest": 1, "highest": 1},
        {"buckets": [10**30], "counts": [1], "total": 1, "lowest": 1, "highest": 1},
        {"buckets": [60_000], "counts": [1], "total": 1, "lowest": 1, "highest": 1},
        {"buckets": [1], "counts": ["1"], "total": 1, "lowest": 1, "highest": 1},
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
