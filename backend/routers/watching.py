"""Watching a test: its events while it runs, its files afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query
from starlette.responses import FileResponse, Response, StreamingResponse

from backend.access import REPORT_POLICY
from backend.database.queries import results
from backend.database.tables import FINAL_STATUSES, TestResult
from backend.openapi_document import problems
from backend.routers.answering import json_answer, no_such
from backend.routers.parts import CallerHere, Parts, PartsHere
from backend.routers.showing import REQUEST, REQUEST_FILE, written_request
from backend.routers.tests import TestId
from backend.runs import Artifact, Event
from benchmark.utils.text_safety import clean_text

router = APIRouter(prefix="/api/stress-test/{test_id}", tags=["Stress tests"])

_EVENT_STREAM = "text/event-stream"
_NOT_STORED = {"Cache-Control": "no-store"}
_EVENTS = """One of, each with a growing `id`:

    event: stage      data: {"text": "Trying 12 operations, one request at a time"}
    event: probing    data: {"done": 3, "total": 12, "verified": 3}
    event: progress   data: {"elapsed_s": 5, "users": 10, "requests": 480, "failures": 0, …}
    event: end        data: {"status": "completed", "reason": ""}
"""
_RETRY = "retry: 2000\n\n"  # milliseconds until a browser that lost the connection comes back
_FILE_TYPES = (
    "text/html",
    "application/json",
    "application/jsonl",
    "text/csv",
    "text/markdown",
    "application/xml",
    "text/plain",
    "text/x-python",
)
FILE_POLICY = "sandbox; default-src 'none'"
_EVENT_ID = r"^[0-9]{1,15}$"


def _schema_of(content_type: str) -> dict[str, Any]:
    """What a file of a type is: JSON is any value, all else is text."""
    return {} if content_type == "application/json" else {"type": "string"}


def seen_test(test_id: TestId, caller: CallerHere, parts: PartsHere) -> TestResult:
    """A test that the caller may see. No connection to the database is kept."""
    with parts.database.reading() as session:
        found = results.get(session, str(test_id), caller.owner_email)
    if found is None:
        raise no_such("test", test_id, "GET /api/test-results/filter")
    return found


SeenTest = Annotated[TestResult, Depends(seen_test)]


@router.get(
    "/events",
    operation_id="watch_stress_test",
    summary="Watch a test while it runs",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": _EVENTS,
            "content": {_EVENT_STREAM: {"schema": {"type": "string"}}},
        },
        204: {"description": "The test has ended, and its `end` was the last event."},
        **problems(404),
    },
)
async def watch_stress_test(
    test: SeenTest,
    parts: PartsHere,
    last_event_id: Annotated[
        str | None, Query(pattern=_EVENT_ID, description="Only what came after this event.")
    ] = None,
    follow: Annotated[
        bool,
        Query(
            description="Whether to wait for more; `false` ends with what has happened so far.",
            examples=[False],
        ),
    ] = True,
    header: Annotated[
        str | None, Header(alias="Last-Event-ID", max_length=100, description="The same.")
    ] = None,
) -> Response:
    """Server-sent events, a line of progress per second, until the test has ended.

    A browser's `EventSource` goes on by itself where it lost the connection: it sends
    `Last-Event-ID`. What is no number there counts as nothing. Who has had the `end` gets 204,
    which keeps a browser from coming back (WHATWG HTML 9.2.3).
    """
    parts.streams.require_room()
    sent = header if header is not None and header.isascii() and header.isdigit() else None
    after = int((sent or last_event_id or "0")[:15])
    events = parts.runs.events(test.id, after, waits=follow)
    first = None
    if after and test.status in FINAL_STATUSES:  # its events are there, or there are no more
        first = await anext(events, None)
        if first is None or test.started_at is None:  # what never began has one event, its end
            return Response(status_code=204, headers=_NOT_STORED)
    return StreamingResponse(
        _lines(parts, first, events),
        media_type=_EVENT_STREAM,
        headers={**_NOT_STORED, "X-Accel-Buffering": "no"},
    )


@router.get(
    "/artifacts/{name}",
    operation_id="get_artifact",
    summary="A file of a test",
    response_class=FileResponse,
    responses={
        200: {
            "description": "The file.",
            "content": {kind: {"schema": _schema_of(kind)} for kind in _FILE_TYPES},
        },
        **problems(404),
    },
)
def get_artifact(
    test: SeenTest,
    parts: PartsHere,
    name: Annotated[
        str,
        Path(
            min_length=1,
            max_length=200,
            description="A name from `artifacts` of the result, or what it is: `request`, which "
            "every test has, `report`, `timeline`, `locustfile` …",
            examples=["request"],
        ),
    ],
) -> Response:
    """HTML report, CSV, locustfile, timeline and the others that the result lists.

    A report opens in the browser, shut off from this service; all others are downloads. The request
    of a test is there from its start on, without secrets; the others come with the run.
    """
    if name in (REQUEST_FILE, REQUEST):
        return _request_file(test)
    for artifact in parts.runs.artifacts(test.id):
        if name in (artifact.name, artifact.what) and artifact.path.is_file():
            return _file(artifact)
    raise no_such("file", f"{clean_text(name, 100)!r} of this test", "`artifacts` of its result")


def _request_file(test: TestResult) -> Response:
    """What the test was asked to do, which is in the database."""
    headers = {
        "Content-Disposition": f'attachment; filename="{REQUEST_FILE}"',
        "Content-Security-Policy": FILE_POLICY,
        "Cache-Control": "private, no-cache",
    }
    return json_answer(written_request(test.request), headers=headers)


def _file(artifact: Artifact) -> Response:
    """The file, of which nothing can reach the service: what targets answered is in it."""
    is_page = artifact.path.suffix == ".html"
    return FileResponse(
        artifact.path,
        media_type=artifact.media_type,
        filename=artifact.name,
        content_disposition_type="inline" if is_page else "attachment",
        headers={
            "Content-Security-Policy": REPORT_POLICY if is_page else FILE_POLICY,
            "Cache-Control": "private, no-cache",
        },
    )


async def _lines(
    parts: Parts, first: Event | None, others: AsyncIterator[Event]
) -> AsyncIterator[str]:
    with parts.streams.one(parts.metrics):
        yield _RETRY
        if first is not None:
            yield first.as_text()
        async for event in others:
            yield event.as_text()
