"""The example rows: whole documents that everything can read, and rows that nothing runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import jsonschema_rs
import pytest
from sqlalchemy import select

from backend.database import Database, tables
from backend.database.add_test_results import Made, add_examples, make_examples
from backend.database.queries import queue, results
from backend.database.seed_database import SESSIONS
from backend.database.tables import now
from backend.schemas.starts import ConfigurationSettings, StressTestStart
from benchmark.utils.analyze_results import analyze
from benchmark.utils.comparison import Side, compare, measured_run
from benchmark.utils.history import find_shifts, summarise
from benchmark.utils.reporters.html import render_html
from benchmark.utils.results import result_from_json

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = json.loads((ROOT / "docs/result.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema_rs.Draft202012Validator(SCHEMA, validate_formats=True)


@pytest.fixture(scope="module")
def made() -> tuple[Made, ...]:
    """All examples."""
    return make_examples(now())


@pytest.fixture
def database(tmp_path: Path, made: tuple[Made, ...]) -> Iterator[Database]:
    """A database with the examples."""
    database = Database(f"sqlite:///{tmp_path / 'some.db'}")
    database.migrate()
    with database.writing() as session:
        add_examples(session, made)
    yield database
    database.close()


def of(made: tuple[Made, ...], configuration: str) -> list[Made]:
    """The completed examples of a configuration, the oldest first."""
    return sorted(
        (
            each
            for each in made
            if each.example.configuration == configuration
            and each.document is not None
            and each.document["status"] == "completed"
        ),
        key=lambda each: each.started_at,
    )


def test_documents_are_as_their_schema_says(made: tuple[Made, ...]) -> None:
    """Each of them, and they can be read, judged and drawn like measured ones."""
    documents = [each.document for each in made if each.document is not None]
    assert len(documents) > 20
    for document in documents:
        assert VALIDATOR.is_valid(document), next(iter(VALIDATOR.iter_errors(document))).message
        report = analyze(result_from_json(document))
        assert report.result.totals.requests > 20
        assert "<html" in render_html(report)


def test_most_examples_are_valid_measurements(made: tuple[Made, ...]) -> None:
    """Of the completed ones only those of ten seconds say that they are too small."""
    for each in made:
        if each.document and each.document["status"] == "completed":
            expected = "suspect" if each.example.configuration == "Quick look" else "valid"
            assert each.document["validity"]["verdict"] == expected


def test_two_examples_of_a_configuration_compare(made: tuple[Made, ...]) -> None:
    """The first and the last show the operation that became slower meanwhile."""
    examples = of(made, "Steady load")
    sides = [
        Side(name, (measured_run(result_from_json(each.document)),))
        for name, each in (("before", examples[0]), ("after", examples[-1]))
    ]
    comparison = compare(*sides)
    assert "upload" in str(comparison)


def test_the_history_shows_when_it_became_slower(made: tuple[Made, ...]) -> None:
    """p95 shifts once in five weeks."""
    runs = [
        summarise(result_from_json(each.document), each.result_id)
        for each in of(made, "Steady load")
    ]
    (shift,) = find_shifts(runs, "p95")
    assert shift.after > 1.1 * shift.before


def test_rows_hold_what_their_documents_say(database: Database) -> None:
    """Status and figures of a row are those of its document; without one there are none."""
    with database.reading() as session:
        rows = session.scalars(select(tables.TestResult)).all()
        for row in rows:
            document = results.document(session, row.id)
            assert row.is_example
            assert (document is None) == (row.status == "running")
            if document is None:
                assert row.requests is None
                continue
            assert row.requests == document["totals"]["requests"]
            assert row.p95_ms == document["totals"]["latency_ms"]["p95"]
            assert row.grade == document["grade"]
            expected = {"interrupted": "stopped"}.get(document["status"], document["status"])
            assert row.status == expected
            assert row.started_at
            assert row.ended_at
            assert row.ended_at > row.started_at


def test_examples_occupy_no_slot_and_nobody_recovers_them(database: Database) -> None:
    """Though some say running, a test that waits is claimed, and no lease of theirs expires."""
    with database.writing() as session:
        session.add(
            tables.TestResult(
                id="5f0c3a55-5a3c-4b6e-9c34-0d4d6c6d5a01",
                queue_number=1, kind="stress-test", target_url="http://localhost:8001",
                strategy="random", request={},
            )
        )  # fmt: skip
    with database.writing() as session:
        assert not queue.take_expired(session, "me", 20.0)
        claimed = queue.claim(session, "me", 1, 20.0)
        assert claimed is not None
        assert not claimed.is_example
    with database.reading() as session:
        running = session.scalars(
            select(tables.TestResult).where(
                tables.TestResult.is_example, tables.TestResult.status == "running"
            )
        ).all()
    assert len(running) == 2
    assert all(now() - each.created_at < timedelta(hours=1) for each in running)


def test_the_seeded_configurations_can_be_started() -> None:
    """Each is what a configuration may hold, and makes a start request."""
    for group in SESSIONS:
        for each in group.configurations:
            ConfigurationSettings.model_validate(dict(each.settings))
            StressTestStart.model_validate({"target_url": "http://localhost:8001", **each.settings})
