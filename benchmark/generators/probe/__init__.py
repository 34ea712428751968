"""Asks the live API, before the load, how each of its operations succeeds.

A plan goes in, and the same plan comes out with recipes that were answered well twice, with the
kinds of things as they really are, and with the reason where an operation could not be verified.
"""

from benchmark.generators.probe.outcome import ProbeOutcome
from benchmark.generators.probe.rounds import ProbeOptions, probe

__all__ = ["ProbeOptions", "ProbeOutcome", "probe"]
