"""What changed since the baseline, in every report of a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from sample_reports import HOSTILE, good_report

from benchmark.models import (
    Answer,
    ComparedSide,
    Comparison,
    MetricChange,
    OperationChange,
    Report,
)
from benchmark.utils.reporters import render_html
from benchmark.utils.reporters.junit import render_junit
from benchmark.utils.reporters.markdown import render_markdown
from benchmark.utils.verdict import give_verdict

WORSE = MetricChange("p95", 10.0, 40.0, "regressed", 4.0, 3.0, 5.0, 1.05)


def compared(report: Report, answer: Answer, label: str = "before.json") -> Report:
    """The report with a comparison in which its first operation has this answer."""
    first = report.result.operations[0]
    change = replace(WORSE, answer=answer)
    total = OperationChange("", "Total", 900, 900, "equivalent")
    operation = OperationChange(first.method, first.name, 90, 90, answer, (change,))
    side = ComparedSide(
        label, "http://127.0.0.1:8000", datetime(2026, 3, 1, tzinfo=UTC), 1, 60.0, 12, 0.0
    )
    comparison = Comparison(
        side, replace(side, label="this run"), 0.05, answer, total, (operation,), notes=(label,)
    )
    return replace(report, comparison=comparison)


def test_a_regression_is_the_verdict(tmp_path: Path) -> None:
    """The word says it, the sentence why, and the operation is the first place to look at."""
    report = compared(good_report(tmp_path, "p95<9s"), "regressed")
    first = report.result.operations[0]
    verdict = give_verdict(report)
    assert (verdict.tone, verdict.word) == ("bad", "Worse than the baseline")
    assert f"1 regression: {first.method} {first.name}" in verdict.sentence
    assert verdict.places[0].operation == first
    assert "p95 10 ms → 40 ms" in verdict.places[0].why
    failed = compared(good_report(tmp_path, "p95<1us"), "regressed")
    assert give_verdict(failed).word == "Not fine"


@pytest.mark.parametrize("answer", ["improved", "equivalent", "cannot tell"])
def test_what_did_not_regress_leaves_the_verdict(answer: Answer, tmp_path: Path) -> None:
    """It is shown, and changes nothing else."""
    plain = good_report(tmp_path)
    report = compared(plain, answer)
    assert give_verdict(report) == give_verdict(plain)
    section = render_html(report).partition('id="baseline"')[2].partition("</section>")[0]
    assert f">{answer}</span>" in section
    assert "before.json" in section
    assert ("10 ms → 40 ms" in section.replace("\u00a0", " ")) == (answer == "improved")


def test_every_report_names_the_regression(tmp_path: Path) -> None:
    """The page has a section, the summary a line, and a test case fails."""
    report = compared(good_report(tmp_path), "regressed")
    page = render_html(report).replace("\u00a0", " ")
    section = page.partition('id="baseline"')[2].partition("</section>")[0]
    assert "1 regression" in section
    assert "p95 10 ms → 40 ms" in section
    assert "Against the baseline before.json **regressed**: 1 regression" in render_markdown(report)
    case = ET.fromstring(render_junit(report)).find(".//testcase[@classname='run']")
    assert case is not None
    assert case.find("failure") is not None


def test_a_comparison_that_failed_says_why(tmp_path: Path) -> None:
    """The exit code is 1 then, so every report gives the reason."""
    report = replace(good_report(tmp_path), not_compared="this run: no request was sent")
    page = render_html(report).partition('id="baseline"')[2].partition("</section>")[0]
    assert "not compared" in page
    for output in (page, render_markdown(report), render_junit(report)):
        assert "this run: no request was sent" in output
    case = ET.fromstring(render_junit(report)).find(".//testcase[@classname='run']/error")
    assert case is not None


def test_without_a_baseline_nothing_is_said_of_one(tmp_path: Path) -> None:
    """No section, no line, no test case."""
    report = good_report(tmp_path)
    for output in (render_html(report), render_markdown(report), render_junit(report)):
        assert "baseline" not in output.partition("<body>")[2].partition("<script")[0]
        assert "gainst the baseline" not in output


def test_names_from_outside_do_no_harm(tmp_path: Path) -> None:
    """Labels and notes of results are text."""
    report = compared(good_report(tmp_path), "regressed", HOSTILE)
    page = render_html(report)
    assert page.count("<script") == 1
    assert "<img" not in page
    assert "<script" not in render_markdown(report)
