"""Compares two stored results, and remembers the answers: results that have ended never change."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson

from backend.access import Caller
from backend.database import Database
from backend.database.queries import results
from backend.database.tables import FINAL_STATUSES
from backend.problems import Problem
from backend.routers.answering import no_such
from benchmark.errors import UsageError

_REMEMBERED = 256
"""Comparisons, of some kilobytes each; one takes a twentieth of a second to compute."""


class Comparisons:
    """What changed between two results, as JSON."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._remembered = lru_cache(_REMEMBERED)(self._computed)

    def between(self, base_id: str, new_id: str, margin: float, caller: Caller) -> bytes:
        """From the first to the second; `margin` is the share that counts as no change.

        Raises Problem: 404 where the caller has no such result, 409 where the two do not compare.
        """
        self._require_ended(base_id, "result_id", caller)
        self._require_ended(new_id, "other_id", caller)
        return self._remembered(base_id, new_id, margin)

    def _require_ended(self, result_id: str, name: str, caller: Caller) -> None:
        with self._database.reading() as session:
            row = results.get(session, result_id, caller.owner_email)
        if row is None:
            raise no_such("result", result_id, "GET /api/test-results/filter")
        if row.status not in FINAL_STATUSES:
            raise Problem(
                409, f"{name}: the test {result_id} is {row.status}", "wait until it has ended"
            )

    def _computed(self, base_id: str, new_id: str, margin: float) -> bytes:
        base = self._document(base_id, "result_id")
        new = self._document(new_id, "other_id")
        compared = _compared(base, new, margin)
        return orjson.dumps({"result_id": base_id, "other_id": new_id, **compared})

    def _document(self, result_id: str, name: str) -> dict[str, Any]:
        with self._database.reading() as session:
            document = results.document(session, result_id)
        if document is None:
            raise Problem(
                409,
                f"{name}: the test {result_id} measured nothing",
                "compare two tests that were completed",
            )
        return document


def _compared(base: dict[str, Any], new: dict[str, Any], margin: float) -> dict[str, Any]:
    """Raises Problem (409) where the two cannot be compared."""
    # It needs NumPy, which is slow to import, and few clients compare.
    from benchmark.utils.comparison import Side, compare, measured_run  # noqa: PLC0415
    from benchmark.utils.comparison_document import comparison_to_json  # noqa: PLC0415
    from benchmark.utils.results import result_from_json  # noqa: PLC0415

    try:
        sides = [
            Side(label, (measured_run(result_from_json(document), label),))
            for label, document in (("base", base), ("new", new))
        ]
        compared = comparison_to_json(compare(sides[0], sides[1], margin))
    except UsageError as error:
        raise Problem(409, f"the two cannot be compared: {error.message}", error.hint) from None
    except ValueError as error:
        raise Problem(409, f"the two cannot be compared: {error}", "compare others") from None
    for side in ("base", "new"):
        compared[side]["target_url"] = compared[side].pop("base_url")
    return compared
