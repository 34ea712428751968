"""A mergeable latency histogram: log-linear buckets, three significant digits, any range.

Each power of two of a latency in milliseconds is divided into 1024 buckets of equal width, so a
bucket is at most 1/1024 of its value wide, and its middle within 0.05 % of every latency in it:
half a unit of the third digit, as in an HdrHistogram of three digits. Buckets are kept sparse, as
`{index: count}`, so an operation with ten requests costs ten entries, not an array.

Indices are stable across versions: they are written to result files. Bucket i begins at
(1 + (i mod 1024) / 1024) * 2**(i div 1024 - 18) milliseconds. So 0 is 2**-18 ms (4 ns), as which
everything shorter is counted; 1 ms is 18432, 2 ms 19456, 1 s 28624.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import ItemsView, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

STEPS = 1024
"""Buckets to a power of two."""
FIRST = -18
"""The power of two, in milliseconds, where indices begin."""
SHORTEST, LONGEST = math.ldexp(1.0, FIRST), math.ldexp(1.0, 40)
"""Milliseconds (4 ns and 35 years); what took less or more is counted as these."""
HIGHEST_INDEX = (40 - FIRST) * STEPS
_OTHER_BITS = 42  # of the 52 binary digits of a double, ten are left
_BITS_OF_FIRST = (1023 + FIRST) * STEPS  # exponents of doubles are stored plus 1023


def _bounded(milliseconds: float) -> float:
    """The nearest latency that can be counted; in this order, NaN becomes the shortest."""
    return min(max(SHORTEST, milliseconds), LONGEST)


def bucket_index(milliseconds: float) -> int:
    """The index of the bucket that counts a latency."""
    # frexp gives m * 2**e with 1/2 <= m < 1: a power of two less than ours.
    mantissa, exponent = math.frexp(_bounded(milliseconds))
    return (exponent - FIRST - 2) * STEPS + int(mantissa * (2 * STEPS))


def bucket_bounds(index: int) -> tuple[float, float]:
    """The lowest latency of a bucket and the lowest of the next one, both in milliseconds."""
    octave, step = divmod(index, STEPS)
    width = math.ldexp(1.0, octave + FIRST) / STEPS
    low = (STEPS + step) * width
    return low, low + width


def bucket_value(index: int) -> float:
    """The latency in milliseconds that stands for a bucket: its middle."""
    low, high = bucket_bounds(index)
    return (low + high) / 2.0


class PackedCounts(Mapping[int, int]):
    """Counts by bucket in a part of two arrays, from `begin` to `end`, where the buckets ascend.

    It takes a tenth of the memory of a dictionary: the blocks of an hour have a million entries.
    """

    __slots__ = ("_begin", "_end", "_indices", "_numbers")

    def __init__(self, indices: array[int], numbers: array[int], begin: int, end: int) -> None:
        self._indices, self._numbers = indices, numbers
        self._begin, self._end = begin, end

    def __getitem__(self, index: int) -> int:
        place = bisect_left(self._indices, index, self._begin, self._end)
        if place == self._end or self._indices[place] != index:
            raise KeyError(index)
        return self._numbers[place]

    def __iter__(self) -> Iterator[int]:
        return iter(self._indices[self._begin : self._end])

    def __len__(self) -> int:
        return self._end - self._begin

    def items(self) -> ItemsView[int, int]:
        """Buckets and their counts, made all at once, which is faster than one by one."""
        return dict(zip(*self.parts(), strict=True)).items()

    def parts(self) -> tuple[array[int], array[int]]:
        """Buckets and their counts, side by side."""
        part = slice(self._begin, self._end)
        return self._indices[part], self._numbers[part]

    @property
    def total(self) -> int:
        """The sum of the counts."""
        return sum(self._numbers[self._begin : self._end])

    def __repr__(self) -> str:
        return f"PackedCounts({dict(self.items())})"


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counted latencies. `counts` maps bucket indices to counts above zero.

    `total` (the exact sum) and `lowest`/`highest` are milliseconds; they are 0 when empty.
    """

    counts: Mapping[int, int] = field(default_factory=dict)
    total: float = 0.0
    lowest: float = 0.0
    highest: float = 0.0

    @property
    def count(self) -> int:
        """How many latencies were counted."""
        counts = self.counts
        return counts.total if isinstance(counts, PackedCounts) else sum(counts.values())

    @property
    def mean(self) -> float:
        """The arithmetic mean in milliseconds, from the exact sum; 0 when empty."""
        count = self.count
        return self.total / count if count else 0.0

    def percentile(self, percent: float) -> float:
        """The latency in milliseconds that `percent` of all requests did not exceed; 0 when empty.

        The nearest-rank definition, clamped to the exact lowest and highest latency. The rank is
        computed exactly, from the percentage as it is written: 99.9 is 999/10, not its float.
        """
        count = self.count
        if not count:
            return 0.0
        rank = max(1, math.ceil(count * Fraction(str(percent)) / 100))
        seen = 0
        for index, number in sorted(self.counts.items()):
            seen += number
            if seen >= rank:
                return min(max(bucket_value(index), self.lowest), self.highest)
        return self.highest

    def plain(self) -> dict[str, Any]:
        """The histogram as a dictionary: arguments of `HistogramBuilder.merge`."""
        return {
            "counts": self.counts,
            "total": self.total,
            "lowest": self.lowest,
            "highest": self.highest,
        }

    def to_json(self) -> dict[str, object]:
        """The histogram as JSON, keys of `counts` as text; `utils.checked_json` reads it back.

        So it stands in timelines; `columns` is what stands in results.
        """
        return {
            "counts": {str(index): self.counts[index] for index in sorted(self.counts)},
            "total": round(self.total, 6),
            "lowest": round(self.lowest, 6),
            "highest": round(self.highest, 6),
        }

    def columns(self) -> dict[str, Any]:
        """The histogram as JSON, buckets and counts side by side: half as long, and read faster."""
        counts = sorted(self.counts.items())
        return {
            "buckets": [index for index, _ in counts],
            "counts": [number for _, number in counts],
            "total": round(self.total, 6),
            "lowest": round(self.lowest, 6),
            "highest": round(self.highest, 6),
        }


class HistogramBuilder:
    """Counts latencies in milliseconds until they are wanted as a value."""

    __slots__ = ("counts", "highest", "lowest", "total")

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}
        self.total = 0.0
        self.lowest = 0.0
        self.highest = 0.0

    def add(self, milliseconds: float) -> None:
        """Count one latency."""
        value = _bounded(milliseconds)
        self.merge({bucket_index(value): 1}, value, value, value)

    def add_all(self, latencies: array[float]) -> None:
        """Count all latencies of an `array("d")`, in a third of the time that `add` would take.

        Those that are no number count as the shortest.
        """
        if not latencies:
            return
        total, lowest, highest = sum(latencies), min(latencies), max(latencies)
        if not (lowest >= SHORTEST and total <= LONGEST):
            latencies = array("d", map(_bounded, latencies))
            total, lowest, highest = sum(latencies), min(latencies), max(latencies)
        # An index is the exponent and the first ten binary digits of a double: read its bits.
        bits = memoryview(latencies).cast("B").cast("Q")
        counts = Counter([(number >> _OTHER_BITS) - _BITS_OF_FIRST for number in bits])
        self.merge(counts, total, lowest, highest)

    def merge(self, counts: Mapping[int, int], total: float, lowest: float, highest: float) -> None:
        """Count what another histogram counted. Buckets are the same everywhere."""
        if not counts:
            return
        self.lowest = min(self.lowest, lowest) if self.counts else lowest
        self.highest = max(self.highest, highest)
        self.total += total
        if not self.counts:
            self.counts = dict(counts.items())  # those of `PackedCounts` are made all at once
            return
        known = self.counts
        for index, count in counts.items():
            known[index] = known.get(index, 0) + count

    def add_histogram(self, other: Histogram | HistogramBuilder) -> None:
        """The same, of a value or of what another one counted."""
        self.merge(other.counts, other.total, other.lowest, other.highest)

    def histogram(self) -> Histogram:
        """What was counted so far, as a value."""
        return Histogram(dict(self.counts), self.total, self.lowest, self.highest)


def merge_histograms(histograms: Iterable[Histogram]) -> Histogram:
    """All latencies of all histograms in one."""
    merged = HistogramBuilder()
    for each in histograms:
        merged.add_histogram(each)
    return merged.histogram()
