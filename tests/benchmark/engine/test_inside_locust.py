"""Runs the tests in `inside_locust/` in a Python of their own.

Importing `benchmark.engine` imports Locust, which patches sockets, threads and TLS of the whole
interpreter: after pytest and requests have imported `ssl`, that is a warning at best, and every
later test would run on gevent's sockets. So the engine's unit tests run in a child process, in
which gevent patches before pytest is imported, and the rest of the suite never notices. By hand,
from this folder:

    TEST_INSIDE_LOCUST=1 python -m gevent.monkey --module pytest inside_locust
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FILES = sorted(Path(__file__).with_name("inside_locust").glob("test_*.py"))
PARTS = 3
"""So many children share the files, so that they can run beside each other."""


@pytest.mark.parametrize("part", range(PARTS))
def test_units_of_the_engine(part: int) -> None:
    """All tests in `inside_locust/` pass; its output is shown where one does not."""
    ended = subprocess.run(
        [
            sys.executable, "-m", "gevent.monkey", "--module", "pytest", "--no-header", "-q",
            "-p", "no:xdist", *map(str, FILES[part::PARTS]),
        ],
        cwd=ROOT, env=os.environ | {"TEST_INSIDE_LOCUST": "1"},
        capture_output=True, text=True, timeout=800, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_this_process_is_not_patched() -> None:
    """Nothing in the suite has imported Locust into the process that runs the other tests."""
    assert "locust" not in sys.modules
