"""Owns one run: holds its lease, has its supervisor run it, and stores its end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from backend.database import Database, DatabaseUnavailable, RunCipher
from backend.database.queries import queue, secrets
from backend.runs.child import Child
from backend.runs.storing import read_ended, store
from backend.settings import ServiceSettings
from backend.supervisor.folder import Outcome, RunFolder, outcome_from_json, read_json
from backend.supervisor.job import Job
from backend.supervisor.marks import end_processes
from benchmark.errors import BenchmarkError

_LOG = logging.getLogger(__name__)
_LOOK_SECONDS = 0.25
_BEAT_SECONDS = 1.0
_STOP_SECONDS = 32.0
"""After so many seconds a supervisor that was told to stop is killed; it kills itself before."""
_HELD_SECONDS = 35.0
"""So long a supervisor that lost its service may take to end."""
_REBUILD_SECONDS = 120.0

GONE = "the service ended while the test was running"
"""Why a test was interrupted that a process of the service left behind."""

CUT_OFF = "the service could not write to its database for longer than a lease lasts"
"""Why a test was interrupted whose owner could not keep it."""


@dataclass(frozen=True, slots=True)
class Home:
    """What all keepers of a process share. `owner` is the name under which it holds leases."""

    database: Database
    settings: ServiceSettings
    cipher: RunCipher
    owner: str


class Keeper(threading.Thread):
    """A thread for one claimed run or, with `left_behind`, one whose owner is gone.

    It ends when the run's end is stored, or was stored by somebody else.
    """

    def __init__(
        self,
        home: Home,
        run_id: str,
        folder: RunFolder,
        ended: Callable[[str], None],
        *,
        left_behind: bool = False,
    ) -> None:
        super().__init__(name=f"run-{run_id}", daemon=True)
        self.run_id = run_id
        self._home, self._folder, self._ended = home, folder, ended
        self._left_behind = left_behind
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._lease_ends = time.monotonic() + home.settings.lease_seconds
        self._beat_at = float("-inf")
        self._hurry = False
        self._is_ours = True
        self._stop_asked = False
        self._is_cut_off = False

    def look(self) -> None:
        """Look at once whether somebody wants the run to stop."""
        self._wake.set()

    def close(self) -> None:
        """The service ends: stop the run, store it as interrupted."""
        self._closing.set()
        self._wake.set()

    def run(self) -> None:
        """Keep the run until its end is stored."""
        try:
            outcome = self._recovered() if self._left_behind else self._done()
            if outcome is not None:
                self._store(outcome)
        except Exception:
            _LOG.exception("a run could not be kept", extra={"test_id": self.run_id})
        finally:
            self._ended(self.run_id)

    # ── a run of ours ─────────────────────────────────────────────────────────────────────────

    def _done(self) -> Outcome | None:
        """Run it. None where it is left to whoever recovers it."""
        try:
            job = self._job()
            if job is None:
                return None
            self._folder.path.mkdir(mode=0o700, parents=True)
            child = Child(job, self._folder)
        except BenchmarkError as error:
            return Outcome("failed", f"{error.message} ({error.hint})")
        except OSError as error:
            return Outcome("failed", f"the test could not be begun: {error.strerror or error}")
        self._log("a run began")
        self._watch(child)
        told = child.outcome()
        if told is None:
            told = self._after_death(child.cause_of_death())
        return self._as_asked(told)

    def _job(self) -> Job | None:
        """What is to be done. None where the service ends before the database can say it.

        Raises BenchmarkError where nobody can say that any more.
        """
        home = self._home
        while True:
            try:
                with home.database.reading() as session:
                    order = secrets.get(session, home.cipher, self.run_id)
            except DatabaseUnavailable as problem:
                self._log(f"a run cannot begin yet: {problem.message}", logging.WARNING)
                if self._closing.wait(_BEAT_SECONDS):
                    return None
                self._beat()
            else:
                break
        if order is None:
            raise BenchmarkError("what the test was asked for is gone", "start it again")
        return Job(self.run_id, home.settings.limits, order["request"], tuple(order["resolve"]))

    def _watch(self, child: Child) -> None:
        """Hold the lease until the supervisor ends; stop it where that is wanted."""
        told_at: float | None = None
        while not child.has_ended():
            self._beat()
            if told_at is None and self._must_end():
                told_at = time.monotonic()
                if self._stop_asked and self._is_ours:
                    child.stop()
                else:
                    self._is_cut_off = not self._closing.is_set()
                    child.let_go()
            elif told_at is not None and time.monotonic() - told_at > _STOP_SECONDS:
                self._log("a supervisor did not end and was killed", logging.WARNING)
                child.kill()
            self._pause()

    def _must_end(self) -> bool:
        lost = not self._is_ours or time.monotonic() > self._lease_ends
        return self._stop_asked or self._closing.is_set() or lost

    def _after_death(self, cause: str) -> Outcome:
        """The outcome of a run whose supervisor was killed: what its timeline holds."""
        must_end = self._stop_asked or self._closing.is_set()
        found = Outcome("interrupted", GONE) if must_end else Outcome("failed", cause)
        return self._rebuilt(self._as_asked(found))

    def _as_asked(self, outcome: Outcome) -> Outcome:
        """An interrupted run whose stop somebody had asked for was stopped."""
        if outcome.status == "interrupted" and self._stop_asked:
            return Outcome("stopped", "stopped on request", outcome.files)
        if outcome.status == "interrupted" and self._is_cut_off:
            return Outcome("interrupted", CUT_OFF, outcome.files)
        return outcome

    # ── a run that somebody left behind ───────────────────────────────────────────────────────

    def _recovered(self) -> Outcome | None:
        """Its outcome, once nothing of it runs any more."""
        end = time.monotonic() + _HELD_SECONDS
        while self._folder.is_held():  # its supervisor has seen that the service is gone
            if time.monotonic() > end:
                end_processes(self.run_id)
            if self._closing.is_set() or not self._is_ours:
                return None
            self._beat()
            self._pause()
        end_processes(self.run_id)
        self._log("a run was recovered")
        self._beat()
        told = outcome_from_json(read_json(self._folder.outcome))
        if told is None:
            return self._rebuilt(self._as_asked(Outcome("interrupted", GONE)))
        return self._as_asked(told)

    # ── what both need ────────────────────────────────────────────────────────────────────────

    def _rebuilt(self, outcome: Outcome) -> Outcome:
        """The outcome with a result that is made of the timeline, where there is one.

        In a process of its own: a large timeline would stop this one, or fill its memory.
        """
        if not self._folder.has_timeline():
            return outcome
        job = Job(
            self.run_id,
            self._home.settings.limits,
            rebuild=outcome.status,
            reason=outcome.reason,
        )
        try:
            child = Child(job, self._folder)
        except OSError:
            _LOG.exception("no result could be made", extra={"test_id": self.run_id})
            return outcome
        end = time.monotonic() + _REBUILD_SECONDS
        while not child.has_ended():
            self._beat()
            if time.monotonic() > end:
                child.kill()
            self._pause()
        return child.outcome() or outcome

    def _store(self, outcome: Outcome) -> None:
        """Store the end, once; as often as it takes, unless the service ends."""
        ended = read_ended(outcome, self._folder)
        while self._is_ours:
            try:
                if store(self._home.database, self.run_id, self._home.owner, ended):
                    self._log(f"a run ended: {outcome.status}")
            except DatabaseUnavailable as problem:
                self._log(f"a run's end cannot be stored yet: {problem.message}", logging.WARNING)
                if self._closing.wait(_BEAT_SECONDS):
                    return  # whoever starts next finds the outcome in the folder
            else:
                return

    def _beat(self) -> None:
        """Move the lease on, once a second, and see whether somebody wants the run to stop."""
        now = time.monotonic()
        if not self._is_ours or (now - self._beat_at < _BEAT_SECONDS and not self._hurry):
            return
        self._beat_at = now
        home = self._home
        seconds = home.settings.lease_seconds
        try:
            with home.database.writing() as session:
                renewal = queue.renew(session, self.run_id, home.owner, seconds)
        except DatabaseUnavailable as problem:
            self._log(f"a lease cannot be renewed: {problem.message}", logging.WARNING)
            return
        self._is_ours = renewal.kept
        self._stop_asked = self._stop_asked or renewal.stop_requested
        self._lease_ends = now + seconds

    def _pause(self) -> None:
        self._hurry = self._wake.wait(_LOOK_SECONDS)
        self._wake.clear()

    def _log(self, text: str, level: int = logging.INFO) -> None:
        _LOG.log(level, text, extra={"test_id": self.run_id})
