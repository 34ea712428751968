"""How often comparisons are wrong, and how often they find a change, over many noises and lengths.

    python perf/false_alarms.py [--pairs N] [--only TEXT]

Pairs of runs are simulated (`simulated_runs.py` states the noise); in the new one, one operation is
slower, except where the change is ×1. `wrong` are the pairs in which any other operation, or the
total, got a verdict that claims a change; `found` those in which the slower one was named. Prints
Markdown; the exit code is 1 where more than 5 % of pairs are wrong in a case that is not beyond
what is promised, or less than 90 % found in one of which that is promised.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the scripts run without the package being installed

from benchmark.utils.comparison import Side, compare, measured_run  # noqa: E402 - see above
from perf.simulated_runs import Noise, Simulated, operation_name, simulated_run  # noqa: E402

MOST_WRONG, LEAST_FOUND = 0.05, 0.9
SLOWER = 1  # the number of the operation that is


@dataclass(frozen=True, slots=True)
class Case:
    """What is simulated, and by which factor one operation is slower.

    `beyond` is more noise than is promised to be harmless; where `certain`, the change is promised
    to be found.
    """

    noise: Noise
    seconds: int
    rate: float
    operations: int
    factor: float
    beyond: bool = False
    certain: bool = False

    def __str__(self) -> str:
        noise = self.noise
        load = f"{self.seconds} s, {self.operations} operations, {self.rate:g}/s each"
        made = f"{noise.shared:.0%} shared, {noise.own:.0%} own, {noise.seconds:g} s"
        runs = f", runs {noise.run:.0%}" if noise.run else ""
        return f"{load} | {made}{runs} | ×{self.factor:g}"


def cases() -> list[Case]:
    """From quiet and long to loud and short."""
    usual = Noise(0.03, 5.0, 0.02)
    made = [Case(usual, 300, 8.0, 4, factor, certain=factor > 1) for factor in (1.0, 1.15)]
    for shared, own, memory in ((0.0, 0.0, 1.0), (0.03, 0.02, 5.0), (0.05, 0.0, 10.0)):
        noise = Noise(shared, memory, own)
        made += [Case(noise, seconds, 8.0, 10, 1.15) for seconds in (120, 300, 600)]
    for shared, own, memory in (
        *((0.1, 0.0, 5.0), (0.1, 0.15, 20.0), (0.3, 0.0, 5.0), (0.3, 0.0, 20.0)),
        *((0.3, 0.0, 60.0), (0.3, 0.15, 60.0)),
    ):
        noise = Noise(shared, memory, own)
        made += [
            Case(noise, 60, 2.0, operations, 30.0, beyond=memory >= 60)  # as long as the run
            for operations in (4, 12)
        ]
    made += [Case(Noise(0.05, 5.0, run=0.02), 300, 8.0, 10, 1.15)]
    return made


def main() -> int:
    """Run the cases and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--only", default="", help="cases whose line contains this")
    options = parser.parse_args()
    sys.stdout.write("| runs | noise | change | wrong | found |\n|---|---|---|---:|---:|\n")
    missed = False
    for number, case in enumerate(cases()):
        if options.only in str(case):
            wrong, found = _tried(case, options.pairs, number)
            share = f"{found:.0%}" if case.factor != 1 else "–"
            sys.stdout.write(f"| {case} | {wrong:.1%} | {share} |\n")
            sys.stdout.flush()
            missed |= wrong > MOST_WRONG and not case.beyond
            missed |= found < LEAST_FOUND and case.certain
    return int(missed)


def _tried(case: Case, pairs: int, seed: int) -> tuple[float, float]:
    """The shares of pairs that are wrong, and in which the change was found."""
    random = np.random.default_rng(seed)
    same = Simulated(case.noise, case.seconds, case.operations, case.rate)
    slower = Simulated(case.noise, case.seconds, case.operations, case.rate, {SLOWER: case.factor})
    wrong = found = 0
    for _ in range(pairs):
        base, new = (measured_run(simulated_run(what, random)) for what in (same, slower))
        comparison = compare(Side("base", (base,)), Side("new", (new,)))
        named = {
            each.name: each.answer
            for each in (comparison.total, *comparison.operations)
            if each.answer in ("regressed", "improved")
        }
        if case.factor != 1:
            found += named.pop(operation_name(SLOWER), "") == "regressed"
        wrong += bool(named)
    return wrong / pairs, found / pairs


if __name__ == "__main__":
    sys.exit(main())
