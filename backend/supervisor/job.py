"""What a supervisor is told on its standard input: one line, before anything else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from backend.limits import Limits
from backend.supervisor.folder import FinalStatus, outcome_from_json

MAX_JOB_BYTES = 64_000_000
"""More than a start request can be, even where each of its characters is escaped."""

STOP = b"stop\n"
"""The line that stops a run because somebody asked. Where the input ends, the service does."""


@dataclass(frozen=True, slots=True)
class Job:
    """A run to be done or, with `rebuild`, the result of a killed one to be made of its timeline.

    `rebuild` is how that one ended, and `reason` why.
    """

    run_id: str
    limits: Limits
    request: Mapping[str, Any] = field(default_factory=dict, repr=False)
    resolve: tuple[str, ...] = ()
    rebuild: FinalStatus | None = None
    reason: str = ""

    def as_line(self) -> bytes:
        """The job as a line of JSON."""
        return json.dumps(asdict(self)).encode() + b"\n"


def read_job(line: bytes) -> Job:
    """The job that a line holds. Raises ValueError for what is none."""
    value = json.loads(line)
    if not isinstance(value, dict):
        raise ValueError("a job is an object")  # noqa: TRY004  # as of all else that is no job
    limits = value["limits"]
    outcome = outcome_from_json({"status": value["rebuild"], "reason": "", "files": {}})
    return Job(
        run_id=str(value["run_id"]),
        limits=Limits(**{each.name: limits[each.name] for each in fields(Limits)}),
        request=dict(value["request"]),
        resolve=tuple(map(str, value["resolve"])),
        rebuild=outcome.status if outcome else None,
        reason=str(value["reason"]),
    )
