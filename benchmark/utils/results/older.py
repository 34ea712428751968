"""Brings result documents of older versions into the form of the present one.

Version 1 had other histograms: buckets of microseconds, of two digits. Version 2 counted failures
by their message alone. What neither of them knew stays unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmark.histogram import Histogram, bucket_index
from benchmark.models import Block, OperationStats
from benchmark.utils.checked_json import (
    MalformedError,
    UnreadableVersionError,
    as_count,
    as_histogram,
    as_list,
    as_mapping,
    as_number,
    as_text,
)
from benchmark.utils.results.block_columns import blocks_to_json
from benchmark.utils.text_safety import clean_text
from benchmark.utils.timeline_lines import status_in

READABLE_VERSIONS = (1, 2, 3)
MAX_ITEMS = 100_000
"""How many operations, failures or seconds a result has at most."""
_EXACT = 256  # version 1: so many microseconds had a bucket each; above, powers of two had 128
_STEPS_1 = 128
_HIGHEST_1 = 8192


def present_form(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """A document of any readable version as the present one has it.

    Raises MalformedError for another version, and for histograms that version 1 did not have.
    """
    if "schema_version" not in document:
        raise MalformedError("it has no schema_version, as every result of stress-api has")
    version = as_count(document["schema_version"], "schema_version")
    if version not in READABLE_VERSIONS:
        raise UnreadableVersionError(version, READABLE_VERSIONS)
    if version < 2:
        document = _without_old_buckets(document)
    return _with_columns(_with_statuses(document)) if version < 3 else document


def _with_statuses(document: Mapping[str, Any]) -> dict[str, Any]:
    failures = []
    for each in as_list(document.get("failures", []), "failures", MAX_ITEMS):
        failure = as_mapping(each, "failure")
        message = failure.get("message")
        status = status_in(message) if isinstance(message, str) else None
        failures.append({**failure, "status": status})
    return {**document, "failures": failures}


def _with_columns(document: Mapping[str, Any]) -> dict[str, Any]:
    """Version 2 had an object for each operation of a block."""
    blocks = as_list(document.get("blocks", []), "blocks", MAX_ITEMS)
    return {**document, **blocks_to_json([_block(as_mapping(each, "block")) for each in blocks])}


def _block(value: Mapping[str, Any]) -> Block:
    operations = as_list(value.get("operations"), "block: operations", MAX_ITEMS)
    return Block(
        elapsed=as_number(value.get("elapsed_s"), "block: elapsed_s"),
        users=as_count(value.get("users"), "block: users"),
        operations=tuple(_sums(as_mapping(each, "block: operation")) for each in operations),
    )


def _sums(value: Mapping[str, Any]) -> OperationStats:
    scheduled = value.get("histogram_from_schedule")
    return OperationStats(
        method=as_text(value.get("method"), "block: method", 20),
        name=as_text(value.get("name"), "block: name"),
        requests=as_count(value.get("requests"), "block: requests"),
        failures=as_count(value.get("failures"), "block: failures"),
        latency=as_histogram(value.get("histogram"), "block: histogram"),
        latency_from_schedule=(
            Histogram() if scheduled is None else as_histogram(scheduled, "block: histogram")
        ),
    )


def _without_old_buckets(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **document,
        "totals": _converted(document.get("totals"), "totals"),
        "operations": _all_converted(document, "operations"),
        "timeline": _all_converted(document, "timeline"),
    }


def _all_converted(document: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    return [_converted(each, name) for each in as_list(document.get(name, []), name, MAX_ITEMS)]


def _converted(value: object, what: str) -> dict[str, Any]:
    """An object whose histogram, if it has one, has buckets of today."""
    parts = as_mapping(value, what)
    if "histogram" not in parts:
        return dict(parts)
    histogram = as_mapping(parts["histogram"], f"{what}: histogram")
    lowest, highest = (as_number(histogram.get(name), name) for name in ("lowest", "highest"))
    counts: dict[str, int] = {}
    for key, count in as_mapping(histogram.get("counts"), f"{what}: counts").items():
        latency = min(max(_middle(key), lowest), highest)
        index = str(bucket_index(latency))
        counts[index] = counts.get(index, 0) + as_count(count, f"{what}: counts")
    return {**parts, "histogram": {**histogram, "counts": counts}}


def _middle(key: str) -> float:
    """The middle of a bucket of version 1, in milliseconds."""
    index = int(key) if key.isascii() and key.isdigit() and len(key) < 6 else 0
    if not 0 < index <= _HIGHEST_1:
        raise MalformedError(f"there is no bucket {clean_text(key, 20)!r} in version 1")
    if index < _EXACT:
        return index / 1000
    octave = index // _STEPS_1 - 1
    return (((index - octave * _STEPS_1) << octave) + (1 << octave) / 2) / 1000
