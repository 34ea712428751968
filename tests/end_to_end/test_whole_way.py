"""From the base URL of a real API to a result: the commands that people type, and no others."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).resolve().parents[2]
PRESETS = ("quick", "light", "dynamic", "medium", "heavy", "stress", "spike")


def run_benchmark(*arguments: str, **environment: str) -> Any:
    """The JSON that `run_benchmark.py … --json` prints; fails the test where it fails."""
    done = subprocess.run(
        [sys.executable, "benchmark/run_benchmark.py", "--json", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def documented_operations(gateway_url: str, mount: str) -> set[str]:
    """The operations that an application of the gateway documents, as method and full path."""
    with urllib.request.urlopen(f"{gateway_url}{mount}/openapi.json") as reply:
        paths = json.load(reply)["paths"]
    return {f"{method.upper()} {mount}{path}" for path in paths for method in paths[path]}


def called(result: Any) -> set[str]:
    """The operations of a result."""
    return {f"{each['method']} {each['name']}" for each in result["operations"]}


def test_every_operation_of_the_gateway_succeeds(gateway_url: str, tmp_path: Path) -> None:
    """With nothing configured every operation is called, and 99 % of the requests succeed.

    Only the token application's are left out, and listed as needing credentials.
    """
    result = run_benchmark(
        *("--host", gateway_url, "--test-type", "dynamic", "--users", "10", "--run-time", "8s"),
        *("--wait-time", "0-0.5", "--results-dir", str(tmp_path)),
    )
    expected = documented_operations(gateway_url, "")
    expected |= documented_operations(gateway_url, "/api/v1/documents")
    assert called(result) == expected
    assert result["totals"]["failures"] <= 0.01 * result["totals"]["requests"]
    left_out = {
        each["operation"]: each["reason"] for each in result["readiness"] if not each["enabled"]
    }
    assert left_out.keys() == documented_operations(gateway_url, "/api/v1/accounts")
    assert all("needs credentials" in reason for reason in left_out.values())


def test_a_run_leaves_its_files_and_nothing_on_the_server(gateway_url: str, tmp_path: Path) -> None:
    """Every result file is written, and the virtual users have deleted what they made."""
    result = run_benchmark(
        *("--host", gateway_url, "--users", "4", "--run-time", "3s", "--wait-time", "0-0.2"),
        *("--results-dir", str(tmp_path)),
    )
    assert result["status"] == "completed"
    names = {re.sub(r"_\d{8}_\d{6}", "", path.name) for path in tmp_path.iterdir()}
    for ending in (".json", ".html", "_locust.html", "_stats.csv", "_stats_history.csv",
                   "_failures.csv", "_exceptions.csv", "_timeline.jsonl", ".log"):  # fmt: skip
        assert f"benchmark_dynamic{ending}" in names
    assert {"api_discovery.json", "load_plan.json", "dynamic_locustfile.py"} <= names
    with urllib.request.urlopen(f"{gateway_url}/api/v1/documents/info") as reply:
        assert json.load(reply)["documents"] == 0


def test_a_token_opens_the_operations_that_need_one(gateway_url: str, tmp_path: Path) -> None:
    """Given the token, the operations that need it take part, and the token is in no file."""
    form = urllib.parse.urlencode({"username": "demo", "password": "demo-password"}).encode()
    with urllib.request.urlopen(f"{gateway_url}/api/v1/accounts/token", form) as reply:
        token = json.load(reply)["access_token"]
    result = run_benchmark(
        *("--host", gateway_url, "--users", "4", "--run-time", "3s", "--wait-time", "0-0.1"),
        *("--include", "*/accounts/*", "--results-dir", str(tmp_path)),
        BENCHMARK_TOKEN=token,
    )
    accounts = documented_operations(gateway_url, "/api/v1/accounts")
    assert called(result) == accounts - {"POST /api/v1/accounts/token"}
    assert result["totals"]["failures"] == 0
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path.name for path in written if token.encode() in path.read_bytes()]


def test_every_preset_runs(gateway_url: str, tmp_path: Path) -> None:
    """Each preset, shortened, completes with requests and without failures, in one suite."""
    suite = run_benchmark(
        *("--host", gateway_url, "--test-type", "suite", "--users", "6", "--spawn-rate", "6"),
        *("--run-time", "3s", "--wait-time", "0-0.2", "--results-dir", str(tmp_path)),
        "--no-probe",
        BENCHMARK_SUITE=",".join(PRESETS),
    )
    results = {result["test_type"]: result for result in suite["results"]}
    assert tuple(results) == PRESETS
    for name, result in results.items():
        assert result["status"] == "completed", name
        assert result["totals"]["requests"] > 0, name
        assert result["totals"]["failures"] == 0, name
        assert max(point["users"] for point in result["timeline"]) == 6, name


def test_the_generated_file_runs_under_plain_locust(gateway_url: str, tmp_path: Path) -> None:
    """The written locustfile needs neither our command line nor a second discovery."""
    path = tmp_path / "mine.py"
    generate = [sys.executable, "-m", "benchmark.cli", "generate", "--host", gateway_url]
    generate += ["-o", str(path), "--results-dir", str(tmp_path), "--wait-time", "0-0.2"]
    subprocess.run(generate, cwd=ROOT, check=True, capture_output=True, timeout=600)
    locust = [sys.executable, "-m", "locust", "-f", str(path), f"--host={gateway_url}"]
    locust += ["--headless", "-u", "4", "-r", "4", "-t", "3s", "--json"]
    done = subprocess.run(locust, cwd=ROOT, check=True, capture_output=True, text=True, timeout=600)
    entries = json.loads(done.stdout)
    assert sum(entry["num_requests"] for entry in entries) > 20
    assert sum(entry["num_failures"] for entry in entries) == 0
