"""Tests of the page of a history as a headless Chromium shows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from headless_browser import PAPER, Tab, browser_tab, find_browser

from benchmark.models import METRICS, History, RunSummary, SkippedFile
from benchmark.utils.history import group_runs
from benchmark.utils.reporters.history import render_history

BROWSER = find_browser()
pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on the path, nor named by CHROMIUM"),
]
HOSTILE = '"><script>alert(1)</script>' + "/x" * 200


def a_run(number: int, **changes: str) -> RunSummary:
    """One run; the later ones are slower."""
    slow = 1.3 if number > 11 else 1.0
    return RunSummary(
        source=f"benchmark_light_{number}.json",
        test_type=changes.get("test_type", "light"),
        base_url=changes.get("base_url", "http://127.0.0.1:8000"),
        load="5 users, 1 started per second, 60 s, pauses 1 to 3 s",
        users=5,
        started_at=datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=number),
        requests=7200,
        status="aborted" if number == 5 else "completed",
        metrics={
            "p50": 12.0 * slow,
            "p95": (40.0 + number % 3) * slow,
            "p99": 90.0 + number % 5,
            "rps": 120.0 - number % 2,
            "failures": 0.0,
        },
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history of twenty runs, of one, and of one whose texts are hostile."""
    runs = [a_run(number) for number in range(20)]
    runs += [a_run(3, test_type="heavy"), a_run(4, base_url=HOSTILE)]
    path = tmp_path_factory.mktemp("history") / "history.html"
    skipped = (SkippedFile(HOSTILE, "not JSON"),)
    history = History(group_runs(runs, METRICS), METRICS, skipped)
    path.write_text(render_history(history), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """One tab for all tests."""
    assert BROWSER
    with browser_tab(BROWSER, tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_charts_are_drawn_and_fit(tab: Tab, page: Path, width: int, scheme: str) -> None:
    """All lines and points have a size, nothing is wider than the window, the console is clean."""
    tab.open(page, width=width, scheme=scheme)
    assert tab.console == []
    assert len(tab.requests) == 1
    assert tab.run("document.querySelectorAll('.plot').length") == 5
    dots = tab.run("[...document.querySelectorAll('.dots')].map(s => s.getAttribute('d')).join('')")
    assert dots.count("M") == 20 * 5
    assert tab.run(
        "[...document.querySelectorAll('.plot svg')]"
        ".every(s => s.getBoundingClientRect().width > 100)"
    )
    assert tab.run("document.querySelectorAll('.shift.tone-bad').length") == 2
    assert tab.run("document.documentElement.scrollWidth") <= width
    if width == 1280:  # a phone scrolls the table
        assert tab.run(
            "[...document.querySelectorAll('.scroll')].every(s => s.scrollWidth <= s.clientWidth)"
        )


@pytest.mark.parametrize(("width", "medium"), [(1280, ""), (375, ""), (PAPER, "print")])
def test_labels_of_an_axis_do_not_touch(tab: Tab, page: Path, width: int, medium: str) -> None:
    """Dates have room on a phone and on paper, and paper has room for all of the page."""
    tab.open(page, width, medium=medium)
    assert tab.run(
        "[...document.querySelectorAll('.axis')].every(axis => {"
        " const boxes = [...axis.children].filter(each => each.offsetWidth)"
        ".map(each => each.getBoundingClientRect());"
        " return boxes.every((box, n) => !n || boxes[n - 1].right + 4 < box.left); })"
    )
    assert tab.run("document.documentElement.scrollWidth") == width


def test_the_pointer_reads_a_run_in_all_charts(tab: Tab, page: Path) -> None:
    """Without a pointer, the latest values stand there."""
    tab.open(page)
    said = "[...document.querySelectorAll('.charts')[0].querySelectorAll('output')]"
    values = f"{said}.map(each => each.textContent)"
    assert tab.run(values) == ["15.6 ms", "53.3 ms", "94 ms", "119/s", "0 %"]
    box = tab.run(
        "(({left, top, height}) => [left + 2, top + height / 2])"
        "(document.querySelector('.plot').getBoundingClientRect())"
    )
    tab.move_to(*box)
    assert tab.run(values) == ["12 ms", "40 ms", "90 ms", "120/s", "0 %"]
    assert tab.run("document.querySelector('.reading').textContent") == "at 2026-11-01 00:00"
