"""backend.database.queries.queue: tests that wait and run."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from backend.database import Database
from backend.database.queries import queue, results, users
from backend.database.queries.queue import KeyReused, NewRun, QueueFull, TooManyRuns
from backend.database.tables import TestResult, now
from tests.backend.database.processes import run_at_once
from tests.backend.database.rows import add_result, enqueue


def test_a_new_test_waits(database: Database) -> None:
    """It is pending, at the end of the queue, with what was asked for."""
    with database.writing() as session:
        first = enqueue(session)
        second = enqueue(session, request={"users": 5}, strategy="random")
    with database.reading() as session:
        found = results.get(session, second.id)
        assert found is not None
        assert (found.status, found.request, found.strategy) == ("pending", {"users": 5}, "random")
        assert [queue.position(session, each.id) for each in (first, second)] == [1, 2]
        assert queue.position(session, "unknown") is None
        assert queue.counts(session) == queue.QueueCounts(pending=2, running=0)


def test_a_full_queue_takes_nothing(database: Database) -> None:
    """As many tests as slots and places exist at once; when one ends there is room again."""
    limits = {"slots": 1, "queue_size": 2, "runs_per_user": 100}
    new = [NewRun("stress", "http://h", "random", {}) for _ in range(5)]
    with database.writing() as session:
        rows = [queue.enqueue(session, each, **limits) for each in new[:3]]
        with pytest.raises(QueueFull):
            queue.enqueue(session, new[3], **limits)
        claimed = queue.claim(session, "me", 1, 100)
        assert claimed is not None
        with pytest.raises(QueueFull):
            queue.enqueue(session, new[3], **limits)
        results.store(session, rows[0].id, "completed", "", None)
        queue.enqueue(session, new[3], **limits)


def test_a_queue_without_places_takes_what_can_run(database: Database) -> None:
    """With no place to wait, a test is taken where a slot is free."""
    limits = {"slots": 1, "queue_size": 0, "runs_per_user": 100}
    with database.writing() as session:
        queue.enqueue(session, NewRun("stress", "http://h", "random", {}), **limits)
        with pytest.raises(QueueFull):
            queue.enqueue(session, NewRun("stress", "http://h", "random", {}), **limits)


def test_a_user_has_a_limit_of_their_own(database: Database) -> None:
    """What one user has waiting and running does not count for others."""
    limits = {"slots": 1, "queue_size": 50, "runs_per_user": 2}
    with database.writing() as session:
        ann, bob = (users.find_or_make(session, f"{each}@example.com").id for each in ("a", "b"))
        for _ in range(2):
            queue.enqueue(session, NewRun("s", "http://h", "random", {}, user_id=ann), **limits)
        with pytest.raises(TooManyRuns):
            queue.enqueue(session, NewRun("s", "http://h", "random", {}, user_id=ann), **limits)
        queue.enqueue(session, NewRun("s", "http://h", "random", {}, user_id=bob), **limits)
        for _ in range(3):
            queue.enqueue(session, NewRun("s", "http://h", "random", {}), **limits)


def test_twenty_that_start_at_once_do_not_pass_the_limit(database: Database) -> None:
    """Threads that start tests at the same moment get exactly as many as there is room for."""

    def start(_: int) -> bool:
        try:
            with database.writing() as session:
                queue.enqueue(
                    session, NewRun("s", "http://h", "random", {}),
                    slots=2, queue_size=5, runs_per_user=9,
                )  # fmt: skip
        except QueueFull:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(start, range(20))) == 7
    with database.reading() as session:
        numbers = set(session.scalars(select(TestResult.queue_number)))
    assert len(numbers) == 7


@pytest.mark.parametrize("has_user", [True, False])
def test_an_idempotency_key_stands_for_one_test(database: Database, has_user: bool) -> None:
    """Repeated requests get the test that the first one made, also at the same moment."""
    with database.writing() as session:
        user_id = users.find_or_make(session, "a@example.com").id if has_user else None

    def start(_: int) -> str:
        with database.writing() as session:
            return enqueue(session, idempotency_key="once", user_id=user_id).id

    with ThreadPoolExecutor(10) as pool:
        (made,) = set(pool.map(start, range(10)))
    with database.writing() as session:
        with pytest.raises(KeyReused):
            enqueue(session, idempotency_key="once", user_id=user_id, request={"users": 6})
        other_user = users.find_or_make(session, "b@example.com").id
        assert enqueue(session, idempotency_key="once", user_id=other_user).id != made
        assert enqueue(session, user_id=user_id).id != made


def test_a_repeated_request_needs_no_room(database: Database) -> None:
    """The answer to a request that was lost is given, however full the queue is by then."""
    run = NewRun("stress", "http://h", "random", {}, idempotency_key="k")
    with database.writing() as session:
        first = queue.enqueue(session, run, slots=1, queue_size=0, runs_per_user=1)
        again = queue.enqueue(session, run, slots=1, queue_size=0, runs_per_user=1)
    assert first.id == again.id == run.id


def test_tests_are_claimed_in_order_within_the_slots(database: Database) -> None:
    """The first one waiting is claimed while a slot is free; it has an owner and a lease then."""
    with database.writing() as session:
        rows = [enqueue(session) for _ in range(3)]
    with database.writing() as session:
        first = queue.claim(session, "me", 2, 100)
        second = queue.claim(session, "you", 2, 100)
        assert queue.claim(session, "me", 2, 100) is None
    assert first is not None
    assert second is not None
    assert (first.id, second.id) == (rows[0].id, rows[1].id)
    assert (first.status, first.owner, second.owner) == ("running", "me", "you")
    assert first.started_at is not None
    assert first.lease_expires_at is not None
    assert 90 < (first.lease_expires_at - now()).total_seconds() < 110
    with database.reading() as session:
        assert queue.position(session, rows[2].id) == 1
        assert queue.position(session, rows[0].id) is None


def test_nothing_is_claimed_from_an_empty_queue(database: Database) -> None:
    """Without tests that wait there is nothing to claim."""
    with database.writing() as session:
        assert queue.claim(session, "me", 5, 100) is None


def test_examples_take_no_part(database: Database) -> None:
    """Rows made by hand are not claimed, counted, recovered or stopped."""
    with database.writing() as session:
        add_result(session, id="p", status="pending", is_example=True)
        add_result(
            session, id="r", status="running", is_example=True, owner="x", lease_expires_at=now()
        )
        assert queue.claim(session, "me", 5, 100) is None
        assert queue.counts(session) == queue.QueueCounts(0, 0)
        assert queue.expired_ids(session) == ()
        assert queue.take_expired(session, "me", 100) == ()
        for each in ("p", "r"):
            stopped = queue.request_stop(session, each)
            assert stopped is not None
            assert stopped.stop_requested_at is None
        assert queue.position(session, "p") is None
        row = enqueue(session)
        assert queue.position(session, row.id) == 1


def test_a_lease_is_renewed_by_its_owner_alone(database: Database) -> None:
    """A heartbeat moves the lease on while the test runs and is the owner's."""
    with database.writing() as session:
        row = enqueue(session)
        queue.claim(session, "me", 1, -1)
        assert queue.expired_ids(session) == (row.id,)
        assert queue.renew(session, row.id, "me", 100) == queue.Renewal(True, False)
        assert queue.expired_ids(session) == ()
        assert queue.renew(session, row.id, "you", 100) == queue.Renewal(False, False)
        assert queue.renew(session, "unknown", "me", 100) == queue.Renewal(False, False)
        results.store(session, row.id, "completed", "", None)
        assert queue.renew(session, row.id, "me", 100) == queue.Renewal(False, False)


def test_a_running_test_is_asked_to_stop(database: Database) -> None:
    """The owner hears of it with its next heartbeat; the first wish counts."""
    with database.writing() as session:
        row = enqueue(session)
        queue.claim(session, "me", 1, 100)
        first = queue.request_stop(session, row.id)
        assert first is not None
        assert first.status == "running"
        wished = first.stop_requested_at
        again = queue.request_stop(session, row.id)
        assert again is not None
        assert wished is not None
        assert again.stop_requested_at == wished
        assert queue.renew(session, row.id, "me", 100) == queue.Renewal(True, True)


def test_a_waiting_test_is_stopped_at_once(database: Database) -> None:
    """It has ended, is never claimed, and a second stop changes nothing."""
    with database.writing() as session:
        row = enqueue(session)
        for _ in range(2):
            stopped = queue.request_stop(session, row.id)
            assert stopped is not None
            assert (stopped.status, stopped.status_reason) == ("stopped", "stopped before it began")
            assert stopped.ended_at is not None
        assert queue.claim(session, "me", 1, 100) is None
        assert queue.request_stop(session, "unknown") is None


def test_an_expired_test_is_taken_by_one(database: Database) -> None:
    """Of several processes that recover at once, one takes each test; a live one nobody."""
    with database.writing() as session:
        rows = [enqueue(session) for _ in range(5)]
        for _ in rows[:4]:
            queue.claim(session, "dead", 9, -1)
        queue.claim(session, "alive", 9, 100)

    def take(number: int) -> list[str]:
        with database.writing() as session:
            return [row.id for row in queue.take_expired(session, f"p{number}", 100)]

    with ThreadPoolExecutor(8) as pool:
        taken = [each for found in pool.map(take, range(8)) for each in found]
    assert sorted(taken) == sorted(row.id for row in rows[:4])


def test_recovery_can_be_limited(database: Database) -> None:
    """Tests whose processes are still there can be left alone."""
    with database.writing() as session:
        rows = [enqueue(session) for _ in range(3)]
        for _ in rows:
            queue.claim(session, "dead", 9, -1)
        assert queue.expired_ids(session) == tuple(row.id for row in rows)
        assert queue.take_expired(session, "me", 100, only=()) == ()
        (taken,) = queue.take_expired(session, "me", 100, only=[rows[1].id])
        assert (taken.id, taken.owner, taken.status) == (rows[1].id, "me", "running")
        assert queue.expired_ids(session) == (rows[0].id, rows[2].id)


def test_an_expired_test_keeps_its_slot(database: Database) -> None:
    """Until it is recovered its processes may still be there: nothing begins in its place."""
    with database.writing() as session:
        enqueue(session)
        enqueue(session)
        queue.claim(session, "dead", 1, -1)
        assert queue.claim(session, "me", 1, 100) is None


@pytest.mark.parametrize("slots", [1, 3])
def test_several_processes_claim_each_test_once(
    database: Database, database_url: str, slots: int
) -> None:
    """Four processes share twenty tests: each is claimed once, in order, never more than slots."""
    with database.writing() as session:
        rows = [enqueue(session) for _ in range(20)]
    claimers = [
        ("tests.backend.database.claimer", database_url, f"owner {number}", str(slots))
        for number in range(4)
    ]
    claims = [json.loads(line) for lines in run_at_once(claimers) for line in lines]
    assert sorted(number for number, _ in claims) == [row.queue_number for row in rows]
    assert max(running for _, running in claims) <= slots
    with database.reading() as session:
        ended = [results.get(session, row.id) for row in rows]
    started = [row.started_at for row in ended if row and row.started_at]
    assert started == sorted(started)
    assert len(started) == 20
    assert {row.status for row in ended if row} == {"completed"}
