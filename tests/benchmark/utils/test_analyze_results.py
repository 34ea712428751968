"""Tests of grade, tips and the command line that reads results again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sample_runs import histogram_of, sample_lines, sample_result, write_lines

from benchmark.models import Failure, LoadProfile, OperationStats, RunResult, RunSummary, Second
from benchmark.thresholds import parse_threshold
from benchmark.utils.analyze_results import analyze, main, runs_table
from benchmark.utils.grading import users_in_words
from benchmark.utils.reporters import write_json
from benchmark.utils.results import result_to_json

SCRIPT = Path(__file__).resolve().parents[3] / "benchmark" / "utils" / "analyze_results.py"


def make_result(
    *,
    requests: int = 1000,
    failures: int = 0,
    milliseconds: float = 12.0,
    duration: float = 10.0,
    users: int = 5,
    wait: tuple[float, float] = (1.0, 3.0),
    timeline: tuple[Second, ...] = (),
    statuses: dict[str, int] | None = None,
) -> RunResult:
    """A run in which every request took equally long."""
    latency = histogram_of([milliseconds] * requests)
    stats = OperationStats("GET", "/items", requests, failures, latency, statuses or {})
    message = (Failure("GET", "/items", "boom", failures),) if failures else ()
    return RunResult(
        test_type="light",
        base_url="http://127.0.0.1:8000",
        profile=LoadProfile("light", users, 1.0, duration),
        wait_time=wait,
        started_at=datetime(2026, 3, 1, tzinfo=UTC),
        duration=duration,
        status="completed",
        status_reason="",
        totals=OperationStats("", "Total", requests, failures, latency, statuses or {}),
        operations=(stats,) if requests else (),
        failures=message,
        timeline=timeline,
    )


def verdicts(result: RunResult) -> list[str]:
    """The verdicts on throughput, latency and failures."""
    return [criterion.verdict for criterion in analyze(result).criteria]


@pytest.mark.parametrize(
    ("rps", "verdict"),
    [
        (101, "Good"),
        (100, "Acceptable"),
        (51, "Acceptable"),
        (50, "Below acceptable"),
        (49, "Poor"),
    ],
)
def test_throughput_has_its_limits(rps: int, verdict: str) -> None:
    """More than 100 is Good, more than 50 Acceptable, less than 50 Poor, where all was offered."""
    assert verdicts(make_result(requests=rps * 10, users=500, wait=(0, 0)))[0] == verdict


@pytest.mark.parametrize(
    ("milliseconds", "verdict"),
    [
        (199, "Good"),
        (201, "Acceptable"),
        (499, "Acceptable"),
        (501, "Below acceptable"),
        (999, "Below acceptable"),
        (1001, "Poor"),
    ],
)
def test_latency_has_its_limits(milliseconds: float, verdict: str) -> None:
    """Below 200 ms is Good, below 500 ms Acceptable, above 1 s Poor, between Below acceptable."""
    assert verdicts(make_result(milliseconds=milliseconds))[1] == verdict


@pytest.mark.parametrize(
    ("failures", "verdict"),
    [
        (0, "Good"),
        (9, "Good"),
        (10, "Acceptable"),
        (49, "Acceptable"),
        (50, "Below acceptable"),
        (100, "Below acceptable"),
        (101, "Poor"),
    ],
)
def test_failures_have_their_limits(failures: int, verdict: str) -> None:
    """Below 1 % is Good, below 5 % Acceptable, above 10 % Poor, between Below acceptable."""
    assert verdicts(make_result(failures=failures))[2] == verdict


def test_the_grade_is_the_worst_that_was_judged() -> None:
    """One poor criterion makes a poor run, and what was not judged makes nothing."""
    assert analyze(make_result(failures=20)).grade == "Acceptable"
    assert analyze(make_result(milliseconds=600, failures=20)).grade == "Below acceptable"
    assert analyze(make_result(requests=20)).grade == "Good"


def test_throughput_that_was_not_offered_is_not_judged() -> None:
    """Five users who pause cannot offer 50 requests per second; the arithmetic is shown."""
    report = analyze(make_result(requests=24, milliseconds=12))
    assert report.criteria[0].verdict == "Not judged"
    assert report.criteria[0].explanation == (
        "5 users pausing 1–3 s (2 s on average) plus 12 ms per request can offer at most 2.49 "
        "requests per second"
    )
    assert any("--users 126" in tip for tip in report.tips)


def test_a_slow_target_is_no_excuse_for_throughput() -> None:
    """Users who do not pause offer enough to a quick target, so a slow one is judged."""
    assert (
        verdicts(make_result(requests=450, milliseconds=1100, users=50, wait=(0, 0)))[0] == "Poor"
    )
    assert verdicts(make_result(requests=450, milliseconds=40, users=3, wait=(0, 0)))[0] == "Poor"


def test_users_of_a_ramp_count_for_their_time() -> None:
    """Where most users are there for a short time only, their average offers the load."""
    timeline = tuple(Second(float(n), 100 if n > 90 else 10, 1, 0) for n in range(1, 101))
    spike = make_result(requests=900, duration=100, users=100, wait=(0.5, 0.5), timeline=timeline)
    assert "19 users on average (100 at the peak)" in analyze(spike).criteria[0].explanation


def test_users_that_never_ran_are_not_claimed() -> None:
    """Where the ramp did not come to its end, the users are those that there were."""
    timeline = tuple(Second(float(n), 3 * n, 1, 0) for n in range(1, 4))
    cut = make_result(requests=9, duration=3, users=30, timeline=timeline)
    assert users_in_words(cut) == "9 of 30 users"
    assert "(9 at the peak)" in analyze(cut).criteria[0].explanation


def test_more_than_the_users_could_offer_is_explained() -> None:
    """A rate above the arithmetic's does not stand beside it without a word."""
    quick = make_result(requests=26, milliseconds=12)
    assert "offer about 2.49 requests per second; first tasks" in (
        analyze(quick).criteria[0].explanation
    )


def test_few_requests_are_said_to_be_few() -> None:
    """A grade that rests on little says so, first of all."""
    assert "Only 24 requests" in analyze(make_result(requests=24)).tips[0]
    assert not any("too few" in tip for tip in analyze(make_result(requests=100)).tips)


def test_a_run_without_requests_is_not_judged() -> None:
    """Nothing is said about a target that was never asked."""
    report = analyze(make_result(requests=0, duration=0))
    assert report.grade == "Not judged"
    assert {criterion.explanation for criterion in report.criteria} == {"No request was sent"}
    assert report.tips


def test_a_run_without_success_is_poor() -> None:
    """Failing fast earns nothing: only the failures are judged."""
    report = analyze(make_result(failures=1000, statuses={"0": 1000}))
    assert report.grade == "Poor"
    assert [criterion.verdict for criterion in report.criteria[:2]] == ["Not judged"] * 2
    assert "no answer came" in report.tips[0]


def test_tips_name_operations_and_causes(tmp_path: Path) -> None:
    """Each failed criterion is followed by the operations responsible, with figures."""
    result = sample_result(tmp_path / "t.jsonl", seconds=60)
    slow = make_result(milliseconds=700, users=500, wait=(0, 0), requests=300)
    failing = make_result(failures=80, statuses={"200": 920, "429": 80})
    assert "GET /items" in " ".join(analyze(slow).tips)
    assert "slow every time" in " ".join(analyze(slow).tips)
    assert "mostly with status 429 (boom): the target limits the rate" in analyze(failing).tips[0]
    assert analyze(result).slowest[0].name == "/api/v1/reports/monthly"
    assert len(analyze(result).slowest) == 5
    assert all(each.failures for each in analyze(result).most_failing)


def test_a_rate_limit_is_said_with_its_numbers() -> None:
    """In the tips, and in place of a verdict on throughput that users who wait could not give."""
    limited = make_result(failures=12, requests=300, statuses={"200": 288, "429": 12})
    said = "The target limited the rate: 12 answers 429"
    assert analyze(limited).criteria[0].explanation == said
    limited = replace(limited, counters={"rate_limited": 12})
    report = analyze(limited)
    said = f"{said}; the users waited as long as they were told"
    throughput = report.criteria[0]
    assert (throughput.verdict, throughput.explanation) == ("Not judged", said)
    assert any(tip.startswith(said) for tip in report.tips)
    document = result_to_json(report)
    assert document["rate_limited"] == limited.rate_limited
    assert list(limited.rate_limited.values()) == [12]
    assert not any("429" in tip for tip in analyze(make_result()).tips)


# ── The command line ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two results, a killed run, a Locust CSV and documents that are none."""
    for number in (1, 2):
        stem = f"benchmark_medium_20260301_14050{number}"
        result = sample_result(tmp_path / f"{stem}_timeline.jsonl", seconds=20, seed=number)
        write_json(analyze(result), tmp_path / f"{stem}.json")
        os.utime(tmp_path / f"{stem}.json", (number, number))
    write_lines(tmp_path / "benchmark_light_20260301_150000_timeline.jsonl", sample_lines()[:12])
    (tmp_path / "plain_stats.csv").write_text(LOCUST_STATS, encoding="utf-8")
    (tmp_path / "plain_failures.csv").write_text(LOCUST_FAILURES, encoding="utf-8")
    (tmp_path / "plain_stats_history.csv").write_text(LOCUST_HISTORY, encoding="utf-8")
    (tmp_path / "api_discovery_20260301_140500.json").write_text("{}", encoding="utf-8")
    os.utime(tmp_path / "plain_stats.csv", (0, 0))
    return tmp_path


LOCUST_STATS = """\
Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,\
Max Response Time,Average Content Size,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,\
99.99%,100%
GET,/items,100,10,12,15.5,3.2,250.1,120,10.0,1.0,12,14,16,18,25,40,90,120,250,250,250
,Aggregated,100,10,12,15.5,3.2,250.1,120,10.0,1.0,12,14,16,18,25,40,90,120,250,250,250
"""
LOCUST_FAILURES = """\
Method,Name,Error,Occurrences
GET,/items,HTTPError('503 Server Error: Busy for url: /items'),10
"""
LOCUST_HISTORY = """\
Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,Total Request Count,Total Failure Count
1772373909,2,,Aggregated,0,0,N/A,0,0
1772373910,5,,Aggregated,10,1,12,40,4
1772373910,5,,Aggregated,10,1,12,100,10
"""


def run(capsys: pytest.CaptureFixture[str], *argv: object) -> tuple[int, str, str]:
    """Runs the command line; its exit code, output and messages."""
    code = main([str(argument) for argument in argv])
    out, err = capsys.readouterr()
    return code, out, err


def test_one_result_is_shown_in_detail(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A result is found by its file and by its stem, and its operations are listed."""
    for name in ("benchmark_medium_20260301_140501.json", "benchmark_medium_20260301_140501"):
        code, out, _ = run(capsys, folder / name)
        assert code == 0
        assert "Grade:" in out
        assert "/api/v1/reports/monthly" in out
    code, out, _ = run(capsys, "benchmark_medium_20260301_140501", "--results-dir", folder)
    assert code == 0


def test_the_newest_result_is_the_default(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a name the youngest result of the folder is shown."""
    code, out, _ = run(capsys, "--results-dir", folder)
    assert code == 0
    assert "light run of" in out


def test_a_folder_is_one_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder gives one row for each run, and each run once."""
    code, out, err = run(capsys, folder)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) == 5
    assert sum("medium" in line for line in lines) == 2
    assert sum("plain" in line for line in lines) == 1


def test_a_killed_run_is_read_from_its_timeline(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The timeline alone is enough for a report that says that the run was killed."""
    code, out, _ = run(capsys, folder / "benchmark_light_20260301_150000_timeline.jsonl")
    assert code == 0
    assert "interrupted (the run was killed)" in out
    assert "not known" in out


def test_a_plain_locust_run_is_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Counts, mean, percentiles and failures of Locust's CSV come out as they went in."""
    code, out, _ = run(capsys, "--json", folder / "plain_stats.csv")
    document = json.loads(out)
    assert code == 0
    assert document["totals"]["requests"] == 100
    assert document["totals"]["rps"] == pytest.approx(10.0)
    latency = document["operations"][0]["latency_ms"]
    assert latency["mean"] == pytest.approx(15.5)
    assert latency["p50"] == pytest.approx(12, rel=0.01)
    assert latency["p95"] == pytest.approx(40, rel=0.01)
    assert latency["max"] == pytest.approx(250.1)
    assert document["failures"][0]["count"] == 10
    assert [point["requests"] for point in document["timeline"]] == [0, 40, 60]
    assert "mostly with status 503" in document["tips"][0]


def test_several_results_as_json_are_one_object(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--json` prints one object and nothing else."""
    code, out, _ = run(capsys, "--json", folder)
    assert code == 0
    assert len(json.loads(out)["runs"]) == 4


def test_the_table_compares_equal_runs() -> None:
    """The change of p95 is against the run before it of the same type, load and target."""
    runs = [
        RunSummary(
            source="x.json",
            test_type="light",
            base_url="http://127.0.0.1:8000",
            load=load,
            users=5,
            started_at=datetime(2026, 3, day, tzinfo=UTC),
            requests=1000,
            status="completed",
            metrics={"p95": p95},
        )
        for day, load, p95 in ((3, "5 users", 150.0), (2, "9 users", 7.0), (1, "5 users", 100.0))
    ]
    table = runs_table(runs)
    assert list(table["p95 ms"]) == [100.0, 7.0, 150.0]
    changes = list(table["p95 change %"])
    assert changes[0] != changes[0]
    assert changes[1] != changes[1]
    assert changes[2] == pytest.approx(50.0)


def test_stored_results_are_judged_by_thresholds(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One in detail, several as a column; exit code 1 where one does not meet them."""
    result = folder / "benchmark_medium_20260301_140501.json"
    code, out, _ = run(capsys, result, "--threshold", "p95<1m", "--threshold", "GET /: max<1m")
    assert code == 0
    assert "Thresholds: 2 of 2 held" in out
    code, out, _ = run(capsys, result, "--threshold", "p95<1us", "--threshold", "failures<100%")
    assert code == 1
    assert "Thresholds: 1 of 2 held" in out
    assert "FAILED" in out
    code, out, _ = run(capsys, folder, "--threshold", "requests>100", "--threshold", "p95<1m")
    assert code == 1  # the plain run has a hundred
    assert out.count("2 of 2 held") == 3
    assert out.count("1 of 2 held") == 1
    code, out, _ = run(capsys, "--json", folder / "plain_stats.csv", "--threshold", "p95<1us")
    assert code == 1
    (verdict,) = json.loads(out)["thresholds"]
    assert (verdict["threshold"], verdict["held"]) == ("p95<1us", False)


def test_a_run_keeps_its_own_thresholds(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They are judged again when it is read; reading alone fails for no threshold."""
    result = sample_result(folder / "t.jsonl", seconds=20)
    asked = (parse_threshold("p95<1us"), parse_threshold("GET *: max<1m"))
    write_json(analyze(replace(result, thresholds=asked)), folder / "kept.json")
    code, out, _ = run(capsys, folder / "kept.json")
    assert code == 0
    assert "Thresholds: 1 of 2 held" in out
    code, out, _ = run(capsys, folder / "kept.json", "--threshold", "p95<1m")
    assert code == 0
    assert "Thresholds: 1 of 1 held" in out


def test_a_wrong_threshold_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As on the command line of a run."""
    code, out, err = run(capsys, folder, "--threshold", "p95<fast")
    assert (code, out) == (2, "")
    assert "'p95<fast' is no threshold" in err


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bad.json", b"{"),
        ("bad.json", b"[" * 100_000),
        ("bad.json", b"\xff\xfe"),
        ("bad.json", b'{"schema_version": 1}'),
        ("bad_timeline.jsonl", b"garbage\n"),
        ("bad_stats.csv", b""),
        ("bad_stats.csv", b"a,b\n1,2\n"),
        ("bad_stats.csv", b'"\x00'),
    ],
)
def test_bad_files_end_with_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes
) -> None:
    """A file that is no result gives a short message that names it, and exit code 2."""
    (tmp_path / name).write_bytes(content)
    code, out, err = run(capsys, tmp_path / name)
    assert (code, out) == (2, "")
    assert name in err
    assert len(err.splitlines()) <= 2


def test_missing_and_empty_places_end_with_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name that leads nowhere and an empty folder are named, with exit code 2."""
    for argv in (["nothing"], [tmp_path], [tmp_path / "no.json"], []):
        code, _, err = run(capsys, *argv, "--results-dir", tmp_path)
        assert code == 2
        assert len(err.splitlines()) <= 2


def test_a_folder_passes_over_what_is_no_result(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One bad file in a folder is named, and the others are shown."""
    (folder / "broken.json").write_text("{", encoding="utf-8")
    code, out, err = run(capsys, folder)
    assert code == 0
    assert "broken.json" in err
    assert "medium" in out


@pytest.mark.end_to_end
def test_it_runs_as_a_script_from_any_folder(folder: Path) -> None:
    """The script needs no installation, no working folder, and no pandas for a single run."""
    result = subprocess.run(
        [sys.executable, str(SCRIPT), "benchmark_medium_20260301_140501.json"],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "Grade:" in result.stdout
