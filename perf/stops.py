"""How long the service takes to end a test that somebody stops.

    python perf/stops.py [--rounds N]

A real service starts tests against the demo gateway, one after the other. Each is stopped so many
seconds after its start: while it waits, is discovered, probed, rehearsed, and under load. What is
measured is the time from asking for the stop until the result says that the test has ended, which
it does when nothing of it runs any more and its results are stored.

Prints Markdown; the exit code is 1 where the bar is missed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import requests
from load import tables
from load.processes import MeasurementError, accepts, free_port, running, wait_until, working_folder
from service import service

ROOT = Path(__file__).resolve().parents[1]
MOMENTS = (0.0, 0.5, 0.7, 0.9, 2.0, 8.0, 15.0)
"""Seconds after its start at which a test is stopped."""

BAR = 5.0
"""Seconds from asking for the stop to the end."""

_LONGEST = 60.0
_LOOK = 0.02


def measure(base_url: str, target_url: str, after: float) -> tuple[float, str]:
    """The seconds that a stop took so long after a start, and the first word of its stage then."""
    body = {"target_url": target_url, "max_concurrent_users": 20, "duration": 300}
    links = _post(f"{base_url}/api/stress-test/start", body)["links"]
    time.sleep(after)
    told = requests.get(f"{base_url}{links['results']}", timeout=_LONGEST).json()
    stage = (told.get("live") or {}).get("stage") or "beginning"
    began = time.monotonic()
    _post(f"{base_url}{links['stop']}", None)
    while (took := time.monotonic() - began) < _LONGEST:
        if requests.get(f"{base_url}{links['results']}", timeout=_LONGEST).json()["ended_at"]:
            return took, stage.split()[0].lower()
        time.sleep(_LOOK)
    raise MeasurementError(f"a test did not end within {_LONGEST:.0f} s of its stop")


def _post(url: str, body: dict[str, Any] | None) -> dict[str, Any]:
    answer = requests.post(url, json=body, timeout=_LONGEST)
    if answer.status_code >= 400:
        raise MeasurementError(f"POST {url} answered {answer.status_code}: {answer.text[:300]}")
    told: dict[str, Any] = answer.json()
    return told


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description="Times until a stopped test has ended.")
    parser.add_argument("--rounds", type=int, default=3, help="of all moments (%(default)s)")
    options = parser.parse_args(arguments)
    port = free_port()
    command = [sys.executable, "-m", "examples.gateway", "--port", str(port)]
    found: dict[float, list[tuple[float, str]]] = {moment: [] for moment in MOMENTS}
    try:
        with (
            working_folder() as folder,
            running(command, folder / "gateway.log", cwd=ROOT) as gateway,
            service(folder, folder / "stops.db", workers=1) as (service_port, _),
        ):
            wait_until("the gateway", lambda: accepts(port), gateway, folder / "gateway.log")
            urls = f"http://127.0.0.1:{service_port}", f"http://127.0.0.1:{port}"
            for _ in range(options.rounds):
                for moment in MOMENTS:
                    found[moment].append(measure(*urls, moment))
    except MeasurementError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - the output of a script
        return 2
    rows = []
    for moment, stops in found.items():
        times = [took for took, _ in stops]
        stages = ", ".join(dict.fromkeys(stage for _, stage in stops))
        verdict = tables.verdict(max(times), BAR, at_least=False)
        middle, longest = f"{statistics.median(times):.2f}", f"{max(times):.2f}"
        rows.append((f"{moment:g} s", stages, f"{len(times)}", middle, longest, verdict))
    columns = ("stopped after", "in stage", "stops", "median s", "longest s", f"< {BAR:g} s")
    print(tables.markdown(columns, rows))  # noqa: T201 - the output of a script
    return int(max(took for stops in found.values() for took, _ in stops) >= BAR)


if __name__ == "__main__":
    sys.exit(main())
