"""Runs of a locustfile of one's own: how long its users pause is not known, and not claimed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from result_documents import VALIDATOR
from sample_reports import good_report
from sample_runs import second_line, start_line, write_lines

from benchmark.models import Report
from benchmark.run_facts import run_facts
from benchmark.settings import BenchmarkConfig
from benchmark.utils.analyze_results import analyze
from benchmark.utils.comparison import Side, measured_run
from benchmark.utils.comparison.comparable import differences_of_load, doubts
from benchmark.utils.history.summaries import load_in_words
from benchmark.utils.reporters import render_html
from benchmark.utils.result_files import read_result
from benchmark.utils.results import result_to_json


def own_file(tmp_path: Path, rate: float = 1.0) -> Report:
    """The report of a good run with a locustfile of one's own; `rate` stretches its time."""
    result = good_report(tmp_path).result
    return analyze(replace(result, wait_time=None, duration=result.duration / rate))


def test_the_settings_of_a_locustfile_say_nothing_of_pauses() -> None:
    """`--wait-time` is for generated files alone, and so is its default."""
    own = BenchmarkConfig(locustfile=Path("checkout.py"))
    assert own.pauses is None
    assert run_facts(own.profile(), own)["wait_time"] is None
    assert BenchmarkConfig(wait_time=(0.5, 1.0)).pauses == (0.5, 1.0)


def test_unknown_pauses_are_null_and_read_back(tmp_path: Path) -> None:
    """The document is valid by its schema, and gives the same result again."""
    report = own_file(tmp_path)
    document = json.loads(json.dumps(result_to_json(report)))
    assert document["profile"]["wait_time"] is None
    VALIDATOR.validate(document)
    path = tmp_path / "own.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert read_result(path).wait_time is None


def test_a_killed_run_is_rebuilt_without_them(tmp_path: Path) -> None:
    """The first line of the timeline says null, too."""
    lines = [start_line() | {"wait_time": None}, second_line(1.0, 5)]
    assert read_result(write_lines(tmp_path / "own_timeline.jsonl", lines)).wait_time is None


def test_nothing_is_computed_from_them(tmp_path: Path) -> None:
    """Throughput is not judged, since nobody knows what the users could have offered."""
    report = own_file(tmp_path, rate=0.05)
    throughput = report.criteria[0]
    assert throughput.verdict == "Not judged"
    assert "not known" in throughput.explanation
    assert any("pauses in the locustfile" in tip for tip in report.tips)
    assert "those of the locustfile" in render_html(report)
    assert load_in_words(report.result.profile, None, 1).endswith("pauses not known")


def test_unknown_pauses_do_not_differ(tmp_path: Path) -> None:
    """Two runs are not refused for what is not known; known pauses still are."""
    unknown = own_file(tmp_path).result
    short, long = (replace(unknown, wait_time=(0.1, most)) for most in (0.3, 3.0))
    assert not list(differences_of_load(unknown, unknown))
    assert not list(differences_of_load(unknown, short))
    assert [what for what, _, _ in differences_of_load(short, long)] == ["pauses"]
    sides = [Side(name, (measured_run(unknown),)) for name in ("old", "new")]
    assert any("paused is not known" in doubt for doubt in doubts(*sides))
