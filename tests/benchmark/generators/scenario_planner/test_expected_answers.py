"""What the document says of right answers, and what the load checks then."""

from __future__ import annotations

from typing import Any

import pytest

from tests.benchmark.generators.small_apis import ITEM, api, op, planned


def content(*types: str) -> dict[str, Any]:
    """A response of these media types."""
    return {"description": "d", "content": {name: {"schema": ITEM} for name in types}}


NOTHING: dict[str, Any] = {"description": "d"}


@pytest.mark.parametrize(
    ("responses", "expected"),
    [
        ({"200": content("application/json")}, "data"),
        ({"200": content("application/json", "application/problem+json")}, "data"),
        ({"200": content("*/*")}, "data"),
        ({"201": content("application/json"), "204": NOTHING}, "data"),
        ({"204": NOTHING}, "data"),
        ({"200": NOTHING}, "anything"),
        ({"200": content("text/html")}, "anything"),
        ({"200": content("application/json", "text/csv")}, "anything"),
        ({"200": content("application/json"), "202": NOTHING}, "anything"),
        ({"default": content("application/json")}, "anything"),
        ({"404": NOTHING}, "anything"),
        ({"302": NOTHING}, "redirect"),
        ({"200": content("application/json"), "307": NOTHING}, "redirect"),
        ({"200": content("application/json"), "304": NOTHING}, "data"),
    ],
)
def test_what_is_documented_is_expected(responses: dict[str, Any], expected: str) -> None:
    """JSON and emptiness are checked; where anything may come, anything is right."""
    plan = planned(api({"GET /a": {"responses": responses}}))
    assert [task.answers for task in plan.tasks()] == [expected]


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_answers_without_content_are_data(method: str) -> None:
    """Nothing has to be said of methods whose answers are empty."""
    plan = planned(api({f"{method} /a": op()}))
    assert [task.answers for task in plan.tasks()] == ["data"]
