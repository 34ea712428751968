"""What the inspecting child answers, without a process of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backend.inspection.child import answer
from backend.inspection.jobs import Job


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"openapi": 3},
        {"openapi": "3.0.0", "paths": []},
        {"openapi": "3.0.0", "paths": {"/a": None, "b": {"get": 5}}},
        {"openapi": "3.1.0", "paths": {"/a": {"$ref": "#/paths/~1a"}}},
        {"openapi": "3.1.0", "paths": {"/a": {"get": {"parameters": [{"$ref": "/etc/passwd"}]}}}},
        {"swagger": "2.0", "paths": {"/a": {"get": {"parameters": "x"}}}},
    ],
)
def test_documents_that_are_none(document: dict[str, Any]) -> None:
    """Damaged and hostile documents are refused, or read as far as they go."""
    for job in (
        Job("endpoints", document=document),
        Job("samples", document=document, method="GET", path="/a"),
    ):
        kind, text = answer(job)
        assert kind in {"result", "usage", "document"}
        assert "root:" not in text.decode()
        if kind != "result":
            refused = json.loads(text)
            assert refused["message"]
            assert refused["hint"]


@pytest.mark.parametrize(
    ("job", "sort"),
    [
        (Job("endpoints", "http://127.0.0.1:9"), "target"),
        (Job("endpoints", document={"openapi": "3.1.0", "paths": {}}), "document"),
        (
            Job(
                "samples",
                document={
                    "openapi": "3.1.0",
                    "paths": {"/a": {"get": {"responses": {"200": {"description": "ok"}}}}},
                },
                method="GET",
                path="/x",
            ),
            "usage",
        ),
    ],
)
def test_refusals_say_their_sort(job: Job, sort: str) -> None:
    """A target that is away, a document without operations and an unknown endpoint differ."""
    assert answer(job)[0] == sort


def test_a_target_that_is_away_is_a_result() -> None:
    """Validation has an answer for it: not reachable."""
    kind, text = answer(Job("validate", "http://127.0.0.1:9"))
    found = json.loads(text)
    assert kind == "result"
    assert (found["target_url"], found["reachable"]) == ("http://127.0.0.1:9", False)
    assert found["problem"]
