"""What the service and its inspecting child say to each other.

The question is a job as a JSON object. The answer is a line that says what it is, `result` or one
of the ERRORS, and then one JSON object: the result, or message and hint of what was refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from benchmark.errors import BenchmarkError, DocumentError, TargetError, UsageError

JobKind = Literal["validate", "endpoints", "samples"]

RESULT = "result"
ERRORS: Mapping[str, type[BenchmarkError]] = {
    "usage": UsageError,
    "target": TargetError,
    "document": DocumentError,
}

MAX_ANSWER_BYTES = 32_000_000
"""Ten thousand operations with their schemas fill about half of it."""

SECONDS = 60.0
"""After which the child is ended. Discovery alone may take half of it."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to find out. `resolve` pins addresses, `headers` are sent along.

    `document` stands in place of a target; `method`, `path`, `count` and `seed` are for samples.
    """

    kind: JobKind
    target_url: str = ""
    resolve: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    document: Mapping[str, Any] | None = field(default=None, repr=False)
    method: str = ""
    path: str = ""
    count: int = 1
    seed: int = 42

    def to_json(self) -> dict[str, Any]:
        """As the child reads it."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Job:
        """As the service wrote it."""
        return cls(**{**value, "resolve": tuple(value["resolve"])})
