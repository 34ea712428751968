"""backend.database.queries.queue: any order of events, beside a model that is a list."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from backend.database import Database
from backend.database.queries import queue, results
from backend.database.queries.queue import NewRun, QueueFull
from backend.database.tables import FINAL_STATUSES

SLOTS, PLACES = 2, 4
OWNERS = st.sampled_from(["a", "b", "c"])
LEASES = st.sampled_from([-1.0, 1000.0])
"""One that has ended at once, and one that does not end here."""
WHICH = st.integers(0, 9)


@dataclass
class Modelled:
    """A test as it must be."""

    id: str
    status: str = "pending"
    owner: str | None = None
    is_expired: bool = False
    is_to_stop: bool = False


class QueueMachine(RuleBasedStateMachine):
    """Processes a, b and c enqueue, claim, renew, stop, end and recover in any order."""

    template: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copyfile(self.template, self.folder / "test.db")
        self.database = Database(f"sqlite:///{self.folder}/test.db")
        self.tests: list[Modelled] = []

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.database.close()
        shutil.rmtree(self.folder)

    @initialize()
    def begin_with_a_test(self) -> None:
        """An empty queue has little to show."""
        self.enqueue()

    @rule()
    def enqueue(self) -> None:
        """A test is taken where there is room."""
        has_room = len(self._in({"pending", "running"})) < SLOTS + PLACES
        try:
            with self.database.writing() as session:
                row = queue.enqueue(
                    session, NewRun("s", "http://h", "random", {}),
                    slots=SLOTS, queue_size=PLACES, runs_per_user=99,
                )  # fmt: skip
        except QueueFull:
            assert not has_room
        else:
            assert has_room
            self.tests.append(Modelled(row.id))

    @rule(owner=OWNERS, lease=LEASES)
    def claim(self, owner: str, lease: float) -> None:
        """The first one waiting runs where a slot is free."""
        with self.database.writing() as session:
            row = queue.claim(session, owner, SLOTS, lease)
        waiting = self._in({"pending"})
        if len(self._in({"running"})) >= SLOTS or not waiting:
            assert row is None
            return
        assert row is not None
        assert row.id == waiting[0].id
        waiting[0].status, waiting[0].owner, waiting[0].is_expired = "running", owner, lease < 0

    @rule(which=WHICH, owner=OWNERS, lease=LEASES)
    def renew(self, which: int, owner: str, lease: float) -> None:
        """The owner of a running test moves its lease, and hears of a stop."""
        test = self._any(which)
        with self.database.writing() as session:
            renewal = queue.renew(session, test.id, owner, lease)
        is_own = test.status == "running" and test.owner == owner
        assert renewal == queue.Renewal(is_own, is_own and test.is_to_stop)
        if is_own:
            test.is_expired = lease < 0

    @rule(which=WHICH)
    def stop(self, which: int) -> None:
        """A waiting test ends, a running one is marked, an ended one stays."""
        test = self._any(which)
        with self.database.writing() as session:
            row = queue.request_stop(session, test.id)
        if test.status in {"pending", "running"}:
            test.is_to_stop = True
        if test.status == "pending":
            test.status = "stopped"
        assert row is not None
        assert row.status == test.status

    @rule(which=WHICH, status=st.sampled_from(FINAL_STATUSES), owner=OWNERS)
    def store(self, which: int, status: str, owner: str) -> None:
        """Only a test that has not ended, and only its owner, can be ended."""
        test = self._any(which)
        with self.database.writing() as session:
            done = results.store(session, test.id, status, "", {"by": owner}, owner=owner)
        assert done == (test.status == "running" and test.owner == owner)
        if done:
            test.status = status

    @rule(owner=OWNERS, lease=LEASES)
    def recover(self, owner: str, lease: float) -> None:
        """All running tests whose lease has ended get another owner, in order."""
        with self.database.writing() as session:
            taken = [row.id for row in queue.take_expired(session, owner, lease)]
        expired = [test for test in self._in({"running"}) if test.is_expired]
        assert taken == [test.id for test in expired]
        for test in expired:
            test.owner, test.is_expired = owner, lease < 0

    @invariant()
    def the_database_agrees(self) -> None:
        """Statuses, owners and places are those of the model; no slot is used twice."""
        with self.database.reading() as session:
            rows = {test.id: results.get(session, test.id) for test in self.tests}
            places = [queue.position(session, test.id) for test in self._in({"pending"})]
            counts = queue.counts(session)
            documents = [results.document(session, test.id) for test in self.tests]
        assert [_seen(rows[test.id]) for test in self.tests] == [
            (test.status, test.owner, test.is_to_stop) for test in self.tests
        ]
        assert places == list(range(1, len(places) + 1))
        assert counts == queue.QueueCounts(len(places), len(self._in({"running"})))
        assert counts.running <= SLOTS
        for test, document in zip(self.tests, documents, strict=True):
            assert document in ({"by": test.owner}, None)

    def _in(self, statuses: set[str]) -> list[Modelled]:
        return [test for test in self.tests if test.status in statuses]

    def _any(self, which: int) -> Modelled:
        return self.tests[-1 - which % len(self.tests)]


def _seen(row: Any) -> tuple[str, str | None, bool]:
    return row.status, row.owner, row.stop_requested_at is not None


def test_the_queue_is_what_its_model_says(
    migrated_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever order things happen in, the queue does what a list would."""
    monkeypatch.setattr(QueueMachine, "template", migrated_file, raising=False)
    run_state_machine_as_test(
        QueueMachine, settings=settings(max_examples=25, stateful_step_count=30)
    )
