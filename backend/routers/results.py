"""Results: found, read whole, compared."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from backend.database.queries import results
from backend.database.queries.results import ResultFilter
from backend.openapi_document import link, problems
from backend.routers.answering import json_answer
from backend.routers.parts import CallerHere, PartsHere
from backend.routers.reading import read_test
from backend.routers.showing import in_a_list
from backend.schemas.comparisons import ComparedResults
from backend.schemas.filters import ResultQuery
from backend.schemas.results import ResultPage, WholeResult

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
    responses={
        200: {
            "links": {
                "read": link("get_result", "The first of them.", result_id="/items/0/result_id"),
                "compare": link(
                    "compare_results",
                    "The first two: the second is the older one where the newest come first.",
                    result_id="/items/1/result_id",
                    other_id="/items/0/result_id",
                ),
            }
        }
    },
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
    compared = parts.comparisons.between(str(result_id), str(other_id), margin / 100, caller)
    return json_answer(compared)
