"""Turns every error into a problem document (RFC 9457)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match

from backend.database import DatabaseUnavailable, DatabaseUnfit, SecretUnreadable
from backend.database.queries.queue import KeyReused, QueueFull, TooManyRuns
from backend.observability import request_id
from backend.problems import Problem
from backend.schemas.problems import PROBLEM_TYPE, ProblemDocument, WrongValue
from benchmark.errors import BenchmarkError, DocumentError, TargetError, UsageError
from benchmark.utils.text_safety import clean_text

RETRY_SECONDS = "5"
_MAX_ERRORS = 50
_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")


def install_error_answers(app: FastAPI) -> None:
    """Let the application answer every error with a problem document."""
    handlers: Mapping[type[Exception], Callable[[Request, Any], Awaitable[Response]]] = {
        Problem: _on_problem,
        BenchmarkError: _on_benchmark_error,
        QueueFull: _on_full_queue,
        TooManyRuns: _on_too_many_runs,
        KeyReused: _on_reused_key,
        RequestValidationError: _on_wrong_request,
        HTTPException: _on_http_exception,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def problem_response(problem: Problem, errors: Sequence[WrongValue] = ()) -> Response:
    """A problem as it is sent."""
    document = ProblemDocument(
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        hint=problem.hint,
        errors=list(errors),
        request_id=request_id(),
    )
    return Response(
        document.model_dump_json(), problem.status, problem.headers, media_type=PROBLEM_TYPE
    )


# ── one sort of error each ────────────────────────────────────────────────────────────────────


async def _on_problem(_: Request, problem: Problem) -> Response:
    return problem_response(problem)


async def _on_benchmark_error(_: Request, error: BenchmarkError) -> Response:
    match error:
        case DatabaseUnavailable():
            return problem_response(unavailable(error))
        case UsageError() | TargetError() | DocumentError():
            return problem_response(Problem(422, error.message, error.hint))
        case DatabaseUnfit() | SecretUnreadable():
            return problem_response(Problem(503, error.message, error.hint))
    raise error


def unavailable(error: BenchmarkError) -> Problem:
    """What the database's being away means for the client."""
    return Problem(503, error.message, error.hint, {"Retry-After": RETRY_SECONDS})


async def _on_full_queue(_: Request, __: QueueFull) -> Response:
    return problem_response(
        Problem(
            429,
            "as many tests are waiting as may",
            "try again when one has ended; the operator sets the limit with STRESS_API_QUEUE_SIZE",
            {"Retry-After": "30"},
        )
    )


async def _on_too_many_runs(_: Request, __: TooManyRuns) -> Response:
    return problem_response(
        Problem(
            429,
            "as many tests of this user are waiting or running as may",
            "stop one, or wait until one has ended; the operator sets the limit with "
            "STRESS_API_MAX_RUNS_PER_USER",
            {"Retry-After": "30"},
        )
    )


async def _on_reused_key(_: Request, __: KeyReused) -> Response:
    return problem_response(
        Problem(
            422,
            "this Idempotency-Key was sent with another request before",
            "send a new key with a new request, and the same one only to repeat one",
        )
    )


async def _on_wrong_request(_: Request, error: RequestValidationError) -> Response:
    """What was sent is not repeated: it may be a secret, or no text at all."""
    found = list(dict.fromkeys(_wrong_values(error.errors())))
    hint = "mend what `errors` lists; /docs describes every field"
    detail = f"the request has {len(found)} mistake{'s' if len(found) != 1 else ''}"
    return problem_response(
        Problem(422, detail, hint),
        [WrongValue(where=where, what=what) for where, what in found[:_MAX_ERRORS]],
    )


_WORDS = {
    "extra_forbidden": "is not known here",
    "missing": "is missing",
    "model_attributes_type": "is no JSON object (is Content-Type application/json?)",
    "model_type": "is no JSON object",
    "dict_type": "is no JSON object",
}
"""What to say of some sorts of mistakes, instead of what pydantic says."""


def _wrong_values(errors: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, str]]:
    for error in errors:
        kind, place = error.get("type", ""), error.get("loc", ())
        message = _WORDS.get(kind, str(error.get("msg", "is wrong")))
        if kind == "json_invalid":
            reason = error.get("ctx", {}).get("error", "")
            message, place = f"is no JSON: {reason} at character {place[-1]}", ("body",)
        yield _place(place), clean_text(message.removeprefix("Value error, "))


def _place(location: Sequence[Any]) -> str:
    """`body.endpoints[0].path` of ("body", "endpoints", 0, "path")."""
    text = ""
    for part in location[:20]:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else str(part)
    return clean_text(text, 200)


_HINTS = {
    400: "send JSON in UTF-8",
    404: "the routes are listed at /docs",
    405: "the methods of this route are in the header Allow",
    413: "send less",
}


async def _on_http_exception(request: Request, error: HTTPException) -> Response:
    headers = dict(error.headers or {})
    detail = str(error.detail)
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_methods_of(request))
        detail = f"{clean_text(request.method, 20)} is no method of this route"
    elif error.status_code == 404 and detail == HTTPStatus.NOT_FOUND.phrase:
        detail = "there is no such route"
    elif error.status_code == 400:
        detail = "the body cannot be read as JSON"
    return problem_response(
        Problem(error.status_code, detail, _HINTS.get(error.status_code, ""), headers)
    )


def _methods_of(request: Request) -> list[str]:
    """The methods of all routes with this path: the router looks at the first of them only."""
    routes: Sequence[BaseRoute] = request.app.routes
    found = []
    for method in _METHODS:
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in routes):
            found.append(method)
    return found


def mistake() -> Response:
    """The answer to what nobody expected. What it was stands in the log, and only there."""
    return problem_response(
        Problem(
            500,
            "the service made a mistake",
            "tell the operator the request_id: the log says what happened",
        )
    )
