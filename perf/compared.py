"""Reading and comparing two results of an hour and 300 operations: seconds and memory.

    python perf/compared.py [--operations N] [--seconds N] [--rate N]

The results are simulated; they are compared in a process of its own. `rate` is in requests per
second of each operation. The exit code is 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the scripts run without the package being installed

MAX_SECONDS, MAX_MIB = 5.0, 500.0


def main() -> int:
    """Simulate two results, compare them in a process of its own, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--operations", type=int, default=300)
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--rate", type=float, default=1.0)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return _compare(*options.child)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{name}.json" for name in ("base", "new")]
        for seed, path in enumerate(paths):
            _simulate(path, seed, options.operations, options.seconds, options.rate)
        sys.stdout.write(f"files: {paths[0].stat().st_size / 1e6:.1f} MB each\n")
        command = [sys.executable, __file__, "--child", *map(str, paths)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
        sys.stdout.write(done.stdout)
        seconds, mib = (float(word) for word in done.stdout.split()[-2:])
    return 0 if seconds < MAX_SECONDS and mib < MAX_MIB else 1


def _simulate(path: Path, seed: int, operations: int, seconds: int, rate: float) -> None:
    import numpy as np  # noqa: PLC0415 - not in the process that is measured

    from benchmark.utils.results import result_to_json  # noqa: PLC0415
    from perf.simulated_runs import Noise, Simulated, simulated_run  # noqa: PLC0415

    what = Simulated(Noise(shared=0.05, own=0.05), seconds, operations, rate)
    result = simulated_run(what, np.random.default_rng(seed))
    path.write_text(json.dumps(result_to_json(result)), encoding="utf-8")


def _compare(base: str, new: str) -> int:
    start = time.perf_counter()
    from benchmark.utils.comparison import compare, read_side  # noqa: PLC0415 - its import counts

    sides = [read_side(text) for text in (base, new)]
    read = time.perf_counter()
    comparison = compare(*sides)
    end = time.perf_counter()
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"{len(comparison.operations)} operations: {comparison.answer}\n"
        f"reading: {read - start:.2f} s, comparing: {end - read:.2f} s, "
        f"processor: {time.process_time():.2f} s\n"
        f"seconds and MiB: {end - start:.2f} {mib:.0f}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
