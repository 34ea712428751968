"""The suite's dynamic test against the service, as a program in a network of its own.

`python alone_with_the_gateway.py FOLDER` is run where no port is taken, since the examples of the
service's document name the demo gateway at port 8001. What came out lies in FOLDER/results.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from served import ROOT, run_script, running_service

GATEWAY = "http://localhost:8001"
MANY = "1000"
"""A client that starts tests all the time must not be told that there are too many."""


def main(folder: Path) -> None:
    """Service with example data and one finished run, gateway beside it, then the test."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    gateway = [sys.executable, "-m", "examples.gateway", "--port", "8001"]
    with subprocess.Popen(gateway, cwd=ROOT) as process:
        try:
            with running_service(
                folder / "service",
                STRESS_API_QUEUE_SIZE=MANY,
                STRESS_API_MAX_RUNS_PER_USER=MANY,
            ) as service:
                run_script(service.environment, "seed_database")
                run_script(service.environment, "add_test_results")
                one = {"target_url": GATEWAY, "duration": 1, "endpoints": [{"path": "/health"}]}
                assert service.wait_until_final(service.start(one))["status"] == "completed"
                run_against(service.url, folder / "results")
        finally:
            process.terminate()


def run_against(url: str, results: Path) -> None:
    """The command, with short pauses and every operation in turn: each is called often enough."""
    config = results.with_suffix(".yaml")
    config.write_text("dynamic:\n  rehearsal_seconds: 5\n", encoding="utf-8")
    command = [sys.executable, "benchmark/run_benchmark.py", "--test-type", "dynamic"]
    command += ["--host", url, "--users", "3", "--run-time", "10s", "--results-dir", str(results)]
    command += ["--config", str(config), "--wait-time", "0-0.2", "--strategy", "interleaved"]
    subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=True, timeout=400)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
