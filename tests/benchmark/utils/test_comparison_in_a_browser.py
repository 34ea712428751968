"""The page of a comparison as a headless Chromium shows it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from headless_browser import PAPER, browser_tab, find_browser

from benchmark.models import Comparison
from benchmark.utils.comparison import Side, compare, measured_run
from benchmark.utils.reporters.comparison import render_comparison_html
from perf.simulated_runs import Noise, Simulated, simulated_run

BROWSER = find_browser()
pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on the path, nor named by CHROMIUM"),
]


def with_all_metrics(comparison: Comparison) -> Comparison:
    """With an operation of a long name that has all four metrics, as in the open model."""
    first, *others = comparison.operations
    latency = first.changes[0]
    more = (
        replace(latency, metric="throughput", base=1234.5, new=1230.0),
        replace(latency, metric="failures", base=0.0123, new=0.0119),
    )
    wide = replace(
        first,
        name="/api/v1/documents/session/{session_id}/upload/{document_identifier}/chunks",
        changes=first.changes + more,
        answer="cannot tell",
        more_runs=20,
        reason="less than the generator's own lateness (0.19 ms)",
    )
    return replace(comparison, operations=(wide, *others))


def test_the_page_is_quiet_and_fits(tmp_path: Path) -> None:
    """Nothing on the console or from the network, no scrolling sideways, every interval drawn."""
    assert BROWSER is not None
    random, noise = np.random.default_rng(3), Noise(shared=0.02, spread=0.2)
    kinds = {
        "base": Simulated(noise, seconds=120, operations=5),
        "new": Simulated(noise, seconds=120, operations=4, factors={1: 1.6, 2: 0.5}),
    }
    sides = [
        Side(name, (measured_run(simulated_run(kind, random), file=f"{name}.json"),))
        for name, kind in kinds.items()
    ]
    page = tmp_path / "comparison.html"
    page.write_text(render_comparison_html([with_all_metrics(compare(*sides))]), encoding="utf-8")
    folder = tmp_path / "browser"
    folder.mkdir()
    with browser_tab(BROWSER, folder) as tab:
        tab.open(page, PAPER, medium="print")
        assert tab.run("document.documentElement.scrollWidth") == PAPER
        for width in (1280, 375):
            for scheme in ("light", "dark"):
                tab.open(page, width, scheme=scheme)
                assert tab.console == []
                assert len(tab.requests) == 1
                assert tab.run("document.documentElement.scrollWidth") == width
                assert tab.run("""
                  [...document.querySelectorAll(".scroll")].every((each) =>
                    each.scrollWidth <= each.clientWidth)""")
                drawn = tab.run("""
                  [...document.querySelectorAll(".metric svg")].map((each) =>
                    [each.getBoundingClientRect().width,
                     getComputedStyle(each.querySelector(".point")).fill])""")
                assert len(drawn) > 4
                assert all(size > 100 and fill.startswith("rgb") for size, fill in drawn)
