"""Tests of the reports that people read."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from sample_runs import histogram_of, sample_result

from benchmark.histogram import Histogram
from benchmark.models import (
    Failure,
    OperationReadiness,
    OperationStats,
    Readiness,
    Report,
    Validity,
)
from benchmark.thresholds import parse_threshold
from benchmark.utils.analyze_results import analyze
from benchmark.utils.figures import milliseconds, number, percent, seconds, size
from benchmark.utils.reporters import render_html, write_suite, write_text
from benchmark.utils.results import result_to_json
from benchmark.utils.text_safety import clean_text

HOSTILE = "<script>alert(1)</script>\"'{{ 7*7 }}[bold]\x1b[31m\u202e=1+1"


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """A report of the sample run."""
    return analyze(sample_result(tmp_path / "t.jsonl", seconds=40), {"Log": "run.log"})


@pytest.fixture
def hostile(report: Report) -> Report:
    """The same with hostile text everywhere that text can come from outside."""
    latency = histogram_of([1.0, 2.0])
    stats = OperationStats(HOSTILE, HOSTILE, 2, 2, latency, {HOSTILE: 2})
    result = replace(
        report.result,
        test_type=HOSTILE,
        base_url=HOSTILE,
        status="failed",
        status_reason=HOSTILE,
        operations=(stats,),
        failures=(Failure(HOSTILE, HOSTILE, HOSTILE * 50, 2),),
        skipped_tasks={HOSTILE: 3},
        readiness=(
            OperationReadiness(HOSTILE, HOSTILE, Readiness("excluded", False, HOSTILE)),
            OperationReadiness(HOSTILE, HOSTILE, Readiness("verified", True, HOSTILE)),
        ),
    )
    return analyze(result, {HOSTILE: "javascript:alert(1)//" + HOSTILE})


def plain(write: object, *arguments: object) -> str:
    """What a text reporter writes to a file."""
    out = io.StringIO()
    write(*arguments, out)  # type: ignore[operator]
    return out.getvalue()


def test_the_measurement_is_judged_before_the_target(report: Report) -> None:
    """Text and page say first whether the numbers can be trusted, why not, and what to do."""
    assert "\nMeasurement: valid\n" in plain(write_text, report)
    doubtful = Validity("invalid", ("it ran out of <ports>",), ("add machines",))
    text = plain(write_text, replace(report, validity=doubtful))
    page = render_html(replace(report, validity=doubtful))
    assert re.search(r"\nMeasurement: invalid\s+- it ran out of <ports>\s+- To do: add mach", text)
    assert "The measurement is invalid: it ran out of &lt;ports&gt;." in page
    assert page.index("add machines") < page.index('id="time"')
    document = result_to_json(replace(report, validity=doubtful))
    assert document["validity"] == {
        "verdict": "invalid", "reasons": ["it ran out of <ports>"], "advice": ["add machines"],
    }  # fmt: skip


def test_empty_and_tiny_runs_have_a_text(report: Report) -> None:
    """No requests, no seconds; one request of no length."""
    empty = OperationStats("", "Total", 0, 0, Histogram())
    nothing = replace(
        report.result, totals=empty, operations=(), failures=(), timeline=(), duration=0.0
    )
    assert "Not judged" in plain(write_text, analyze(nothing))
    one = OperationStats("GET", "/", 1, 0, Histogram({1: 1}, 0.0, 0.0, 0.0), {"200": 1})
    tiny = replace(nothing, totals=one, operations=(one,), duration=0.2)
    assert "GET /" in plain(write_text, analyze(tiny))


def test_plain_text_is_ascii_of_100_columns(report: Report) -> None:
    """Without a terminal the report has no colours, no wide lines and nothing but ASCII."""
    text = plain(write_text, report)
    assert text.isascii()
    assert max(len(line) for line in text.splitlines()) <= 100
    for expected in (
        "Grade:",
        "Operations",
        "Slowest",
        "Most failing",
        "What to do next",
        "run.log",
    ):
        assert expected in text


def test_hostile_text_stays_text_in_the_terminal(hostile: Report) -> None:
    """No escape sequence, no markup and no line break gets through to a terminal."""
    text = plain(write_text, hostile)
    assert "\x1b" not in text
    assert "[bold]" in text
    assert "\u202e" not in text


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def test_a_terminal_gets_colours(report: Report) -> None:
    """On a terminal the grade is coloured."""
    out = Terminal()
    write_text(report, out)
    assert "Grade:" in out.getvalue()


def test_a_narrow_terminal_loses_nothing(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that does not fit is broken by the terminal: names stay, and so do figures."""
    monkeypatch.setenv("COLUMNS", "40")
    out = Terminal()
    write_text(report, out)
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in out.getvalue().splitlines()]
    assert any(line.startswith("Operation ") and line.endswith(" max") for line in lines)
    for each in report.result.operations:
        assert sum(line.startswith(f"{each.method} ") for line in lines) > 0


def test_paths_are_never_broken(report: Report) -> None:
    """A path with spaces can be copied whole, from a terminal and from a file."""
    path = "/a folder with a long name/" * 5 + "result.json"
    assert f" - result: {path}\n" in plain(write_text, replace(report, files={"result": path}))


def test_a_suite_is_one_table(report: Report) -> None:
    """Each run is a row with its grade; a run that did not complete says so."""
    stopped = analyze(replace(report.result, test_type="spike", status="interrupted"))
    lines = plain(write_suite, [report, stopped]).splitlines()
    assert len([line for line in lines if report.grade in line]) == 2
    assert any("spike (interrupted)" in line for line in lines)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (number(0), "0"),
        (number(0.432), "0.43"),
        (number(12.34), "12.3"),
        (number(12400.4), "12,400"),
        (number(0.001), "<0.01"),
        (milliseconds(999), "999 ms"),
        (milliseconds(1240), "1.24 s"),
        (percent(0), "0 %"),
        (percent(0.00001), "<0.01 %"),
        (percent(0.9999), ">99.9 %"),
        (percent(1), "100 %"),
        (percent(0.124), "12.4 %"),
        (size(1400), "1.40 kB"),
        (seconds(0.4), "0.4 s"),
        (seconds(125), "2 min 5 s"),
        (seconds(5400), "1 h 30 min"),
        (clean_text(" a  b "), "a b"),
    ],
)
def test_figures_are_written_the_same_everywhere(written: str, expected: str) -> None:
    """Three significant digits, a unit, and no share that lies by rounding."""
    assert written == expected


def test_thresholds_stand_in_the_text_with_their_verdicts(report: Report) -> None:
    """Whether all held in one line, and a row for each operation that one speaks of."""
    texts = ("p95<1m", "GET /health: max<1us", "DELETE /no: p95<1s")
    asked = tuple(parse_threshold(text) for text in texts)
    judged = analyze(replace(report.result, thresholds=asked))
    text = plain(write_text, judged)
    assert "Thresholds: 1 of 3 held" in text
    rows = [line for line in text.splitlines() if line.endswith(("  held", "FAILED"))]
    assert [row.split()[0] for row in rows] == ["p95<1m", "max<1us", "p95<1s"]
    assert [row.split()[-1] for row in rows] == ["held", "FAILED", "FAILED"]
    assert "no requests" in rows[2]
    suite = plain(write_suite, [judged, report])
    assert [line.split()[-1] for line in suite.splitlines() if "medium" in line] == ["1/3", "0/0"]
    assert "Held" not in plain(write_suite, [report, report])


def test_many_verdicts_leave_the_failed_ones(report: Report) -> None:
    """Where a pattern speaks of more operations than a terminal shows, held ones go first."""
    first = report.result.operations[0]
    many = tuple(replace(first, name=f"/{number}") for number in range(60))
    many += (replace(first, name="/none", requests=0),)
    asked = (parse_threshold("*: p95<1m"),)
    text = plain(write_text, analyze(replace(report.result, operations=many, thresholds=asked)))
    assert text.count("FAILED") == 1
    assert "and 31 more, in the result file" in text
