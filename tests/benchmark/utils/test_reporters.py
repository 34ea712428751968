"""Tests of the reports that people read."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sample_runs import histogram_of, sample_result

from benchmark.histogram import Histogram
from benchmark.models import (
    Block,
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
from benchmark.utils.reporters import render_html, write_html, write_suite, write_text
from benchmark.utils.reporters.charts import distribution, log_scale, nice_steps, time_charts
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


class Page(HTMLParser):
    """Collects what a page would do: its tags, attributes and unclosed elements."""

    VOID = frozenset({"meta", "link", "br", "wbr"})

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


def plain(write: object, *arguments: object) -> str:
    """What a text reporter writes to a file."""
    out = io.StringIO()
    write(*arguments, out)  # type: ignore[operator]
    return out.getvalue()


def test_the_page_is_whole_and_needs_nothing_else(report: Report) -> None:
    """Elements are closed, and nothing is loaded from anywhere."""
    text = render_html(report, {"Python": "3.11"})
    page = Page(text)
    assert page.open == []
    assert page.tags.count("script") == 2
    loading = {
        name: value for name, value in page.attributes if name in ("src", "srcset", "action")
    }
    assert loading == {}
    links = [value for name, value in page.attributes if name == "href"]
    assert links == ["data:,", "./run.log"]
    assert "url(" not in text
    assert "@import" not in text


def test_the_measurement_is_judged_before_the_target(report: Report) -> None:
    """Text and page say first whether the numbers can be trusted, why not, and what to do."""
    assert plain(write_text, report).lstrip().startswith("Measurement: valid\n")
    assert "The measurement is valid." in render_html(report)
    doubtful = Validity("invalid", ("it ran out of <ports>",), ("add machines",))
    text = plain(write_text, replace(report, validity=doubtful))
    page = render_html(replace(report, validity=doubtful))
    assert re.match(r"\s*Measurement: invalid\s+- it ran out of <ports>\s+- To do: add mach", text)
    assert "The measurement is invalid:" in page
    assert page.index("it ran out of &lt;ports&gt;.") < page.index('<p class="grade">')
    assert page.index("To do: add machines.") < page.index('<p class="grade">')
    document = result_to_json(replace(report, validity=doubtful))
    assert document["validity"] == {
        "verdict": "invalid", "reasons": ["it ran out of <ports>"], "advice": ["add machines"],
    }  # fmt: skip


def test_the_page_says_what_was_measured(report: Report) -> None:
    """Grade, criteria, tips, operations, failures, readiness and environment are on the page."""
    text = re.sub(r"<wbr>", "", render_html(report, {"Python": "3.11.99"}))
    assert f'<p class="grade">{report.grade}</p>' in text
    assert all(criterion.name in text for criterion in report.criteria)
    assert "/api/v1/reports/monthly" in text
    assert "pool exhausted" in text
    assert "GET /api/v1/admin/audit" in text
    assert "3.11.99" in text
    assert text.count("<figure") == 3
    assert text.count("<rect") > 10


def test_hostile_text_stays_text_on_the_page(hostile: Report) -> None:
    """No name and no message becomes an element, an attribute, a link or a control character."""
    text = render_html(hostile, {HOSTILE: HOSTILE})
    page = Page(text)
    assert page.tags.count("script") == 2
    assert "alert(1)<" not in text.replace("alert(1)&lt;", "")
    assert not any(name.startswith("on") for name, _ in page.attributes)
    assert not any(value.startswith("javascript:") for _, value in page.attributes)
    assert "{{ 7*7 }}" in text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202e]", text)


def test_only_our_script_may_run(report: Report) -> None:
    """The page's policy names our script by its digest and allows no other."""
    text = render_html(report)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    assert "default-src 'none'" in policy[1]
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/]{43}='", policy[1])


def test_empty_and_tiny_runs_have_a_page(report: Report) -> None:
    """No requests, no seconds, one request of no length: each is a page without a chart."""
    empty = OperationStats("", "Total", 0, 0, Histogram())
    nothing = replace(
        report.result, totals=empty, operations=(), failures=(), timeline=(), duration=0.0
    )
    assert "No request was sent" in render_html(analyze(nothing))
    assert "Not judged" in plain(write_text, analyze(nothing))
    one = OperationStats("GET", "/", 1, 0, Histogram({1: 1}, 0.0, 0.0, 0.0), {"200": 1})
    tiny = replace(nothing, totals=one, operations=(one,), duration=0.2)
    assert Page(render_html(analyze(tiny))).open == []
    assert "GET /" in plain(write_text, analyze(tiny))


def test_a_page_of_many_operations_stays_small(report: Report, tmp_path: Path) -> None:
    """300 operations and an hour fit into 2 MB."""
    first = report.result.operations[0]
    second = report.result.timeline[-1]
    big = replace(
        report.result,
        operations=tuple(replace(first, name=f"/api/v1/things/{n}/{{id}}") for n in range(300)),
        timeline=tuple(replace(second, elapsed=float(n)) for n in range(1, 3601)),
    )
    write_html(analyze(big), tmp_path / "r.html")
    assert (tmp_path / "r.html").stat().st_size < 2_000_000


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


def test_a_terminal_gets_colours(report: Report) -> None:
    """On a terminal the grade is coloured."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    write_text(report, out)
    assert "Grade:" in out.getvalue()


def test_a_suite_is_one_table(report: Report) -> None:
    """Each run is a row with its grade; a run that did not complete says so."""
    stopped = analyze(replace(report.result, test_type="spike", status="interrupted"))
    lines = plain(write_suite, [report, stopped]).splitlines()
    assert len([line for line in lines if report.grade in line]) == 2
    assert any("spike (interrupted)" in line for line in lines)


def test_time_is_joined_and_never_dropped(report: Report) -> None:
    """However long the run, charts have few points and their rates are per second."""
    second = report.result.timeline[-1]
    long = tuple(replace(second, elapsed=float(n), requests=7) for n in range(1, 5001))
    block = Block(0.0, 5, tuple(replace(each, requests=5) for each in report.result.operations[:7]))
    blocks = tuple(replace(block, elapsed=5.0 * n) for n in range(1, 1001))
    for given in (blocks, ()):
        charts = time_charts(replace(report.result, timeline=long, blocks=given))
        assert charts is not None
        assert len(charts.positions) <= 240
        assert charts.positions[-1] == 100.0
        assert set(charts.charts[0].lines[0].labels) == {"7"}
    assert time_charts(replace(report.result, timeline=long[:1])) is None


@pytest.mark.parametrize("highest", [0.0, 0.003, 1, 7, 99.9, 100, 101, 1e9])
def test_steps_of_an_axis_hold_the_highest_value(highest: float) -> None:
    """An axis begins at 0, reaches the highest value and has few round steps."""
    steps = nice_steps(highest)
    assert steps[0] == 0
    assert steps[-1] >= highest * 0.999
    assert 2 <= len(steps) <= 5


def test_the_distribution_holds_every_request() -> None:
    """The bars are of all requests, and equal latencies are one bar in the middle."""
    assert distribution(Histogram()) is None
    one = distribution(histogram_of([5.0] * 9))
    assert one is not None
    assert len(one.bars) == 1
    assert 400 < one.bars[0].x < 600
    assert "9 requests, 100 %" in one.bars[0].label
    assert log_scale(1, 1000).at(0.0001) == 0.0


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
