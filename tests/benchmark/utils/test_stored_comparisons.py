"""Comparisons that were stored, and other documents of ours that are no results, read again."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sample_reports import good_report

from benchmark.errors import UsageError
from benchmark.models import Comparison
from benchmark.utils.analyze_results import main
from benchmark.utils.comparison import Side, compare, measured_run
from benchmark.utils.comparison_reading import comparisons_from_json, is_comparison
from benchmark.utils.json_document import json_document
from benchmark.utils.reporters import write_json
from benchmark.utils.reporters.comparison import comparisons_to_json, write_comparison_text
from benchmark.utils.reporters.comparison.markdown import comparison_markdown
from benchmark.utils.result_files import read_result
from perf.simulated_runs import Noise, Simulated, simulated_run


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """One operation regressed; an operation stands on one side only."""
    noise, random = Noise(shared=0.02, spread=0.2), np.random.default_rng(3)
    sides = [
        Side(name, (measured_run(simulated_run(what, random), file=f"{name}.json"),))
        for name, what in (
            ("base", Simulated(noise, seconds=60, operations=3)),
            ("new", Simulated(noise, seconds=60, operations=2, factors={1: 1.6})),
        )
    ]
    return compare(*sides)


def stored(folder: Path, document: Any) -> str:
    """The file of a document."""
    path = folder / "stored.json"
    path.write_text(json_document(document), encoding="utf-8")
    return str(path)


def test_analyze_shows_what_compare_showed(
    comparison: Comparison, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As text, as Markdown and as JSON, of one comparison and of several."""
    for several in ([comparison], [comparison, comparison]):
        document = comparisons_to_json(several)
        path = stored(tmp_path, document)
        assert main([path]) == 0
        text = capsys.readouterr().out
        write_comparison_text(comparison, out := io.StringIO())
        assert text == out.getvalue() * len(several)
        assert main([path, "--format", "markdown"]) == 0
        assert capsys.readouterr().out == comparison_markdown(several)
        assert main([path, "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == json.loads(json_document(document))


def test_a_comparison_has_no_junit_file_and_no_thresholds(
    comparison: Comparison, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it cannot be shown as is refused, and so is asking a comparison to be fast."""
    path = stored(tmp_path, comparisons_to_json([comparison]))
    for arguments in (["--format", "junit"], ["--threshold", "p95<1s"]):
        assert main([path, *arguments]) == 2
        assert "a comparison" in capsys.readouterr().err


def test_analyze_shows_what_a_run_had_changed_since_its_baseline(
    comparison: Comparison, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The comparison in the result of a run with --baseline is shown below it, and kept."""
    report = replace(good_report(tmp_path), comparison=comparison)
    path = tmp_path / "run.json"
    write_json(report, path)
    assert main([str(path)]) == 0
    assert "Comparison: regressed" in capsys.readouterr().out
    assert main([str(path), "--json"]) == 0
    kept = json.loads(capsys.readouterr().out)["comparison"]
    assert kept == json.loads(json_document(comparisons_to_json([comparison])))


@pytest.mark.parametrize(
    ("damage", "place"),
    [
        (lambda document: document.update(schema_version=2), "schema_version 2 is newer"),
        (lambda document: document.update(answer="worse"), "answer is none of"),
        (lambda document: document.update(base=[]), "base is not an object"),
        (lambda document: document["total"].update(metrics={"p77": {}}), "metric is none of"),
        (lambda document: document["base"].update(started_at="soon"), "not a time"),
        (lambda document: document.update(operations={}), "operations is not an array"),
        (lambda document: document.pop("notes"), "notes is not an array"),
    ],
)
def test_a_damaged_comparison_is_refused(
    comparison: Comparison, damage: Callable[[dict[str, Any]], object], place: str
) -> None:
    """The message names the place."""
    document = json.loads(json_document(comparisons_to_json([comparison])))
    damage(document)
    with pytest.raises(UsageError, match=place):
        comparisons_from_json(document)


@pytest.mark.parametrize(
    ("document", "what"),
    [
        ({"schema_version": 1, "kind": "capacity"}, "stress-api capacity"),
        ({"schema_version": 1, "metrics": [], "groups": []}, "stress-api history"),
        ({"schema_version": 1, "runs": []}, "analyze --json"),
        ({"results": []}, "suite"),
        ({"base_url": "", "applications": [], "requests": 1, "notes": []}, "discover"),
        ({"base_url": "", "kinds": {}, "users": []}, "plan of a test"),
        ({"ok": True, "checks": []}, "health"),
        ({"openapi": "3.1.0"}, "--spec"),
    ],
)
def test_other_documents_are_named(
    document: dict[str, Any], what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What our own commands print is no result; the message says what it is."""
    assert main([stored(tmp_path, document)]) == 2
    assert what in capsys.readouterr().err


def test_a_comparison_is_no_result_to_compare(comparison: Comparison, tmp_path: Path) -> None:
    """Where a result is needed, the message says what the file is."""
    document = comparisons_to_json([comparison])
    assert is_comparison(document)
    with pytest.raises(UsageError, match="it is a comparison"):
        read_result(Path(stored(tmp_path, document)))
