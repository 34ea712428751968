"""A mergeable latency histogram: log-linear buckets, three significant digits, any range.

A latency in milliseconds is counted in a bucket whose width is at most 1/128 of its value, so that
every percentile read from the histogram is within 0.4 % of the true one. Buckets are kept sparse,
as `{index: count}`, so an operation with ten requests costs ten entries, not an array.

Indices are stable across versions: they are written to result files. For a value v in microseconds
(integer, at least 1): the first 256 indices are the values themselves; above, each power of two is
divided into 128 buckets of equal width.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_SUB_BITS = 7
_EXACT = 1 << (_SUB_BITS + 1)  # below this many microseconds every value has its own bucket


def bucket_index(milliseconds: float) -> int:
    """The index of the bucket that counts a latency; negative and zero latencies count as 1 µs."""
    micros = int(milliseconds * 1000.0 + 0.5)
    if micros < _EXACT:
        return micros if micros > 0 else 1
    shift = micros.bit_length() - (_SUB_BITS + 1)
    return (shift << _SUB_BITS) + (micros >> shift)


def bucket_bounds(index: int) -> tuple[float, float]:
    """The lowest latency of a bucket and the lowest of the next one, both in milliseconds."""
    if index < _EXACT:
        return index / 1000.0, (index + 1) / 1000.0
    shift = (index >> _SUB_BITS) - 1
    low = (index - (shift << _SUB_BITS)) << shift
    return low / 1000.0, (low + (1 << shift)) / 1000.0


def bucket_value(index: int) -> float:
    """The latency in milliseconds that stands for a bucket: its exact value, or its middle."""
    low, high = bucket_bounds(index)
    return low if index < _EXACT else (low + high) / 2.0


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
        return sum(self.counts.values())

    @property
    def mean(self) -> float:
        """The arithmetic mean in milliseconds, from the exact sum; 0 when empty."""
        count = self.count
        return self.total / count if count else 0.0

    def percentile(self, percent: float) -> float:
        """The latency in milliseconds that `percent` of all requests did not exceed; 0 when empty.

        The nearest-rank definition, clamped to the exact lowest and highest latency.
        """
        count = self.count
        if not count:
            return 0.0
        rank = max(1, -(-count * percent // 100))
        seen = 0
        for index in sorted(self.counts):
            seen += self.counts[index]
            if seen >= rank:
                return min(max(bucket_value(index), self.lowest), self.highest)
        return self.highest

    def to_json(self) -> dict[str, object]:
        """The histogram as JSON, keys of `counts` as text; `utils.checked_json` reads it back."""
        return {
            "counts": {str(index): self.counts[index] for index in sorted(self.counts)},
            "total": round(self.total, 3),
            "lowest": round(self.lowest, 3),
            "highest": round(self.highest, 3),
        }


def merge_histograms(histograms: Iterable[Histogram]) -> Histogram:
    """All latencies of all histograms in one. Nothing is lost: buckets are the same everywhere."""
    counts: dict[int, int] = {}
    total, lowest, highest = 0.0, 0.0, 0.0
    for histogram in histograms:
        if not histogram.counts:
            continue
        lowest = histogram.lowest if not counts else min(lowest, histogram.lowest)
        highest = max(highest, histogram.highest)
        total += histogram.total
        for index, count in histogram.counts.items():
            counts[index] = counts.get(index, 0) + count
    return Histogram(counts, total, lowest, highest)
