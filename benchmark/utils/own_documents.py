"""Knows what else than results our commands write as JSON, so that a message names it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BY_MEMBERS: tuple[tuple[frozenset[str], str], ...] = tuple(
    (frozenset(members), sentence)
    for members, sentence in (
        (("answer", "margin", "base", "new"), "a comparison; stress-api analyze shows it"),
        (("schema_version", "comparisons"), "comparisons; stress-api analyze shows them"),
        (
            ("schema_version", "groups", "metrics"),
            "a history; stress-api history FOLDER shows that of the results in a folder",
        ),
        (
            ("schema_version", "runs"),
            "several results in one, as stress-api analyze --json prints them; give those results",
        ),
        (
            ("results",),
            "the results of a suite in one, as stress-api run --json prints them; each has a file "
            "of its own in the results folder",
        ),
        (
            ("base_url", "applications", "requests", "notes"),
            "what stress-api discover found, not the result of a run",
        ),
        (("base_url", "kinds", "users"), "the plan of a test; its result is another file"),
        (("ok", "checks"), "what stress-api health or check said, not the result of a run"),
        (("openapi",), "an OpenAPI document; stress-api run --spec FILE tests its API"),
        (("swagger",), "an OpenAPI document; stress-api run --spec FILE tests its API"),
    )
)


def other_document(document: Mapping[str, Any]) -> str:
    """What a JSON object is that is no result, and what shows it; "" where that is not known."""
    if document.get("kind") == "capacity":
        return "an answer of stress-api capacity; its page is beside it"
    if "totals" in document or "test_type" in document:
        return ""
    return next((said for members, said in _BY_MEMBERS if members <= document.keys()), "")
