"""Reads the JSON of a comparison back, which may have been damaged or forged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, get_args

from benchmark.errors import UsageError
from benchmark.models import (
    Answer,
    ComparedMetric,
    ComparedSide,
    Comparison,
    MetricChange,
    OperationChange,
)
from benchmark.utils.checked_json import (
    MalformedError,
    UnreadableVersionError,
    as_count,
    as_list,
    as_mapping,
    as_number,
    as_text,
    as_time,
)
from benchmark.utils.comparison_document import SCHEMA_VERSION

_MOST = 10_000
"""Comparisons, operations, files, notes: there are never more than that of any."""

_MOST_TEXT = 500
Word = TypeVar("Word", bound=str)


def is_comparison(document: object) -> bool:
    """Whether this is what `compare --json` prints, of one comparison or of several."""
    if not isinstance(document, dict):
        return False
    return "comparisons" in document or {"answer", "margin", "base", "new"} <= document.keys()


def comparisons_from_json(document: object) -> tuple[Comparison, ...]:
    """The comparisons in what `comparisons_to_json` wrote.

    Raises UsageError, naming the place, if it is anything else, or of another version.
    """
    try:
        content = as_mapping(document, "the document")
        if "comparisons" not in content:
            return (comparison_from_json(content),)
        _require_version(content)
        several = as_list(content["comparisons"], "comparisons", _MOST)
        return tuple(map(comparison_from_json, several))
    except MalformedError as error:
        raise UsageError(f"not a comparison: {error}") from error


def comparison_from_json(document: object) -> Comparison:
    """One comparison. Raises MalformedError, naming the place."""
    content = as_mapping(document, "comparison")
    _require_version(content)
    return Comparison(
        base=_side(content.get("base"), "base"),
        new=_side(content.get("new"), "new"),
        margin=as_number(content.get("margin"), "margin"),
        answer=_word(content.get("answer"), get_args(Answer), "answer"),
        total=_operation(content.get("total")),
        operations=tuple(
            _operation(each) for each in as_list(content.get("operations"), "operations", _MOST)
        ),
        only_in_base=_texts(content.get("only_in_base"), "only_in_base"),
        only_in_new=_texts(content.get("only_in_new"), "only_in_new"),
        notes=_texts(content.get("notes"), "notes"),
    )


def _require_version(content: Mapping[str, Any]) -> None:
    version = as_count(content.get("schema_version"), "schema_version")
    if version != SCHEMA_VERSION:
        raise UnreadableVersionError(version, (SCHEMA_VERSION,))


def _side(value: object, what: str) -> ComparedSide:
    side = as_mapping(value, what)
    return ComparedSide(
        label=as_text(side.get("label"), f"{what}: label"),
        base_url=as_text(side.get("base_url"), f"{what}: base_url", _MOST_TEXT),
        started_at=as_time(side.get("started_at"), f"{what}: started_at"),
        runs=as_count(side.get("runs"), f"{what}: runs"),
        seconds=as_number(side.get("seconds"), f"{what}: seconds"),
        blocks=as_count(side.get("blocks"), f"{what}: blocks"),
        skipped=as_number(side.get("skipped_s"), f"{what}: skipped_s"),
        files=_texts(side.get("files"), f"{what}: files"),
    )


def _operation(value: object) -> OperationChange:
    change = as_mapping(value, "operation")
    method = as_text(change.get("method"), "operation: method", 20)
    name = as_text(change.get("name"), "operation: name")
    what = f"{method} {name}".strip()
    metrics = as_mapping(change.get("metrics"), f"{what}: metrics")
    return OperationChange(
        method=method,
        name=name,
        base_requests=as_count(change.get("base_requests"), f"{what}: base_requests"),
        new_requests=as_count(change.get("new_requests"), f"{what}: new_requests"),
        answer=_word(change.get("answer"), get_args(Answer), f"{what}: answer"),
        changes=tuple(_metric(name, each, what) for name, each in metrics.items()),
        more_runs=as_count(change.get("more_runs"), f"{what}: more_runs"),
        reason=as_text(change.get("reason"), f"{what}: reason", _MOST_TEXT),
    )


def _metric(name: str, value: object, operation: str) -> MetricChange:
    metric = _word(name, get_args(ComparedMetric), f"{operation}: metric")
    what = f"{operation}: {metric}"
    change = as_mapping(value, what)
    ratio, low, high = (
        None if change.get(part) is None else as_number(change[part], f"{what}: {part}")
        for part in ("ratio", "low", "high")
    )
    if (ratio is None) != (low is None) or (low is None) != (high is None):
        raise MalformedError(f"{what}: a ratio has an interval")
    return MetricChange(
        metric=metric,
        base=as_number(change.get("base"), f"{what}: base"),
        new=as_number(change.get("new"), f"{what}: new"),
        answer=_word(change.get("answer"), get_args(Answer), f"{what}: answer"),
        ratio=ratio,
        low=low,
        high=high,
        limit=as_number(change.get("limit"), f"{what}: limit"),
        more_runs=as_count(change.get("more_runs"), f"{what}: more_runs"),
        reason=as_text(change.get("reason"), f"{what}: reason", _MOST_TEXT),
    )


def _word(value: object, words: tuple[Word, ...], what: str) -> Word:
    for word in words:
        if value == word:
            return word
    raise MalformedError(f"{what} is none of " + ", ".join(words))


def _texts(value: object, what: str) -> tuple[str, ...]:
    return tuple(as_text(each, what, _MOST_TEXT) for each in as_list(value, what, _MOST))
