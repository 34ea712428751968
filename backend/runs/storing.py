"""From the files of an ended run to its row: status, summary, whole result document, once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from backend.database import Database
from backend.database.queries import results
from backend.database.queries.summaries import Summary, summarise
from backend.supervisor.folder import Outcome, RunFolder, names_of, read_json


@dataclass(frozen=True, slots=True)
class Ended:
    """Everything that is stored of a run's end."""

    outcome: Outcome
    document: dict[str, Any] | None
    summary: Summary | None


def read_ended(outcome: Outcome, folder: RunFolder) -> Ended:
    """The end of a run with what its files say."""
    path = folder.file(outcome.files.get("result", ""))
    document = read_json(path) if path is not None else None
    if document is None:
        return Ended(outcome, None, None)
    document["files"] = names_of(document.get("files"))
    summary = summarise(document)
    if document.get("status") == "aborted":  # a condition of its own did not hold
        summary = replace(summary, thresholds_met=False)
    return Ended(outcome, document, summary)


def store(database: Database, run_id: str, owner: str, ended: Ended) -> bool:
    """Store it; whether that was done: not where the run is final, or somebody else's by now.

    Raises DatabaseUnavailable.
    """
    outcome = ended.outcome
    with database.writing() as session:
        return results.store(
            session,
            run_id,
            outcome.status,
            outcome.reason,
            ended.document,
            ended.summary,
            owner=owner,
        )
