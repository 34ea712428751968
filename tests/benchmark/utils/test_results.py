"""Tests of the JSON of a result: round trip, keys, and documents that are none."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_runs import sample_result

from benchmark.errors import UsageError
from benchmark.utils.analyze_results import analyze
from benchmark.utils.reporters import describe_environment, write_json
from benchmark.utils.results import result_from_json, result_to_json


def test_a_result_survives_the_round_trip(tmp_path: Path) -> None:
    """What was written is read back as it was, verdict and all."""
    result = sample_result(tmp_path / "t.jsonl", seconds=30)
    document = json.loads(json.dumps(result_to_json(result)))
    again = result_from_json(document)
    assert result_to_json(again) == document
    assert again.operations[0].latency.counts == result.operations[0].latency.counts
    assert again.readiness == result.readiness
    assert again.profile == result.profile
    assert (again.seed, again.wait_time) == (result.seed, result.wait_time)
    assert analyze(again).grade == analyze(result).grade


def test_the_document_has_the_promised_keys(tmp_path: Path) -> None:
    """The keys that other programs rely on are there, with figures that agree with each other."""
    result = sample_result(tmp_path / "t.jsonl", seconds=30)
    path = tmp_path / "benchmark_medium.json"
    result = replace(result, environment=describe_environment())
    write_json(analyze(result, {"Log": "x.log"}), path)
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["schema_version"] == 3
    assert document["target"] == {"base_url": "http://127.0.0.1:8000"}
    assert document["grade"] in ("Good", "Acceptable", "Below acceptable", "Poor", "Not judged")
    assert len(document["criteria"]) == 3
    assert document["status"] == "completed"
    assert set(document["totals"]["latency_ms"]) == {
        *("mean", "min", "max"),
        *("p50", "p75", "p90", "p95", "p99", "p99.9"),
    }
    assert document["totals"]["requests"] == sum(o["requests"] for o in document["operations"])
    assert document["totals"]["requests"] == sum(s["requests"] for s in document["timeline"])
    assert sum(document["totals"]["histogram"]["counts"]) == document["totals"]["requests"]
    assert document["totals"]["rps"] == pytest.approx(result.rps, abs=0.001)
    assert document["files"] == {"Log": "x.log"}
    assert document["environment"]["stress-api"]
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(("version", "age"), [(0, "older"), (4, "newer")])
def test_another_version_is_refused_by_name(version: int, age: str, tmp_path: Path) -> None:
    """A result of another schema is refused with a message that says so."""
    document = result_to_json(sample_result(tmp_path / "t.jsonl", seconds=3))
    with pytest.raises(UsageError, match=age):
        result_from_json({**document, "schema_version": version})


@pytest.mark.parametrize("document", [None, [], {}, "x", {"schema_version": 1}, {"totals": {}}])
def test_foreign_documents_are_refused(document: object) -> None:
    """JSON that is no result is a usage error."""
    with pytest.raises(UsageError, match="not the result"):
        result_from_json(document)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The JSON of a small result."""
    path = tmp_path_factory.mktemp("results") / "t.jsonl"
    return result_to_json(sample_result(path, seconds=2))


@given(data=st.data())
@settings(max_examples=200)
def test_a_damaged_document_never_crashes(document: dict[str, Any], data: st.DataObject) -> None:
    """Any value anywhere in a result gives either a result that can be judged or a usage error."""
    damaged = copy.deepcopy(document)
    place: Any = damaged
    while True:
        keys = sorted(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            place[key] = data.draw(JSON_VALUES)
            break
        place = place[key]
    try:
        result = result_from_json(damaged)
    except UsageError:
        return
    analyze(result)
