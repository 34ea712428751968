"""Rates and stages through the command line, with the file that is generated for the gateway."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).resolve().parents[2]


def run(folder: Path, host: str, *options: str) -> dict[str, Any]:
    """The result of `stress-api run` without a probe."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmark.cli", "run", "--host", host, "--no-probe", "--json"),
            *("--results-dir", str(folder), *options),
        ],
        cwd=ROOT, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize("options", [(), ("--processes", "2")])
def test_a_rate_is_kept_and_reported(
    options: tuple[str, ...], gateway_url: str, tmp_path: Path
) -> None:
    """Every operation takes part; sign-in and clean-up are outside of the totals."""
    rate = ("--request-rate", "30", "--run-time", "3s", "--strategy", "sequential")
    result = run(tmp_path, gateway_url, *rate, *options)
    arrivals = result["arrivals"]
    assert arrivals["asked"] == 90
    assert arrivals["asked_rate"] == 30.0
    assert arrivals["achieved_rate"] == pytest.approx(30.0, abs=3)  # held up at the very end
    assert arrivals["dropped_iterations"] + arrivals["missed_arrivals"] <= 9
    assert result["profile"]["open_model"]["rate"] == 30.0
    totals = result["totals"]
    assert totals["failures"] == 0
    # An iteration may need more than one request, such as making what it reads, or none at all.
    assert totals["requests"] >= 70
    called = {f"{each['method']} {each['name']}" for each in result["operations"]}
    assert {each["operation"] for each in result["readiness"] if each["enabled"]} <= called
    assert result["preparation"]
    assert list(tmp_path.glob("*.html"))


def test_stages_in_place_of_a_preset(gateway_url: str, tmp_path: Path) -> None:
    """Users climb in seconds and leave again, and the result says what was asked for."""
    options = ("--stages", "2s:6,1s:6", "--wait-time", "0.1", "--read-only")
    result = run(tmp_path, gateway_url, *options)
    assert result["profile"]["stages"] == "2s:6,1s:6"
    assert result["profile"]["run_time"] == 3.0
    users = [second["users"] for second in result["timeline"]]
    assert max(users) == 6
    assert set(users) <= {0, 3, 6}  # a second may end just before a tick or just after it
    assert result["totals"]["failures"] == 0
    assert "arrivals" not in result
