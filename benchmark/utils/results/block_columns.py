"""Blocks of a result as JSON: the numbers of all operations of a block side by side.

A result of 300 operations and an hour has 200,000 histograms in its blocks. As an object each they
take four times as long to read, and twice the memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from operator import lt
from typing import Any

from benchmark.histogram import HIGHEST_INDEX, Histogram, PackedCounts
from benchmark.models import Block, OperationStats
from benchmark.utils.checked_json import (
    MalformedError,
    as_column,
    as_count,
    as_list,
    as_mapping,
    as_number,
    as_number_column,
    as_text,
)
from benchmark.utils.results.plausible import NOTHING, require_plausible

MAX_BLOCKS = 100_000
_MAX_OPERATIONS = 100_000
_NO_STATUSES: Mapping[str, int] = {}

Key = tuple[str, str]


def blocks_to_json(blocks: Sequence[Block]) -> dict[str, Any]:
    """The members `block_operations` and `blocks` of a result."""
    numbers: dict[Key, int] = {}
    written = [_block_to_json(block, numbers) for block in blocks]
    names = [{"method": method, "name": name} for method, name in numbers]
    return {"block_operations": names, "blocks": written}


def _block_to_json(block: Block, numbers: dict[Key, int]) -> dict[str, Any]:
    stats = block.operations
    document: dict[str, Any] = {
        "elapsed_s": round(block.elapsed, 3),
        "users": block.users,
        "operations": [numbers.setdefault((e.method, e.name), len(numbers)) for e in stats],
        "requests": [each.requests for each in stats],
        "failures": [each.failures for each in stats],
        "received_bytes": [each.received for each in stats],
        "histograms": _columns(each.latency for each in stats),
    }
    if any(each.latency_from_schedule.counts for each in stats):
        document["histograms_from_schedule"] = _columns(e.latency_from_schedule for e in stats)
    return document


def _columns(histograms: Iterable[Histogram]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {
        name: [] for name in ("sizes", "buckets", "counts", "total", "lowest", "highest")
    }
    for each in histograms:
        one = each.columns()
        columns["sizes"].append(len(each.counts))
        columns["buckets"].extend(one.pop("buckets"))
        columns["counts"].extend(one.pop("counts"))
        for name, number in one.items():
            columns[name].append(number)
    return columns


def blocks_from_json(document: Mapping[str, Any]) -> tuple[Block, ...]:
    """The blocks of a result. Raises MalformedError."""
    names = as_list(document.get("block_operations", []), "block_operations", _MAX_OPERATIONS)
    keys = [_key(as_mapping(each, "block_operations")) for each in names]
    blocks = as_list(document.get("blocks", []), "blocks", MAX_BLOCKS)
    return tuple(_block(as_mapping(each, "block"), keys) for each in blocks)


def _key(value: Mapping[str, Any]) -> Key:
    method = as_text(value.get("method"), "block_operations: method", 20)
    return method, as_text(value.get("name"), "block_operations: name")


def _block(value: Mapping[str, Any], keys: Sequence[Key]) -> Block:
    places = as_column(value.get("operations"), "block: operations")
    size = len(places)
    if places and max(places) >= len(keys):
        raise MalformedError(f"block: there is no operation {max(places)}")
    requests, failures, received = (
        as_column(value.get(name), f"block: {name}", size)
        for name in ("requests", "failures", "received_bytes")
    )
    latencies = _histograms(value.get("histograms"), size)
    scheduled = value.get("histograms_from_schedule")
    from_schedule = repeat(NOTHING, size) if scheduled is None else _histograms(scheduled, size)
    rows = zip(places, requests, failures, received, latencies, from_schedule, strict=True)
    operations = []
    for place, sent, failed, size_received, latency, late in rows:
        require_plausible(latency, sent, failed)
        method, name = keys[place]
        operations.append(
            OperationStats(method, name, sent, failed, latency, _NO_STATUSES, size_received, late)
        )
    elapsed = as_number(value.get("elapsed_s"), "block: elapsed_s")
    return Block(elapsed, as_count(value.get("users"), "block: users"), tuple(operations))


def _histograms(value: object, size: int) -> Iterator[Histogram]:
    columns = as_mapping(value, "block: histograms")
    sizes = as_column(columns.get("sizes"), "histograms: sizes", size)
    totals, lowest, highest = (
        as_number_column(columns.get(name), f"histograms: {name}", size)
        for name in ("total", "lowest", "highest")
    )
    buckets = as_column(columns.get("buckets"), "histograms: buckets", highest=HIGHEST_INDEX)
    counts = as_column(columns.get("counts"), "histograms: counts")
    if not sum(sizes) == len(buckets) == len(counts) or 0 in counts:
        raise MalformedError("histograms: sizes, buckets and counts do not fit together")
    end = 0
    for own, total, low, high in zip(sizes, totals, lowest, highest, strict=True):
        begin, end = end, end + own
        if not all(map(lt, buckets[begin : end - 1], buckets[begin + 1 : end])):
            raise MalformedError("histograms: buckets do not ascend")
        yield Histogram(PackedCounts(buckets, counts, begin, end), total, low, high)
