"""What a person sees: plain lines where there is no terminal, and nothing that moves the cursor."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from benchmark.console import TerminalObserver, print_discovery, print_error, watching
from benchmark.models import ApiDocument, ArrivalStats, Discovery, LoadProfile, Note
from benchmark.utils.timeline import Progress

PROFILE = LoadProfile("light", 5, 1.0, 60.0, "hold")


def at(seconds: float) -> Progress:
    """The progress after so many seconds."""
    return Progress(
        elapsed=seconds, users=5, requests=100, failures=1, rps=12.34, failure_share=0.01, p95=45.6
    )


def test_without_a_terminal_a_plain_line_comes_every_ten_seconds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On stderr, without escape codes; a second run begins anew."""
    with watching(quiet=False) as observer:
        observer.stage("Running")
        for second in range(25):
            observer.running(PROFILE, at(second))
        observer.running(LoadProfile("heavy", 5, 1.0, 60.0, "hold"), at(10))
    out, err = capsys.readouterr()
    assert out == ""
    assert "\x1b" not in err
    assert err.splitlines()[0] == "> Running"
    assert re.findall(r"^ +(\d+) s", err, re.M) == ["10", "20", "10"]
    assert "5 users  12.3 requests/s  1.0% failed  p95 46 ms" in err


def test_an_open_run_shows_the_rate_that_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    """Beside the one that was achieved in the last seconds."""
    with watching(quiet=False) as observer:
        progress = replace(at(10), arrivals=ArrivalStats(1000, 990, 10, 10.0))
        observer.running(PROFILE, progress)
    said = capsys.readouterr().err
    assert "5 users  99.0 of 100.0 iterations/s started  12.3 requests/s" in said


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither stages nor progress."""
    observer = TerminalObserver(quiet=True)
    observer.stage("Running")
    observer.running(PROFILE, at(10))
    assert capsys.readouterr() == ("", "")


def test_forced_colours_do_not_make_a_bar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """FORCE_COLOR is set in many a build, whose log is no terminal."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    with watching(quiet=False) as observer:
        observer.running(PROFILE, at(5))
    assert capsys.readouterr().err == ""


def test_an_error_is_two_lines_whatever_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """Line breaks and escape codes from a server do not pass."""
    print_error("bad\nnews\x1b[2J", "do\tthis")
    assert capsys.readouterr().err == "error: bad news\nhint: do this\n"


def test_what_was_found_is_a_table_that_is_not_cut(capsys: pytest.CaptureFixture[str]) -> None:
    """Addresses below the host are shown without it; markup from outside stays text."""
    base = "http://localhost:8000"
    url = f"{base}/a/very/long/path/that/would/not/fit/into/eighty/columns/of/a/terminal/api.json"
    document = ApiDocument("[red]shop", "/shop", url, {})
    found = Discovery(base, (document,), (Note("/x", "was [bold]empty\x1b[2J"),))
    print_discovery(found, {"[red]shop": (12, 3)})
    out = capsys.readouterr().out
    assert url.removeprefix(base) in out
    assert base + "/a" not in out
    assert re.search(r"^\[red\]shop .* 12 +3", out, re.M)
    assert "note: /x: was [bold]empty\n" in out
