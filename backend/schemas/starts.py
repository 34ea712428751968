"""What a test is asked to do: the bodies of starts, and the settings that a configuration keeps."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator
from pydantic.config import JsonValue

from backend.schemas.common import (
    NOT_NULL,
    NULL,
    Body,
    Email,
    Headers,
    HttpMethod,
    Id,
    Json,
    Like,
    Part,
    StrategyName,
    TargetUrl,
    given_one_of,
)

MAX_USERS = 100_000
MAX_RATE = 100_000.0
MAX_SECONDS = 7 * 24 * 3600.0
"""Beyond these a number is a mistake of writing; what may run is a setting of the service."""

Users = Annotated[int, Field(ge=1, le=MAX_USERS, strict=True)]
Rate = Annotated[float, Field(gt=0, le=MAX_RATE, allow_inf_nan=False, strict=True)]
Seconds = Annotated[float, Field(ge=1, le=MAX_SECONDS, allow_inf_nan=False, strict=True)]
Pause = Annotated[float, Field(ge=0, le=3_600, allow_inf_nan=False, strict=True)]
Seed = Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)]
Condition = Annotated[str, StringConstraints(min_length=3, max_length=500)]
Glob = Annotated[str, StringConstraints(min_length=1, max_length=500)]
ParameterName = Annotated[str, StringConstraints(min_length=1, max_length=200)]

_DEFAULT_OF_USERS = (
    "Unless it is said: 10; with a rate twice that (of stages the highest), and at least 10."
)
_DEFAULT_OF_DURATION = "Seconds; 60 unless it is said."

EXAMPLE_ENDPOINTS: list[JsonValue] = [
    {"path": "/health", "method": "GET", "weight": 2.0},
    {"path": "/gateway/services", "method": "GET", "weight": 1.0},
]
EndpointPath = Annotated[
    str,
    StringConstraints(max_length=2_000),
    Like(
        r"/([!-\x22$-.0-~\u00a1-\ud7ff][!-\x22$-~\u00a1-\ud7ff]*)?",
        "is no path: it begins with one slash and is written as in a URL, /users or /users/{id}",
    ),
    Field(
        description="As in the document (`/users/{id}`), or with its values (`/users/7`).",
        examples=["/users"],
    ),
]


class Endpoint(Part):
    """One operation that takes part, and how often beside the others."""

    path: EndpointPath
    method: HttpMethod = "GET"
    weight: float = Field(
        default=1.0,
        gt=0,
        le=1_000_000,
        allow_inf_nan=False,
        strict=True,
        description="2 is twice as often as 1.",
    )
    parameters: dict[ParameterName, Json] | None = Field(
        default=None,
        max_length=200,
        description="Values of parameters by name, or by location and name; others are made.",
        examples=[{"limit": 20}, {"query": {"limit": 20}}],
    )
    body: Json = Field(default=None, description="The JSON body to send; without it one is made.")

    @field_validator("method", mode="before")
    @classmethod
    def _in_capitals(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value


class Stage(Part):
    """For `duration` seconds the load goes in a straight line to so many users, or to a rate."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {
                    "required": ["users"],
                    "properties": {"users": NOT_NULL, "request_rate": NULL},
                },
                {
                    "required": ["request_rate"],
                    "properties": {"request_rate": NOT_NULL, "users": NULL},
                },
            ]
        }
    )

    duration: int = Field(ge=1, le=int(MAX_SECONDS), strict=True, description="Whole seconds.")
    users: int | None = Field(default=None, ge=0, le=MAX_USERS, strict=True)
    request_rate: float | None = Field(
        default=None, ge=0, le=MAX_RATE, allow_inf_nan=False, strict=True
    )

    @model_validator(mode="after")
    def _has_one_target(self) -> Self:
        if (self.users is None) == (self.request_rate is None):
            raise ValueError("give either `users` or `request_rate`")
        return self


class LoadSettings(Part):
    """What a test may be asked for beside its target; nothing of it is secret.

    Without `request_rate` and without stages of rates, users go on by themselves, each with a pause
    between its requests (`wait_time`). With one, iterations start at that rate, however slow the
    answers are, and `max_concurrent_users` is how many there may be at the same time. What is left
    out is chosen within the limits of the service; what is said and exceeds them is refused.
    """

    strategy: StrategyName | None = Field(
        default=None,
        description="In which order a user calls the endpoints. `random` unless it is said.",
    )
    max_concurrent_users: Users | None = Field(default=None, description=_DEFAULT_OF_USERS)
    request_rate: Rate | None = Field(default=None, description="Iterations per second.")
    duration: Seconds | None = Field(default=None, description=_DEFAULT_OF_DURATION)
    stages: list[Stage] | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Ramps, in place of `duration` and `request_rate`: all of users, or of rates.",
    )
    arrivals: Literal["constant", "poisson"] | None = Field(
        default=None, description="How iterations of a rate are spread. Needs a rate."
    )
    max_start_delay: Seconds | None = Field(
        default=None, description="Seconds after its time at which an iteration is dropped."
    )
    spawn_rate: Rate | None = Field(
        default=None, description="Users started per second; all at once unless it is said."
    )
    wait_time: tuple[Pause, Pause] | None = Field(
        default=None, description="The shortest and longest pause between a user's requests, in s."
    )
    endpoints: list[Endpoint] | None = Field(
        default=None,
        min_length=1,
        max_length=1_000,
        description="Without them all that are discovered and verified take part.",
    )
    include: list[Glob] | None = Field(
        default=None, max_length=100, description="Only operations like these: `GET /users*`."
    )
    exclude: list[Glob] | None = Field(default=None, max_length=100, description="Not these.")
    tags: list[Glob] | None = Field(
        default=None, max_length=100, description="Only operations with one of these tags."
    )
    read_only: bool | None = Field(default=None, description="GET, HEAD and OPTIONS only.")
    thresholds: list[Condition] | None = Field(
        default=None,
        max_length=100,
        description="What must hold in the end; the result says whether it did.",
        examples=[["p95<500ms", "failures<1%", "GET /users: p99<1s"]],
    )
    abort_on: list[Condition] | None = Field(
        default=None,
        max_length=100,
        description="What must hold all the time; otherwise the test is ended early.",
        examples=[["failures<50% for 10s"]],
    )
    seed: Seed | None = Field(default=None, description="The same seed makes the same values.")

    @model_validator(mode="after")
    def _stages_agree(self) -> Self:
        stages = self.stages or []
        if len({stage.users is None for stage in stages}) > 1:
            raise ValueError("`stages` must all be users, or all be rates")
        if stages and (self.request_rate is not None or self.duration is not None):
            raise ValueError("`stages` say rate and duration: leave out the other two")
        if stages and not any(stage.users or stage.request_rate for stage in stages):
            raise ValueError("`stages` ask for no load at all")
        if self.wait_time and self.wait_time[0] > self.wait_time[1]:
            raise ValueError("`wait_time` says the shorter pause first")
        return self


class ConfigurationSettings(LoadSettings):
    """What a configuration keeps: the fields of a start without the target and without secrets."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "strategy": "interleaved",
                "max_concurrent_users": 20,
                "duration": 10,
                "endpoints": EXAMPLE_ENDPOINTS,
                "thresholds": ["p95<500ms"],
            }
        }
    )

    @model_validator(mode="before")
    @classmethod
    def _keeps_no_secrets(cls, value: Any) -> Any:
        if isinstance(value, dict) and "headers" in value:
            raise ValueError(
                "a configuration is kept unencrypted and takes no `headers`: "
                "send them with each start"
            )
        return value


class Belonging(Part):
    """Whose a test is, and what it belongs to."""

    user_email: Email | None = Field(
        default=None, description="Whose test it is: the caller's own, unless tokens are not used."
    )
    session_id: Id | None = Field(default=None, description="The session that it belongs to.")
    configuration_id: Id | None = Field(
        default=None,
        description="Its settings hold where the request says nothing else, its target too.",
    )


_NEEDS_A_TARGET = given_one_of("target_url", "configuration_id")


class StressTestStart(LoadSettings, Belonging, Body):
    """An advanced test. With a `configuration_id` everything else may be left out."""

    model_config = ConfigDict(
        json_schema_extra={
            **_NEEDS_A_TARGET,
            "example": {
                "target_url": "http://localhost:8001",
                "strategy": "interleaved",
                "max_concurrent_users": 100,
                "request_rate": 10,
                "duration": 10,
                "endpoints": EXAMPLE_ENDPOINTS,
                "headers": {"Authorization": "Bearer your-token"},
            },
        }
    )

    target_url: TargetUrl | None = None
    headers: Headers | None = None

    @model_validator(mode="after")
    def _has_a_target(self) -> Self:
        _require_target(self)
        return self


class TestStart(Belonging, Body):
    """A simple test: so many users, for so long."""

    __test__ = False  # no test of pytest
    model_config = ConfigDict(
        json_schema_extra={
            **_NEEDS_A_TARGET,
            "example": {"target_url": "http://localhost:8001", "users": 10, "duration": 10},
        }
    )

    target_url: TargetUrl | None = None
    users: Users | None = Field(default=None, description="10 unless it is said.")
    duration: Seconds | None = Field(default=None, description=_DEFAULT_OF_DURATION)
    endpoints: list[Endpoint] | None = Field(
        default=None,
        min_length=1,
        max_length=1_000,
        description="Without them all that are discovered and verified take part.",
    )
    headers: Headers | None = None

    @model_validator(mode="after")
    def _has_a_target(self) -> Self:
        _require_target(self)
        return self

    def as_stress_test(self) -> dict[str, Any]:
        """The same in the words of an advanced test, as plain JSON; only what was said."""
        asked = self.model_dump(mode="json", exclude_none=True)
        if "users" in asked:
            asked["max_concurrent_users"] = asked.pop("users")
        return asked


def _require_target(start: StressTestStart | TestStart) -> None:
    if start.target_url is None and start.configuration_id is None:
        raise ValueError("`target_url` is missing (or the `configuration_id` of one that has it)")
