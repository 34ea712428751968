"""Reads one test with everything that belongs to it: row, document, live figures, files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backend.access import Caller
from backend.database.queries import queue, results
from backend.database.tables import FINAL_STATUSES
from backend.routers.answering import no_such
from backend.routers.parts import Parts
from backend.routers.showing import results_of
from backend.schemas.results import TestResults


@dataclass(frozen=True, slots=True)
class ReadTest:
    """A test as it is told, and its result document where it has one."""

    shown: TestResults
    document: dict[str, Any] | None


def read_test(test_id: str, caller: Caller, parts: Parts) -> ReadTest:
    """Raises Problem (404) where there is none, or where it belongs to somebody else."""
    position = document = live = None
    with parts.database.reading() as session:
        found = results.get(session, test_id, caller.owner_email)
        if found is None:
            raise no_such("test", test_id, "GET /api/test-results/filter")
        row = results.row_of(found)
        if row.status == "pending":
            position = queue.position(session, test_id)
        if row.status in FINAL_STATUSES:
            document = results.document(session, test_id)
    if row.status == "running" and not row.is_example:
        live = parts.runs.live(test_id)
    shown = results_of(
        row,
        found.request,
        queue_position=position,
        document=document,
        live=live,
        artifacts=parts.runs.artifacts(test_id),
    )
    return ReadTest(shown, document)
