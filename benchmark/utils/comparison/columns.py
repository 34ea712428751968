"""The blocks of a result document as arrays, straight from its columns.

They are nearly all of a long run's document; as values they take several times the time and memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmark.histogram import HIGHEST_INDEX
from benchmark.utils.checked_json import (
    MAX_NUMBER,
    MalformedError,
    as_column,
    as_count,
    as_list,
    as_mapping,
    as_number,
    as_text,
)
from benchmark.utils.comparison.series import Key, OperationSeries, RunSeries, Whole, in_order

_MAX_ITEMS = 100_000


def series_from_json(document: Mapping[str, Any]) -> RunSeries:
    """The members `block_operations` and `blocks` of a result.

    Raises ValueError, saying where, for what is malformed, contradicts itself, or is not in the
    order of time. Bytes, sums and latencies from schedule are not looked at.
    """
    names = as_list(document.get("block_operations", []), "block_operations", _MAX_ITEMS)
    keys = [_key(as_mapping(each, "block_operations")) for each in names]
    blocks = as_list(document.get("blocks", []), "blocks", _MAX_ITEMS)
    rows, cells = [_NO_ROWS], [_NO_CELLS]
    elapsed, users = [], []
    for number, value in enumerate(blocks):
        block = as_mapping(value, "block")
        elapsed.append(as_number(block.get("elapsed_s"), "block: elapsed_s"))
        users.append(as_count(block.get("users"), "block: users"))
        own_rows, own_cells = _block(block, number, len(keys))
        rows.append(own_rows)
        cells.append(own_cells)
    every = np.concatenate(rows, axis=1)
    operations = _by_operation(keys, every, np.concatenate(cells, axis=1))
    return RunSeries(in_order(elapsed), np.array(users, dtype=np.int64), operations)


_NO_ROWS = np.zeros((4, 0), dtype=np.int64)  # operation, block, requests, failures
_NO_CELLS = np.zeros((4, 0), dtype=np.int64)  # operation, block, bucket, count


def _key(value: Mapping[str, Any]) -> Key:
    method = as_text(value.get("method"), "block_operations: method", 20)
    return method, as_text(value.get("name"), "block_operations: name")


def _block(block: Mapping[str, Any], number: int, known: int) -> tuple[Whole, Whole]:
    """The rows and cells of a block, whose number is `number`."""
    places = _column(block.get("operations"), "block: operations")
    size = len(places)
    if size and places.max() >= known:
        raise MalformedError(f"block: there is no operation {places.max()}")
    requests = _column(block.get("requests"), "block: requests", size)
    failures = _column(block.get("failures"), "block: failures", size)
    if (failures > requests).any():
        raise MalformedError("block: more failures than requests")
    entries, buckets, counts = _histograms(block.get("histograms"), size)
    if (np.bincount(entries, weights=counts, minlength=size) != requests).any():
        raise MalformedError("block: the histograms do not hold all requests")
    return (
        np.stack([places, np.full(size, number), requests, failures]),
        np.stack([places[entries], np.full(len(entries), number), buckets, counts]),
    )


def _histograms(value: object, size: int) -> tuple[Whole, Whole, Whole]:
    """The place in its block, the bucket and the count of every entry of its histograms."""
    columns = as_mapping(value, "block: histograms")
    buckets = _column(columns.get("buckets"), "histograms: buckets", highest=HIGHEST_INDEX)
    counts = _column(columns.get("counts"), "histograms: counts", len(buckets))
    sizes = _column(columns.get("sizes"), "histograms: sizes", size, highest=len(buckets))
    if sizes.sum() != len(buckets) or not counts.all():
        raise MalformedError("histograms: sizes, buckets and counts do not fit together")
    entries = np.repeat(np.arange(size), sizes)
    if ((np.diff(buckets) <= 0) & (np.diff(entries) == 0)).any():
        raise MalformedError("histograms: buckets do not ascend")
    return entries, buckets, counts


def _column(
    value: object, what: str, size: int | None = None, *, highest: float = MAX_NUMBER
) -> Whole:
    return np.array(as_column(value, what, size, highest=highest), dtype=np.int64)


def _by_operation(keys: Sequence[Key], rows: Whole, cells: Whole) -> dict[Key, OperationSeries]:
    """The rows and cells of each operation that was called; one that is named twice is one."""
    numbers: dict[Key, int] = {}
    same = np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)
    parts_of_rows = _divided(rows, same, len(numbers))
    parts_of_cells = _divided(cells, same, len(numbers))
    operations = {}
    for key, number in numbers.items():
        own, latencies = parts_of_rows[number], parts_of_cells[number]
        if own.shape[1]:
            operations[key] = OperationSeries(*own[1:], *latencies[1:])
    return operations


def _divided(table: Whole, same: Whole, groups: int) -> list[Whole]:
    """The columns of a table by the operation that stands in its first row, in their order."""
    belongs = same[table[0]]
    order = np.argsort(belongs, kind="stable")
    ends = np.searchsorted(belongs[order], np.arange(1, groups))
    return np.split(table[:, order], ends, axis=1)
