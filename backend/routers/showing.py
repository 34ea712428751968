"""From what is stored and measured to what is told: rows, documents and live figures as answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from backend.database.queries.results import ResultRow
from backend.database.queries.sessions import ListedConfiguration, ListedSession
from backend.database.queries.summaries import Summary as StoredSummary
from backend.database.tables import FINAL_STATUSES, TestConfiguration, TestResult, TestSession
from backend.limits import MAX_SORTS_OF_FAILURE
from backend.request_words import in_words_of_requests
from backend.routers.answering import JSON
from backend.runs import Artifact as RunArtifact
from backend.schemas.results import (
    Artifact,
    EndpointFigures,
    Figures,
    LeftOut,
    Live,
    ResponseTimes,
    ResultSummary,
    SortOfFailure,
    Summary,
    TestLinks,
    TestResults,
    ThresholdOutcome,
)
from backend.schemas.sessions import Configuration, Session

REQUEST, REQUEST_FILE = "request", "request.json"
"""What the first artifact of every test is, and its name."""

_MAX_LEFT_OUT = 1_000


def session_of(row: TestSession | ListedSession) -> Session:
    """A session with its configurations."""
    email = row.email if isinstance(row, ListedSession) else row.user.email
    return Session(
        session_id=row.id,
        session_name=row.name,
        session_description=row.description,
        user_email=email,
        created_at=row.created_at,
        updated_at=row.updated_at,
        configurations=[_configuration(each, row, email) for each in row.configurations],
    )


def configuration_of(row: TestConfiguration, session: TestSession | None = None) -> Configuration:
    """A configuration. Its session is read with it, or given."""
    owner = session or row.session
    return _configuration(row, owner, owner.user.email)


def _configuration(
    row: TestConfiguration | ListedConfiguration, owner: TestSession | ListedSession, email: str
) -> Configuration:
    return Configuration(
        configuration_id=row.id,
        session_id=owner.id,
        session_name=owner.name,
        user_email=email,
        configuration_name=row.name,
        target_url=row.target_url,
        settings=row.settings,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


# ── tests ─────────────────────────────────────────────────────────────────────────────────────


def links_of(result_id: str) -> TestLinks:
    """Where to go on from a test. By both kinds of routes the same is reached."""
    test = f"/api/stress-test/{result_id}"
    return TestLinks(
        self=f"/api/test-results/{result_id}",
        results=f"{test}/results",
        events=f"{test}/events",
        stop=f"{test}/stop",
    )


def state_of(row: ResultRow | TestResult, queue_position: int | None = None) -> dict[str, Any]:
    """The fields of `TestState`."""
    if isinstance(row, TestResult):
        email = row.user.email if row.user else None
    else:
        email = row.user_email
    return {
        "test_id": row.id,
        "result_id": row.id,
        "kind": row.kind,
        "status": row.status,
        "status_reason": row.status_reason,
        "queue_position": queue_position,
        "target_url": row.target_url,
        "strategy": row.strategy,
        "user_email": email,
        "session_id": row.session_id,
        "configuration_id": row.configuration_id,
        "created_at": row.created_at,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "links": links_of(row.id),
    }


def in_a_list(row: ResultRow) -> ResultSummary:
    """A test as lists have it."""
    figures = row.summary
    return ResultSummary(
        **state_of(row),
        is_example=row.is_example,
        requests=figures.requests,
        successes=_successes(figures),
        failures=figures.failures,
        requests_per_second=figures.rps,
        response_times_ms=_stored_times(figures),
        duration_s=figures.seconds,
        grade=figures.grade,
        validity=figures.validity,
        thresholds_met=figures.thresholds_met,
    )


def results_of(
    row: ResultRow,
    request: Mapping[str, Any],
    *,
    queue_position: int | None,
    document: Mapping[str, Any] | None,
    live: Mapping[str, Any] | None,
    artifacts: Sequence[RunArtifact],
) -> TestResults:
    """Everything that people want to know of a test.

    `document` is the result document of a test that ended, `live` what is known of one that runs,
    in the same words.
    """
    running = row.status not in FINAL_STATUSES
    ended = document or {}
    measured = ended or live or {}
    totals = measured.get("totals")
    return TestResults(
        **state_of(row, queue_position),
        is_example=row.is_example,
        request=dict(request),
        duration_s=ended.get("duration_s", measured.get("elapsed_s", row.summary.seconds)),
        summary=_summary(row, ended),
        live=_live(live) if running and live is not None else None,
        results=_figures(totals) if isinstance(totals, Mapping) else _stored_figures(row.summary),
        endpoints=[
            EndpointFigures(
                method=str(each.get("method", "")),
                path=str(each.get("name", "")),
                **_figures(each).model_dump(),
            )
            for each in measured.get("operations", ())
        ],
        failures=[
            SortOfFailure(
                method=each.get("method", ""),
                path=each.get("name", ""),
                message=each.get("message", ""),
                status=each.get("status", 0),
                count=each.get("count", 0),
                sample=each.get("sample", ""),
            )
            for each in list(ended.get("failures", ()))[:MAX_SORTS_OF_FAILURE]
        ],
        thresholds=[ThresholdOutcome.model_validate(each) for each in ended.get("thresholds", ())],
        artifacts=[_request_artifact(row.id, request)]
        + [artifact_of(row.id, each) for each in artifacts],
    )


def written_request(request: Mapping[str, Any]) -> bytes:
    """What a test was asked to do, secrets masked, as the file that every test has."""
    return orjson.dumps(dict(request), option=orjson.OPT_INDENT_2)


def _request_artifact(result_id: str, request: Mapping[str, Any]) -> Artifact:
    return Artifact(
        name=REQUEST_FILE,
        what=REQUEST,
        size=len(written_request(request)),
        content_type=JSON,
        url=_file_url(result_id, REQUEST_FILE),
    )


def artifact_of(result_id: str, artifact: RunArtifact) -> Artifact:
    """A file of a run, and where to get it."""
    return Artifact(
        name=artifact.name,
        what=artifact.what,
        size=artifact.size,
        content_type=artifact.media_type,
        url=_file_url(result_id, artifact.name),
    )


def _file_url(result_id: str, name: str) -> str:
    return f"/api/stress-test/{result_id}/artifacts/{name}"


def _figures(stats: Mapping[str, Any]) -> Figures:
    """Of `totals` or of an operation of a result document."""
    requests, failures = int(stats.get("requests", 0)), int(stats.get("failures", 0))
    latency = stats.get("latency_ms") or {}
    known = requests > 0
    return Figures(
        requests=requests,
        successes=max(0, requests - failures),
        failures=failures,
        failure_share=min(1.0, failures / requests) if requests else 0.0,
        requests_per_second=stats.get("rps", 0.0),
        received_bytes=stats.get("received_bytes", 0),
        response_times_ms=ResponseTimes(
            **{
                name: latency.get(name.replace("_", "."))
                for name in ResponseTimes.model_fields
                if known
            }
        ),
        status_codes=stats.get("statuses", {}),
    )


def _stored_figures(figures: StoredSummary) -> Figures | None:
    """Of a test whose document is not there: what its row knows."""
    if figures.requests is None:
        return None
    failures = figures.failures or 0
    return Figures(
        requests=figures.requests,
        successes=max(0, figures.requests - failures),
        failures=failures,
        failure_share=min(1.0, failures / figures.requests) if figures.requests else 0.0,
        requests_per_second=figures.rps or 0.0,
        received_bytes=0,
        response_times_ms=_stored_times(figures),
        status_codes={},
    )


def _stored_times(figures: StoredSummary) -> ResponseTimes:
    return ResponseTimes(
        min=figures.min_ms,
        mean=figures.mean_ms,
        p50=figures.p50_ms,
        p75=figures.p75_ms,
        p90=figures.p90_ms,
        p95=figures.p95_ms,
        p99=figures.p99_ms,
        p99_9=figures.p99_9_ms,
        max=figures.max_ms,
    )


def _successes(figures: StoredSummary) -> int | None:
    if figures.requests is None:
        return None
    return max(0, figures.requests - (figures.failures or 0))


def _live(live: Mapping[str, Any]) -> Live:
    return Live(
        stage=live.get("stage", ""),
        elapsed_s=live.get("elapsed_s", 0.0),
        users=live.get("users", 0),
        requests_per_second=live.get("requests_per_second", 0.0),
        failure_share=live.get("failure_share", 0.0),
        p95_ms=live.get("p95_ms"),
    )


def _summary(row: ResultRow, document: Mapping[str, Any]) -> Summary:
    validity = document.get("validity") or {}
    readiness = document.get("readiness")
    return Summary(
        text=_sentence(row),
        grade=row.summary.grade,
        validity=row.summary.validity,
        validity_reasons=list(validity.get("reasons", ())),
        thresholds_met=row.summary.thresholds_met,
        tips=[in_words_of_requests(tip) for tip in document.get("tips", ())],
        operations_verified=_verified(readiness) if isinstance(readiness, list) else None,
        operations_left_out=_left_out(readiness or ()),
    )


def _verified(readiness: Iterable[Mapping[str, Any]]) -> int:
    return sum(each.get("status") == "verified" for each in readiness)


def _left_out(readiness: Iterable[Mapping[str, Any]]) -> list[LeftOut]:
    out = [each for each in readiness if not each.get("enabled")]
    return [
        LeftOut(operation=each.get("operation", ""), reason=each.get("reason", ""))
        for each in out[:_MAX_LEFT_OUT]
    ]


def _sentence(row: ResultRow) -> str:
    """How a test stands, for people."""
    figures = row.summary
    because = f": {row.status_reason}" if row.status_reason else ""
    if row.status == "pending":
        return "It waits for its turn."
    if row.status == "running":
        return f"It has been running for {_seconds_since(row.started_at):.0f} s."
    if not figures.requests:
        return f"{row.status.capitalize()}{because}. No request of the load was answered."
    failures = figures.failures or 0
    counted = f"{figures.requests:,} requests, {failures / figures.requests:.1%} failed"
    slow = f", 95 % within {figures.p95_ms:.0f} ms" if figures.p95_ms is not None else ""
    doubtful = figures.validity in ("suspect", "invalid")
    but = f" (the measurement is {figures.validity})" if doubtful else ""
    judged = f" Grade: {figures.grade}{but}." if figures.grade else ""
    return f"{row.status.capitalize()}{because}. {counted}{slow}.{judged}"


def _seconds_since(moment: datetime | None) -> float:
    return max(0.0, (datetime.now(UTC) - moment).total_seconds()) if moment else 0.0
