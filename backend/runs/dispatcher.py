"""The thread that begins runs: claims what waits, recovers what was left behind, tidies up."""

from __future__ import annotations

import logging
import threading
import time

from backend.database import DatabaseUnavailable
from backend.database.queries import queue, results
from backend.database.tables import FINAL_STATUSES
from backend.runs.keeper import Home, Keeper
from backend.runs.retention import tidy
from backend.supervisor.folder import folder_of

_LOG = logging.getLogger(__name__)
_LOOK_SECONDS = 1.0
_RECOVER_SECONDS = 3.0
_TIDY_SECONDS = 600.0
_CLOSE_SECONDS = 20.0
"""What runs have to be stopped and stored when the service ends; what is not, is recovered."""


class Dispatcher(threading.Thread):
    """One for each process of the service. Nothing that fails ends it but `end`."""

    def __init__(self, home: Home) -> None:
        super().__init__(name="dispatcher", daemon=True)
        self._home = home
        self._keepers: dict[str, Keeper] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._recovered_at = self._tidied_at = float("-inf")

    def look(self, result_id: str | None = None) -> None:
        """Look at once: for what waits, or whether this run is to stop."""
        with self._lock:
            keeper = self._keepers.get(result_id) if result_id is not None else None
        if keeper is not None:
            keeper.look()
        self._wake.set()

    def announce_end(self) -> None:
        """Claim nothing more. For signal handlers too: it waits for nothing."""
        self._closing.set()
        self._wake.set()

    def end(self) -> None:
        """Stop the runs of this process, and wait until their ends are stored."""
        self.announce_end()
        end = time.monotonic() + _CLOSE_SECONDS
        if self.is_alive():
            self.join(_CLOSE_SECONDS)
        for keeper in self._close_keepers():
            keeper.join(max(0.0, end - time.monotonic()))

    def _close_keepers(self) -> list[Keeper]:
        with self._lock:
            keepers = list(self._keepers.values())
        for keeper in keepers:
            keeper.close()
        return keepers

    def run(self) -> None:
        """Look once a second until the service ends, then stop the runs of this process."""
        while not self._closing.is_set():
            self._wake.clear()
            try:
                self._round()
            except DatabaseUnavailable as problem:
                _LOG.warning("no run can be begun: %s", problem.message)
            except Exception:
                _LOG.exception("no run can be begun")
            self._wake.wait(_LOOK_SECONDS)
        self._close_keepers()

    def _round(self) -> None:
        now = time.monotonic()
        if now - self._recovered_at >= _RECOVER_SECONDS:
            self._recovered_at = now
            self._recover()
        while not self._closing.is_set() and self._claim():
            pass
        if now - self._tidied_at >= _TIDY_SECONDS:
            self._tidied_at = now
            self._tidy()

    def _claim(self) -> bool:
        """Begin the run that waits longest; whether there was one and a slot for it."""
        home, settings = self._home, self._home.settings
        with home.database.reading() as session:  # most often nothing waits: nobody is disturbed
            counts = queue.counts(session)
        if not counts.pending or counts.running >= settings.slots:
            return False
        with home.database.writing() as session:
            claimed = queue.claim(session, home.owner, settings.slots, settings.lease_seconds)
            run_id = claimed.id if claimed is not None else None
        if run_id is None:
            return False
        self._keep(run_id, left_behind=False)
        return True

    def _recover(self) -> None:
        home = self._home
        with home.database.reading() as session:
            expired = queue.expired_ids(session)
        with self._lock:  # a lease of ours can be renewed even after its end
            expired = tuple(run_id for run_id in expired if run_id not in self._keepers)
        if not expired:
            return
        with home.database.writing() as session:
            taken = queue.take_expired(session, home.owner, home.settings.lease_seconds, expired)
            run_ids = [row.id for row in taken]
        for run_id in run_ids:
            self._keep(run_id, left_behind=True)

    def _keep(self, run_id: str, *, left_behind: bool) -> None:
        folder = folder_of(self._home.settings.runs_dir, run_id)
        if folder is None:  # cannot be: ids are ours
            raise ValueError(f"{run_id!r} is the id of no run")
        keeper = Keeper(self._home, run_id, folder, self._gone, left_behind=left_behind)
        with self._lock:
            self._keepers[run_id] = keeper
        keeper.start()

    def _gone(self, run_id: str) -> None:
        with self._lock:
            self._keepers.pop(run_id, None)
        self._wake.set()  # a slot may be free

    def _tidy(self) -> None:
        settings = self._home.settings
        gone = tidy(
            settings.runs_dir, settings.retention_days, settings.retention_bytes, self._has_ended
        )
        for run_id in gone:
            _LOG.info("the folder of an ended run was removed", extra={"test_id": run_id})

    def _has_ended(self, run_id: str) -> bool:
        """Whether a run is over, or nothing is known of it any more."""
        with self._home.database.reading() as session:
            row = results.get(session, run_id)
            return row is None or row.status in FINAL_STATUSES
