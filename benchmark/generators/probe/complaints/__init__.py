"""From an error answer to what the server complains about."""

from benchmark.generators.probe.complaints.complaint import Complaint, Rule
from benchmark.generators.probe.complaints.reading import read_complaints

__all__ = ["Complaint", "Rule", "read_complaints"]
