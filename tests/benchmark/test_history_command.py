"""Tests of `stress-api history`: what it prints and writes, and how it fails."""

from __future__ import annotations

import io
import json
import os
import random
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from benchmark import cli
from benchmark.models import History, RunSummary
from benchmark.utils.history import group_runs
from benchmark.utils.reporters.history import render_history, write_history_text
from benchmark.utils.results import SCHEMA_VERSION

START = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)


def a_document(number: int, factor: float = 1.0, **changes: Any) -> dict[str, Any]:
    """A result as its file begins."""
    noise = random.Random(number).uniform(0.98, 1.02)
    latency = {"mean": 20.0, "p50": 12.0, "p95": 41 * noise * factor, "p99": 80.0}
    document = {
        "schema_version": SCHEMA_VERSION,
        "test_type": "light",
        "status": "completed",
        "started_at": (START + timedelta(days=number)).isoformat(),
        "duration_s": 60.0,
        "target": {"base_url": "http://127.0.0.1:8000"},
        "profile": {
            "name": "light",
            "users": 5,
            "spawn_rate": 1.0,
            "run_time": 60.0,
            "wait_time": [1, 3],
        },
        "validity": {"verdict": "valid"},
        "grade": "Good",
        "totals": {"requests": 7200, "failures": 3, "latency_ms": latency},
    }
    return {**document, **changes}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ten runs of which the last four are slower, one that was aborted, one of another test."""
    monkeypatch.chdir(tmp_path)
    results = tmp_path / "results"
    results.mkdir()
    documents = [a_document(n, 1.2 if n >= 6 else 1.0) for n in range(10)]
    documents.append(a_document(10, 9.0, status="aborted"))
    documents.append(a_document(11, test_type="<script>", target={"base_url": "http://x/|*_`"}))
    for number, document in enumerate(documents):
        (results / f"benchmark_light_{number}.json").write_text(json.dumps(document))
    return results


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Runs `stress-api history` in this process."""
    with pytest.raises(SystemExit) as end:
        cli.main(["history", *map(str, arguments)])
    assert isinstance(end.value.code, int)
    return end.value.code, *capsys.readouterr()


def test_text_says_what_shifted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence, a line of blocks with the shift marked, and a table of the runs."""
    code, out, err = call(capsys, folder)
    assert (code, err) == (0, "")
    assert re.search(
        r"^Worse: p95 rose by \d\d(\.\d)? % with the run of 2026-11-26 14:02, from 4\d", out, re.M
    )
    assert re.search(r"^p95 ms +[▁-█]{6}\|[▁-█]{4}- ", out, re.M)
    assert re.search(r"^2026-11-30 14:02 .* aborted$", out, re.M)
    assert "11 runs, 2026-11-20 14:02 to 2026-11-30 14:02; 1 not counted" in out
    assert "Too few runs" in out
    assert all(len(line) <= 100 for line in out.splitlines())


def test_the_results_folder_is_the_default(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes from the same settings as a run's."""
    monkeypatch.setenv("BENCHMARK_RESULTS_DIR", str(folder))
    assert call(capsys)[0] == 0


def test_json_is_one_object(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the runs of each group and their shifts, in numbers and in words."""
    code, out, err = call(capsys, folder, "--json", "--target", "127.0.0.1:8000")
    assert (code, err) == (0, "")
    document = json.loads(out)
    (group,) = document["groups"]
    assert [run["counted"] for run in group["runs"]] == [True] * 10 + [False]
    (shift,) = group["shifts"]
    assert (shift["metric"], shift["position"], shift["worse"]) == ("p95", 6, True)
    assert shift["after"] / shift["before"] == pytest.approx(1.2, rel=0.03)
    assert "rose by" in shift["message"]


def test_runs_and_metrics_can_be_chosen(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By target (a part, or a glob), by type, the last ones, and one metric or some."""
    for options, runs in (
        (["--target", "*:8000"], [11]),
        (["--test-type", "light", "--last", "4"], [4]),
        (["--last", "2"], [1, 2]),
    ):
        document = json.loads(call(capsys, folder, "--json", *options)[1])
        assert [len(group["runs"]) for group in document["groups"]] == runs
    for options in (["--metric", "p99,p50"], ["--metric", "p50", "--metric", "p99"]):
        document = json.loads(call(capsys, folder, "--json", *options)[1])
        assert document["metrics"] == ["p50", "p99"]
        assert document["groups"][1]["shifts"] == []
    assert "p95" not in call(capsys, folder, "--metric", "rps")[1]


def test_markdown_is_a_table_that_nothing_breaks(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Signs that mean something in Markdown are escaped; the new level is bold."""
    code, out, err = call(capsys, folder, "--markdown")
    assert (code, err) == (0, "")
    assert "- **Worse:** p95 rose by" in out
    assert re.search(r"^\| 2026-11-26 14:02 \| 7,200 \| 12 ms \| \*\*\d", out, re.M)
    assert "&#60;script&#62;" in out
    assert "<script>" not in out
    assert {line.count(" | ") for line in out.splitlines() if line.startswith("| 20")} == {7}


class Page(HTMLParser):
    """Counts what a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.classes: list[str] = []
        self.dots: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag, its classes, and where it leads."""
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "href"):
                self.addresses.append(value or "")
            if name == "class":
                self.classes += (value or "").split()
        if "dots" in (dict(attrs).get("class") or ""):
            self.dots.append(dict(attrs).get("d") or "")


def test_the_page_stands_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No script but ours, no address, a chart for each metric, shifts marked; text is escaped."""
    code, out, _ = call(capsys, folder, "--html", "page.html")
    assert code == 0
    assert "Worse: " in out
    page = Page(Path("page.html").read_text(encoding="utf-8"))
    assert page.tags.count("script") == 1
    assert page.addresses == ["data:,"]
    assert page.classes.count("plot") == 5
    assert page.classes.count("shift") == 1
    assert sum(path.count("M") for path in page.dots) == 11 * 5
    assert "Content-Security-Policy" in Path("page.html").read_text(encoding="utf-8")


def test_a_page_of_five_hundred_runs_is_small() -> None:
    """Less than a megabyte, and every run is in it."""
    runs = [
        RunSummary(
            source=f"benchmark_light_{n}.json",
            test_type="light",
            base_url="http://127.0.0.1:8000",
            load="5 users",
            users=5,
            started_at=START + timedelta(hours=n),
            requests=100,
            status="completed",
            metrics={"p50": 1.0, "p95": 2.0 + n % 3, "p99": 3.0, "rps": 9.0, "failures": 0.0},
        )
        for n in range(500)
    ]
    page = render_history(History(group_runs(runs, ("p95", "rps")), ("p95", "rps")))
    assert len(page) < 1_000_000
    assert page.count("benchmark_light_") == 500


def test_outputs_without_blocks_get_digits() -> None:
    """Where the encoding has no blocks, heights are digits."""
    runs = [
        RunSummary(
            "x.json", "light", "http://x", "5 users", 5, START + timedelta(n), 9, "completed",
            metrics={"p95": 10.0 + n},
        )
        for n in range(3)
    ]  # fmt: skip
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    write_history_text(History(group_runs(runs, ("p95",)), ("p95",)), out)
    out.seek(0)
    assert re.search(r"^p95 ms +158 ", out.read(), re.M)


# ── what cannot be read ───────────────────────────────────────────────────────────────────────


def test_what_is_no_result_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is passed over, and the history is that of the others."""
    (folder / "empty.json").touch()
    (folder / "k6.json").write_text('{"type":"Metric"}')
    (folder / "cut.json").write_text(json.dumps(a_document(1))[:300])
    (folder / "list.json").write_text("[1, 2]")
    (folder / "latin_stats.csv").write_bytes("Größe;1\n".encode("latin-1"))
    (folder / "gone.json").symlink_to("gone.json")
    code, out, err = call(capsys, folder)
    assert (code, err) == (0, "")
    assert "empty.json: not the result of a run: the file is empty" in out
    assert "k6.json: the output of k6" in out
    assert "cut.json: " in out
    assert "latin_stats.csv: no statistics of a Locust run" in out
    assert "gone.json" not in out
    assert len(json.loads(call(capsys, folder, "--json")[1])["skipped"]) == 5


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["missing"], "missing"),
        (["nothing"], "no results in this folder"),
        (["broken"], "no result in this folder could be read"),
        (["loop"], "loop"),
        (["x" * 300], "File name too long"),
        (["results/benchmark_light_1.json"], "is no folder"),
        (["results", "--metric", "p75"], "--metric: 'p75'"),
        (["results", "--last", "0"], "--last: '0'"),
        (["results", "--last", "ten"], "--last: 'ten'"),
        (["results", "--target", "elsewhere"], "http://127.0.0.1:8000"),
        (["results", "--html", "nowhere/page.html"], "nowhere/page.html"),
        (["results", "--json", "--markdown"], "exclude each other"),
        (["results", "--users", "5"], "--users"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_wrong_usage_ends_with_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], word: str
) -> None:
    """Each in two lines at most, with what to do."""
    Path("nothing").mkdir()
    Path("broken").mkdir()
    Path("broken/x.json").write_text("{")
    Path("loop").symlink_to("loop")
    code, out, err = call(capsys, *arguments)
    assert (code, out) == (2, "")
    assert word in err
    assert len(err.splitlines()) <= 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Like one that is no result."""
    (folder / "benchmark_light_0.json").chmod(0)
    code, out, _ = call(capsys, folder)
    assert code == 0
    assert "benchmark_light_0.json: cannot be read (Permission denied)" in out


def test_pandas_and_locust_are_not_needed(folder: Path) -> None:
    """Neither for a history nor for one result or one CSV: they take seconds to import."""
    (folder / "run_stats.csv").write_text(
        "Type,Name,Request Count,Failure Count,Average Response Time,Requests/s,50%,95%\n"
        "GET,/,10,0,5,1,5,9\n,Aggregated,10,0,5,1,5,9\n"
    )
    program = (
        "import sys\n"
        "sys.modules.update(pandas=None, locust=None)\n"
        "from benchmark.cli import main\n"
        "main(sys.argv[1:])\n"
    )
    for arguments in (["history", str(folder)], ["analyze", str(folder / "run")]):
        ran = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            capture_output=True, text=True, check=False, cwd=Path(__file__).resolve().parents[2],
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
