"""/docs and /redoc as a headless Chromium shows them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.benchmark.utils.headless_browser import Tab, browser_tab, find_browser
from tests.services import RunningService

BROWSER = find_browser()
pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on the path, nor named by CHROMIUM"),
]
_SECONDS = 60.0


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """A tab of one browser."""
    assert BROWSER is not None
    with browser_tab(BROWSER, tmp_path_factory.mktemp("browser")) as opened:
        yield opened


def wait_for(tab: Tab, condition: str) -> None:
    """Wait until an expression in the page is true."""
    until = time.monotonic() + _SECONDS
    while not tab.run(condition):
        assert time.monotonic() < until, tab.run("document.body.innerText")[:2000]
        time.sleep(0.1)


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_pages_are_whole_and_quiet(service: RunningService, tab: Tab, page: str) -> None:
    """Every section is shown, the console is silent, and nobody else is asked for anything."""
    tab.open(service.url + page)
    wait_for(tab, "document.body.innerText.includes('How the service itself is.')")
    assert tab.console == []
    others = [url for url in tab.requests if not url.startswith((service.url, "data:", "blob:"))]
    assert others == []


def test_a_request_can_be_tried(service: RunningService, tab: Tab) -> None:
    """A route is opened and executed in /docs, and its answer is shown."""
    tab.open(service.url + "/docs")
    wait_for(tab, "!!document.querySelector('#operations-Health-get_health')")
    tab.run("document.querySelector('#operations-Health-get_health button').click()")
    wait_for(tab, "!!document.querySelector('.opblock.is-open .execute')")
    tab.run("document.querySelector('.opblock.is-open .execute').click()")
    wait_for(tab, "!!document.querySelector('.live-responses-table .microlight')")
    assert "free_slots" in tab.run("document.querySelector('.live-responses-table').innerText")
    assert tab.console == []
