"""Tests that a run is put in a line from the beginning of its file, whatever is in that file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sample_runs import sample_lines, sample_result, write_lines

from benchmark.errors import UsageError
from benchmark.models import LoadProfile, OpenModel, Stage
from benchmark.utils import document_members
from benchmark.utils.analyze_results import analyze
from benchmark.utils.document_members import read_members
from benchmark.utils.history import load_in_words, read_summary
from benchmark.utils.result_files import read_result
from benchmark.utils.results import SCHEMA_VERSION, result_to_json


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The JSON of a run."""
    path = tmp_path_factory.mktemp("run") / "x_timeline.jsonl"
    return result_to_json(analyze(sample_result(path, seconds=20)))


def written(path: Path, document: object) -> Path:
    """A file with a JSON document."""
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_a_line_says_what_the_whole_result_says(tmp_path: Path, document: dict[str, Any]) -> None:
    """Percentiles, rate, failures, status, validity and grade are those of the result."""
    path = written(tmp_path / "benchmark_medium_1.json", document)
    summary, result = read_summary(path), read_result(path)
    latency = result.totals.latency
    assert summary.metrics == pytest.approx(
        {
            "p50": latency.percentile(50),
            "p95": latency.percentile(95),
            "p99": latency.percentile(99),
            "rps": result.rps,
            "failures": result.totals.failure_share,
        }
    )
    assert summary.requests == result.totals.requests
    assert summary.started_at == result.started_at
    assert (summary.test_type, summary.base_url) == (result.test_type, result.base_url)
    assert (summary.validity, summary.grade) == ("valid", analyze(result).grade)
    assert summary.load == "20 users, 2 started per second, 120 s, pauses 0.1 to 0.5 s"
    assert summary.doubt == ""


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_every_version_is_read(tmp_path: Path, document: dict[str, Any], version: int) -> None:
    """What older results do not say is left open."""
    old = {**document, "schema_version": version}
    if version == 1:
        for member in ("validity", "grade", "generator", "blocks"):
            old.pop(member, None)
    summary = read_summary(written(tmp_path / "old.json", old))
    assert summary.metrics["p95"] > 0
    assert summary.validity == ("" if version == 1 else "valid")


def test_no_more_is_read_than_needed(
    tmp_path: Path, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blocks of a hundred megabytes cost nothing: what stands behind the totals is not read."""
    path = tmp_path / "large.json"
    text = json.dumps(document)
    path.write_text(text[:-1] + ', "more": "' + "x" * 2_000_000 + '"}', encoding="utf-8")
    monkeypatch.setattr(document_members, "_MAX_READ", 500_000)
    assert read_summary(path).requests


def test_what_does_not_end_is_given_up(
    tmp_path: Path, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that goes on without the totals is left after so many bytes."""
    monkeypatch.setattr(document_members, "_MAX_READ", 200_000)
    path = written(tmp_path / "x.json", {"more": "x" * 1_000_000, **document})
    with pytest.raises(UsageError, match="are not those of a result"):
        read_summary(path)


def test_members_are_read_over_the_edges_of_what_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers, texts and characters of several bytes may lie across them."""
    document = {"a": 123456, "b": "größer – ⌘", "c": [1.5, {"d": None}], "e": True, "f": 99}
    path = tmp_path / "x.json"
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for size in range(1, 40):
        monkeypatch.setattr(document_members, "_FIRST_READ", size)
        assert read_members(path, {"a", "f"}) == document
    assert read_members(path, {"b"}) == {"a": 123456, "b": "größer – ⌘"}


def hostile(document: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Documents that are no results."""
    yield "empty", b""
    yield "a list", b"[]"
    yield "nothing", b"{}"
    yield "deep", b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    yield "NaN", b'{"schema_version": NaN}'
    yield "binary", b'{"\xff\xfe": 1}'
    yield "unclosed", b'{"a": "b}'
    yield "no colon", b'{"a" 1}'
    yield "no name", b"{1: 2}"
    yield "truncated", json.dumps(document).encode()[:5000]
    for member in ("test_type", "status", "started_at", "target", "profile", "totals"):
        for value in (None, -1, [], {}, "x" * 10, True):
            yield f"{member} {value}", json.dumps({**document, member: value}).encode()
    yield "newer", json.dumps({**document, "schema_version": 99}).encode()
    totals = {**document["totals"], "latency_ms": {"p50": "fast"}}
    yield "a text for a number", json.dumps({**document, "totals": totals}).encode()


def test_what_is_no_result_is_refused_in_a_line(tmp_path: Path, document: dict[str, Any]) -> None:
    """Whatever the file holds, one message names it."""
    path = tmp_path / "bad.json"
    harmless = {"test_type xxxxxxxxxx"}
    for name, content in hostile(document):
        path.write_bytes(content)
        if name in harmless:
            assert read_summary(path).test_type == "xxxxxxxxxx"
            continue
        with pytest.raises(UsageError) as error:
            read_summary(path)
        assert error.value.message.startswith(str(path)), name
        assert "\n" not in error.value.message


def test_a_byte_order_mark_is_no_harm(tmp_path: Path, document: dict[str, Any]) -> None:
    """Editors of Windows leave one."""
    path = tmp_path / "x.json"
    path.write_text(json.dumps(document), encoding="utf-8-sig")
    assert read_summary(path).requests


def test_a_killed_run_says_so(tmp_path: Path) -> None:
    """Its timeline gives the numbers; it is shown, and does not count."""
    path = write_lines(tmp_path / "benchmark_light_1_2_timeline.jsonl", sample_lines()[:12])
    summary = read_summary(path)
    assert summary.doubt == "interrupted"
    assert summary.metrics["rps"] > 0


def test_equal_loads_have_equal_words() -> None:
    """All that makes numbers comparable is in them, and nothing else."""
    closed = LoadProfile("x", 20, 2.0, 60.0)
    assert load_in_words(closed, (1, 3), 1) == (
        "20 users, 2 started per second, 60 s, pauses 1 to 3 s"
    )
    assert load_in_words(closed, (0, 0), 2) == (
        "20 users, 2 started per second, 60 s, no pauses, 2 processes"
    )
    opened = LoadProfile("x", 50, 50.0, 60.0, open_model=OpenModel(25.0, "poisson"))
    assert load_in_words(opened, (1, 3), 1) == (
        "25 iterations per second, at most 50 users, poisson arrivals, 60 s"
    )
    staged = LoadProfile("x", 9, 1.0, 30.0, "stages", (Stage(10, 9), Stage(20, 0)))
    assert load_in_words(staged, (0, 0), 1) == "stages 10s:9,20s:0, 30 s, no pauses"
    spike = LoadProfile("x", 9, 9.0, 30.0, "spike")
    assert "shape spike" in load_in_words(spike, (0, 0), 1)


def test_no_requests_have_no_metrics(tmp_path: Path, document: dict[str, Any]) -> None:
    """A run in which nothing was sent has no percentiles, rather than zeros."""
    totals = {**document["totals"], "requests": 0, "failures": 0}
    summary = read_summary(written(tmp_path / "x.json", {**document, "totals": totals}))
    assert summary.metrics == {}
    assert summary.doubt == "no requests"
    assert summary.started_at > datetime(2026, 1, 1, tzinfo=UTC)
