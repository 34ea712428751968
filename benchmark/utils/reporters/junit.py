"""The verdicts of a run as JUnit XML, which every continuous integration shows.

A test case for each threshold (which fails with it) and for each operation; `time` of an operation
is its p95 in seconds. An operation that was left out is skipped. Where the run itself did not come
to its end, or measured nothing that can be trusted, a further case has an error; one more fails
where something is worse than the baseline.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from benchmark.models import OperationStats, Report, ThresholdVerdict
from benchmark.thresholds import in_words
from benchmark.utils.comparison_words import headline
from benchmark.utils.figures import milliseconds, percent, plural, statuses
from benchmark.utils.text_safety import clean_text
from benchmark.utils.verdict import give_verdict

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, Char


def render_junit(report: Report) -> str:
    """The report as a JUnit document with suites `run`, `thresholds` and `operations`, if any."""
    root = ET.Element("testsuites", name="stress-api")
    suites = {
        "run": list(_trouble(report)),
        "thresholds": [_threshold(each) for each in report.thresholds],
        "operations": [*_operations(report), *_left_out(report)],
    }
    for name, cases in suites.items():
        if cases:
            root.append(_suite(name, cases, report))
    for total in ("tests", "failures", "errors"):
        root.set(total, str(sum(int(suite.get(total, "0")) for suite in root)))
    root.set("time", f"{report.result.duration:.3f}")
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(name: str, cases: list[ET.Element], report: Report) -> ET.Element:
    result, verdict = report.result, give_verdict(report)
    suite = ET.Element(
        "testsuite",
        name=name,
        tests=str(len(cases)),
        failures=str(sum(case.find("failure") is not None for case in cases)),
        errors=str(sum(case.find("error") is not None for case in cases)),
        skipped=str(sum(case.find("skipped") is not None for case in cases)),
        time=f"{result.duration:.3f}",
        timestamp=result.started_at.isoformat(timespec="seconds"),
    )
    facts = {
        "target": result.base_url,
        "test type": result.test_type,
        "status": result.status,
        "verdict": f"{verdict.word}: {verdict.sentence}",
        "grade": report.grade,
        "measurement": report.validity.verdict,
        "command": result.command,
    }
    properties = ET.SubElement(suite, "properties")
    for key, value in facts.items():
        ET.SubElement(properties, "property", name=key, value=_text(value, 4000))
    suite.extend(cases)
    return suite


def _trouble(report: Report) -> Iterator[ET.Element]:
    result, validity = report.result, report.validity
    if result.status != "completed":
        reason = result.status_reason or result.status
        yield _case("run", "completed", "error", f"{result.status}: {reason}")
    if report.not_compared:
        yield _case("run", "compared with the baseline", "error", report.not_compared)
    elif comparison := report.comparison:
        outcome = "failure" if comparison.answer == "regressed" else "system-out"
        yield _case("run", "not worse than the baseline", outcome, headline(comparison))
    if validity.verdict == "invalid":
        yield _case("run", "valid measurement", "error", "; ".join(validity.reasons))


def _threshold(verdict: ThresholdVerdict) -> ET.Element:
    threshold = verdict.threshold
    name = threshold.text
    if verdict.operation and verdict.operation != threshold.operation:
        name = f"{name} [{verdict.operation}]"
    measured = f"measured: {in_words(threshold, verdict.measured)}"
    if not verdict.held:
        return _case("thresholds", name, "failure", f"{threshold.text}, {measured}")
    return _case("thresholds", name, "system-out", measured)


def _operations(report: Report) -> Iterator[ET.Element]:
    for each in report.result.operations:
        case = _case("operations", f"{each.method} {each.name}", "system-out", _measured(each))
        case.set("time", f"{each.latency.percentile(95) / 1000:.6f}")
        yield case


def _left_out(report: Report) -> Iterator[ET.Element]:
    for each in report.result.readiness:
        if not each.readiness.enabled:
            reason = each.readiness.reason or each.readiness.status
            yield _case("operations", each.operation, "skipped", reason)


def _measured(stats: OperationStats) -> str:
    if not stats.requests:
        return "no requests"
    latency = stats.latency
    p50, p95, p99 = (milliseconds(latency.percentile(p)) for p in (50, 95, 99))
    answered = f" ({statuses(stats.statuses)})" if stats.statuses else ""
    return (
        f"{plural(stats.requests, 'request')}, {percent(stats.failure_share)} failed{answered}; "
        f"p50 {p50}, p95 {p95}, p99 {p99}, slowest {milliseconds(latency.highest)}"
    )


def _case(group: str, name: str, outcome: str, text: str) -> ET.Element:
    """A test case with an outcome (failure, error, skipped, system-out) that says `text`."""
    case = ET.Element("testcase", classname=group, name=_text(name))
    part = ET.SubElement(case, outcome)
    if outcome == "system-out":
        part.text = _text(text, 1000)
    else:
        part.set("message", _text(text, 1000))
    return case


def _text(value: str, limit: int = 300) -> str:
    return _NOT_XML.sub("", clean_text(value, limit))
