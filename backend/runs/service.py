"""The door to the runs: start a test, stop it, watch it, have its files."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from secrets import token_hex
from typing import Any

from backend.database import Database, open_cipher
from backend.database.queries import queue, results, secrets, users
from backend.database.tables import FINAL_STATUSES, TestResult
from backend.runs.artifacts import artifacts_of
from backend.runs.dispatcher import Dispatcher
from backend.runs.events import RunState, States, follow
from backend.runs.keeper import Home
from backend.runs.values import Artifact, Event, RunOrder
from backend.settings import ServiceSettings
from backend.supervisor.folder import RunFolder, folder_of, read_json
from backend.supervisor.run_config import run_config

_NOWHERE = RunFolder(Path(os.devnull))


class RunService:
    """The runs of one process of the service. Others may share the database and the folder.

    Raises UsageError where the key file cannot be used. Its methods raise DatabaseUnavailable; ids
    that are none are those of no run.
    """

    def __init__(self, database: Database, settings: ServiceSettings) -> None:
        owner = f"{socket.gethostname()[:60]}:{os.getpid()}:{token_hex(4)}"
        self._home = Home(database, settings, open_cipher(settings.key_file), owner)
        self._dispatcher = Dispatcher(self._home)
        self._states = States(self._state)
        self._closing = threading.Event()

    def begin(self) -> None:
        """Start claiming, and recover what a service that died has left."""
        self._dispatcher.start()

    def announce_end(self) -> None:
        """The service is about to end: streams of events end, runs are stopped.

        Signal handlers may call it: it waits for nothing. `end` must follow. A server that waits
        for its connections before it ends would wait for streams for ever, were it not called.
        """
        self._closing.set()
        self._dispatcher.announce_end()

    def end(self) -> None:
        """Stop the runs of this process in order, store them as interrupted; pending ones stay.

        It takes some seconds; what could not be stored is recovered by the next start.
        """
        self.announce_end()
        self._dispatcher.end()

    def start(self, order: RunOrder) -> TestResult:
        """Queue a test. The same `idempotency_key` of the same user gives the first one again.

        Raises UsageError for an order that cannot be run, and KeyReused, QueueFull and TooManyRuns
        of `backend.database.queries.queue`.
        """
        home, settings = self._home, self._home.settings
        config = run_config(order.request, settings.limits, order.resolve)
        with home.database.writing() as session:
            user = users.find_or_make(session, order.user_email) if order.user_email else None
            new = queue.NewRun(
                kind=order.kind,
                target_url=order.target_url,
                strategy=config.strategy,
                request=dict(order.masked_request),
                user_id=user.id if user is not None else None,
                session_id=order.session_id,
                configuration_id=order.configuration_id,
                idempotency_key=order.idempotency_key,
            )
            row = queue.enqueue(
                session,
                new,
                slots=settings.slots,
                queue_size=settings.queue_size,
                runs_per_user=settings.limits.max_runs_per_user,
            )
            if row.id == new.id:
                secret = {"request": dict(order.request), "resolve": list(order.resolve)}
                secrets.put(session, home.cipher, row.id, secret)
        self._dispatcher.look()
        return row

    def stop(self, result_id: str) -> TestResult | None:
        """Ask a test to stop, whichever process runs it; the test as it is then.

        One that waits has ended by that, one that runs ends within seconds, one that has ended is
        left as it is. None where there is none.
        """
        with self._home.database.writing() as session:
            row = queue.request_stop(session, result_id)
        self._dispatcher.look(result_id)
        return row

    def live(self, result_id: str) -> dict[str, Any] | None:
        """How a run goes, as `backend.supervisor.journal` says; None where it has not begun."""
        return read_json(self._folder(result_id).progress)

    def events(self, result_id: str, after: int = 0, *, waits: bool = True) -> AsyncIterator[Event]:
        """What happens in a run, from the event behind `after` on, until it is final.

        Without `waits`, what has happened so far.

        A stream ends without `end` after an hour, and when the service ends: its reader begins
        another one. That of no run ends at once. It holds no connection to the database.
        """
        return follow(
            self._folder(result_id).events,
            after,
            lambda: self._states.get(result_id),
            self._closing.is_set,
            waits=waits,
        )

    def artifacts(self, result_id: str) -> tuple[Artifact, ...]:
        """The files of a run that may be had by now."""
        return artifacts_of(self._folder(result_id))

    def artifact(self, result_id: str, name: str) -> Path | None:
        """A file of a run by its name or by what it is ("report"); None where there is none."""
        found = self.artifacts(result_id)
        return next((each.path for each in found if name in (each.name, each.what)), None)

    def free_slots(self) -> int:
        """How many tests more could run now, over all processes of the service."""
        with self._home.database.reading() as session:
            counts = queue.counts(session)
        return max(0, self._home.settings.slots - counts.running)

    def _folder(self, result_id: str) -> RunFolder:
        return folder_of(self._home.settings.runs_dir, result_id) or _NOWHERE

    def _state(self, result_id: str) -> RunState | None:
        with self._home.database.reading() as session:
            row = results.get(session, result_id)
        if row is None:
            return None
        return RunState(row.status, row.status_reason, row.status in FINAL_STATUSES)
