"""Blocks that are read straight into arrays: the same as through values, and damage is named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import reduce
from operator import getitem
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.histogram import HIGHEST_INDEX, STEPS, Histogram, bucket_bounds
from benchmark.models import Block, OperationStats
from benchmark.utils.comparison.columns import series_from_json
from benchmark.utils.comparison.series import RunSeries, series_of
from benchmark.utils.results.block_columns import blocks_from_json, blocks_to_json

COUNTS = st.dictionaries(st.integers(0, 30 * STEPS), st.integers(1, 10**9), max_size=4)
DAMAGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 3),
    st.sampled_from([10**15, 10**15 + 1, 2**63, 2**64, 10**400]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=2),
    st.lists(st.integers(0, 3), max_size=4),
    st.just({}),
)


@st.composite
def operations(draw: st.DrawFn) -> OperationStats:
    """What an operation did in a block."""
    counts = dict(sorted(draw(COUNTS).items()))
    requests = sum(counts.values())
    lowest = bucket_bounds(min(counts))[0] if counts else 0.0
    highest = bucket_bounds(max(counts))[1] if counts else 0.0
    # Whoever reads values also sees that a mean lies between the extremes.
    histogram = Histogram(counts, requests * (lowest + highest) / 2, lowest, highest)
    method, name = draw(st.sampled_from(["GET", "PUT"])), draw(st.sampled_from(["/a", "/b", "/ä"]))
    return OperationStats(method, name, requests, draw(st.integers(0, requests)), histogram)


@st.composite
def runs(draw: st.DrawFn) -> list[Block]:
    """The blocks of a run; an operation may stand twice in one of them, or in none."""
    ends = sorted(draw(st.sets(st.integers(0, 4_000_000), max_size=6)))
    within = st.lists(operations(), max_size=4)
    return [Block(end / 1000, draw(st.integers(0, 9)), tuple(draw(within))) for end in ends]


def same(one: RunSeries, other: RunSeries) -> bool:
    """Whether two series are equal in every array."""
    names = ("blocks", "requests", "failures", "count_blocks", "buckets", "counts")
    return (
        np.array_equal(one.elapsed, other.elapsed)
        and np.array_equal(one.users, other.users)
        and one.operations.keys() == other.operations.keys()
        and all(
            np.array_equal(getattr(series, name), getattr(other.operations[key], name))
            for key, series in one.operations.items()
            for name in names
        )
    )


def places(value: Any) -> Iterator[tuple[Any, ...]]:
    """The way to every value within a JSON value."""
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield (key,)
            yield from ((key, *rest) for rest in places(value[key]))


def written(blocks: list[Block]) -> dict[str, Any]:
    """Blocks as they stand in a file."""
    return dict(json.loads(json.dumps(blocks_to_json(blocks))))


@given(blocks=runs())
@settings(max_examples=200, deadline=None, derandomize=True)
def test_columns_give_the_same_series_as_values(blocks: list[Block]) -> None:
    """The short way from a file to arrays leads where the long one leads."""
    document = written(blocks)
    assert same(series_from_json(document), series_of(blocks_from_json(document)))


@given(blocks=runs().filter(bool), data=st.data())
@settings(max_examples=400, deadline=None, derandomize=True)
def test_damaged_columns_are_refused_or_the_same(blocks: list[Block], data: st.DataObject) -> None:
    """Any value anywhere: a ValueError, and nothing that the long way would take otherwise."""
    document = written(blocks)
    *way, last = data.draw(st.sampled_from(list(places(document))))
    reduce(getitem, way, document)[last] = data.draw(DAMAGE)
    expected = made(lambda: series_of(blocks_from_json(document)))
    series = made(lambda: series_from_json(document))
    if expected is not None:  # what is not needed here, bytes for example, may be refused there
        assert series is not None
        assert same(series, expected)


def made(read: Callable[[], RunSeries]) -> RunSeries | None:
    """What is read; None where it is refused."""
    try:
        return read()
    except ValueError:
        return None


def block() -> dict[str, Any]:
    """A block of two operations in which all is well."""
    histograms = {"sizes": [2, 1], "buckets": [5, 7, 6], "counts": [1, 2, 4]}
    return {
        "elapsed_s": 5.0, "users": 3, "operations": [1, 0], "requests": [3, 4],
        "failures": [0, 4], "histograms": histograms,
    }  # fmt: skip


NAMES = [{"method": "GET", "name": "/a"}, {"method": "PUT", "name": "/b"}]


@pytest.mark.parametrize(
    ("member", "value", "message"),
    [
        ("elapsed_s", None, "elapsed_s is not a number"),
        ("elapsed_s", -1, "elapsed_s is out of range"),
        ("users", "3", "users is not a whole number"),
        ("operations", [1, 2], "there is no operation 2"),
        ("operations", {}, "operations is not an array"),
        ("requests", [3], "requests are 1, not 2"),
        ("requests", [3, 5], "do not hold all requests"),
        ("failures", [0, 5], "more failures than requests"),
        ("histograms", [], "histograms is not an object"),
        ("sizes", [1, 1], "do not fit together"),
        ("sizes", [2**62, 2**62], "sizes are out of range"),
        ("sizes", [10**15] * 2, "sizes are out of range"),
        ("buckets", [7, 5, 6], "do not ascend"),
        ("buckets", [7, 7, 6], "do not ascend"),
        ("buckets", [5, HIGHEST_INDEX + 1, 6], "buckets are out of range"),
        ("buckets", [5, 1.5, 6], "buckets are not whole numbers"),
        ("counts", [3, 0, 4], "do not fit together"),
        ("counts", [1, 2, 4, 1], "counts are 4, not 3"),
        ("counts", [-1, 4, 4], "counts are not whole numbers"),
    ],
)
def test_damage_of_columns_is_named(member: str, value: Any, message: str) -> None:
    """Each rule that the columns of a block must keep has a message."""
    assert series_from_json({"block_operations": NAMES, "blocks": [block()]}).blocks == 1
    damaged = block()
    place = damaged if member in damaged else damaged["histograms"]
    place[member] = value
    with pytest.raises(ValueError, match=message):
        series_from_json({"block_operations": NAMES, "blocks": [damaged]})


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"block_operations": NAMES, "blocks": {}}, "blocks is not an array"),
        ({"block_operations": NAMES, "blocks": [7]}, "block is not an object"),
        ({"block_operations": [NAMES], "blocks": []}, "block_operations is not an object"),
        ({"block_operations": [{}], "blocks": []}, "method is not a string"),
        ({"blocks": [block()]}, "there is no operation 1"),
        ({"block_operations": NAMES, "blocks": [block()] * 100_001}, "more than 100000"),
        (
            {"block_operations": NAMES, "blocks": [block(), block() | {"elapsed_s": 4}]},
            "not in the order of time",
        ),
    ],
)
def test_damage_around_blocks_is_named(document: dict[str, Any], message: str) -> None:
    """Neither the list of names nor that of blocks needs to be what it should be."""
    with pytest.raises(ValueError, match=message):
        series_from_json(document)


def test_a_document_without_blocks_has_no_series() -> None:
    """That is what results of runs that sent nothing have, and results of CSV files."""
    assert series_from_json({}).blocks == 0
    assert series_from_json({"block_operations": NAMES, "blocks": []}).operations == {}
