"""Results: found, read whole, compared."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from backend.access import Caller
from backend.database.queries import results
from backend.database.queries.results import ResultFilter
from backend.database.tables import FINAL_STATUSES
from backend.openapi_document import problems
from backend.problems import Problem
from backend.routers.answering import json_answer, no_such
from backend.routers.parts import CallerHere, Parts, PartsHere
from backend.routers.reading import read_test
from backend.routers.showing import in_a_list
from backend.schemas.comparisons import ComparedResults
from backend.schemas.filters import ResultQuery
from backend.schemas.results import ResultPage, WholeResult
from benchmark.errors import UsageError

router = APIRouter(prefix="/api/test-results", tags=["Results"])

ResultId = Annotated[UUID, Path(description="The same as the test's `test_id`.")]
Margin = Annotated[
    float,
    Query(gt=0, le=100, allow_inf_nan=False, description="Percent that count as no change."),
]
_ORDERS = {
    "requests_per_second": "rps",
    "mean": "mean_ms",
    "p95": "p95_ms",
    "p99": "p99_ms",
}
"""What a list can be ordered by, where the database calls it something else."""


@router.get(
    "/filter",
    operation_id="filter_results",
    summary="Find results",
    response_model=ResultPage,
)
def filter_results(
    asked: Annotated[ResultQuery, Query()], caller: CallerHere, parts: PartsHere
) -> Response:
    """The tests that fit, the newest first unless another order is asked for.

    `total` counts all that fit, `items` are those of this page. A user finds their own tests only.
    """
    wanted = ResultFilter(
        user_email=asked.user_email or caller.owner_email,
        session_id=asked.session_id,
        configuration_id=asked.configuration_id,
        status=asked.status,
        start_date=asked.start_date,
        end_date=asked.end_date,
        order_by=_ORDERS.get(asked.order_by, asked.order_by),
        descending=asked.order == "desc",
        limit=asked.limit,
        offset=asked.offset,
    )
    if asked.user_email is not None and not caller.sees(asked.user_email):
        return json_answer(ResultPage(total=0, limit=asked.limit, offset=asked.offset, items=[]))
    with parts.database.reading() as session:
        page = results.find(session, wanted)
    return json_answer(
        ResultPage(
            total=page.total,
            limit=asked.limit,
            offset=asked.offset,
            items=[in_a_list(row) for row in page.rows],
        )
    )


@router.get(
    "/{result_id}",
    operation_id="get_result",
    summary="One result, whole",
    response_model=WholeResult,
    responses=problems(404),
)
def get_result(result_id: ResultId, caller: CallerHere, parts: PartsHere) -> Response:
    """Everything: figures, judgement, files, and the result document with its histograms."""
    read = read_test(str(result_id), caller, parts)
    whole = {**read.shown.model_dump(mode="json", by_alias=True), "document": read.document}
    return json_answer(orjson.dumps(whole))


@router.get(
    "/{result_id}/compare/{other_id}",
    operation_id="compare_results",
    summary="What changed between two results",
    response_model=ComparedResults,
    responses=problems(404, 409),
)
def compare_two_results(
    result_id: ResultId,
    other_id: Annotated[UUID, Path(description="The newer one of the two.")],
    caller: CallerHere,
    parts: PartsHere,
    margin: Margin = 5.0,
) -> Response:
    """From the first (`base`) to the second (`new`): what regressed, what improved, how certain.

    Both must have ended, and must have had the same load; 409 otherwise.
    """
    base, new = (
        _ended_document(parts, caller, str(which), name)
        for which, name in ((result_id, "result_id"), (other_id, "other_id"))
    )
    compared = _compared(base, new, margin / 100)
    ids = {"result_id": str(result_id), "other_id": str(other_id)}
    return json_answer(orjson.dumps({**ids, **compared}))


def _ended_document(parts: Parts, caller: Caller, result_id: str, name: str) -> dict[str, Any]:
    """The result document. Raises Problem: 404 without such a result, 409 without a document."""
    with parts.database.reading() as session:
        row = results.get(session, result_id, caller.owner_email)
        if row is None:
            raise no_such("result", result_id, "GET /api/test-results/filter")
        document = results.document(session, result_id)
    if row.status not in FINAL_STATUSES:
        raise Problem(
            409, f"{name}: the test {result_id} is {row.status}", "wait until it has ended"
        )
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
