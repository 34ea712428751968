"""Recipes changed from others: each idea, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.generators.parameter_generator import ParameterGenerator
from benchmark.generators.probe import ideas
from benchmark.generators.probe.complaints import Complaint
from benchmark.generators.probe.repairs import Maker
from benchmark.generators.scenario_planner import RecipeWriter
from benchmark.models import (
    ArrayNode,
    Constant,
    Created,
    Echo,
    Found,
    ObjectNode,
    Operation,
    Pooled,
    Recipe,
    Slot,
    Unique,
)
from tests.benchmark.generators.probe.probe_cases import case_of
from tests.benchmark.generators.small_apis import api, fields, op


def writer() -> RecipeWriter:
    """A writer of recipes for documents without definitions."""
    return RecipeWriter(ParameterGenerator(0, {}), {})


def body_of(recipe: Recipe) -> dict[str, Any]:
    """The members of a recipe's body by name."""
    assert isinstance(recipe.body, ObjectNode)
    return dict(recipe.body.members)


def test_an_undocumented_body_begins_empty() -> None:
    """A write without a documented body is also tried with `{}`; a delete is not."""
    post = case_of("POST /a", {"POST /a": op()}).operation
    sent = [recipe.body for recipe in ideas.variants(post, writer(), {})]
    assert ObjectNode(()) in sent
    delete = case_of("DELETE /a/{id}", {"DELETE /a/{id}": op()}).operation
    assert all(recipe.body is None for recipe in ideas.variants(delete, writer(), {}))


def test_alternatives_of_a_body_are_tried() -> None:
    """Each branch of `oneOf` is a variant of its own."""
    schema = {"oneOf": [fields("left"), fields("right")]}
    post = case_of("POST /a", {"POST /a": op(body=schema)}).operation
    bodies = [set(body_of(recipe)) for recipe in ideas.variants(post, writer(), {})]
    assert {"left"} in bodies
    assert {"right"} in bodies


def test_optional_members_are_tried_one_by_one() -> None:
    """The least body with one member more, for each that is optional."""
    body = fields("name", colour={"type": "string"}, size={"type": "integer"})
    post = case_of("POST /a", {"POST /a": op(body=body)}).operation
    found = [set(body_of(recipe)) for recipe in ideas.single_additions(post, writer(), {})]
    assert found == [{"name", "colour"}, {"name", "size"}]


def test_an_echo_sends_back_what_may_be_written() -> None:
    """Members that are read-only are left out; only updates echo."""
    body = fields("name", id={"type": "integer", "readOnly": True})
    spec = api({"PUT /a/{id}": op(body=body), "GET /a/{id}": op(answer=body), "POST /a": op()})
    put, read = (next(o for o in spec.operations if o.method == m) for m in ("PUT", "GET"))
    (echo,) = ideas.echoes_of(put, read, Recipe(), {}, {"name": "a", "id": 1})
    assert echo.body == Echo("GET /a/{id}", "", ("name",))
    post = next(o for o in spec.operations if o.method == "POST")
    assert not list(ideas.echoes_of(post, read, Recipe(), {}, {"name": "a"}))


def test_an_echo_finds_the_thing_in_its_envelope() -> None:
    """What is wrapped is sent back unwrapped, at last without members that hold nothing."""
    body = fields("name", note={"type": "string"})
    spec = api({"PUT /a/{id}": op(body=body), "GET /a/{id}": op(answer=body)})
    put, read = (next(o for o in spec.operations if o.method == m) for m in ("PUT", "GET"))
    answer = {"meta": {"page": 1}, "thing": {"name": "a", "note": None}}
    sent = [recipe.body for recipe in ideas.echoes_of(put, read, Recipe(), {}, answer)]
    assert sent == [
        Echo("GET /a/{id}", "/thing", ("name", "note")),
        Echo("GET /a/{id}", "/thing", ("name",)),
    ]
    for hostile in (None, [1], "x", {}):
        assert list(ideas.echoes_of(put, read, Recipe(), {}, hostile))


def test_what_the_server_sets_is_left_out() -> None:
    """Ids, times, references that nobody needs; what is required, or comes from a thing, stays."""
    body = fields("title", "owner_id", id={"type": "string"}, created_at={"type": "string"},
                  parent={"type": "string"}, group_id={"type": "integer"},
                  note={"type": "string"}, more=fields(parent_id={"type": "integer"}))  # fmt: skip
    case = case_of("POST /a", {"POST /a": op(body=body)})
    maker = Maker(case.operation, {}, ParameterGenerator(0, {}))
    uuid = "8cbb43fe-4cdf-4991-8352-c461779cec02"
    sent = {"title": Constant("x"), "owner_id": Constant("7"), "id": Unique("1"),
            "created_at": Constant("2020"), "parent": Pooled((uuid,)),
            "group_id": Created("group", "/id"), "note": Constant(None),
            "more": ObjectNode((("parent_id", Constant(3)),))}  # fmt: skip
    recipe = Recipe(body=ObjectNode(tuple(sent.items())))
    (changed,) = ideas.leaner(recipe, maker, to_the_least=False)
    assert set(body_of(changed)) == {"title", "owner_id", "group_id", "more"}
    assert body_of(changed)["more"] == ObjectNode(())
    (least,) = ideas.leaner(changed, maker, to_the_least=True)
    assert set(body_of(least)) == {"title", "owner_id"}
    assert not list(ideas.leaner(least, maker, to_the_least=True))


def test_a_mirror_takes_the_values_of_a_listed_thing() -> None:
    """Plain values come from the list; what the list does not have stays."""
    body = ObjectNode((("kind", Constant("x")), ("size", Pooled((1, 2))), ("own", Constant("y"))))
    mirror = ideas.mirror_of(Recipe(body=body), "item", {"kind": "a", "size": 3, "id": 1})
    assert mirror is not None
    assert body_of(mirror) == {
        "kind": Found("item", "/kind"), "size": Found("item", "/size"), "own": Constant("y"),
    }  # fmt: skip
    assert ideas.mirror_of(Recipe(body=body), "item", {"id": 1}) is None


def test_free_values_change_nothing_but_the_path() -> None:
    """Plain values are tried for what is free in a path, never for a thing that was made."""
    slots = (Slot("path", "/code", Constant("zz")), Slot("path", "/id", Created("a", "/id")))
    read = Operation("main", "read", "GET", "/a/{code}/{id}")
    found = list(ideas.free_values(Recipe(slots), read))
    assert found
    for recipe in found:
        kept = {slot.pointer: slot.source for slot in recipe.parameters}
        assert kept["/id"] == Created("a", "/id")
        assert kept["/code"] != Constant("zz")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_guessable_names_are_neither_changed_nor_deleted(method: str) -> None:
    """There may be something called "test" or 1; a status is no thing."""
    slots = Recipe((Slot("path", "/code", Constant("zz")),))
    assert not list(ideas.free_values(slots, Operation("main", "x", method, "/files/{code}")))
    (status,) = ideas.free_values(slots, Operation("main", "x", method, "/status/{code}"))
    assert status.parameters[0].source == Constant("200")


def test_pools_are_cut_down_to_what_was_seen_to_work() -> None:
    """Cutting keeps the first values, narrowing keeps one; both reach into lists."""
    pool = Pooled((1, 2, 3, 4))
    body = ObjectNode((("a", ArrayNode((pool,))),))
    recipe = Recipe((Slot("query", "/q", pool),), "application/json", body)
    cut = [slot.source for slot in ideas.cut(recipe, 2).slots()]
    assert cut == [Pooled((1, 2)), Pooled((1, 2))]
    narrow = [slot.source for slot in ideas.narrowed(recipe, 5).slots()]
    assert narrow == [Constant(2), Constant(2)]


def test_the_kinds_of_a_recipe_say_whose_they_are() -> None:
    """A kind that is needed as one's own is one's own, wherever else it is found."""
    slots = (
        Slot("path", "/a", Found("a", "/id")), Slot("header", "/X-Key", Created("a", "/key")),
        Slot("query", "/b", Found("b", "/id")),
    )  # fmt: skip
    assert ideas.kinds_in(Recipe(slots)) == {"a": True, "b": False}


def test_a_patch_sends_back_less_where_members_are_refused_as_they_are() -> None:
    """A PUT needs all of them, so nothing is left out of one."""
    echo = Recipe(
        media_type="application/json", body=Echo("GET /me", "", ("name", "first", "last"))
    )
    complaint = Complaint("not_unique", "body", "/name")
    operations = {"PATCH /me": op(body=fields("name")), "PUT /me": op(body=fields("name"))}
    patch, put = (case_of(key, operations).operation for key in operations)
    (less,) = ideas.partial_echo(echo, patch, [complaint])
    assert less.body == Echo("GET /me", "", ("first", "last"))
    assert not list(ideas.partial_echo(echo, put, [complaint]))
    assert not list(ideas.partial_echo(echo, patch, []))
