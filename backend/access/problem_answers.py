"""Answers with a problem from where no route is reached: middleware and exception handlers."""

from __future__ import annotations

from starlette.responses import JSONResponse

from backend.problems import Problem


def problem_response(problem: Problem) -> JSONResponse:
    """The problem as application/problem+json (RFC 9457), with `hint` as a member of our own."""
    body = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.hint:
        body["hint"] = problem.hint
    return JSONResponse(
        body, problem.status, problem.headers, media_type="application/problem+json"
    )
