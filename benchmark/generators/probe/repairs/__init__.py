"""From what a server complains about to a recipe of which it should not."""

from benchmark.generators.probe.repairs.making import Maker
from benchmark.generators.probe.repairs.repairing import repaired

__all__ = ["Maker", "repaired"]
