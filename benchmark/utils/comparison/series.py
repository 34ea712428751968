"""What a run measured, block by block, in the arrays that statistics need."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.histogram import FIRST, STEPS, PackedCounts
from benchmark.models import Block, OperationStats

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

Key = tuple[str, str]
"""An operation: its method and its name."""


@dataclass(frozen=True, slots=True)
class OperationSeries:
    """One operation in the blocks of a run in which it was called.

    Entry i of `requests` and `failures` belongs to the block of number `blocks[i]`; `counts[j]`
    latencies of block `count_blocks[j]` fell into the bucket `buckets[j]` of
    `benchmark.histogram`.
    """

    blocks: Whole
    requests: Whole
    failures: Whole
    count_blocks: Whole
    buckets: Whole
    counts: Whole


@dataclass(frozen=True, slots=True)
class RunSeries:
    """The blocks of a run: when each ended (seconds after the start), its users, its operations."""

    elapsed: Floats
    users: Whole
    operations: Mapping[Key, OperationSeries]

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return len(self.elapsed)

    @property
    def width(self) -> float:
        """How many seconds a block lasts: the commonest distance of their ends, 0 without any."""
        if not self.blocks:
            return 0.0
        return float(np.median(np.diff(self.elapsed, prepend=0.0)))


@dataclass(frozen=True, slots=True)
class Grouped:
    """One operation in groups of blocks, each of the same length.

    `counts[j]` latencies in all groups fell into the bucket `buckets[j]` (rising). For what needs
    less precision, `latencies[i, j]` counts the requests of group i whose latency lay between
    `edges[j, 0]` and `edges[j, 1]` (logarithms of milliseconds, rising with j).
    """

    requests: Floats
    failures: Floats
    buckets: Whole
    counts: Floats
    edges: Floats
    latencies: Floats


class _Columns:
    """The numbers of one operation while they are collected."""

    __slots__ = ("_buckets", "_counts", "_rows")

    def __init__(self) -> None:
        self._rows = array("Q")  # block, requests, failures, buckets
        self._buckets = array("Q")
        self._counts = array("Q")

    def add(self, block: int, stats: OperationStats) -> None:
        """Add what the operation did in the block of a number."""
        counts = stats.latency.counts
        self._rows.extend((block, stats.requests, stats.failures, len(counts)))
        parts = counts.parts() if isinstance(counts, PackedCounts) else (counts, counts.values())
        self._buckets.extend(parts[0])
        self._counts.extend(parts[1])

    def series(self) -> OperationSeries:
        """Everything that was added."""
        blocks, requests, failures, sizes = _numbers(self._rows).reshape(-1, 4).T.copy()
        return OperationSeries(
            blocks=blocks,
            requests=requests,
            failures=failures,
            count_blocks=np.repeat(blocks, sizes),
            buckets=_numbers(self._buckets),
            counts=_numbers(self._counts),
        )


def _numbers(numbers: array[int]) -> Whole:
    return np.array(numbers, dtype=np.int64)


_NOTHING = np.zeros(0, dtype=np.int64)
_NEVER = OperationSeries(_NOTHING, _NOTHING, _NOTHING, _NOTHING, _NOTHING, _NOTHING)


def in_order(elapsed: Sequence[float]) -> Floats:
    """When blocks ended. Raises ValueError where one did not end after the one before it."""
    ends = np.array(elapsed, dtype=np.float64)
    if (np.diff(ends) <= 0).any():
        raise ValueError("blocks are not in the order of time: its clock goes back")
    return ends


def series_of(blocks: Sequence[Block]) -> RunSeries:
    """The blocks of a result as arrays. Raises ValueError where they are not in order of time."""
    elapsed = in_order([block.elapsed for block in blocks])
    operations: dict[Key, _Columns] = {}
    for place, block in enumerate(blocks):
        for stats in block.operations:
            key = (stats.method, stats.name)
            columns = operations.get(key)
            if columns is None:
                columns = operations[key] = _Columns()
            columns.add(place, stats)
    users = np.array([block.users for block in blocks], dtype=np.int64)
    return RunSeries(elapsed, users, {key: each.series() for key, each in operations.items()})


MAX_COLUMNS = 200
"""More different latencies than these are put together: intervals do not need them."""


def grouped(series: OperationSeries | None, group_of: Whole, groups: int) -> Grouped:
    """An operation in `groups` groups; `group_of[b]` is that of block b, -1 for one to leave out.

    None is an operation that was never called.
    """
    series = _NEVER if series is None else series
    of_blocks, of_counts = group_of[series.blocks], group_of[series.count_blocks]
    kept, kept_counts = of_blocks >= 0, of_counts >= 0
    buckets, places = np.unique(series.buckets[kept_counts], return_inverse=True)
    counts = series.counts[kept_counts]
    edges, column_of = _columns(buckets)
    cells = of_counts[kept_counts] * len(edges) + column_of[places]
    latencies = np.bincount(cells, weights=counts, minlength=groups * len(edges))
    return Grouped(
        requests=_sums(of_blocks[kept], series.requests[kept], groups),
        failures=_sums(of_blocks[kept], series.failures[kept], groups),
        buckets=buckets,
        counts=_sums(places, counts, len(buckets)),
        edges=edges,
        latencies=latencies.reshape(groups, len(edges)).astype(np.float64),
    )


def requests_in(series: OperationSeries, group_of: Whole, groups: int) -> Floats:
    """The requests of an operation in each group."""
    places = group_of[series.blocks]
    return _sums(places[places >= 0], series.requests[places >= 0], groups)


def log_percentile(parts: Sequence[Grouped], percent: int) -> float:
    """The logarithm of a latency percentile (milliseconds) of several runs together.

    The nearest rank, as in `Histogram.percentile`. There must be a latency.
    """
    buckets = np.concatenate([part.buckets for part in parts])
    counts = np.concatenate([part.counts for part in parts])
    order = np.argsort(buckets, kind="stable")
    reached = counts[order].cumsum()
    rank = max(1.0, math.ceil(float(reached[-1]) * percent / 100))
    place = int(np.searchsorted(reached, rank))
    return float(middles(buckets[order][place : place + 1])[0])


def _columns(buckets: Whole) -> tuple[Floats, Whole]:
    """The columns in which buckets (rising) are counted: their edges, and each bucket's column."""
    shift = 0
    found = buckets.copy()
    while len(found) > MAX_COLUMNS:
        shift += 1
        found >>= 1
        found = found[np.diff(found, prepend=-1) > 0]
    edges = np.stack([_logs(found << shift), _logs((found + 1) << shift)], axis=1)
    return edges, np.searchsorted(found, buckets >> shift)


def _logs(buckets: Whole) -> Floats:
    """The logarithm of where each bucket begins, in milliseconds."""
    shares: Floats = np.log1p((buckets % STEPS) / STEPS)
    octaves = (buckets // STEPS + FIRST).astype(np.float64)
    return octaves * math.log(2) + shares


def middles(buckets: Whole) -> Floats:
    """The logarithm of the latency that stands for each bucket, in milliseconds."""
    return _logs(buckets) + 0.5 / STEPS / (1 + (buckets % STEPS) / STEPS)


def _sums(groups_of: Whole, values: Whole, groups: int) -> Floats:
    return np.bincount(groups_of, weights=values, minlength=groups).astype(np.float64)
