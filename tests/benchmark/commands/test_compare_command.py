"""`stress-api compare` and `--baseline`: what is printed and written, and the exit codes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmark import baseline, cli
from benchmark.errors import UsageError
from benchmark.models import LoadProfile
from benchmark.settings import BenchmarkConfig
from benchmark.utils.analyze_results import analyze
from benchmark.utils.results import result_to_json
from perf.simulated_runs import Noise, Simulated, operation_name, simulated_run

NOISE = Noise(shared=0.01, spread=0.2)


def result_file(
    folder: Path, name: str, seed: int, factors: Mapping[int, float] | None = None
) -> str:
    """The file of a simulated run."""
    what = Simulated(NOISE, seconds=120, operations=3, factors=factors or {})
    path = folder / f"{name}.json"
    result = simulated_run(what, np.random.default_rng(seed))
    path.write_text(json.dumps(result_to_json(result)), encoding="utf-8")
    return str(path)


def exit_code(*arguments: str) -> int:
    """The exit code of the command line."""
    with pytest.raises(SystemExit) as caught:
        cli.main(["compare", *arguments])
    return int(caught.value.code or 0)


def test_nothing_regressed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two runs of the same thing: exit code 0."""
    files = [result_file(tmp_path, str(seed), seed) for seed in (1, 2)]
    assert exit_code(*files) == 0
    assert "Comparison:" in capsys.readouterr().out


def test_a_regression_is_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The operation is named, in every form that is asked for."""
    base, new = result_file(tmp_path, "base", 1), result_file(tmp_path, "new", 2, {1: 1.5})
    page, summary = tmp_path / "c.html", tmp_path / "c.md"
    assert exit_code(base, new, "--html", str(page), "--markdown", str(summary)) == 1
    for text in (capsys.readouterr().out, page.read_text("utf-8"), summary.read_text("utf-8")):
        assert operation_name(1) in text
        assert "regressed" in text.lower()
    assert exit_code(base, new, "--margin", "60%") == 0


def test_several_new_results_are_compared_with_the_base(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each NEW has a comparison of its own; one that regressed decides the exit code."""
    base = result_file(tmp_path, "base", 1)
    same, slow = result_file(tmp_path, "same", 2), result_file(tmp_path, "slow", 3, {0: 2.0})
    assert exit_code(base, same, slow, "--json") == 1
    document = json.loads(capsys.readouterr().out)
    assert [each["answer"] == "regressed" for each in document["comparisons"]] == [False, True]


@pytest.mark.parametrize(
    "arguments", [(), ("BASE",), ("BASE", "missing.json"), ("BASE", "BASE", "--margin", "much")]
)
def test_unusable_input_is_exit_code_2(
    arguments: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One result only, a file that is not there, a margin that is none: a message, nothing else."""
    base = result_file(tmp_path, "base", 1)
    given = [base if each == "BASE" else each for each in arguments]
    assert exit_code(*given) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "error" in captured.err.lower()
    assert "Traceback" not in captured.err


def test_a_file_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message says which option to change."""
    files = [result_file(tmp_path, str(seed), seed) for seed in (1, 2)]
    assert exit_code(*files, "--html", str(tmp_path / "none" / "c.html")) == 2
    assert "--html" in capsys.readouterr().err


# ── the baseline of a run ─────────────────────────────────────────────────────────────────────


def test_a_baseline_that_cannot_be_used_is_known_before_the_run(tmp_path: Path) -> None:
    """A missing file, or another load, ends the command before anything is sent."""
    config = BenchmarkConfig(wait_time=(0.0, 0.0))
    same = LoadProfile("simulated", 10, 10.0, 300.0)
    base = result_file(tmp_path, "base", 1)
    assert baseline.read_baseline(replace(config, baseline=base), [same])
    with pytest.raises(UsageError, match="10 users, now 20 users"):
        baseline.read_baseline(replace(config, baseline=base), [replace(same, users=20)])
    with pytest.raises(UsageError, match="no such result"):
        baseline.read_baseline(replace(config, baseline=str(tmp_path / "none.json")), [same])


def test_a_run_is_compared_with_its_baseline(tmp_path: Path) -> None:
    """The report of a run holds the comparison, and so does its result document."""
    config = BenchmarkConfig(wait_time=(0.0, 0.0), baseline=result_file(tmp_path, "base", 1))
    profile = LoadProfile("simulated", 10, 10.0, 300.0)
    known = baseline.read_baseline(config, [profile])
    what = Simulated(NOISE, seconds=120, operations=3, factors={2: 1.5})
    result = simulated_run(what, np.random.default_rng(9))
    report = baseline.with_comparison(analyze(result), known)
    assert report.comparison is not None
    assert [each.name for each in report.comparison.answered("regressed")] == [operation_name(2)]
    assert result_to_json(report)["comparison"]["answer"] == "regressed"


def test_a_run_that_cannot_be_compared_says_why(tmp_path: Path) -> None:
    """Where nothing was sent, the report is kept, with the reason."""
    config = BenchmarkConfig(wait_time=(0.0, 0.0), baseline=result_file(tmp_path, "base", 1))
    profile = LoadProfile("simulated", 10, 10.0, 300.0)
    known = baseline.read_baseline(config, [profile])
    result = simulated_run(Simulated(NOISE, seconds=60), np.random.default_rng(9))
    empty = replace(result, totals=replace(result.totals, requests=0), blocks=(), operations=())
    report = baseline.with_comparison(analyze(empty), known)
    assert report.comparison is None
    assert "no request was sent" in report.not_compared
