"""Tests of the HTML report as a headless Chromium shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from headless_browser import PAPER, Tab, browser_tab, find_browser
from sample_reports import (
    empty_report,
    failing_report,
    good_report,
    hostile_report,
    hour_report,
    open_report,
)

from benchmark.models import Report
from benchmark.utils.reporters import write_html

BROWSER = find_browser()
pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on the path, nor named by CHROMIUM"),
]

SAMPLES: dict[str, Callable[[Path], Report]] = {
    "good": good_report,
    "failing": lambda folder: failing_report(folder, "p95<60s", "failures<0.1%"),
    "limits": lambda folder: good_report(folder, "p95<31ms", "p99<33.333ms", "p99.9<2s"),
    "open": open_report,
    "hostile": hostile_report,
    "empty": empty_report,
    "second": lambda folder: good_report(folder, seconds=1),
    "hour": hour_report,
}

# The luminances of text and of what is behind it, as WCAG 2.2 defines contrast (1.4.3).
CONTRASTS = """
(() => {
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = parts(getComputedStyle(each).backgroundColor);
      if (colour.length < 4 || colour[3] > 0.99) return colour.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll(
      ".answer h2, .answer p, .why, .note, dt, dd, td, th, .chip, .mark, .key, .y, .axis span, " +
      ".what, pre, li")) {
    if (element.closest(".zero") || !element.getClientRects().length) continue;
    const one = luminance(parts(getComputedStyle(element).color).slice(0, 3));
    const other = luminance(behind(element));
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) found.push([element.className, element.textContent.slice(0, 30), contrast]);
  }
  return found;
})()
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages of all samples."""
    folder = tmp_path_factory.mktemp("pages")
    for name, make in SAMPLES.items():
        write_html(make(folder), folder / f"{name}.html")
    return {name: folder / f"{name}.html" for name in SAMPLES}


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """A tab of one browser for all tests."""
    assert BROWSER is not None
    with browser_tab(BROWSER, tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("width", [1280, 375])
def test_pages_are_quiet_and_fit(name: str, width: int, tab: Tab, pages: dict[str, Path]) -> None:
    """Nothing on the console, nothing from the network, and no scrolling sideways."""
    tab.open(pages[name], width)
    assert tab.console == []
    assert [url for url in tab.requests if not url.startswith(("file:", "data:"))] == []
    assert len(tab.requests) <= 2
    assert tab.run("document.documentElement.scrollWidth") == width
    wide = "[...document.querySelectorAll('.card, .answer, .places li, h1')]"
    assert tab.run(f"{wide}.filter((e) => e.getBoundingClientRect().right > {width}).length") == 0
    assert tab.run("document.scripts.length") == 1


@pytest.mark.parametrize("name", ["good", "failing", "open", "hour"])
def test_charts_are_drawn(name: str, tab: Tab, pages: dict[str, Path]) -> None:
    """Every curve has a size and a colour, and so has the small chart of every row shown."""
    tab.open(pages[name])
    drawn = tab.run("""
      [...document.querySelectorAll("figure .curve, .spark .curve")]
        .filter((each) => each.closest("svg").getClientRects().length)
        .map((each) => [each.getBoundingClientRect().width, getComputedStyle(each).stroke])""")
    assert len(drawn) >= 8
    assert all(width > 60 and colour.startswith("rgb") for width, colour in drawn)
    labels = tab.run('[...document.querySelectorAll(".y, .axis span")].map((e) => e.offsetWidth)')
    assert len(labels) > 15
    assert all(width > 3 for width in labels)


@pytest.mark.parametrize("width", [1280, 375])
def test_limits_are_lines_within_the_chart(width: int, tab: Tab, pages: dict[str, Path]) -> None:
    """As wide as the chart, with labels inside of it that do not touch."""
    tab.open(pages["limits"], width)
    chart, *lines = tab.run("""
      [".plot:has(.limit)", ".limit"].flatMap((name) => [...document.querySelectorAll(name)])
        .map((e) => e.getBoundingClientRect()).map((b) => [b.left, b.right, b.top, b.bottom])""")
    labels = tab.run("""[...document.querySelectorAll(".limit span")]
      .map((e) => e.getBoundingClientRect()).map((b) => [b.left, b.right, b.top, b.bottom])""")
    assert len(lines) == len(labels) == 3
    assert all(line[:2] == chart[:2] and chart[2] < line[2] < chart[3] for line in lines)
    for n, (left, right, top, bottom) in enumerate(labels):
        assert chart[0] <= left
        assert right <= chart[1]
        assert chart[2] <= top
        assert bottom <= chart[3]
        for others_left, others_right, others_top, others_bottom in labels[n + 1 :]:
            beside = right <= others_left or others_right <= left
            assert beside or bottom <= others_top or others_bottom <= top


@pytest.mark.parametrize(("name", "width"), [("good", 1280), ("hour", 1280), ("hour", 375)])
def test_labels_of_an_axis_do_not_overlap(
    name: str, width: int, tab: Tab, pages: dict[str, Path]
) -> None:
    """Neither below a chart nor beside it."""
    tab.open(pages[name], width)
    boxes: list[list[list[float]]] = tab.run("""
      [...document.querySelectorAll(".axis, .plot")].map((axis) =>
        [...axis.querySelectorAll("span")].filter((e) => e.getClientRects().length)
          .map((e) => e.getBoundingClientRect()).map((b) => [b.left, b.right, b.top, b.bottom]))""")
    for axis in boxes:
        for n, (left, right, top, bottom) in enumerate(axis):
            for others_left, others_right, others_top, others_bottom in axis[n + 1 :]:
                beside = right <= others_left or others_right <= left
                apart = bottom <= others_top + 3 or others_bottom <= top + 3
                assert beside or apart, (name, width)


def test_the_pointer_reads_exact_values(tab: Tab, pages: dict[str, Path]) -> None:
    """In all charts of the time axis at once, and they are those of the table; so do arrow keys."""
    tab.open(pages["good"])
    x, y = tab.run("""(() => {
      document.querySelector("#time").scrollIntoView();
      const box = document.querySelector("#time .plot").getBoundingClientRect();
      return [box.left + box.width / 2, box.top + 20];
    })()""")
    tab.move_to(x, y)
    outputs = '[...document.querySelectorAll("#time .key output")].map((e) => e.textContent)'
    row = (
        "[...document.querySelector(\"#time tr[data-at='50.0']\").cells].map((e) => e.textContent)"
    )
    said, (moment, *values) = tab.run(outputs), tab.run(row)
    assert moment == "0:20"
    assert said == values
    assert tab.run('document.querySelector("#time .reading").textContent') == "at 0:20"
    assert tab.run('document.querySelectorAll("#time .cursor:not([hidden])").length') == 3
    tab.run('document.querySelector("#time .plot").focus()')
    tab.call("Input.dispatchKeyEvent", type="keyDown", key="ArrowRight", code="ArrowRight")
    assert tab.run('document.querySelector("#time .reading").textContent') == "at 0:21"
    tab.move_to(5, 5)
    assert set(tab.run(outputs)) == {""}


def test_the_table_of_operations_sorts(tab: Tab, pages: dict[str, Path]) -> None:
    """By number, largest first, then smallest first; at the start the slowest stand first."""
    tab.open(pages["failing"])
    column = (
        '[...document.querySelectorAll(".operations tbody tr")]'
        ".map((r) => Number(r.cells[{}].dataset.value))"
    ).format
    press = 'document.querySelectorAll(".operations th button")[{}].click()'.format
    by_p95 = tab.run(column(5))
    assert by_p95 == sorted(by_p95, reverse=True)
    for number in (1, 3):
        tab.run(press(number))
        assert tab.run(column(number)) == sorted(tab.run(column(number)), reverse=True)
        tab.run(press(number))
        assert tab.run(column(number)) == sorted(tab.run(column(number)))
    assert tab.run('document.querySelectorAll(".operations th[aria-sort]").length') == 1


def test_300_operations_are_filtered_and_opened(tab: Tab, pages: dict[str, Path]) -> None:
    """Few rows at first, all on demand, and those that a filter leaves."""
    tab.open(pages["hour"])
    shown: Any = (
        '[...document.querySelectorAll(".operations tbody tr")]'
        ".filter((r) => r.getClientRects().length).length"
    )
    assert tab.run(shown) == 30
    write = """(() => {{ const i = document.querySelector(".filter input"); i.value = "{}";
      i.dispatchEvent(new Event("input")); }})()""".format
    tab.run(write("get COLLECTIONS-29"))
    assert tab.run(shown) == 11  # 29, and 290 to 299
    assert tab.run('document.querySelector(".filter output").textContent') == "11 of 300"
    tab.run(write(""))
    assert tab.run(shown) == 30
    tab.run('document.querySelector(".more").click()')
    assert tab.run(shown) == 300


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["good", "failing", "open", "empty"])
def test_text_can_be_read_in_light_and_dark(
    name: str, scheme: str, tab: Tab, pages: dict[str, Path]
) -> None:
    """Contrasts of 4.5 to 1 at least (WCAG 2.2, 1.4.3), and the two schemes differ."""
    tab.open(pages[name], 1280, scheme=scheme)
    assert tab.run(CONTRASTS) == []
    brightness = tab.run("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]")
    assert (int(brightness) < 60) == (scheme == "dark")


def test_the_page_prints(tab: Tab, pages: dict[str, Path]) -> None:
    """On several sheets; what is folded up on the screen is opened, tables of values stay out."""
    tab.open(pages["failing"], PAPER, medium="print")
    assert tab.run("document.documentElement.scrollWidth") == PAPER
    assert tab.paper().startswith(b"%PDF")
    assert tab.run('document.querySelectorAll("details.onpaper:not([open])").length') == 0
    assert tab.run('document.querySelectorAll("details.values[open]").length') == 0
