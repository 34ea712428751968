"""The report of a capacity as a headless Chromium shows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from headless_browser import PAPER, Tab, browser_tab, find_browser
from sample_capacity import FOUND

from benchmark.utils.reporters.capacity import render_capacity_html

BROWSER = find_browser()
pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on the path, nor named by CHROMIUM"),
]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a capacity that was found."""
    path = tmp_path_factory.mktemp("page") / "capacity.html"
    path.write_text(render_capacity_html(FOUND, {"Python": "3.12"}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """A tab of one browser for all tests."""
    assert BROWSER is not None
    with browser_tab(BROWSER, tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_the_page_is_quiet_and_fits(width: int, scheme: str, tab: Tab, page: Path) -> None:
    """Nothing on the console, nothing from the network, and no scrolling sideways."""
    tab.open(page, width, scheme=scheme)
    assert tab.console == []
    assert [url for url in tab.requests if not url.startswith(("file:", "data:"))] == []
    assert tab.run("document.documentElement.scrollWidth") == width
    background = tab.run("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(14, 19, 25)") == (scheme == "dark")


def test_the_page_fits_on_paper(tab: Tab, page: Path) -> None:
    """Nothing is wider than a sheet, and dark pages are printed light."""
    tab.open(page, PAPER, scheme="dark", medium="print")
    assert tab.run("document.documentElement.scrollWidth") == PAPER
    assert tab.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_the_charts_are_drawn(tab: Tab, page: Path) -> None:
    """Every curve has a size and a colour, and every step a point on it."""
    tab.open(page)
    drawn = tab.run("""
      [...document.querySelectorAll(".plot .curve")]
        .map((each) => [each.getBoundingClientRect().width, getComputedStyle(each).stroke])""")
    assert len(drawn) == 3
    assert all(width > 300 and colour.startswith("rgb") for width, colour in drawn)
    points = tab.run("document.querySelectorAll('.plot .point').length")
    assert points == 3 * len(FOUND.steps)
