"""What a test measured, as it is told: while it waits, while it goes on, and afterwards."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from backend.schemas.common import Answer, Moment, Page, Status

Kind = Literal["test", "stress-test"]

_ID = "6f1c0f5e-0f3e-4b5c-9a51-3d0c2f8f6a10"
_TEST = f"/api/stress-test/{_ID}"


class ResponseTimes(Answer):
    """Milliseconds; null where nothing was answered. Percentiles are by nearest rank."""

    min: float | None = Field(default=None, examples=[1.81])
    mean: float | None = Field(default=None, examples=[18.4])
    p50: float | None = Field(default=None, examples=[12.3])
    p75: float | None = Field(default=None, examples=[20.1])
    p90: float | None = Field(default=None, examples=[41.5])
    p95: float | None = Field(default=None, examples=[63.8])
    p99: float | None = Field(default=None, examples=[128])
    p99_9: float | None = Field(default=None, examples=[310])
    max: float | None = Field(default=None, examples=[402])


class Figures(Answer):
    """What was counted. `status_codes` are answers by HTTP status, "0" where none came."""

    requests: int = Field(ge=0, description="Successes and failures.", examples=[2400])
    successes: int = Field(ge=0, examples=[2388])
    failures: int = Field(ge=0, examples=[12])
    failure_share: float = Field(
        ge=0, le=1, description="Failures divided by requests, 0 to 1.", examples=[0.005]
    )
    requests_per_second: float = Field(ge=0, examples=[40])
    received_bytes: int = Field(ge=0, description="Sum of the answers' bodies.", examples=[597600])
    response_times_ms: ResponseTimes
    status_codes: dict[str, int] = Field(examples=[{"200": 2388, "503": 12}])


class EndpointFigures(Figures):
    """What was counted of one operation."""

    method: str = Field(examples=["GET"])
    path: str = Field(description="The path with its parameters as names.", examples=["/users"])


class SortOfFailure(Answer):
    """One sort of failure of one operation, and how often it came."""

    method: str = Field(examples=["GET"])
    path: str = Field(examples=["/users"])
    message: str = Field(examples=["503 Service Unavailable"])
    status: int = Field(ge=0, description="0 where no answer came.", examples=[503])
    count: int = Field(ge=0, examples=[12])
    sample: str = Field(
        description="The beginning of the first answer's body, secrets masked.",
        examples=['{"detail": "busy"}'],
    )


class ThresholdOutcome(Answer):
    """Whether a condition held. `measured` is null where there was nothing to measure."""

    threshold: str = Field(description="As it was asked for.", examples=["p95<250ms"])
    operation: str = Field(default="", description="Empty: all together.")
    held: bool | None = Field(default=None, examples=[True])
    limit: float | None = Field(default=None, examples=[250])
    measured: float | None = Field(
        default=None,
        description="In the unit of the limit: ms, requests, requests/s, or a share.",
        examples=[63.8],
    )


class LeftOut(Answer):
    """An operation that took no part, and why."""

    operation: str = Field(examples=["DELETE /users/{id}"])
    reason: str = Field(examples=["answered 404"])


class Summary(Answer):
    """The judgement. Null is what is not known yet, or never was."""

    text: str = Field(
        description="In a sentence.",
        examples=["Completed. 2,400 requests, 0.5% failed, 95 % within 64 ms. Grade: Good."],
    )
    grade: str | None = Field(
        default=None,
        description="Good, Acceptable, Below acceptable, Poor or Not judged.",
        examples=["Good"],
    )
    validity: str | None = Field(
        default=None,
        description="Whether the numbers can be trusted: valid, suspect or invalid.",
        examples=["valid"],
    )
    validity_reasons: list[str] = Field(default_factory=list, examples=[[]])
    thresholds_met: bool | None = Field(default=None, description="Null where none was set.")
    tips: list[str] = Field(default_factory=list, description="What to do next.", examples=[[]])
    operations_verified: int | None = Field(default=None, examples=[2])
    operations_left_out: list[LeftOut] = Field(default_factory=list)


class Live(Answer):
    """How a test is going now. Rates and p95 are of the last seconds."""

    stage: str = Field(default="", description="What is done now, in a sentence.")
    elapsed_s: float = Field(default=0.0, ge=0, description="Seconds of load so far.")
    users: int = Field(default=0, ge=0)
    requests_per_second: float = Field(default=0.0, ge=0)
    failure_share: float = Field(default=0.0, ge=0, le=1)
    p95_ms: float | None = None


class Artifact(Answer):
    """A file that a run left."""

    name: str = Field(examples=["benchmark_dynamic_20261122_120000.html"])
    what: str = Field(
        description="`report`, `result`, `timeline`, `locustfile` …", examples=["report"]
    )
    size: int = Field(ge=0, description="Bytes.", examples=[51662])
    content_type: str = Field(examples=["text/html; charset=utf-8"])
    url: str = Field(examples=[f"{_TEST}/artifacts/benchmark_dynamic_20261122_120000.html"])


class TestLinks(Answer):
    """Where to go on; paths of this service."""

    __test__ = False

    self: str = Field(examples=[f"/api/test-results/{_ID}"])
    results: str = Field(examples=[f"{_TEST}/results"])
    events: str = Field(examples=[f"{_TEST}/events"])
    stop: str = Field(examples=[f"{_TEST}/stop"])


class TestState(Answer):
    """Which test it is, and how far. `test_id` and `result_id` are the same id."""

    __test__ = False

    test_id: str = Field(json_schema_extra={"format": "uuid"}, examples=[_ID])
    result_id: str = Field(json_schema_extra={"format": "uuid"}, examples=[_ID])
    kind: str = Field(
        description="`test` or `stress-test`: by which route it was started.",
        examples=["stress-test"],
    )
    status: Status
    status_reason: str = Field(
        description="Why it failed, was stopped or was interrupted.", examples=[""]
    )
    queue_position: int | None = Field(
        default=None, ge=1, description="Of a pending test: 1 is the next."
    )
    target_url: str = Field(examples=["http://localhost:8001"])
    strategy: str = Field(examples=["interleaved"])
    user_email: str | None = Field(examples=["user1@example.com"])
    session_id: int | None = Field(examples=[1])
    configuration_id: int | None = Field(examples=[1])
    created_at: Moment
    started_at: Moment | None
    ended_at: Moment | None
    links: TestLinks


class StartedTest(TestState):
    """A test that was accepted: it runs as soon as there is a place."""

    model_config = ConfigDict(frozen=True)


class StoppedTest(TestState):
    """A test that was asked to stop. Within five seconds its status is final."""

    stop_requested: bool


class ResultSummary(TestState):
    """A test with its main figures, as lists have it. Null is what was not measured."""

    is_example: bool = Field(description="Made by a script to look at; nothing ran.")
    requests: int | None = Field(examples=[2400])
    successes: int | None = Field(examples=[2388])
    failures: int | None = Field(examples=[12])
    requests_per_second: float | None = Field(examples=[40])
    response_times_ms: ResponseTimes
    duration_s: float | None = Field(examples=[60])
    grade: str | None = Field(examples=["Good"])
    validity: str | None = Field(examples=["valid"])
    thresholds_met: bool | None


class ResultPage(Page[ResultSummary]):
    """A page of tests."""


class TestResults(TestState):
    """Everything that people want to know of a test; live figures while it runs.

    `results` is null until the first request of the load.
    """

    is_example: bool
    request: dict[str, Any] = Field(
        description="What was asked for, secrets masked.",
        examples=[{"target_url": "http://localhost:8001", "request_rate": 40, "duration": 60}],
    )
    duration_s: float | None = Field(description="Seconds of load.", examples=[60])
    summary: Summary
    live: Live | None = Field(description="Null unless it is running.")
    results: Figures | None
    endpoints: list[EndpointFigures] = Field(description="The same for each operation.")
    failures: list[SortOfFailure] = Field(description="By operation, message and status.")
    thresholds: list[ThresholdOutcome]
    artifacts: list[Artifact]


class WholeResult(TestResults):
    """A test with its result document, which `docs/result-files.md` describes."""

    document: dict[str, Any] | None = Field(
        description="The result document, with histograms, timeline and blocks; null without one."
    )
