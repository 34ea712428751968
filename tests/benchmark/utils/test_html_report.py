"""Tests of the HTML report as a document; how it looks in a browser: test_html_in_a_browser.py."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sample_reports import (
    COMMAND,
    empty_report,
    failing_report,
    good_report,
    hostile_report,
    hour_report,
    open_report,
)

from benchmark.abort_conditions import parse_abort_condition
from benchmark.histogram import Histogram
from benchmark.models import Failure, OperationStats, Report
from benchmark.utils.analyze_results import analyze
from benchmark.utils.reporters import render_html, write_html
from benchmark.utils.reporters.html.failures import failure_groups


class Page(HTMLParser):
    """Collects what a page would do: its tags, attributes and unclosed elements."""

    VOID = frozenset({"meta", "link", "br", "wbr", "input"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remembers a tag."""
        self.tags.append(tag)
        self.attributes.extend((name, value or "") for name, value in attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remembers a tag that closes itself."""
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Every end must belong to the last start."""
        assert self.open.pop() == tag


def words(report: Report) -> str:
    """What a reader reads, without tags."""
    body = render_html(report).partition("<body>")[2].partition("<script>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<wbr>", "", re.sub(r"<(?!wbr)[^>]+>", " ", body)))


def test_the_page_is_whole_and_needs_nothing_else(tmp_path: Path) -> None:
    """Elements are closed, and nothing is loaded from anywhere."""
    for report in (good_report(tmp_path), failing_report(tmp_path, "p95<1ms")):
        text = render_html(report)
        page = Page(text)
        assert page.open == []
        assert page.tags.count("script") == 1
        names = {name for name, _ in page.attributes}
        assert not names & {"src", "srcset", "action", "formaction", "poster", "background"}
        links = [value for name, value in page.attributes if name == "href"]
        assert links == ["data:,", "./run.log"]
        assert "url(" not in text
        assert "@import" not in text


def test_only_our_style_and_script_may_act(tmp_path: Path) -> None:
    """The page's policy names both by their digests and allows nothing else."""
    text = render_html(good_report(tmp_path))
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    assert "default-src &#39;none&#39;" in policy[1] or "default-src 'none'" in policy[1]
    for kind in ("script-src", "style-src-elem"):
        assert re.search(kind + r" (?:'|&#39;)sha256-[A-Za-z0-9+/]{43}=", policy[1])


def test_the_verdict_comes_first(tmp_path: Path) -> None:
    """Answer, thresholds, grade and measurement stand before any chart, what failed before all."""
    text = words(failing_report(tmp_path, "p95<60s", "failures<0.1%"))
    places = [
        text.index(part)
        for part in ("Not fine", "1 of 2 thresholds failed: failures&lt;0.1% (", "Thresholds V",
                     "Requests per second", "Measurement", "Over time")
    ]  # fmt: skip
    assert places == sorted(places)
    assert re.search(
        r"failed\s+all requests failures&lt;0.1% [\d.]+ % failures held all requests p95", text
    )


def test_the_page_says_what_was_measured(tmp_path: Path) -> None:
    """Grade, criteria, operations, failures with a sample, readiness, load, how to run it again."""
    report = failing_report(tmp_path)
    report = replace(report, result=replace(report.result, environment={"Python": "3.11.99"}))
    text = words(report)
    assert all(criterion.name in text for criterion in report.criteria)
    for said in (
        "/api/v1/reports/monthly",
        "503 503 Service Unavailable: pool exhausted",
        "{&#34;detail&#34;: &#34;&lt;b&gt;pool&lt;/b&gt; exhausted&#34;}",
        "GET /api/v1/admin/audit",
        "ramp to 20 users in 10 s; 20 users for 1 min 50 s",
        "0.1 to 0.5 s between tasks",
        COMMAND,
        "3.11.99",
    ):
        assert said in text, said


def test_charts_are_complete_without_a_script(tmp_path: Path) -> None:
    """Curves, labels with units, words for those who do not see, and all values as a table."""
    text = render_html(good_report(tmp_path))
    assert text.count("<figure") == 4
    assert text.count("<desc") == 4
    assert len(re.findall(r'<path class="curve" d="M[\d.]+ [\d.]+L', text)) >= 6 + 9
    for label in ("requests per second", "logarithmic", "minutes and seconds since the start",
                  "percentile of requests", "99.9 %", "to 20 users"):  # fmt: skip
        assert label in text, label
    assert (
        len(re.findall(r'<tr data-at="[\d.]+"><th class="n" scope="row">\d:\d\d</th>', text)) == 40
    )
    assert re.search(r'<th class="n" scope="row">99 %</th><td class="n">[\d.]+ ms</td>', text)


def test_the_open_model_shows_arrivals_and_both_latencies(tmp_path: Path) -> None:
    """What was asked, started and dropped over time, and the latency from schedule."""
    text = words(open_report(tmp_path))
    for said in ("iterations per second", "asked", "dropped", "from sending", "from schedule",
                 "From schedule is what a visitor feels", "to 40/s"):  # fmt: skip
        assert said in text, said
    assert "from schedule" not in words(good_report(tmp_path))


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    """No name and no message becomes an element, an attribute, a link or a control character."""
    text = render_html(hostile_report(tmp_path))
    page = Page(text)
    assert page.open == []
    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert not any(name.startswith("on") for name, _ in page.attributes)
    assert not any(value.startswith("javascript:") for _, value in page.attributes)
    assert "{{ 7*7 }}" in text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202e]", text)
    assert len(text) < 120_000


def test_empty_and_tiny_runs_have_a_page(tmp_path: Path) -> None:
    """No requests, one second, one request of no length: a page that says so, without charts."""
    empty = empty_report(tmp_path)
    assert "Nothing was measured" in words(empty)
    assert "<figure" not in render_html(empty)
    second = good_report(tmp_path, seconds=1)
    assert render_html(second).count("<figure") == 1
    assert "p95 over time" not in render_html(second)
    one = OperationStats("GET", "/", 1, 0, Histogram({1: 1}, 0.0, 0.0, 0.0), {"200": 1})
    tiny = replace(empty.result, totals=one, operations=(one,), duration=0.2)
    assert Page(render_html(analyze(tiny))).open == []


def test_what_would_have_ended_the_run_early_is_shown(tmp_path: Path) -> None:
    """With the load; and where a limit of latency is near, as a line in its chart."""
    report = failing_report(tmp_path)
    p95 = report.result.totals.latency.percentile(95)
    texts = (f"p95<{p95:.0f}ms for 10s", "failures<90% for 10s")
    conditions = tuple(parse_abort_condition(text) for text in texts)
    watched = analyze(replace(report.result, abort_on=conditions))
    said = f"Abort conditions {texts[0]} ; {texts[1]}".replace("<", "&lt;")
    assert said in words(watched)
    assert f"<span>{texts[0].replace('<', '&lt;')}</span>" in render_html(watched)
    assert "Abort conditions" not in words(report)


@pytest.mark.parametrize("status", ["interrupted", "failed", "aborted"])
def test_a_run_that_did_not_complete_says_so_first(status: str, tmp_path: Path) -> None:
    """With the reason."""
    report = good_report(tmp_path)
    broken = replace(report.result, status=status, status_reason="p95<1ms for 10s broke")  # type: ignore[arg-type]
    text = words(analyze(broken))
    assert re.search(r"The run [a-z ]+ after 40 s: p95&lt;1ms for 10s broke\.", text)
    assert text.index("The run ") < text.index("Grade")


def test_a_page_of_an_hour_and_300_operations_stays_small(tmp_path: Path) -> None:
    """Under 2 MB, with a chart in each row, and a spike of one second is still to be read."""
    write_html(hour_report(tmp_path), tmp_path / "hour.html")
    text = (tmp_path / "hour.html").read_text()
    assert len(text.encode()) < 2_000_000
    assert text.count("p95 from ") == 300
    assert "to 9,000)" in text


def test_equal_failures_are_one_group(tmp_path: Path) -> None:
    """By status and message, with the operations they befell; an unknown status is none."""
    failures = (
        Failure("GET", "/a", "boom", 3, 500, ""),
        Failure("GET", "/b", "boom", 5, 500, "first"),
        Failure("GET", "/b", "timed out", 2, 0, ""),
        Failure("GET", "/b", "404 Client Error", 1, None, ""),
    )
    result = empty_report(tmp_path).result
    groups, more = failure_groups(replace(result, failures=failures))
    assert more == 0
    told = [(group.status, group.message, group.count, group.sample) for group in groups]
    assert told == [
        ("500", "boom", 8, "first"),
        ("no answer", "timed out", 2, ""),
        ("", "404 Client Error", 1, ""),
    ]
    assert [each.name for each in groups[0].failures] == ["/b", "/a"]
