"""The program that only sleeps: what the machine itself takes of every start."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from perf.load import ideal_starts

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler"),
]


def test_nobody_wakes_before_it_is_due(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lateness is above zero, and it is compiled once for all its runs."""
    monkeypatch.setattr(ideal_starts, "_SECONDS", 1)
    assert ideal_starts.ideal_lateness(tmp_path, None, 200.0) > 0
    compiled = (tmp_path / "ideal_starts").stat().st_mtime_ns
    assert ideal_starts.ideal_lateness(tmp_path, None, 200.0) > 0
    assert (tmp_path / "ideal_starts").stat().st_mtime_ns == compiled
