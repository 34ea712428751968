"""`stress-api capacity` through the command line, at the demo gateway."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Serve

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).resolve().parents[2]
CALM = ("--slo", "p95<5s", "--step-time", "2s", "--include", "GET /health", "--no-probe")


@contextmanager
def gateway(**environment: str) -> Iterator[str]:
    """The base URL of a gateway of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "examples.gateway", "--port", "0"],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment},
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            yield process.stdout.readline().rpartition(" ")[2].strip()
        finally:
            process.terminate()


def command(folder: Path, host: str, *options: str) -> list[str]:
    """The command with its results in a folder."""
    own = ("capacity", "--host", host, "--results-dir", str(folder), *options)
    return [sys.executable, "-m", "benchmark.cli", *own]


def document_in(folder: Path) -> dict[str, Any]:
    """The one answer in a folder."""
    (path,) = folder.glob("capacity_*.json")
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def test_a_target_that_bears_everything_asked_for(gateway_url: str, tmp_path: Path) -> None:
    """The highest allowed rate is confirmed; all files are there, and `--json` is the document."""
    done = subprocess.run(
        command(tmp_path, gateway_url, *CALM, "--max-rate", "15", "--json"),
        cwd=ROOT, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document == document_in(tmp_path)
    assert document["capacity"]["rate"] == 15.0
    assert document["capacity"]["ending"] == "highest"
    assert not document["capacity"]["is_exact"]
    assert [step["rate"] for step in document["steps"]][-1] == 15.0
    assert document["steps"][-1]["purpose"] == "confirm"
    assert document["steps"][-1]["operations"][0]["name"] == "/health"
    (page,) = tmp_path.glob("capacity_*.html")
    assert "At least 15 iterations per second" in page.read_text(encoding="utf-8")
    (log,) = tmp_path.glob("capacity_*.log")
    assert "--- step at 15/s" in log.read_text(encoding="utf-8")


def test_a_target_that_is_too_slow_for_anything(tmp_path: Path) -> None:
    """Even the lowest rate breaks the objective: exit code 1, and which operation did it."""
    with gateway(GATEWAY_DELAY="GET /health=400ms") as host:
        slow = ("--slo", "p95<100ms", "--min-rate", "20", *CALM[2:])
        done = subprocess.run(
            command(tmp_path, host, *slow),
            cwd=ROOT, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "Even 20 iterations per second broke the objective" in done.stdout
    assert "First to break: GET /health: p95<100ms broke at 20/s" in done.stdout


def test_an_interruption_leaves_what_is_known(gateway_url: str, tmp_path: Path) -> None:
    """Ctrl-C in the second step: exit code 130, and an answer with the first."""
    with subprocess.Popen(
        command(tmp_path, gateway_url, *CALM), cwd=ROOT, stderr=subprocess.PIPE, text=True,
        stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        for line in process.stderr:
            if "held" in line:
                break
        time.sleep(1.5)  # into the next step; any moment will do
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=600)
    assert process.returncode == 130
    answer = document_in(tmp_path)["capacity"]
    assert answer["ending"] == "interrupted"
    assert answer["rate"] is not None


def test_distress_ends_the_step_and_the_search(serve: Serve, tmp_path: Path) -> None:
    """Where nothing succeeds, a step of half a minute is stopped after some seconds."""
    answers = {"200": {"description": "all of them"}}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Broken", "version": "1"},
        "paths": {"/things": {"get": {"responses": answers}}},
    }
    host = serve({"/openapi.json": ("application/json", json.dumps(document).encode())})
    done = subprocess.run(
        command(tmp_path, host, "--no-probe", "--step-time", "30s", "--quiet"),
        cwd=ROOT, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    found = document_in(tmp_path)
    assert found["capacity"]["ending"] == "distress"
    assert found["capacity"]["reason"].startswith("100 % of the requests failed, most often: ")
    assert [step["verdict"] for step in found["steps"]] == ["distress"]
    assert found["steps"][0]["seconds"] < 20
    assert found["first_to_break"]["operation"] == "GET /things"
