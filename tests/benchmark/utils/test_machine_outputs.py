"""JUnit, Markdown, CSV and OpenMetrics of a run: what they say, and that they are well-formed."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from result_documents import RUNS, closed_run, open_run, reports
from sample_reports import good_report
from sample_runs import histogram_of, sample_result

from benchmark.models import (
    Failure,
    OperationReadiness,
    OperationStats,
    Readiness,
    Report,
    ThresholdVerdict,
)
from benchmark.thresholds import parse_threshold
from benchmark.utils.analyze_results import analyze, main
from benchmark.utils.reporters import render_html, write_json, write_text
from benchmark.utils.reporters.csv_table import COLUMNS, render_csv
from benchmark.utils.reporters.junit import render_junit
from benchmark.utils.reporters.machine import ENDINGS, RENDERERS
from benchmark.utils.reporters.markdown import render_markdown
from benchmark.utils.reporters.markdown_text import plain as plain_text
from benchmark.utils.reporters.openmetrics import BUCKETS, render_openmetrics
from benchmark.utils.results import result_to_json
from benchmark.utils.verdict import give_verdict

HOSTILE = "=cmd|'/c calc'!A1,\"`|*_<b>&]]></x>\\\n@octocat #1 ![a](http://b)\x00\x1b[31m\ufffe\ud800\u202e"


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """A report with thresholds that held and that did not."""
    return analyze(closed_run(tmp_path))


@pytest.fixture
def hostile(report: Report) -> Report:
    """The same with hostile text everywhere that text can come from outside."""
    stats = OperationStats(HOSTILE, HOSTILE, 2, 2, histogram_of([1.0, 2.0]), {HOSTILE: 2})
    result = replace(
        report.result,
        test_type=HOSTILE,
        base_url=HOSTILE,
        status="failed",
        status_reason=HOSTILE,
        operations=(stats, replace(stats, name=HOSTILE + "\x00")),
        failures=(Failure(HOSTILE, HOSTILE, HOSTILE * 50, 2, 500, HOSTILE),),
        readiness=(OperationReadiness(HOSTILE, HOSTILE, Readiness("excluded", False, HOSTILE)),),
        command=HOSTILE,
    )
    threshold = replace(parse_threshold("p95<1ms"), text=HOSTILE)
    verdicts = (ThresholdVerdict(threshold, HOSTILE, 2.0, held=False),)
    return replace(analyze(result, {HOSTILE: HOSTILE}), thresholds=verdicts)


def metrics(report: Report) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Samples by name and labels, as a reader of the standard sees them."""
    samples: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in text_string_to_metric_families(render_openmetrics(report)):
        for sample in family.samples:
            labels = tuple(sorted(sample.labels.items()))
            assert labels not in samples.setdefault(sample.name, {}), sample
            samples[sample.name][labels] = sample.value
    return samples


def cases(report: Report) -> list[ET.Element]:
    """The test cases of the JUnit document."""
    return list(ET.fromstring(render_junit(report)).iter("testcase"))


def test_junit_has_a_case_for_each_threshold_and_operation(report: Report) -> None:
    """Failed thresholds are failures; operations that were left out are skipped."""
    root = ET.fromstring(render_junit(report))
    by_suite = {suite.get("name"): list(suite.iter("testcase")) for suite in root}
    assert len(by_suite["thresholds"]) == len(report.thresholds)
    assert [case.find("failure") is None for case in by_suite["thresholds"]] == [
        each.held for each in report.thresholds
    ]
    left_out = [each for each in report.result.readiness if not each.readiness.enabled]
    assert len(by_suite["operations"]) == len(report.result.operations) + len(left_out)
    assert sum(case.find("skipped") is not None for case in by_suite["operations"]) == len(left_out)
    assert root.get("failures") == str(sum(not each.held for each in report.thresholds))
    assert root.get("tests") == str(len(list(root.iter("testcase"))))
    assert "run" not in by_suite
    (first, *_) = by_suite["operations"]
    p95 = report.result.operations[0].latency.percentile(95) / 1000
    assert float(first.get("time", "")) == pytest.approx(p95, abs=1e-6)


def test_junit_is_red_where_the_run_itself_is_worthless(report: Report, tmp_path: Path) -> None:
    """An interrupted run and an invalid measurement are errors, thresholds or not."""
    stopped = replace(report.result, status="interrupted", status_reason="stopped by Ctrl-C")
    messages = [
        each.get("message") for case in cases(analyze(stopped)) for each in case.iter("error")
    ]
    assert messages == ["interrupted: stopped by Ctrl-C"]
    errors = [
        case.get("name")
        for case in cases(reports(tmp_path)["empty"])
        if case.find("error") is not None
    ]
    assert "valid measurement" in errors


def test_the_summary_begins_with_the_verdict(report: Report, tmp_path: Path) -> None:
    """Then thresholds, failed ones first, worst operations, and the command."""
    text = render_markdown(report)
    lines = text.splitlines()
    assert lines[0] == "## ❌ Load test: Not fine"
    assert lines[2].startswith("3 of 4 thresholds failed: ")
    marks = [line[2] for line in lines if re.match(r"\| [❌✅] ", line)]
    assert marks == sorted(marks, key="❌✅".index)
    assert f"| <code>{report.most_failing[0].method} " in text
    assert "<pre>stress-api run --users 20</pre>" in text
    assert len(text) < 5000
    good = render_markdown(good_report(tmp_path))
    assert good.startswith("## ✅ Load test: Fine\n")


@pytest.mark.parametrize("kind", RUNS)
def test_every_output_gives_the_same_verdict(kind: str, tmp_path: Path) -> None:
    """For people and for programs: the word, and why."""
    report = reports(tmp_path)[kind]
    verdict = give_verdict(report)
    assert render_markdown(report).splitlines()[0].endswith(f" Load test: {verdict.word}")
    assert f"<h2>{verdict.word}</h2>" in render_html(report)
    out = io.StringIO()
    write_text(report, out)
    assert out.getvalue().lstrip().startswith(f"Verdict: {verdict.word} - ")
    told = {each.get("value") for each in ET.fromstring(render_junit(report)).iter("property")}
    assert f"{verdict.word}: {verdict.sentence}" in told
    document = result_to_json(report)["verdict"]
    assert (document["word"], document["sentence"]) == (verdict.word, verdict.sentence)
    assert [each["why"] for each in document["places"]] == [each.why for each in verdict.places]


def test_sentences_stay_legible_in_markdown() -> None:
    """Colons of sentences and times stay; those of links, and all marks, do not."""
    assert plain_text("2 failed: p95 at 14:02 (+18 %)") == "2 failed: p95 at 14:02 (+18 %)"
    assert plain_text("http://x :bug: a|b *c* @me #1") == (
        "http&#58;//x &#58;bug: a&#124;b &#42;c&#42; &#64;me &#35;1"
    )


def test_the_csv_has_a_row_for_each_operation(report: Report) -> None:
    """With plain numbers that agree with the result; what there is not is empty."""
    rows = list(csv.DictReader(io.StringIO(render_csv(report))))
    assert [(row["method"], row["name"]) for row in rows] == [
        (each.method, each.name) for each in report.result.operations
    ]
    for row, each in zip(rows, report.result.operations, strict=True):
        assert int(row["requests"]) == each.requests
        assert float(row["p95_ms"]) == pytest.approx(each.latency.percentile(95), abs=0.001)
        assert row["p95_from_schedule_ms"] == ""
        assert None not in row


def test_metrics_are_those_of_the_run(report: Report) -> None:
    """Counts and sums exactly; buckets are cumulated and end with all requests."""
    samples = metrics(report)
    totals = report.result.totals
    assert sum(samples["stress_api_requests_total"].values()) == totals.requests
    assert sum(samples["stress_api_failures_total"].values()) == totals.failures
    assert sum(samples["stress_api_received_bytes_total"].values()) == totals.received
    answers = {dict(labels)["status"]: 0.0 for labels in samples["stress_api_responses_total"]}
    for labels, number in samples["stress_api_responses_total"].items():
        answers[dict(labels)["status"]] += number
    assert answers == totals.statuses
    buckets = samples["stress_api_latency_seconds_bucket"]
    for each in report.result.operations:
        key = {"method": each.method, "operation": each.name}.items()
        own = [(dict(k)["le"], n) for k, n in buckets.items() if key <= dict(k).items()]
        assert [le for le, _ in own] == [*map(str, BUCKETS), "+Inf"]
        assert [number for _, number in own] == sorted(number for _, number in own)
        assert own[-1][1] == each.requests
    sums = samples["stress_api_latency_seconds_sum"].values()
    assert sum(sums) == pytest.approx(totals.latency.total / 1000, abs=1e-6)
    held = samples["stress_api_threshold_held"].values()
    assert sorted(held) == sorted(float(each.held) for each in report.thresholds)


def test_metrics_of_an_open_run_have_both_latencies(tmp_path: Path) -> None:
    """And what became of the iterations."""
    samples = metrics(analyze(open_run(tmp_path)))
    assert samples["stress_api_latency_from_schedule_seconds_count"]
    assert {dict(k)["outcome"]: v for k, v in samples["stress_api_iterations_total"].items()} == {
        "asked": 36, "started": 24, "dropped": 12, "missed": 0,
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["open", "killed", "empty", "failed"])
def test_every_kind_of_run_has_all_outputs(kind: str, tmp_path: Path) -> None:
    """Well-formed, also where nothing was sent and nothing succeeded."""
    report = reports(tmp_path)[kind]
    assert metrics(report)
    assert ET.fromstring(render_junit(report)).tag == "testsuites"
    assert next(csv.reader(io.StringIO(render_csv(report)))) == list(COLUMNS)
    assert render_markdown(report).startswith("## ")


def test_hostile_text_stays_text_in_xml(hostile: Report) -> None:
    """Whatever a name holds, the document is well-formed and no part of it is markup."""
    found = cases(hostile)
    assert {"b", "x"}.isdisjoint(each.tag for case in found for each in case.iter())
    assert any("@octocat" in case.get("name", "") for case in found)


def test_hostile_text_stays_text_in_markdown(hostile: Report) -> None:
    """No link, mention, table cell, code or element of theirs; no line break either."""
    text, _, command = render_markdown(hostile).partition("<pre>")
    assert "<b>" not in command
    assert not re.search(r"[`@#*]octocat|\]\(|<b>|<x>|http:|\\|\x1b|#1\b", text)
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in tables} <= {4, 5, 7}


def test_hostile_text_is_no_formula(hostile: Report) -> None:
    """Cells that a spreadsheet would compute begin with an apostrophe."""
    rows = list(csv.reader(io.StringIO(render_csv(hostile))))
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert rows[1][1].startswith("'=cmd")


def test_hostile_text_stays_a_label(hostile: Report) -> None:
    """Operations that look alike once they are cleaned are one: labels must not come twice."""
    samples = metrics(hostile)
    assert list(samples["stress_api_requests_total"].values()) == [4]


@pytest.mark.parametrize("form", RENDERERS)
def test_analyze_prints_each_form_of_a_stored_result(
    form: str, report: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same text as stands in the file beside it."""
    write_json(report, tmp_path / "r.json")
    assert main([str(tmp_path / "r.json"), "--format", form]) == 0
    assert capsys.readouterr().out == RENDERERS[form](report)
    assert set(ENDINGS) == set(RENDERERS)


def test_analyze_refuses_several_results_for_a_form_of_one(
    report: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a message, and nothing on stdout."""
    for name in ("a", "b"):
        write_json(report, tmp_path / f"{name}.json")
    arguments: list[Any] = [str(tmp_path / "a.json"), str(tmp_path / "b.json")]
    assert main([*arguments, "--format", "junit"]) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "error: --format junit takes one result\n")


def test_a_run_of_300_operations_has_small_outputs(tmp_path: Path) -> None:
    """The summary does not grow with the number of operations; the others by a little for each."""
    result = sample_result(tmp_path / "t.jsonl", seconds=20)
    many = tuple(
        replace(each, name=f"{each.name}/{n}") for n in range(34) for each in result.operations
    )
    report = analyze(replace(result, operations=many))
    assert len(render_markdown(report)) < 5000
    assert len(render_openmetrics(report)) < 1_500_000
