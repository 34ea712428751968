"""Small APIs for tests, written as operations: `"POST /items": op(body=…, answer=…)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmark.generators.dependency_analyzer import analyze_dependencies
from benchmark.generators.openapi_parser import parse_document
from benchmark.generators.scenario_planner import PlanOptions, plan_scenarios
from benchmark.models import ApiDocument, ApiSpec, Dependencies, LoadPlan

ITEM = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}
"""The schema of something with an id."""


def op(
    *,
    body: Any = None,
    answer: Any = None,
    media: str = "application/json",
    status: str = "200",
    required: bool = True,
    **more: Any,
) -> dict[str, Any]:
    """An operation object with the schema of its body and of its successful answer."""
    made: dict[str, Any] = {"responses": {status: {"description": "ok"}}, **more}
    if answer is not None:
        made["responses"][status]["content"] = {"application/json": {"schema": answer}}
    if body is not None:
        made["requestBody"] = {"required": required, "content": {media: {"schema": body}}}
    return made


def fields(*names: str, **schemas: Any) -> dict[str, Any]:
    """An object schema; the names are required texts, as far as they have no schema here."""
    return {
        "type": "object",
        "required": [*names],
        "properties": {**{name: {"type": "string"} for name in names}, **schemas},
    }


def listing(item: Any = None) -> dict[str, Any]:
    """An array schema."""
    return {"type": "array", "items": ITEM if item is None else item}


def query(name: str, *, required: bool = True, **schema: Any) -> dict[str, Any]:
    """A query parameter."""
    return {
        "name": name,
        "in": "query",
        "required": required,
        "schema": schema or {"type": "string"},
    }


def document(operations: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """An OpenAPI document with these operations."""
    paths: dict[str, Any] = {}
    for key, operation in operations.items():
        method, _, path = key.partition(" ")
        paths.setdefault(path, {})[method.lower()] = operation
    return {"openapi": "3.1.0", "info": {"title": "Small", "version": "1"}, "paths": paths, **more}


def api(
    operations: Mapping[str, Any], name: str = "main", prefix: str = "", **more: Any
) -> ApiSpec:
    """The parsed API of these operations."""
    return parse_document(ApiDocument(name, prefix, "memory", document(operations, **more)))


def analysed(*specs: ApiSpec) -> Dependencies:
    """The data flow of some APIs."""
    return analyze_dependencies(specs)


def planned(specs: ApiSpec | Sequence[ApiSpec], **options: Any) -> LoadPlan:
    """The plan for one or several APIs."""
    every = [specs] if isinstance(specs, ApiSpec) else list(specs)
    return plan_scenarios(
        "http://localhost:8000", every, analyze_dependencies(every), PlanOptions(**options)
    )


def reasons(plan: LoadPlan) -> dict[str, str]:
    """Why operations are disabled, "" for those that are not."""
    return {
        task.operation: "" if task.readiness.enabled else task.readiness.reason
        for task in plan.tasks()
    }
