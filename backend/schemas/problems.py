"""Errors as they are documented: problem documents of RFC 9457."""

from __future__ import annotations

from pydantic import Field

from backend.schemas.common import Answer

PROBLEM_TYPE = "application/problem+json"


class WrongValue(Answer):
    """One thing that is wrong with a request."""

    where: str = Field(description="`body.endpoints[0].path`, `query.limit`, `path.test_id` …")
    what: str = Field(description="What is wrong with it.")


class ProblemDocument(Answer):
    """What went wrong, and what to do about it."""

    type: str = Field(default="about:blank", description="Always this: `status` says the sort.")
    title: str = Field(description="What the status means.")
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="What happened.")
    hint: str = Field(default="", description="What to do next.")
    errors: list[WrongValue] = Field(
        default_factory=list, description="Everything that is wrong with the request."
    )
    request_id: str = Field(default="", description="Under which the service's log has it.")
