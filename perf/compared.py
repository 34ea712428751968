"""Reading and comparing two results of an hour and 300 operations: seconds and memory.

    python perf/compared.py [--operations N] [--seconds N] [--rate N] [--keep FOLDER]

The results are made up; they are compared in a process of its own. The exit code is 1 where a bar
is missed.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the scripts run without the package being installed

from benchmark.histogram import HistogramBuilder, bucket_index  # noqa: E402 - see above

MAX_SECONDS, MAX_MIB = 5.0, 500.0
_BLOCK = 5


def main() -> int:
    """Generate two results, compare them in a process of its own, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=300)
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--rate", type=float, default=300.0, help="requests per second in all")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return _child(*options.child)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{name}.json" for name in ("base", "new")]
        for seed, path in enumerate(paths):
            document = _document(options.operations, options.seconds, options.rate, seed)
            path.write_text(json.dumps(document), encoding="utf-8")
        sys.stdout.write(f"files: {paths[0].stat().st_size / 1e6:.1f} MB each\n")
        command = [sys.executable, __file__, "--child", *map(str, paths)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own
        sys.stdout.write(done.stdout)
        seconds, mib = (float(word) for word in done.stdout.split()[-2:])
    return 0 if seconds < MAX_SECONDS and mib < MAX_MIB else 1


def _child(base: str, new: str) -> int:
    start = time.perf_counter()
    from benchmark.utils.comparison import compare, read_side  # noqa: PLC0415 - its import counts too

    sides = [read_side(text) for text in (base, new)]
    read = time.perf_counter()
    comparison = compare(*sides)
    end = time.perf_counter()
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"operations: {len(comparison.operations)}, answer: {comparison.answer}\n")
    sys.stdout.write(f"reading: {read - start:.2f} s, comparing: {end - read:.2f} s\n")
    sys.stdout.write(f"seconds and MiB: {end - start:.2f} {mib:.0f}\n")
    return 0


def _document(operations: int, seconds: int, rate: float, seed: int) -> dict[str, Any]:
    dice = random.Random(seed)
    medians = [random.Random(place).lognormvariate(3, 1) for place in range(operations)]
    totals = [HistogramBuilder() for _ in medians]
    blocks = []
    for end in range(_BLOCK, seconds + 1, _BLOCK):
        parts = []
        for place, median in enumerate(medians):
            expected = rate / operations * _BLOCK
            count = int(expected) + (dice.random() < expected % 1)
            latencies = [median * dice.lognormvariate(0, 0.4) for _ in range(count)]
            builder = HistogramBuilder()
            for latency in latencies:
                builder.merge({bucket_index(latency): 1}, latency, latency, latency)
            totals[place].add_histogram(builder)
            histogram = builder.histogram().to_json()
            parts.append({**_name(place), "requests": count, "failures": 0, "histogram": histogram})
        blocks.append({"elapsed_s": end, "users": 50, "operations": parts})
    own = [
        {**_name(place), "requests": total.histogram().count, "failures": 0,
         "histogram": total.histogram().to_json()}
        for place, total in enumerate(totals)
    ]  # fmt: skip
    whole = HistogramBuilder()
    for total in totals:
        whole.add_histogram(total)
    second = {
        "users": 50,
        "requests": int(rate),
        "failures": 0,
        "latency_ms": {"p50": 20, "p95": 60},
    }
    return {
        "schema_version": 2,
        "test_type": "soak",
        "status": "completed",
        "started_at": "2026-03-01T14:05:09+00:00",
        "duration_s": seconds,
        "target": {"base_url": "http://127.0.0.1:8000"},
        "profile": {"name": "soak", "users": 50, "spawn_rate": 50, "run_time": seconds,
                    "wait_time": [0, 0]},
        "totals": {"requests": whole.histogram().count, "failures": 0,
                   "histogram": whole.histogram().to_json()},
        "operations": own,
        "timeline": [{"elapsed_s": at, **second} for at in range(1, seconds + 1)],
        "blocks": blocks,
    }  # fmt: skip


def _name(place: int) -> dict[str, str]:
    return {"method": "GET", "name": f"/api/v1/things/{place}/{{thing_id}}"}


if __name__ == "__main__":
    sys.exit(main())
