"""What a test measured, as it is told: while it waits, while it goes on, and afterwards."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from backend.schemas.common import Answer, Moment, Page, Status

Kind = Literal["test", "stress-test"]


class ResponseTimes(Answer):
    """Milliseconds; null where nothing was answered. Percentiles are by nearest rank."""

    min: float | None = None
    mean: float | None = None
    p50: float | None = None
    p75: float | None = None
    p90: float | None = None
    p95: float | None = None
    p99: float | None = None
    p99_9: float | None = None
    max: float | None = None


class Figures(Answer):
    """What was counted. `status_codes` are answers by HTTP status, "0" where none came."""

    requests: int = Field(ge=0, description="Successes and failures.")
    successes: int = Field(ge=0)
    failures: int = Field(ge=0)
    failure_share: float = Field(ge=0, le=1, description="Failures divided by requests, 0 to 1.")
    requests_per_second: float = Field(ge=0)
    received_bytes: int = Field(ge=0, description="Sum of the answers' bodies.")
    response_times_ms: ResponseTimes
    status_codes: dict[str, int]


class EndpointFigures(Figures):
    """What was counted of one operation."""

    method: str
    path: str = Field(description="The path with its parameters as names.")


class SortOfFailure(Answer):
    """One sort of failure of one operation, and how often it came."""

    method: str
    path: str
    message: str
    status: int = Field(ge=0, description="0 where no answer came.")
    count: int = Field(ge=0)
    sample: str = Field(description="The beginning of the first answer's body, secrets masked.")


class ThresholdOutcome(Answer):
    """Whether a condition held. `measured` is null where there was nothing to measure."""

    threshold: str = Field(description="As it was asked for.")
    operation: str = Field(default="", description="Empty: all together.")
    held: bool | None = None
    limit: float | None = None
    measured: float | None = Field(
        default=None, description="In the unit of the limit: ms, requests, requests/s, or a share."
    )


class LeftOut(Answer):
    """An operation that took no part, and why."""

    operation: str
    reason: str


class Summary(Answer):
    """The judgement. Null is what is not known yet, or never was."""

    text: str = Field(description="In a sentence.")
    grade: str | None = Field(
        default=None, description="Good, Acceptable, Below acceptable, Poor or Not judged."
    )
    validity: str | None = Field(
        default=None, description="Whether the numbers can be trusted: valid, suspect or invalid."
    )
    validity_reasons: list[str] = Field(default_factory=list)
    thresholds_met: bool | None = Field(default=None, description="Null where none was set.")
    tips: list[str] = Field(default_factory=list, description="What to do next.")
    operations_verified: int | None = None
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

    name: str
    what: str = Field(description="`report`, `result`, `timeline`, `locustfile` …")
    size: int = Field(ge=0, description="Bytes.")
    content_type: str
    url: str


class TestLinks(Answer):
    """Where to go on; paths of this service."""

    __test__ = False

    self: str
    results: str
    events: str
    stop: str


class TestState(Answer):
    """Which test it is, and how far. `test_id` and `result_id` are the same id."""

    __test__ = False

    test_id: str = Field(json_schema_extra={"format": "uuid"})
    result_id: str = Field(json_schema_extra={"format": "uuid"})
    kind: str = Field(description="`test` or `stress-test`: by which route it was started.")
    status: Status
    status_reason: str = Field(description="Why it failed, was stopped or was interrupted.")
    queue_position: int | None = Field(
        default=None, ge=1, description="Of a pending test: 1 is the next."
    )
    target_url: str
    strategy: str
    user_email: str | None
    session_id: int | None
    configuration_id: int | None
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
    requests: int | None
    successes: int | None
    failures: int | None
    requests_per_second: float | None
    response_times_ms: ResponseTimes
    duration_s: float | None
    grade: str | None
    validity: str | None
    thresholds_met: bool | None


class ResultPage(Page[ResultSummary]):
    """A page of tests."""


class TestResults(TestState):
    """Everything that people want to know of a test; live figures while it runs.

    `results` is null until the first request of the load.
    """

    is_example: bool
    request: dict[str, Any] = Field(description="What was asked for, secrets masked.")
    duration_s: float | None = Field(description="Seconds of load.")
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
