"""Updates of many things at once: recognised, and kept to what the run made."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.generators.probe.safety.bulk import is_bulk_update, is_of_own_things
from benchmark.models import ArrayNode, Constant, Created, Found, Node, ObjectNode, Recipe
from tests.benchmark.generators.probe.probe_cases import case_of
from tests.benchmark.generators.small_apis import op

IDS = {"type": "array", "items": {"type": "string"}}
BODY = {"type": "object", "properties": {"keys": IDS, "data": {"type": "object"}}}
ITEMS = {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}}
ROUTES = {"POST /items": op(body={}), "GET /items/{id}": op(), "PUT /settings": op(body=BODY)}
OWN = Created("item", "/id")


def case(body: Any) -> Any:
    """A bulk update with such a body."""
    return case_of("PATCH /items", {**ROUTES, "PATCH /items": op(body=body)})


def test_a_collection_is_told_from_what_exists_once() -> None:
    """Things are made there, and have paths of their own."""
    assert is_bulk_update(case(BODY))
    assert not is_bulk_update(case_of("PUT /settings", ROUTES))


@pytest.mark.parametrize(
    ("body", "sent", "allowed"),
    [
        (BODY, ObjectNode((("keys", ArrayNode((OWN,))),)), True),
        (BODY, ObjectNode((("keys", ArrayNode((OWN, Constant("x")))),)), False),
        (BODY, ObjectNode((("keys", ArrayNode((Found("item", "/id"),))),)), False),
        (BODY, ObjectNode((("keys", ArrayNode(())),)), False),
        (BODY, ObjectNode((("data", Constant({})),)), False),
        (ITEMS, ArrayNode((ObjectNode((("id", OWN),)),)), True),
        (ITEMS, ArrayNode((ObjectNode((("id", Constant("7")),)),)), False),
        ({"type": "object"}, ObjectNode(()), False),
    ],
)
def test_only_own_things_are_changed(body: Any, sent: Node, allowed: bool) -> None:
    """Without a name of an own thing, or with another name beside it, nothing is sent."""
    assert is_of_own_things(case(body), Recipe((), "application/json", sent)) is allowed
