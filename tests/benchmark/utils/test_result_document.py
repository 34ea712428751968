"""The result document: its schema, what it keeps, older and newer versions, and bad input."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from result_documents import ABORT_ON, RUNS, SCHEMA, closed_run, complaints, damage, reports

from benchmark.errors import UsageError
from benchmark.models import Report, RunResult
from benchmark.utils.analyze_results import analyze
from benchmark.utils.reporters import render_html, write_json, write_text
from benchmark.utils.reporters.machine import RENDERERS
from benchmark.utils.result_files import read_result
from benchmark.utils.results import result_from_json, result_to_json

OLDER = Path(__file__).resolve().parents[2] / "data" / "results"


def written(source: RunResult | Report) -> Any:
    """A result as it stands in its file."""
    return json.loads(json.dumps(result_to_json(source), allow_nan=False))


def test_the_schema_is_one() -> None:
    """It is valid by its own dialect, and named by every document as a file beside it."""
    assert jsonschema_rs.meta.is_valid(SCHEMA)
    assert SCHEMA["$id"] == "result.schema.json"


@pytest.mark.parametrize("make", RUNS.values(), ids=RUNS)
def test_every_kind_of_result_is_as_the_schema_says(
    make: Callable[[Path], RunResult], tmp_path: Path
) -> None:
    """With its verdicts and without them; nothing is written that the schema does not describe."""
    result = make(tmp_path)
    assert complaints(written(result)) == []
    assert complaints(written(analyze(result))) == []


@pytest.mark.parametrize("make", RUNS.values(), ids=RUNS)
def test_every_kind_of_result_is_read_back_as_it_was(
    make: Callable[[Path], RunResult], tmp_path: Path
) -> None:
    """The whole document, thresholds and where the run came from included."""
    report = analyze(make(tmp_path))
    again = analyze(result_from_json(written(report)))
    assert written(again) == written(report)
    assert again.result.environment == report.result.environment


def test_verdicts_stay_when_a_result_is_read_back(tmp_path: Path) -> None:
    """A pattern has a verdict for each operation, and what was never called has failed."""
    report = analyze(closed_run(tmp_path))
    write_json(report, tmp_path / "r.json")
    again = analyze(read_result(tmp_path / "r.json"))
    assert again.thresholds == report.thresholds
    assert {each.held for each in again.thresholds} == {True, False}
    assert again.thresholds[-1].measured is None


def test_abort_conditions_stay_when_a_result_is_read_back(tmp_path: Path) -> None:
    """As they were written; a result from before they were kept has none."""
    document = written(closed_run(tmp_path))
    assert document["abort_on"] == list(ABORT_ON)
    assert [each.text for each in result_from_json(document).abort_on] == list(ABORT_ON)
    del document["abort_on"]
    assert result_from_json(document).abort_on == ()


def test_notes_stay_when_a_result_is_read_back(tmp_path: Path) -> None:
    """And stand in every report for people: a guard that never judged protected nothing."""
    note = "--abort-on 'p95<1s for 5s' was never judged: it needs 100 requests within 5 s"
    document = written(analyze(replace(closed_run(tmp_path), notes=(note,))))
    assert complaints(document) == []
    report = analyze(result_from_json(document))
    assert report.result.notes == (note,)
    text = io.StringIO()
    write_text(report, text)
    markdown = RENDERERS["markdown"](report)
    for shown in (" ".join(text.getvalue().split()), markdown, render_html(report)):
        assert "was never judged" in shown


def test_an_unknown_status_of_a_failure_is_not_made_up(tmp_path: Path) -> None:
    """Null is unknown, 0 is no answer; older documents knew what their messages said."""
    document = written(closed_run(tmp_path))
    first, second, *_ = document["failures"]
    first["status"], second["status"] = None, 0
    assert complaints(document) == []
    assert [each.status for each in result_from_json(document).failures[:2]] == [None, 0]
    old = json.loads((OLDER / "version_2.json").read_text(encoding="utf-8"))
    old["failures"][0]["message"] = "timed out"
    assert result_from_json(old).failures[0].status is None


@pytest.mark.parametrize("version", [1, 2])
def test_a_result_of_an_older_version_is_read(version: int) -> None:
    """Its numbers are those that it said itself; what it did not know is not made up."""
    path = OLDER / f"version_{version}.json"
    old = json.loads(path.read_text(encoding="utf-8"))
    assert old["schema_version"] == version
    result = read_result(path)
    assert complaints(written(analyze(result))) == []
    assert result.totals.requests == old["totals"]["requests"] > 0
    assert [each.name for each in result.operations] == [each["name"] for each in old["operations"]]
    for operation, was in zip(result.operations, old["operations"], strict=True):
        assert operation.latency.count == was["requests"]
        for name, milliseconds in was["latency_ms"].items():
            if name.startswith("p"):
                percentile = operation.latency.percentile(float(name[1:]))
                assert percentile == pytest.approx(milliseconds, rel=0.005)
    assert [each.status for each in result.failures] == [503]
    assert (result.command, result.failures[0].sample) == ("", "")
    assert [each.p95 for each in result.timeline] == [
        each.get("latency_ms", {}).get("p95") for each in old["timeline"]
    ]
    assert len(result.blocks) == len(old.get("blocks", []))
    assert sum(o.requests for b in result.blocks for o in b.operations) == (
        result.totals.requests if version > 1 else 0
    )


def test_a_newer_version_is_refused_with_advice(tmp_path: Path) -> None:
    """The message names both versions and what to do."""
    document = written(closed_run(tmp_path)) | {"schema_version": 4}
    with pytest.raises(UsageError, match=r"schema_version 4 is newer .*\(3\): use a newer stress"):
        result_from_json(document)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "the file is empty"),
        (b'{"schema_version": 3, "test_ty', "ends too early, after 30 characters"),
        (b"\xff\xfe\x00", "no text in UTF-8"),
        (b'{"schema_version": NaN}', "NaN"),
        (b"[" * 100_000, "nested too deeply|not JSON"),
        (b'{"log": {"version": "1.2", "entries": []}}', "schema_version"),
        (b'{"kind": "capacity", "schema_version": 1}', "answer of stress-api capacity"),
        (b'{"schema_version": "3"}', "schema_version"),
        (b'{"schema_version": ' + b"9" * 5000 + b"}", "not JSON|schema_version"),
    ],
    ids=[
        "empty",
        "truncated",
        "binary",
        "NaN",
        "deep",
        "foreign",
        "capacity",
        "text",
        "huge number",
    ],
)
def test_files_that_are_no_result_get_a_message(text: bytes, message: str, tmp_path: Path) -> None:
    """One that names the file and says what is wrong."""
    path = tmp_path / "r.json"
    path.write_bytes(text)
    with pytest.raises(UsageError, match=message) as caught:
        read_result(path)
    assert "r.json" in caught.value.message


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("operations", 0, "failures"), 10**6, "GET /: more failures than requests"),
        (("operations",), [], "totals are not the sum"),
        (("timeline", 5, "elapsed_s"), 1.0, "its clock goes back"),
        (("operations", 0, "requests"), 10**6, "GET /: the histogram has"),
        (("totals", "histogram", "total"), 1e12, "its mean is not between"),
        (("totals", "histogram", "buckets", 0), 59_000, "do not ascend"),
        (("totals", "histogram", "buckets", -1), 65_000, "out of range"),
        (("blocks", 0, "histograms", "sizes", 0), 99, "do not fit together"),
        (("blocks", 0, "operations", 0), 99, "there is no operation 99"),
        (("blocks", 0, "requests"), [], "block: requests are 0, not"),
        (("timeline", 9, "latency_ms"), {"p50": 9.0, "p95": 1.0}, "p50 is above p95"),
        (("thresholds",), [{"threshold": "fast enough"}], "is no threshold"),
        (("abort_on",), ["p95<1s"], "abort_on: .*does not say for how long"),
        (("duration_s",), 1e300, "duration_s is out of range"),
    ],
)
def test_numbers_that_contradict_each_other_are_refused(
    place: tuple[str | int, ...], value: Any, message: str, tmp_path: Path
) -> None:
    """Rather than giving a share above 1, or a mean that no request had."""
    document = written(closed_run(tmp_path))
    *way, last = place
    reduce(getitem, way, document)[last] = value
    with pytest.raises(UsageError, match=message):
        result_from_json(document)


def test_empty_runs_and_runs_without_success_have_a_verdict(tmp_path: Path) -> None:
    """In every output, and no number that means nothing."""
    for name in ("empty", "failed"):
        report = reports(tmp_path)[name]
        assert report.validity.verdict == "invalid"
        assert report.grade in ("Not judged", "Poor")
        for render in RENDERERS.values():
            assert "nan" not in render(report).lower()


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.sampled_from(["\ud800", "=1+1", "\x00", "a" * 100_000, 10**400]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The documents of all kinds of runs, as they stand in their files, and of older versions."""
    new = [written(each) for each in reports(tmp_path_factory.mktemp("runs")).values()]
    old = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(OLDER.glob("*.json"))]
    return new + old


@given(data=st.data())
@settings(max_examples=400, deadline=None, derandomize=True)
def test_a_damaged_document_is_refused_or_judged(documents: list[Any], data: st.DataObject) -> None:
    """Any value anywhere gives a message, or a result of which every output can be made."""
    document = data.draw(st.sampled_from(documents))
    damaged = damage(document, data, JSON_VALUES)
    try:
        result = result_from_json(damaged)
    except UsageError:
        return
    report = analyze(result)
    assert 0 <= result.totals.failure_share <= 1
    for render in RENDERERS.values():
        render(report).encode("utf-8")
    json.dumps(result_to_json(report), allow_nan=False)
