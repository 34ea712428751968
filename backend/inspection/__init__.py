"""Looks at targets and their documents in a child process: documents are hostile.

inspector.py  starts the child, bounds how many there are, reads the answer
child.py      the child: limits itself, reads a job, asks the pipeline, answers
jobs.py       what they say to each other
"""

from backend.inspection.inspector import Inspector
from backend.inspection.jobs import Job, JobKind

__all__ = ["Inspector", "Job", "JobKind"]
