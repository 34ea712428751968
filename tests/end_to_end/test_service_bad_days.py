"""The whole service on bad days: crowds, crashes, a database and a disk that cannot be used."""

from __future__ import annotations

import http.client
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from served import FINAL, Service, processes_below, run_script, running_service

from tests.small_disk import small_disk
from tests.waiting import until

pytestmark = pytest.mark.end_to_end

CALM = (200, 404, 429, 503)
"""What a read route may answer in a crowd."""


def short_test(gateway_url: str, seconds: int = 4, **more: Any) -> dict[str, Any]:
    """A test with hardly any load, on operations that need no probe."""
    return {
        "target_url": gateway_url,
        "strategy": "interleaved",
        "max_concurrent_users": 3,
        "request_rate": 10,
        "duration": seconds,
        "endpoints": [{"path": "/", "method": "GET"}, {"path": "/health", "method": "GET"}],
        **more,
    }


def in_threads(number: int, work: Callable[[int], None]) -> None:
    """Do the work in so many threads at once; what one of them raises is raised."""
    problems: list[BaseException] = []

    def guarded(which: int) -> None:
        try:
            work(which)
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=guarded, args=(which,)) for which in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]


def rows_of(service: Service) -> list[tuple[str, str, int]]:
    """Id, status and number of documents of each result that is no example, from the file."""
    with closing(sqlite3.connect(service.folder / "service.db", timeout=10)) as connection:
        return connection.execute(
            "SELECT r.id, r.status, count(d.result_id) FROM test_results r LEFT JOIN"
            " result_documents d ON d.result_id = r.id WHERE NOT r.is_example GROUP BY r.id"
        ).fetchall()


def test_four_workers_bear_a_crowd_while_a_test_runs(gateway_url: str, tmp_path: Path) -> None:
    """200 clients read and 20 start at once: no 500, and each start is exactly one row.

    The test that was running meanwhile completes, once.
    """
    settings = {"STRESS_API_SLOTS": "2", "STRESS_API_QUEUE_SIZE": "15"}
    settings["STRESS_API_MAX_RUNS_PER_USER"] = "100"
    with running_service(tmp_path / "data", workers=4, **settings) as service:
        run_script(service.environment, "add_test_results")
        page = service.get("/api/test-results/filter?status=completed&limit=2")
        first, second = (item["result_id"] for item in page["items"])
        running = service.start(short_test(gateway_url, 8))
        service.wait_for_load(running)
        paths = [
            "/health",
            "/api/test-results/filter?limit=20",
            "/api/test-results/filter?user_email=user1@example.com&status=completed",
            f"/api/test-results/{first}",
            f"/api/stress-test/{second}/results",
            f"/api/stress-test/{running}/results",
            "/api/user/user2@example.com/sessions",
            "/api/sessions",
            "/api/test-results/00000000-0000-4000-8000-000000000000",
            "/metrics",
        ]
        statuses: Counter[tuple[str, int]] = Counter()
        started: list[str] = []
        refused: list[int] = []
        lock = threading.Lock()

        def read(which: int) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=120)
            try:
                for turn in range(3):
                    path = paths[(which + turn) % len(paths)]
                    connection.request("GET", path)
                    reply = connection.getresponse()
                    reply.read()
                    with lock:
                        statuses[path, reply.status] += 1
            finally:
                connection.close()

        def start(_: int) -> None:
            answer = service.ask("POST", "/api/stress-test/start", short_test(gateway_url, 1))
            with lock:
                if answer.status in (200, 201, 202):
                    started.append(answer.json["test_id"])
                else:
                    refused.append(answer.status)
                    assert int(answer.headers["retry-after"]) > 0

        in_threads(220, lambda which: read(which) if which < 200 else start(which))

        assert not {key for key in statuses if key[1] not in CALM}, service.last_words()
        assert statuses.total() == 600
        assert len(started) + len(refused) == 20
        assert set(refused) <= {429, 503}
        assert len(set(started)) == len(started) >= 10
        for test_id in started:
            service.ask("POST", f"/api/stress-test/{test_id}/stop")
        assert service.wait_until_final(running)["status"] == "completed"
        for test_id in started:
            service.wait_until_final(test_id)
        rows = rows_of(service)
        assert {row[0] for row in rows} == {running, *started}
        assert all(status in FINAL for _, status, _ in rows)
        assert all(documents <= 1 for _, _, documents in rows)
        assert "Traceback" not in service.last_words()


def test_nothing_that_was_stored_is_lost_by_a_crash(gateway_url: str, tmp_path: Path) -> None:
    """Kill -9 during a test: no process stays; afterwards it is interrupted, its results kept.

    What had been stored before is as it was, what waited is run, and a new test can be started.
    """
    data = tmp_path / "data"
    settings = {"STRESS_API_LEASE_SECONDS": "5"}
    with running_service(data, 2, **settings) as service:
        before = service.start(short_test(gateway_url, 1))
        stored = service.wait_until_final(before)
        assert stored["status"] == "completed"
        killed = service.start(short_test(gateway_url, 12))
        waiting = service.start(short_test(gateway_url, 1))
        seen = service.wait_for_load(killed, requests=15)
        service.kill()
    until(lambda: not processes_below(data / "runs"))
    with running_service(data, 2, **settings) as service:
        after = service.wait_until_final(killed)
        recovered = time.monotonic()
        assert after["status"] == "interrupted"
        assert after["status_reason"]
        assert after["results"]["requests"] >= seen["results"]["requests"] * 0.8
        assert service.wait_until_final(waiting)["status"] == "completed"
        again = service.results(before)
        assert again == stored
        new = service.start(short_test(gateway_url, 1))
        assert service.wait_until_final(new)["status"] == "completed"
        # Longer than a lease: whoever recovers has looked once more.
        until(lambda: time.monotonic() > recovered + 6)
        rows = {result_id: rest for result_id, *rest in rows_of(service)}
        assert rows == {
            before: ["completed", 1],
            killed: ["interrupted", 1],
            waiting: ["completed", 1],
            new: ["completed", 1],
        }
        assert service.results(killed) == after


def test_a_locked_database_is_a_problem_that_passes(gateway_url: str, tmp_path: Path) -> None:
    """Reading goes on; what must write answers 503 with Retry-After, and works again afterwards."""
    with running_service(tmp_path / "data") as service:
        run_script(service.environment, "seed_database")
        with closing(
            sqlite3.connect(service.folder / "service.db", isolation_level=None, timeout=10)
        ) as connection:
            connection.execute("BEGIN IMMEDIATE")
            assert service.get("/api/sessions")["total"] == 5
            writing = (
                ("POST", "/api/stress-test/start", short_test(gateway_url, 1)),
                ("PATCH", "/api/sessions/1", {"session_name": "another"}),
                ("DELETE", "/api/configurations/1", None),
            )
            # At once, since each waits for some seconds before it gives up.
            in_threads(3, lambda which: assert_unavailable(service.ask(*writing[which])))
            connection.execute("ROLLBACK")
        assert service.get("/api/sessions")["total"] == 5
        test_id = service.start(short_test(gateway_url, 1))
        assert service.wait_until_final(test_id)["status"] == "completed"
        assert len(rows_of(service)) == 1


def assert_unavailable(answer: Any) -> None:
    """503 as a problem document that says when to come back, and nothing of the insides."""
    assert answer.status == 503, answer.body
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json["detail"]
    assert answer.json["hint"]
    assert b"sqlite" not in answer.body.lower()


def why_not(folder: Path, **settings: str) -> str:
    """What a service that must not start says."""
    with pytest.raises(AssertionError) as refused, running_service(folder, **settings):
        pass
    return str(refused.value).replace("\\'", "'")


def test_a_read_only_database_is_a_problem_that_passes(gateway_url: str, tmp_path: Path) -> None:
    """A service that begins on one says so in a line; later it begins, and nothing was lost."""
    with small_disk(tmp_path / "disk", 60) as disk:
        file = disk.folder / "service.db"
        settings = {"DATABASE_URL": f"sqlite:///{file}"}
        with running_service(tmp_path / "data", **settings) as service:
            run_script(service.environment, "seed_database")
        with disk.read_only():
            assert "the service cannot start: the database's file cannot be" in why_not(
                tmp_path / "data", **settings
            )
        with running_service(tmp_path / "data", **settings) as service:
            assert service.get("/api/sessions")["total"] == 5
            test_id = service.start(short_test(gateway_url, 1))
            assert service.wait_until_final(test_id)["status"] == "completed"


def test_a_full_disk_is_a_problem_that_passes(gateway_url: str, tmp_path: Path) -> None:
    """Starts answer 503 meanwhile, what is stored can be read, and afterwards all goes on."""
    with small_disk(tmp_path / "disk", 60) as disk:
        data = disk.folder / "data"
        with running_service(data) as service:
            run_script(service.environment, "seed_database")
            done = service.start(short_test(gateway_url, 1))
            stored = service.wait_until_final(done)
            assert stored["status"] == "completed"
            running = service.start(short_test(gateway_url, 4))
            service.wait_for_load(running)
            ballast = disk.fill()
            for method, path, body in (
                ("POST", "/api/stress-test/start", short_test(gateway_url, 1)),
                ("PATCH", "/api/sessions/1", {"session_name": "another"}),
            ):
                assert_unavailable(service.ask(method, path, body))
            assert service.results(done) == stored
            assert service.get("/api/sessions")["total"] == 5
            until(lambda: not processes_below(data / "runs"))
            # The run has ended, and its owner tries in vain to store what it measured.
            time.sleep(2)
            ballast.unlink()
            ended = service.wait_until_final(running)
            assert ended["status_reason"] or ended["status"] == "completed"
            again = service.start(short_test(gateway_url, 1))
            assert service.wait_until_final(again)["status"] == "completed"
            assert {row[0] for row in rows_of(service)} == {done, running, again}
            assert "Traceback" not in service.last_words()
