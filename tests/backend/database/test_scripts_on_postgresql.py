"""The scripts of backend/database on a PostgreSQL server: made, filled, shown, reset."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.postgresql import Server

FOLDER = Path(__file__).resolve().parents[3] / "backend" / "database"


@pytest.fixture
def url(postgresql_server: Server) -> str:
    """The address of a database without tables."""
    return postgresql_server.new_database()


def done(url: str, name: str, *arguments: str) -> str:
    """The output of a script, which must succeed."""
    process = subprocess.run(
        [sys.executable, f"{name}.py", *arguments],
        cwd=FOLDER, env={**os.environ, "DATABASE_URL": url},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    return process.stdout


def test_the_scripts_work_on_postgresql(url: str) -> None:
    """Tables are made, seeded twice, filled with examples, shown and dropped; no password shows."""
    assert "made 15 of 15" in done(url, "seed_database")
    assert "all there" in done(url, "seed_database")
    done(url, "add_test_results")
    shown = done(url, "display_database", "--limit", "2")
    assert "user3@example.com" in shown
    assert max(map(len, shown.splitlines())) <= 80
    reset = done(url, "reset_database", "--yes")
    assert "3 users, 5 sessions, 7 configurations" in reset
    password = urlsplit(url).password
    assert not password or password not in shown + reset
    assert "made 15 of 15" in done(url, "seed_database")
