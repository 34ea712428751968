"""The door to the runs: start a test, stop it, watch it, have its files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.runs.values import Artifact, Event, RunOrder
from backend.settings import ServiceSettings

if TYPE_CHECKING:
    from backend.database import Database
    from backend.database.tables import TestResult


class RunService:
    """The runs of one process of the service. Others may share the database and the folder."""

    def __init__(self, database: Database, settings: ServiceSettings) -> None:
        self._database, self._settings = database, settings

    def begin(self) -> None:
        """Start claiming, and recover what a service that died has left."""

    def announce_end(self) -> None:
        """The service is about to end: nothing new is claimed, streams of events end.

        May be called from a signal handler. `end` must follow.
        """

    def end(self) -> None:
        """Stop the runs of this process in order, store them as interrupted; pending ones stay."""

    def start(self, order: RunOrder) -> TestResult:
        """Queue a test. The same `idempotency_key` of the same user gives the first one again.

        Raises UsageError for an order that cannot be run, QueueFull, TooManyRuns,
        DatabaseUnavailable.
        """
        raise NotImplementedError

    def stop(self, result_id: str) -> bool:
        """Ask a test to stop, whichever process runs it; whether it was still to end."""
        raise NotImplementedError

    def live(self, result_id: str) -> dict[str, Any] | None:
        """How a run goes: its totals and operations in the words of the result document.

        None where it has measured nothing yet.
        """
        raise NotImplementedError

    def events(self, result_id: str, after: int = 0) -> AsyncIterator[Event]:
        """What happens in a run, from the event behind `after` on, until it is final."""
        raise NotImplementedError

    def artifacts(self, result_id: str) -> tuple[Artifact, ...]:
        """The files of a run that may be had."""
        raise NotImplementedError

    def artifact(self, result_id: str, name: str) -> Path | None:
        """A file of a run by its name or by what it is ("report"); None where there is none."""
        raise NotImplementedError

    def free_slots(self) -> int:
        """How many tests more could run now, over all processes of the service."""
        raise NotImplementedError
