"""How the answer of a capacity search is told: in text, JSON and HTML."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from sample_capacity import FOUND

from benchmark.models import Capacity, SearchEnding
from benchmark.utils.reporters.capacity import (
    capacity_to_json,
    render_capacity_html,
    write_capacity,
    write_capacity_text,
)
from benchmark.utils.reporters.capacity.words import explanation, headline

FILES = {"report": "r.html", "result": "r.json", "log": "r.log"}


def text_of(capacity: Capacity) -> str:
    """What the terminal shows."""
    out = io.StringIO()
    write_capacity_text(capacity, FILES, out)
    return out.getvalue()


def test_the_text_says_the_answer_first() -> None:
    """Then how exact it is, what broke first, and every step by load."""
    text = text_of(FOUND)
    assert text.startswith("\nCapacity of http://localhost:8000: 195 iterations per second\n")
    assert "between 195 and 203. It was confirmed in a window of 30 s." in text
    said = " ".join(text.split())
    assert "p95<300ms broke at 203/s with 812 ms, 25 ms at the highest rate that held" in said
    assert "75 % of what spoke against it" in said
    rates = re.findall(r"^ +(\d+) +(?:held|broken)", text, re.MULTILINE)
    assert rates == ["100", "195", "200", "203"]
    assert text.isascii()
    assert "\x1b" not in text
    assert all(len(line) <= 100 for line in text.splitlines())
    assert " - result: r.json" in text


ENDINGS: list[tuple[SearchEnding, str, str]] = [
    ("highest", "At least 195", "--max-rate"),
    ("generator", "At least 195", "The generator, not the target, was the limit: it was late"),
    ("users", "At least 195", "The number of users, not the target, was the limit"),
    (
        "distress",
        "At least 195",
        "stopped at once, because the target was in distress: it was late",
    ),
    ("time", "At least 195", "Time was up"),
    ("interrupted", "At least 195", "interrupted"),
    ("failed", "At least 195", "Locust failed: it was late"),
]


@pytest.mark.parametrize(("ending", "says", "because"), ENDINGS)
def test_a_capacity_is_never_made_up(ending: SearchEnding, says: str, because: str) -> None:
    """Where the target was not what ended the search, the number is a lower bound, and says so."""
    capacity = replace(FOUND, ending=ending, reason="it was late", below=None)
    assert headline(capacity) == f"{says} iterations per second"
    assert because in explanation(capacity)
    for known in ("lowest", ending):
        nothing = replace(capacity, rate=None, at_least=0.0, confirmed=False, ending=known)
        assert "At least" not in headline(nothing)
        assert explanation(nothing)
        assert text_of(nothing)


def test_no_rate_at_all_is_said_with_the_lowest_that_was_tried() -> None:
    """The answer of a target that is too slow even for one user."""
    none = replace(FOUND, rate=None, at_least=0.0, confirmed=False, ending="lowest", below=100.0)
    assert headline(none) == "Even 100 iterations per second broke the objective"


def test_the_document_is_of_a_kind_of_its_own() -> None:
    """Every number of the answer and of its steps, readable without us."""
    document = json.loads(json.dumps(capacity_to_json(FOUND, {"Python": "3.12"}, FILES)))
    assert (document["kind"], document["schema_version"]) == ("capacity", 1)
    assert document["capacity"]["rate"] == 195.0
    assert document["capacity"]["is_exact"] is True
    assert (document["capacity"]["at_least"], document["capacity"]["below"]) == (195.0, 203.0)
    assert document["first_to_break"]["measured"] == 812.0
    assert [each["verdict"] for each in document["steps"]] == ["held", "broken", "held", "broken"]
    assert document["steps"][1]["conditions"][0]["held"] is False
    assert document["objective"] == {
        "conditions": ["p95<300ms", "failures<1%"],
        "is_default": False,
    }


@pytest.mark.parametrize(
    "capacity",
    [
        FOUND,
        replace(FOUND, steps=(), rate=None, at_least=0.0, below=None, first_to_break=None,
                confirmed=False, ending="interrupted"),
        replace(FOUND, objective=("GET /a: p99<1s", "failures<=0%"), is_default=True),
    ],
)  # fmt: skip
def test_the_page_needs_nothing_else(capacity: Capacity) -> None:
    """One file, no network, no script but ours; names from outside are text."""
    page = render_capacity_html(capacity, {"Python": "3.12"})
    assert page.count("<script") == 1
    assert "default-src &#39;none&#39;" in page
    assert not re.findall(r"(?:src|href)=\"(?!data:)", page)
    assert headline(capacity) in page
    assert page.count('class="chip') == len(capacity.steps)


def test_the_charts_show_every_step_and_the_answer() -> None:
    """Throughput and latency against load, with the limit and the interval."""
    page = render_capacity_html(FOUND, {})
    assert page.count('<i class="point') == 3 * len(FOUND.steps)  # answers, p95, p50
    assert page.count('class="interval"') == page.count('class="found"') == 2
    assert "limit p95&lt;300ms" in page
    places = [float(each) for each in re.findall(r"(?:left|top):(-?[\d.]+)%", page)]
    assert all(0 <= place <= 100 for place in places)


def test_both_files_are_written(tmp_path: Path) -> None:
    """Under the names that were given."""
    files = {name: str(tmp_path / path) for name, path in FILES.items()}
    write_capacity(FOUND, {}, files)
    assert json.loads((tmp_path / "r.json").read_text())["kind"] == "capacity"
    assert "195 iterations per second" in (tmp_path / "r.html").read_text()
