"""Tests that run: queued in the database, each in a process of its own, their results kept.

    RunService.start ─▶ queue ─ dispatcher ─▶ keeper ─▶ supervisor ─▶ pipeline
      (service)      (database)                 │  ▲                     │
                                                ▼  └─── run's folder ◀───┘
                                             storing

`service` is the door; `dispatcher` the thread that claims, recovers and tidies up (`retention`);
`keeper` the thread that owns one run, holds its lease and stores its end (`storing`); `child` is
the supervisor as the keeper has it, a process that `backend/supervisor` describes. `events` and
`artifacts` show what is in the run's folder.
"""

from backend.runs.service import RunService
from backend.runs.values import Artifact, Event, RunOrder
from backend.supervisor.run_config import run_config

__all__ = ["Artifact", "Event", "RunOrder", "RunService", "run_config"]
