"""Looking at a target: is it there, what does its API offer, and what fits an endpoint."""

from __future__ import annotations

from typing import Any, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from backend.schemas.common import (
    Answer,
    Body,
    Headers,
    HttpMethod,
    Json,
    TargetUrl,
    given_one_of,
)
from backend.schemas.starts import EndpointPath, Seed

MAX_SAMPLES = 100


class Inspection(Body):
    """A target to look at. `headers` are sent along, and kept nowhere."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"target_url": "http://localhost:8001"}}
    )

    target_url: TargetUrl
    headers: Headers | None = None


class Note(Answer):
    """Something that was noticed on the way."""

    where: str = Field(examples=["http://localhost:8001"])
    message: str = Field(examples=["/internal asked for credentials"])


class FoundDocument(Answer):
    """An API document that a target serves."""

    application: str = Field(description="Which application it describes.", examples=["main"])
    title: str = Field(examples=["Shop"])
    version: str = Field(description="Of the API, as its document says it.", examples=["2.1"])
    openapi: str = Field(description="Of the specification: `3.1.0`, `2.0` …", examples=["3.1.0"])
    openapi_url: str = Field(examples=["http://localhost:8001/openapi.json"])
    docs_url: str | None = Field(examples=["http://localhost:8001/docs"])
    prefix: str = Field(description="Below which path the application is mounted.", examples=[""])
    operations: int = Field(ge=0, description="How many can be tested.", examples=[12])
    skipped: int = Field(ge=0, description="How many cannot.", examples=[0])


class ValidatedTarget(Answer):
    """Whether a target can be tested, and if not, why."""

    target_url: str = Field(examples=["http://localhost:8001"])
    reachable: bool
    usable: bool = Field(description="It answers, and shows a document with operations.")
    status_code: int | None = Field(description="Of the answer at its base URL.", examples=[200])
    response_time_ms: float | None = Field(examples=[4.2])
    documents: list[FoundDocument]
    problem: str = Field(description="Why it cannot be tested; empty if it can.", examples=[""])
    hint: str = Field(description="What to do about it.", examples=[""])
    notes: list[Note]


_SOURCE = given_one_of("target_url", "document")
_DOCUMENT: JsonDict = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1.0"},
    "paths": {
        "/users": {
            "post": {
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {"email": {"type": "string", "format": "email"}},
                                "required": ["email"],
                            }
                        }
                    }
                },
                "responses": {"201": {"description": "Created."}},
            }
        }
    },
}


class EndpointsAsked(Body):
    """A target, or a document given inline, which then counts alone: nothing is requested."""

    model_config = ConfigDict(
        json_schema_extra={
            **_SOURCE,
            "examples": [{"document": _DOCUMENT}, {"target_url": "http://localhost:8001"}],
        }
    )

    target_url: TargetUrl | None = None
    document: dict[str, Json] | None = Field(
        default=None, description="An OpenAPI or Swagger document."
    )
    headers: Headers | None = None

    @model_validator(mode="after")
    def _has_a_source(self) -> Self:
        if self.target_url is None and self.document is None:
            raise ValueError("give `target_url` or `document`")
        return self


class Parameter(Answer):
    """A parameter of an endpoint."""

    name: str
    location: str = Field(alias="in", description="path, query, header or cookie.")
    required: bool
    description: str
    json_schema: Any = Field(alias="schema", description="JSON Schema 2020-12.")
    examples: list[Any]


class MediaType(Answer):
    """One form that a body may have."""

    content_type: str
    json_schema: Any = Field(alias="schema", description="JSON Schema 2020-12.")
    examples: list[Any]


class RequestBody(Answer):
    """What an endpoint takes as its body."""

    required: bool
    description: str
    content: list[MediaType]


class FoundEndpoint(Answer):
    """One endpoint of a target."""

    method: str
    path: str
    application: str
    name: str = Field(description="Its operationId, or one made of method and path.")
    summary: str
    description: str
    tags: list[str]
    deprecated: bool
    parameters: list[Parameter]
    body: RequestBody | None
    security: list[list[str]] = Field(
        description="Alternatives; each lists the schemes that are needed together."
    )


class Application(Answer):
    """An application of a target, with its document."""

    name: str
    title: str
    version: str
    openapi: str
    openapi_url: str
    docs_url: str | None
    prefix: str
    definitions: dict[str, Any] = Field(
        description="What `#/$defs/<name>` stands for in the schemas of its endpoints."
    )


class SkippedEndpoint(Answer):
    """What a document says that cannot be used, and why."""

    application: str
    operation: str
    reason: str


class EndpointList(Answer):
    """Every endpoint of every application."""

    target_url: str
    total: int = Field(ge=0)
    applications: list[Application]
    endpoints: list[FoundEndpoint]
    skipped: list[SkippedEndpoint]
    notes: list[Note]


class SampleAsked(EndpointsAsked):
    """One endpoint, of a target or of a document given inline."""

    model_config = ConfigDict(
        json_schema_extra={
            **_SOURCE,
            "examples": [
                {"document": _DOCUMENT, "path": "/users", "method": "POST", "count": 3, "seed": 42},
                {"target_url": "http://localhost:8001", "path": "/users", "method": "POST"},
            ],
        }
    )

    path: EndpointPath
    method: HttpMethod = "GET"
    count: int = Field(default=1, ge=1, le=MAX_SAMPLES, strict=True)
    seed: Seed = 42


class SampleParameters(Answer):
    """Values of parameters by name, where each stands."""

    path: dict[str, Any]
    query: dict[str, Any]
    header: dict[str, Any]
    cookie: dict[str, Any]


class Sample(Answer):
    """One request."""

    parameters: SampleParameters
    content_type: str | None = Field(default=None, description="Of the body; null without one.")
    body: Any = None
    valid: bool = Field(description="Whether it fits the document: false where nothing was found.")


class SampleList(Answer):
    """Valid requests of one endpoint."""

    application: str
    method: str
    path: str
    seed: int
    samples: list[Sample]
