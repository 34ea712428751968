"""Comparisons for terminals, pull requests, browsers and programs."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from benchmark.models import Comparison
from benchmark.utils.comparison import Side, compare, measured_run
from benchmark.utils.json_document import json_document
from benchmark.utils.reporters.comparison import (
    comparison_markdown,
    comparison_to_json,
    comparisons_to_json,
    render_comparison_html,
    write_comparison_text,
)
from perf.simulated_runs import Noise, Simulated, operation_name, simulated_run

HOSTILE = "/a|b</td><script>alert(1)</script>\x1b[31m`x`"


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """One operation regressed, one improved, the rest undecided; an operation on either side."""
    noise = Noise(shared=0.02, spread=0.2)
    base = Simulated(noise, seconds=120, operations=5)
    new = Simulated(noise, seconds=120, operations=4, factors={1: 1.6, 2: 0.5})
    random = np.random.default_rng(3)
    sides = [
        Side(name, (measured_run(simulated_run(what, random), file=f"{name}.json"),))
        for name, what in (("base", base), ("new", new))
    ]
    return compare(*sides)


def text_of(comparison: Comparison) -> str:
    """What a pipe gets."""
    out = io.StringIO()
    write_comparison_text(comparison, out)
    return out.getvalue()


def test_the_text_says_the_verdict_first(comparison: Comparison) -> None:
    """The regression stands in the first line, then in the first row; all in ASCII."""
    text = text_of(comparison)
    assert text.isascii()
    first = text.strip().splitlines()[0]
    assert first.startswith("Comparison: regressed")
    assert f"GET {operation_name(1)}" in first
    rows = text[text.index("Operation ") :]
    assert (
        rows.index(operation_name(1))
        < rows.index(operation_name(2))
        < rows.index(operation_name(0))
    )
    assert f"GET {operation_name(4)}" in text[text.index("Only in the base") :]
    assert all(len(line) <= 100 for line in text.splitlines())


def test_markdown_shows_changes_and_folds_the_rest(comparison: Comparison) -> None:
    """What changed is a table; what did not can be unfolded."""
    markdown = comparison_markdown([comparison])
    assert markdown.startswith("### 🔴 regressed")
    before, after = markdown.split("<details>")
    assert operation_name(1) in before.split("| verdict |")[1]
    assert operation_name(0) in after


def test_json_holds_every_number(comparison: Comparison) -> None:
    """A program gets ratios, intervals and answers; several comparisons are a list."""
    document = json.loads(json_document(comparisons_to_json([comparison])))
    assert document == json.loads(json.dumps(comparison_to_json(comparison)))
    assert document["answer"] == "regressed"
    slow = next(each for each in document["operations"] if each["name"] == operation_name(1))
    assert slow["metrics"]["p50"]["low"] > 1.4
    several = comparisons_to_json([comparison, comparison])
    assert len(several["comparisons"]) == 2


class Tags(HTMLParser):
    """Collects what a browser would see as tags."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag, and what it would load."""
        self.found.append(tag)
        self.found += [f"{name}={value}" for name, value in attrs if name in ("src", "href")]


def test_the_page_needs_nothing_else(comparison: Comparison) -> None:
    """No script but ours, nothing to load, a bar for every interval."""
    page = render_comparison_html([comparison])
    tags = Tags()
    tags.feed(page)
    assert tags.found.count("script") == 1
    assert [each for each in tags.found if "=" in each] == ["href=data:,"]
    intervals = sum(
        c.ratio is not None for e in (comparison.total, *comparison.operations) for c in e.changes
    )
    assert tags.found.count("svg") >= intervals
    body = page.partition("<body>")[2]
    assert not re.search(r"\b(nan|inf|None)\b", body)


def test_names_from_outside_do_no_harm(comparison: Comparison) -> None:
    """Names of operations are shown as text in every output."""
    operations = tuple(replace(each, name=HOSTILE) for each in comparison.operations)
    hostile = replace(
        comparison,
        operations=operations,
        only_in_new=(f"GET {HOSTILE}",),
        notes=(HOSTILE,),
        base=replace(comparison.base, label=HOSTILE, base_url=HOSTILE),
    )
    tags = Tags()
    tags.feed(render_comparison_html([hostile]))
    assert tags.found.count("script") == 1
    markdown = comparison_markdown([hostile])
    assert "<script" not in markdown
    for part in markdown.split("<details>"):
        rows = [line for line in part.splitlines() if line.startswith("|")]
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1
    assert "\x1b" not in text_of(hostile)


def test_extremes_are_written(comparison: Comparison) -> None:
    """Ratios beyond all measure and intervals without end are still JSON, text and pages."""
    change = replace(comparison.operations[0].changes[0], ratio=1e300, low=0.0, high=float("inf"))
    broken = replace(comparison.operations[0], changes=(change,))
    extreme = replace(comparison, operations=(broken,))
    json.loads(json_document(comparisons_to_json([extreme])))
    page = render_comparison_html([extreme]).partition("<body>")[2]
    assert not re.search(r"\bnan\b", page)
    assert text_of(extreme)
    assert comparison_markdown([extreme])


def test_what_is_said_of_all_is_said_once(comparison: Comparison) -> None:
    """Where one reason stands against every verdict, the headline gives it, and no row does."""
    why = "25 s at full load are too short"
    rows = [
        replace(
            each,
            answer="cannot tell",
            reason=why,
            changes=tuple(replace(c, ratio=None, reason=why) for c in each.changes),
        )
        for each in (comparison.total, *comparison.operations)
    ]
    short = replace(
        comparison, answer="cannot tell", total=rows[0], operations=tuple(rows[1:]), notes=()
    )
    page = render_comparison_html([short]).partition("<body>")[2]
    for written in (text_of(short), comparison_markdown([short]), page):
        output = " ".join(written.split())
        assert output.count(why) == 1
        assert f"Nothing can be told: {why}" in output
    other = replace(short, total=replace(rows[0], reason="no steady state", changes=()))
    page = render_comparison_html([other]).partition("<body>")[2]
    assert page.count(why) == len(rows) - 1  # once in a row, not in each of its metrics
