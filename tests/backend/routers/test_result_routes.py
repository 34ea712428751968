"""Lists of results, whole results and comparisons."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.database import Database
from backend.database.queries import queue, results, users
from backend.database.queries.summaries import summarise
from benchmark.histogram import Histogram
from benchmark.models import Block, LoadProfile, OperationStats, RunResult, Second
from benchmark.utils.analyze_results import analyze
from benchmark.utils.results import result_to_json
from tests.services import RunningService, hold_slot, running_service, service_settings

_UNKNOWN = "5f0c3a55-5a3c-4b6e-9c34-0d4d6c6d5a01"
_SLOW, _QUICK = 24576, 21504  # buckets of about 64 and 8 ms


def run_document(bucket: int, users_asked: int = 5) -> dict[str, Any]:
    """The result document of a run of a minute in which every answer took about the same time."""
    count, low = 50, (1 + (bucket % 1024) / 1024) * 2 ** (bucket // 1024 - 18)
    blocks = []
    for number in range(12):
        spread = {bucket + (number * 7 + step) % 40: count // 10 for step in range(10)}
        latency = Histogram(spread, low * 1.02 * count, low, low * 1.04)
        blocks.append(_stats(count, latency))
    latencies = Histogram(
        {
            index: sum(block.latency.counts.get(index, 0) for block in blocks)
            for index in sorted({i for block in blocks for i in block.latency.counts})
        },
        low * 1.02 * count * 12,
        low,
        low * 1.04,
    )
    total = _stats(count * 12, latencies)
    result = RunResult(
        test_type="dynamic",
        base_url="http://127.0.0.1:8001",
        profile=LoadProfile("dynamic", users_asked, 5.0, 60.0),
        wait_time=(0.1, 0.5),
        started_at=datetime(2026, 11, 1, tzinfo=UTC),
        duration=60.0,
        status="completed",
        status_reason="",
        totals=replace(total, method="", name="Total"),
        operations=(total,),
        timeline=tuple(
            Second(float(n + 1), users_asked, 10, 0, low, low * 1.04) for n in range(60)
        ),
        blocks=tuple(Block((n + 1) * 5.0, users_asked, (each,)) for n, each in enumerate(blocks)),
        seed=42,
    )
    return result_to_json(analyze(result, {}))


def _stats(requests: int, latency: Histogram) -> OperationStats:
    return OperationStats("GET", "/users", requests, 0, latency, {"200": requests}, requests * 100)


class Store:
    """Puts tests into the database of a service."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        *,
        email: str = "user1@example.com",
        status: str = "completed",
        document: dict[str, Any] | None = None,
        days_ago: int = 0,
    ) -> str:
        """A test that ended; its id."""
        with self._database.writing() as session:
            user = users.find_or_make(session, email)
            new = queue.NewRun("stress-test", "http://127.0.0.1:8001", "random", {}, user.id)
            row = queue.enqueue(session, new, slots=1, queue_size=1000, runs_per_user=1000)
            row.created_at -= timedelta(days=days_ago)
            session.flush()
            if status != "pending":
                summary = summarise(document) if document else None
                results.store(session, row.id, status, "", document, summary)
            return row.id


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningService, Store]]:
    """A service that runs nothing, and its database."""
    folder = tmp_path_factory.mktemp("results")
    settings = service_settings(folder, queue_size=1000)
    hold_slot(settings)
    database = Database(settings.database_url)
    with running_service(settings) as running:
        yield running, Store(database)
    database.close()


@pytest.fixture
def service(held: tuple[RunningService, Store]) -> RunningService:
    """The service."""
    return held[0]


@pytest.fixture
def store(held: tuple[RunningService, Store]) -> Store:
    """Its database."""
    return held[1]


def test_a_result_is_told_in_full(service: RunningService, store: Store) -> None:
    """Counts, times, statuses, endpoints and summary are those of the document."""
    document = run_document(_SLOW)
    found = service.get(f"/api/stress-test/{store.add(document=document)}/results")
    figures = found["results"]
    assert (figures["requests"], figures["successes"], figures["failures"]) == (600, 600, 0)
    assert figures["status_codes"] == {"200": 600}
    told = document["totals"]["latency_ms"]
    assert figures["response_times_ms"] == {
        name.replace(".", "_"): value for name, value in told.items()
    }
    assert [(each["method"], each["path"]) for each in found["endpoints"]] == [("GET", "/users")]
    assert found["summary"]["grade"] == document["grade"]
    assert "600 requests, 0.0% failed" in found["summary"]["text"]
    assert found["live"] is None
    simple = service.get(f"/api/test/{found['test_id']}/results")
    assert simple == found
    page = service.get("/api/test-results/filter", limit=200)
    listed = {item["test_id"]: item for item in page["items"]}
    assert listed[found["test_id"]]["response_times_ms"] == figures["response_times_ms"]


def test_a_whole_result_has_its_document(service: RunningService, store: Store) -> None:
    """The document comes back as it was stored."""
    document = run_document(_SLOW)
    whole = service.get(f"/api/test-results/{store.add(document=document)}")
    assert whole["document"] == document


def test_a_test_that_measured_nothing_says_so(service: RunningService, store: Store) -> None:
    """Without a document there are no figures, and no invented zeros."""
    found = service.get(f"/api/test/{store.add(status='failed')}/results")
    assert found["results"] is None
    assert found["endpoints"] == []
    assert found["summary"]["text"].startswith("Failed")


def test_filters_and_pages_agree(service: RunningService, store: Store) -> None:
    """All filters hold together; the total counts what fits, pages make up the whole."""
    mine = "filters@example.com"
    ids = [store.add(email=mine, days_ago=days) for days in range(5)]
    store.add(email=mine, status="failed")
    page = service.get("/api/test-results/filter", user_email=mine, status="completed", limit=2)
    assert (page["total"], page["limit"], page["offset"]) == (5, 2, 0)
    found = [
        item["result_id"]
        for offset in range(0, 5, 2)
        for item in service.get(
            "/api/test-results/filter", user_email=mine, status="completed", limit=2, offset=offset
        )["items"]
    ]
    assert found == ids


def test_days_are_whole(service: RunningService, store: Store) -> None:
    """A day as the end of a range includes that day; moments in other zones mean the same."""
    mine = "days@example.com"
    ids = [store.add(email=mine, days_ago=days) for days in (0, 1, 2)]
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    path = "/api/test-results/filter"
    only = service.get(path, user_email=mine, start_date=yesterday, end_date=yesterday)
    assert [item["result_id"] for item in only["items"]] == [ids[1]]
    since = service.get(path, user_email=mine, start_date=f"{yesterday}T02:00:00+02:00")
    assert since["total"] == 2


def test_lists_are_ordered_as_asked(service: RunningService, store: Store) -> None:
    """By a figure, up or down; what has none comes last."""
    mine = "order@example.com"
    quick = store.add(email=mine, document=run_document(_QUICK))
    slow = store.add(email=mine, document=run_document(_SLOW))
    none = store.add(email=mine, status="failed")
    for order, wanted in (("asc", [quick, slow, none]), ("desc", [slow, quick, none])):
        page = service.get("/api/test-results/filter", user_email=mine, order_by="p95", order=order)
        assert [item["result_id"] for item in page["items"]] == wanted


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "501"),
        ("limit", "x"),
        ("offset", "-1"),
        ("offset", "9" * 30),
        ("status", "done"),
        ("start_date", "yesterday"),
        ("start_date", "1700000000"),
        ("start_date", "2026-02-30"),
        ("end_date", "0000-00-00T00:00:00Z"),
        ("session_id", "0"),
        ("configuration_id", str(2**40)),
        ("user_email", "nobody"),
        ("order_by", "password"),
        ("sort", "asc"),
    ],
)
def test_wrong_filters_are_refused(service: RunningService, name: str, value: str) -> None:
    """A filter that is none, misspelt ones too, is said and not ignored."""
    reply = service.ask("GET", "/api/test-results/filter", params={name: value})
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["where"].startswith(f"query.{name}")


def test_a_slower_run_has_regressed(service: RunningService, store: Store) -> None:
    """The comparison goes from the first of the path to the second."""
    quick, slow = (store.add(document=run_document(bucket)) for bucket in (_QUICK, _SLOW))
    compared = service.get(f"/api/test-results/{quick}/compare/{slow}")
    assert compared["answer"] == "regressed"
    assert compared["operations"][0]["metrics"]["p95"]["ratio"] > 5
    back = service.get(f"/api/test-results/{slow}/compare/{quick}", margin=10)
    assert (back["answer"], back["margin"]) == ("improved", 0.1)


def test_what_cannot_be_compared_is_a_conflict(service: RunningService, store: Store) -> None:
    """Tests that wait, that measured nothing, or that had another load are not compared."""
    done = store.add(document=run_document(_QUICK))
    others = {
        store.add(status="pending"): "is pending",
        store.add(status="failed"): "measured nothing",
        store.add(document=run_document(_QUICK, users_asked=9)): "cannot be compared",
    }
    for other, says in others.items():
        reply = service.ask("GET", f"/api/test-results/{done}/compare/{other}")
        assert reply.status_code == 409
        assert says in reply.json()["detail"]


@pytest.mark.parametrize("identity", [_UNKNOWN, "nonsense", "1", "%27%20OR%201=1"])
def test_unknown_results(service: RunningService, store: Store, identity: str) -> None:
    """An id that is none is refused, one that nobody has is not there."""
    known = store.add(status="failed")
    status = 404 if len(identity) == 36 else 422
    for path in (
        f"/api/test-results/{identity}",
        f"/api/test-results/{identity}/compare/{known}",
        f"/api/stress-test/{identity}/artifacts/report",
    ):
        assert service.ask("GET", path).status_code == status


@pytest.mark.parametrize("status", ["pending", "failed", "completed"])
def test_every_test_has_its_request_as_a_file(
    service: RunningService, store: Store, status: str
) -> None:
    """It is the first of the artifacts, can be had by either name, and is what was asked for."""
    test = store.add(status=status)
    result = service.get(f"/api/stress-test/{test}/results")
    listed = result["artifacts"][0]
    assert (listed["what"], listed["name"]) == ("request", "request.json")
    for place in (listed["url"], f"/api/stress-test/{test}/artifacts/request"):
        reply = service.ask("GET", place)
        assert reply.json() == result["request"]
        assert len(reply.content) == listed["size"]
        assert reply.headers["content-disposition"].startswith("attachment")
        assert reply.headers["content-security-policy"].startswith("sandbox")


@pytest.mark.parametrize("status", ["pending", "failed"])
def test_events_so_far_end_at_once(service: RunningService, store: Store, status: str) -> None:
    """`follow=false` asks for no more than there is: a test that waits has nothing to tell."""
    test = store.add(status=status)
    reply = service.ask("GET", f"/api/stress-test/{test}/events", params={"follow": "false"})
    assert reply.status_code == 200
    assert ("event: end" in reply.text) == (status == "failed")


def test_names_of_files_lead_nowhere_else(
    service: RunningService, store: Store, tmp_path: Path
) -> None:
    """Only files of the run are given, whatever is asked for."""
    test = store.add(status="failed")
    folder = service.settings.runs_dir / test
    folder.mkdir(parents=True)
    (folder / "supervisor.log").write_text("inner", encoding="utf-8")
    names = ("supervisor.log", "..%2f..%2fkey", "%2e%2e", ".", "a%00b", "x" * 300)
    for name, slash in itertools.product(names, ("", "/")):
        reply = service.ask("GET", f"/api/stress-test/{test}/artifacts/{name}{slash}")
        assert reply.status_code in {404, 405, 422}, name
