"""Tests that run: queued in the database, each in a process of its own, their results kept.

    service ─ RunService.start ─▶ queue (database) ─ dispatcher claims ─▶ keeper ─ starts ─▶ supervisor
                                                                            │                   │
       store result ◀─ storing ◀─ result document, timeline ◀─ run's folder ◀────── pipeline ◀──┘

`service` is the door; `dispatcher` the thread that claims, recovers and tidies up; `keeper` the
thread that owns one run, holds its lease and stores its end; `supervisor` the child process that
runs the pipeline. They meet in the run's folder (`folder`).
"""

from backend.runs.run_config import run_config
from backend.runs.service import RunService
from backend.runs.values import Artifact, Event, RunOrder

__all__ = ["Artifact", "Event", "RunOrder", "RunService", "run_config"]
