"""Answers as bytes, written in the thread that made them: the event loop is left alone."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel
from starlette.responses import Response

from backend.problems import Problem

JSON = "application/json"


def json_answer(
    answer: BaseModel | bytes, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A value, or JSON that is written already."""
    content = answer if isinstance(answer, bytes) else answer.model_dump_json(by_alias=True)
    return Response(content, status, headers, media_type=JSON)


def no_such(what: str, which: object, where: str) -> Problem:
    """A thing that is not there, or that the caller may not see: both are the same to them."""
    return Problem(404, f"there is no {what} {which}", f"see {where}")
