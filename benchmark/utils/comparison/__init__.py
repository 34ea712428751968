"""What changed between runs: from blocks of some seconds to verdicts with intervals.

    results ─ read ─▶ Side ─ steady blocks ─ estimates ─ ratios ─ verdicts ─▶ Comparison

`docs/comparing.md` says what the verdicts mean, and with which noise they were tried.
"""

from benchmark.utils.comparison.comparable import differences_of_load
from benchmark.utils.comparison.comparing import MARGIN, compare
from benchmark.utils.comparison.reading import read_run, read_side
from benchmark.utils.comparison.runs import MeasuredRun, Side, measured_run

__all__ = [
    "MARGIN",
    "MeasuredRun",
    "Side",
    "compare",
    "differences_of_load",
    "measured_run",
    "read_run",
    "read_side",
]
