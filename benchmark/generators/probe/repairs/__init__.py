"""From what a server complains about to a recipe of which it should not."""

from benchmark.generators.probe.repairs.making import Maker, of_branch
from benchmark.generators.probe.repairs.repairing import repaired

__all__ = ["Maker", "of_branch", "repaired"]
