"""Makes the values that the parts of the probe are called with, without a server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from benchmark.generators.dependency_analyzer import wants_of
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.requests.building import BuiltRequest
from benchmark.generators.probe.requests.judging import judge_reply
from benchmark.generators.probe.things.holdings import Held
from benchmark.generators.transport import Reply
from benchmark.models import ApiSpec, ResourceKind
from tests.benchmark.generators.small_apis import api, planned

KIND = ResourceKind("item", "main", create="POST /items", list="GET /items")


def case_of(key: str, operations: Mapping[str, Any] | ApiSpec) -> Case:
    """The state of one operation of a small API before anything is known of it."""
    spec = operations if isinstance(operations, ApiSpec) else api(operations)
    operation = next(each for each in spec.operations if each.key == key)
    task = next(each for each in planned(spec).tasks() if each.operation == key)
    wants = tuple(want for want in wants_of(spec) if want.operation.key == key)
    siblings = frozenset(each.key for each in spec.operations)
    return Case(task, operation, spec, wants, allowance=10, siblings=siblings)


def reply(
    status: int, content: Any = None, content_type: str = "application/json", **headers: str
) -> Reply:
    """An answer with JSON, or with a text of another type."""
    is_json = "json" in content_type
    body = b"" if content is None else json.dumps(content).encode() if is_json else content
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    kind = {"Content-Type": content_type} if body else {}
    return Reply("http://localhost/", status, {**kind, **named}, body, 0.01)


def outcome(case: Case, answer: Reply, sent: Mapping[Any, Any] | None = None) -> Outcome:
    """What came of a request that sent some values and was answered so."""
    built = BuiltRequest(case.operation.method, case.operation.path, {}, None, sent or {})
    parent = Held("parent", {"id": 1})
    return Outcome(judge_reply(answer, case.operation, None), answer, built, {"parent": parent})
