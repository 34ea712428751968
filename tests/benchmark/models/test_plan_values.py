"""Values of the plan: slots of a recipe, and the JSON Pointers that name them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.models import (
    ArrayNode,
    Constant,
    Created,
    LoadPlan,
    ObjectNode,
    PlannedTask,
    PlannedUser,
    Recipe,
    Slot,
    escape_pointer,
    unescape_pointer,
)


@pytest.mark.parametrize(
    ("name", "token"), [("", ""), ("a/b", "a~1b"), ("m~n", "m~0n"), ("~1", "~01"), ("~/", "~0~1")]
)
def test_pointers_escape_tilde_and_slash(name: str, token: str) -> None:
    """As in RFC 6901, in both directions."""
    assert escape_pointer(name) == token
    assert unescape_pointer(token) == name


@given(st.text())
def test_pointers_keep_every_name(name: str) -> None:
    """Whatever a member is called, its pointer leads back to it."""
    assert "/" not in escape_pointer(name)
    assert unescape_pointer(escape_pointer(name)) == name


def test_slots_are_all_leaves_in_the_order_of_sending() -> None:
    """Parameters come first, then the body's leaves, each by its pointer."""
    body = ObjectNode(
        (
            ("a/b", Constant(1)),
            ("list", ArrayNode((Created("item", "/id"), ObjectNode((("x", Constant(2)),))))),
            ("empty", ObjectNode(())),
        )
    )
    recipe = Recipe((Slot("path", "/id", Constant(0)),), "application/json", body)
    assert list(recipe.slots()) == [
        Slot("path", "/id", Constant(0)),
        Slot("body", "/a~1b", Constant(1)),
        Slot("body", "/list/0", Created("item", "/id")),
        Slot("body", "/list/1/x", Constant(2)),
    ]


def test_a_body_may_be_a_single_source() -> None:
    """The pointer of a whole body is empty."""
    assert list(Recipe((), "text/plain", Constant("x")).slots()) == [
        Slot("body", "", Constant("x"))
    ]
    assert list(Recipe().slots()) == []


def test_a_plan_gives_the_tasks_of_all_users() -> None:
    """Disabled ones included, class by class."""
    tasks = [PlannedTask(f"GET /{n}", f"get_{n}", "GET", f"/{n}", "", 1, Recipe()) for n in "ab"]
    users = tuple(PlannedUser(t.name, "", ("main",), 1, (t,)) for t in tasks)
    plan = LoadPlan("http://localhost", 0, (1, 3), users)
    assert list(plan.tasks()) == tasks
