"""The result of a run that was killed, from the timeline that it left."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from benchmark import pipeline
from benchmark.errors import UsageError
from tests.benchmark.utils.sample_runs import sample_lines, write_lines


def killed_run(folder: Path, stem: str = "benchmark_dynamic_20260301_140509") -> Path:
    """A folder with a timeline whose last line was cut short."""
    path = write_lines(folder / f"{stem}_timeline.jsonl", list(sample_lines())[:-1])
    with path.open("a", encoding="utf-8") as file:
        file.write('{"kind":"second","elap')
    return path


def test_what_was_recorded_becomes_a_result_with_its_files(tmp_path: Path) -> None:
    """Status and reason are the caller's; JSON and HTML stand beside the timeline."""
    killed_run(tmp_path)
    (tmp_path / "dynamic_locustfile_20260301_140500.py").touch()
    report = pipeline.rebuild(
        tmp_path, "benchmark_dynamic_20260301_140509", "interrupted", "the service was killed"
    )
    assert report.result.status == "interrupted"
    assert report.result.status_reason == "the service was killed"
    assert report.result.totals.requests > 0
    written = json.loads((tmp_path / "benchmark_dynamic_20260301_140509.json").read_text())
    assert written["status"] == "interrupted"
    assert written["totals"]["requests"] == report.result.totals.requests
    assert (tmp_path / "benchmark_dynamic_20260301_140509.html").is_file()
    assert report.files["locustfile"].endswith("dynamic_locustfile_20260301_140500.py")


def test_without_a_stem_the_newest_run_is_meant(tmp_path: Path) -> None:
    """By the time of its timeline."""
    old, new = killed_run(tmp_path, "benchmark_b_1"), killed_run(tmp_path, "benchmark_a_2")
    os.utime(old, (1, 1))
    report = pipeline.rebuild(tmp_path, None, "failed", "lost")
    assert new.with_name("benchmark_a_2.json").is_file()
    assert not new.with_name("benchmark_b_1.json").exists()
    assert report.result.status == "failed"


def test_a_run_that_recorded_nothing_has_no_result(tmp_path: Path) -> None:
    """No folder, no timeline, nothing in it: a UsageError each time."""
    with pytest.raises(UsageError, match="no timeline"):
        pipeline.rebuild(tmp_path, None, "interrupted", "")
    with pytest.raises(UsageError):
        pipeline.rebuild(tmp_path / "nowhere", None, "interrupted", "")
    (tmp_path / "x_timeline.jsonl").write_text("nonsense\n")
    with pytest.raises(UsageError):
        pipeline.rebuild(tmp_path, None, "interrupted", "")
