"""What good answers teach: which thing was made, what is listed, and where identifiers are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from benchmark.generators.probe.things.learning import creation_of, known_as, listing_of
from benchmark.models import ResourceKind
from tests.benchmark.generators.probe.probe_cases import KIND, case_of, outcome, reply
from tests.benchmark.generators.small_apis import ITEM, fields, listing, op

API = {
    "POST /items": op(body=fields("name"), answer=ITEM, status="201"),
    "GET /items": op(answer=listing()),
    "DELETE /items/{id}": op(),
}
KINDS = {"item": KIND}


def created(answer: Any, sent: Any = None) -> Any:
    """The creation that an answer to POST /items tells of."""
    case = case_of("POST /items", API)
    return creation_of(replace_keeps(case), outcome(case, answer, sent), KINDS)


def replace_keeps(case: Any) -> Any:
    """The case of an operation that is known to make items."""
    case.keeps = "item"
    return case


def listed(content: Any) -> Any:
    """The listing that an answer to GET /items holds."""
    case = case_of("GET /items", API)
    return listing_of(case, outcome(case, reply(200, content)), KINDS)


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        ({"id": 7, "name": "a"}, ""),
        ({"data": {"id": 7}}, "/data"),
        ({"ok": True, "result": {"item": {"id": 7}}}, "/result/item"),
        (7, ""),
        ("7", ""),
        ({"a1b2": {"name": "x"}}, "/*"),
    ],
)
def test_the_item_is_found_wherever_it_is(content: Any, pointer: str) -> None:
    """At the top, in wrappers, as a bare identifier, or as the only member of a map."""
    found = created(reply(201, content))
    assert found.kind.item_pointer == pointer
    assert found.held.item["id"] in {7, "7", "a1b2"}
    assert found.held.parents.keys() == {"parent"}


def test_the_location_header_names_what_has_no_body() -> None:
    """The last segment of Location is the identifier."""
    found = created(reply(201, Location="http://localhost/items/77?x=1"))
    assert found.kind.from_location
    assert found.held.item == {"id": "77"}


def test_what_the_client_chose_names_it_where_the_answer_does_not() -> None:
    """A name that was sent counts where the answer is empty, and stands in the kind as sent."""
    found = created(reply(204), {("body", "/name"): "blue"})
    assert found.kind.sent == ("/name",)
    assert found.held.item == {"name": "blue"}


def test_an_accepted_creation_is_noted_as_such() -> None:
    """What was answered 202 may not be done yet."""
    assert created(reply(202, {"id": 1})).held.is_accepted
    assert not created(reply(201, {"id": 1})).held.is_accepted


@pytest.mark.parametrize("answer", [reply(400, {"id": 7}), reply(204), reply(201, ["x", "y"])])
def test_nothing_is_made_up(answer: Any) -> None:
    """A refusal makes nothing, and an answer that names nothing gives nothing to hold."""
    assert created(answer) is None


@pytest.mark.parametrize(
    ("content", "pointer", "ids"),
    [
        ([{"id": 1}, {"id": 2}], "", [1, 2]),
        ({"items": [{"id": 1}], "total": 1}, "/items", [1]),
        ({"meta": {}, "shelf": [{"id": 3}]}, "/shelf", [3]),
        ({"page": {"results": [{"id": 4}]}}, "/page/results", [4]),
        ({"k1": {"name": "a"}, "k2": {"name": "b"}}, "/*", ["k1", "k2"]),
    ],
)
def test_lists_are_found_wherever_they_are(content: Any, pointer: str, ids: list[Any]) -> None:
    """Bare, wrapped, two levels deep, or as a map by identifier."""
    found = listed(content)
    assert found.kind.list_pointer == pointer
    assert [item["id"] for item in found.items] == ids


def test_what_a_list_is_of_names_its_items() -> None:
    """`/tags` lists `{"tag": …}`; without that, or an id, nothing tells the items apart."""
    case = case_of("GET /tags", {"GET /tags": op(answer=listing())})
    found = listing_of(case, outcome(case, reply(200, [{"tag": "a"}, {"size": 3}])), {})
    assert found is not None
    assert found.items == ({"tag": "a"},)


@pytest.mark.parametrize("content", [[], {"items": []}, {"items": 3}, [[1]], None, [{"x": [1]}]])
def test_a_list_of_nothing_lists_nothing(content: Any) -> None:
    """Empty and odd answers are no listing, and no error."""
    assert listed(content) is None


def test_an_unexpected_create_becomes_a_kind_of_its_own() -> None:
    """A POST that turns out to make something is remembered with what deletes it."""
    case = case_of("POST /shelves", {"POST /shelves": op(body={}), "DELETE /shelves/{id}": op()})
    found = creation_of(case, outcome(case, reply(201, {"id": 4})), {})
    assert found is not None
    assert (found.kind.create, found.kind.delete) == ("POST /shelves", "DELETE /shelves/{id}")
    assert found.kind.kind == "shelf"


def test_an_action_on_an_own_thing_makes_none() -> None:
    """A POST below a thing that answers with the thing is no create."""
    case = case_of("POST /items/{id}/stop", {"POST /items/{id}/stop": op()})
    assert creation_of(case, outcome(case, reply(200, {"id": 4})), {}) is None


def test_a_change_makes_nothing_whatever_its_status() -> None:
    """`POST /items/{id}/set_state` answers 201 with the state; nobody could delete that."""
    case = case_of("POST /items/{id}/set_state", {"POST /items/{id}/set_state": op(body={})})
    assert creation_of(case, outcome(case, reply(201, {"id": 4})), {}) is None


def test_what_is_made_elsewhere_is_deleted_where_such_things_are() -> None:
    """`POST /plans/{id}/create_run` makes a run like `POST /runs` does."""
    run = ResourceKind("run", "main", create="POST /runs", delete="DELETE /runs/{id}")
    made = ResourceKind("made", "main", create="POST /plans/{id}/create_run")
    assert known_as(made, {"id": 3}, {"run": run, "made": made}) == run


def test_hostile_answers_are_only_looked_at() -> None:
    """Depth and odd types end the search, and nothing is raised."""
    deep: Any = {"id": 1}
    for _ in range(50):
        deep = {"data": deep}
    assert created(reply(201, deep)) is None
    assert created(reply(201, {"": {"": {"id": None}}})) is None
    case = case_of("GET /items", API)
    odd = outcome(case, reply(200, [{"id": {"a": 1}}, {"id": True}, None, {"id": ""}]))
    assert listing_of(case, odd, {"item": replace(KIND, list_pointer="/nowhere")}) is None


@pytest.mark.parametrize(
    ("create", "expected"),
    [
        ("POST /items/{id}/clone", "item"),
        ("POST /items/{id}/duplicate", "item"),
        ("POST /shelves/{id}/items", "item"),
        ("POST /items/{id}/export", "copy"),
        ("POST /parts/{id}/clone", "copy"),
    ],
)
def test_a_copy_is_one_of_what_it_was_made_of(create: str, expected: str) -> None:
    """So the deletion of the one deletes the other, too."""
    item = replace(KIND, delete="DELETE /items/{id}", identifiers=("/id",))
    copy = replace(KIND, kind="copy", create=create, list=None)
    assert known_as(copy, {"id": 8}, {"item": item, "copy": copy}).kind == expected


def test_what_is_made_at_create_is_what_is_listed_above() -> None:
    """`POST /people/create` makes what `GET /people` lists, where nothing else is known to."""
    people = {"POST /people/create": op(body=fields("name"), answer=ITEM), "GET /people": op()}
    case = case_of("POST /people/create", people)
    case.keeps = None
    person = replace(KIND, kind="person", create=None, list="GET /people")
    found = creation_of(case, outcome(case, reply(200, {"id": 3})), {"person": person})
    assert found is not None
    assert (found.kind.kind, found.kind.create) == ("person", "POST /people/create")
