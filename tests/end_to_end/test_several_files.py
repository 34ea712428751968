"""A description in several files, through the command line to a locustfile that Locust takes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "multi_file"


def test_several_files_become_one_locustfile(tmp_path: Path) -> None:
    """Every operation of every file is in it, with the bodies that the other files describe."""
    out = tmp_path / "out.py"
    command = ["-m", "benchmark.cli", "generate", "--spec", str(DATA / "openapi.yaml")]
    done = subprocess.run(
        [sys.executable, *command, "-o", str(out), "--results-dir", str(tmp_path / "results")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    source = out.read_text()
    names = ("list_books", "add_book", "get_book", "replace_book", "list_members", "add_member")
    for name in names:
        assert f"def {name}(self):" in source
    assert '"/library/books/{book_id}"' in source
    assert '"card": ' in source
    (found,) = (tmp_path / "results").glob("api_discovery_*.json")
    (application,) = json.loads(found.read_text())["applications"]
    assert [operation["name"] for operation in application["operations"]] == list(names)
    assert application["skipped"] == []
    listed = subprocess.run(
        [sys.executable, "-m", "locust", "-f", str(out), "--list"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert listed.returncode == 0, listed.stderr
    assert "User" in listed.stdout
