"""The service's own OpenAPI document: its subjects, and the problems that routes can answer."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from backend.schemas.problems import PROBLEM_TYPE, ProblemDocument, WrongValue

TAGS = [
    {"name": "Targets", "description": "Look at an API before it is tested."},
    {"name": "Stress tests", "description": "Tests with every setting, and what came out."},
    {"name": "Tests", "description": "The simple form: so many users, for so long."},
    {"name": "Results", "description": "What all tests measured: found, read, compared."},
    {"name": "Sessions", "description": "Named groups of configurations, which users keep."},
    {"name": "Health", "description": "How the service itself is."},
]

_DESCRIPTIONS = {
    400: "The body cannot be read as JSON.",
    401: "A token is needed, or the one that was sent is not known.",
    403: "The caller may not do that; `hint` says what would allow it.",
    404: "There is no such thing, or it belongs to somebody else.",
    405: "The route has other methods; see the header `Allow`.",
    408: "The body came too slowly.",
    409: "The state of things does not allow it.",
    413: "The body is too large.",
    422: "The request is wrong; `errors` says where, `hint` what to do.",
    429: "Too many requests, or tests; `Retry-After` says when to try again.",
    500: "The service made a mistake.",
    503: "The service cannot do it now; `Retry-After` says when to try again.",
}
_OF_ALL = (401, 403, 405, 422, 429, 500, 503)
_OF_BODIES = (400, 408, 413)
_RETRY = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 0}}}
_HEADERS: Mapping[int, dict[str, Any]] = {
    405: {"Allow": {"description": "Methods.", "schema": {"type": "string"}}},
    429: _RETRY,
    503: _RETRY,
}
_GENERATED = ("HTTPValidationError", "ValidationError")  # FastAPI's own, which nothing answers

Responses = dict[int | str, dict[str, Any]]


def problems(*statuses: int) -> Responses:
    """For `responses=`: problems of a route besides those that all routes can answer."""
    return {status: _reference(status) for status in statuses}


def link(operation_id: str, what: str, **parameters: str) -> dict[str, Any]:
    """How to go on from an answer: parameters of another operation, and where they stand in it.

    As in the Link Object of OpenAPI; `parameters` are JSON pointers into the answer's body.
    """
    return {
        "operationId": operation_id,
        "description": what,
        "parameters": {name: f"$response.body#{place}" for name, place in parameters.items()},
    }


class DocumentedApi(FastAPI):
    """An application whose document lists, for each operation, the problems that it can answer."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            document = super().openapi()
            _complete(document)
        return self.openapi_schema or {}


def _complete(document: dict[str, Any]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _GENERATED:
        schemas.pop(name, None)
    problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["ProblemDocument"] = problem
    components["responses"] = {_name(status): _response(status) for status in _DESCRIPTIONS}
    for operations in document["paths"].values():
        for operation in operations.values():
            added = _OF_ALL + (_OF_BODIES if "requestBody" in operation else ())
            answers = {**operation["responses"], **{str(n): _reference(n) for n in added}}
            operation["responses"] = dict(sorted(answers.items()))


def _reference(status: int) -> dict[str, Any]:
    return {"$ref": f"#/components/responses/{_name(status)}"}


def _name(status: int) -> str:
    return HTTPStatus(status).phrase.title().replace(" ", "").replace("-", "")


def _response(status: int) -> dict[str, Any]:
    return {
        "description": _DESCRIPTIONS[status],
        **({"headers": _HEADERS[status]} if status in _HEADERS else {}),
        "content": {
            PROBLEM_TYPE: {
                "schema": {"$ref": "#/components/schemas/ProblemDocument"},
                "example": _example(status),
            }
        },
    }


def _example(status: int) -> dict[str, Any]:
    wrong = WrongValue(where="body.duration", what="Input should be greater than or equal to 1")
    return ProblemDocument(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=_DESCRIPTIONS[status].partition(";")[0].rstrip("."),
        hint="",
        errors=[wrong] if status == HTTPStatus.UNPROCESSABLE_ENTITY else [],
        request_id="0b0e3c52-6a1e-4c55-9d5e-0d1f8c0f2b7a",
    ).model_dump()
