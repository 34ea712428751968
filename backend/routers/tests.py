"""Tests: started, stopped, read, watched. Both kinds of routes reach the same tests."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Request
from starlette.responses import Response

from backend.access import Caller, audit, limit_starts, peer_of
from backend.database.queries import queue, results
from backend.database.tables import FINAL_STATUSES
from backend.openapi_document import link, problems
from backend.problems import Problem
from backend.routers.answering import json_answer, no_such
from backend.routers.parts import CallerHere, Parts, PartsHere
from backend.routers.reading import read_test
from backend.routers.showing import links_of, state_of
from backend.routers.starting import masked, order_of
from backend.routers.targets import allowed_target
from backend.runs import RunOrder
from backend.schemas.results import StartedTest, StoppedTest, TestResults
from backend.schemas.starts import StressTestStart, TestStart

router = APIRouter(prefix="/api")

TestId = Annotated[UUID, Path(description="The `test_id` that the start answered.")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="Repeating a start with the same key starts nothing: it answers the first one.",
    ),
]
_LOCATION = {"Location": {"description": "Where its result will be.", "schema": {"type": "string"}}}
_STARTED: dict[int | str, dict[str, Any]] = {
    202: {
        "description": "Accepted: it runs as soon as there is a place.",
        "headers": _LOCATION,
        "links": {
            "results": link("get_stress_test_results", "How it stands.", test_id="/test_id"),
            "events": link("watch_stress_test", "How it goes on.", test_id="/test_id"),
            "stop": link("stop_stress_test", "End it early.", test_id="/test_id"),
        },
    },
    **problems(404, 409),
}
_STOPPED: dict[int | str, dict[str, Any]] = {
    200: {"description": "It had ended already, or ended by this.", "model": StoppedTest},
    202: {"description": "It is asked to stop; what it measured so far is kept."},
    **problems(404),
}

_READ: dict[int | str, dict[str, Any]] = {
    200: {
        "links": {
            "artifact": link(
                "get_artifact", "Its first file.", test_id="/test_id", name="/artifacts/0/name"
            )
        }
    },
    **problems(404),
}


# ── simple tests ──────────────────────────────────────────────────────────────────────────────


@router.post(
    "/test/start",
    operation_id="start_test",
    tags=["Tests"],
    summary="Start a simple test",
    status_code=202,
    response_model=StartedTest,
    responses=_STARTED,
    dependencies=[Depends(limit_starts)],
)
def start_test(
    asked: TestStart,
    request: Request,
    caller: CallerHere,
    parts: PartsHere,
    key: IdempotencyKey = None,
) -> Response:
    """So many users, for so long; all endpoints that are found and verified, unless some are named.

    It waits in line where as many tests run as may: `queue_position` says where.
    """
    words = StressTestStart.model_validate(asked.as_stress_test())
    return _start("test", words, request, caller, parts, key)


@router.get(
    "/test/{test_id}/results",
    operation_id="get_test_results",
    tags=["Tests"],
    summary="What a simple test measured",
    response_model=TestResults,
    responses=_READ,
)
def get_test_results(test_id: TestId, caller: CallerHere, parts: PartsHere) -> Response:
    """How it stands, live figures while it runs, and in the end the judgement."""
    return json_answer(read_test(str(test_id), caller, parts).shown)


@router.post(
    "/test/{test_id}/stop",
    operation_id="stop_test",
    tags=["Tests"],
    summary="Stop a simple test",
    status_code=202,
    response_model=StoppedTest,
    responses=_STOPPED,
)
def stop_test(test_id: TestId, request: Request, caller: CallerHere, parts: PartsHere) -> Response:
    """What it measured so far is kept. To stop it twice does no harm."""
    return _stop(str(test_id), request, caller, parts)


# ── stress tests ──────────────────────────────────────────────────────────────────────────────


@router.post(
    "/stress-test/start",
    operation_id="start_stress_test",
    tags=["Stress tests"],
    summary="Start a test with every setting",
    status_code=202,
    response_model=StartedTest,
    responses=_STARTED,
    dependencies=[Depends(limit_starts)],
)
def start_stress_test(
    asked: StressTestStart,
    request: Request,
    caller: CallerHere,
    parts: PartsHere,
    key: IdempotencyKey = None,
) -> Response:
    """With `request_rate` iterations start at that rate; without it users go on by themselves.

    What the request leaves out is taken from the configuration that it names, if it names one. It
    waits in line where as many tests run as may: `queue_position` says where.
    """
    return _start("stress-test", asked, request, caller, parts, key)


@router.get(
    "/stress-test/{test_id}/results",
    operation_id="get_stress_test_results",
    tags=["Stress tests"],
    summary="What a test measured",
    response_model=TestResults,
    responses=_READ,
)
def get_stress_test_results(test_id: TestId, caller: CallerHere, parts: PartsHere) -> Response:
    """How it stands, live figures while it runs, and in the end the judgement."""
    return json_answer(read_test(str(test_id), caller, parts).shown)


@router.post(
    "/stress-test/{test_id}/stop",
    operation_id="stop_stress_test",
    tags=["Stress tests"],
    summary="Stop a test",
    status_code=202,
    response_model=StoppedTest,
    responses=_STOPPED,
)
def stop_stress_test(
    test_id: TestId, request: Request, caller: CallerHere, parts: PartsHere
) -> Response:
    """What it measured so far is kept. To stop it twice does no harm."""
    return _stop(str(test_id), request, caller, parts)


# ── what both do ──────────────────────────────────────────────────────────────────────────────


def _start(
    kind: str,
    asked: StressTestStart,
    request: Request,
    caller: Caller,
    parts: Parts,
    key: str | None,
) -> Response:
    with parts.database.reading() as session:
        order = order_of(session, asked, caller)
    peer = peer_of(request.scope)
    try:
        target = allowed_target(order.target_url, caller, parts, request)
    except Problem as problem:
        if problem.status == 403:
            with parts.database.writing() as session:
                audit(session, caller, peer, "start refused", order.target_url)
        raise
    wanted = {**order.request(), "target_url": target.url}
    made = parts.runs.start(
        RunOrder(
            kind=kind,
            target_url=target.url,
            request=wanted,
            masked_request=masked(wanted),
            user_email=order.user_email,
            resolve=target.pins,
            session_id=order.session_id,
            configuration_id=order.configuration_id,
            idempotency_key=key,
        )
    )
    with parts.database.writing() as session:
        audit(session, caller, peer, "start", target.url, made.id)
    with parts.database.reading() as session:
        row = results.get(session, made.id) or made
        started = StartedTest(**state_of(row, queue.position(session, made.id)))
    return json_answer(started, 202, {"Location": links_of(made.id).self})


def _stop(test_id: str, request: Request, caller: Caller, parts: Parts) -> Response:
    with parts.database.reading() as session:
        row = results.get(session, test_id, caller.owner_email)
        if row is None:
            raise no_such("test", test_id, "GET /api/test-results/filter")
    if row.status not in FINAL_STATUSES and not row.is_example:
        parts.runs.stop(test_id)
        with parts.database.writing() as session:
            audit(session, caller, peer_of(request.scope), "stop", row.target_url, test_id)
    with parts.database.reading() as session:
        row = results.get(session, test_id) or row
    stopped = StoppedTest(**state_of(row), stop_requested=row.stop_requested_at is not None)
    return json_answer(stopped, 200 if row.status in FINAL_STATUSES else 202)
