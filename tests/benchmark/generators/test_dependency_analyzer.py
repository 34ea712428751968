"""The data flow between operations: who supplies what, and what is better left alone."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from benchmark.generators.dependency_analyzer import matching
from benchmark.generators.dependency_analyzer.matching import MAX_CANDIDATES
from benchmark.generators.dependency_analyzer.producers import Producer
from benchmark.generators.dependency_analyzer.wants import MAX_REFERENCES, Want
from benchmark.models import Dependencies, ResourceKind
from tests.benchmark.generators.small_apis import ITEM, analysed, api, fields, listing, op, query


def flow(operations: dict[str, Any], **more: Any) -> list[str]:
    """The links as text: consumer, slot, supplier, and the member that it takes."""
    found = analysed(api(operations, **more))
    return [
        f"{link.consumer}: {link.location} {link.slot_pointer} <- "
        f"{kind.create or kind.list} {link.pointer}"
        for link in found.links
        if (kind := found.kinds[link.kind])
    ]


@pytest.mark.parametrize(
    ("create", "consumer", "slot"),
    [
        ("/sessions", "/sessions/{id}", "/id"),
        ("/sessions", "/sessions/{sessionId}", "/sessionId"),
        ("/sessions", "/session/{session_id}/upload", "/session_id"),
        ("/sessions", "/session/{id}/upload", "/id"),
        ("/api/v1/sessions", "/api/v1/sessions/{session-uuid}", "/session-uuid"),
        ("/orgs", "/orgs/{org}/repos", "/org"),
        ("/issues", "/issues/{issue_number}", "/issue_number"),
        ("/users", "/users/{username}", "/username"),
        ("/categories", "/categories/{category_id}", "/category_id"),
        ("/people", "/people/{person_id}", "/person_id"),
        ("/things/", "/things/{id}", "/id"),
        ("/session/create", "/session/{id}", None),
    ],
)
def test_names_that_lead_to_a_create(create: str, consumer: str, slot: str | None) -> None:
    """A path parameter is supplied by the POST of its collection, or of the thing it names."""
    links = flow({f"POST {create}": op(answer=ITEM, body=ITEM), f"GET {consumer}": op()})
    expected = [f"GET {consumer}: path {slot} <- POST {create} /id"] if slot else []
    assert links == expected


@pytest.mark.parametrize(
    ("names", "parameter", "member"),
    [
        (["id", "slug"], "id", "/id"),
        (["id", "slug"], "slug", "/slug"),
        (["id", "noteId"], "noteId", "/noteId"),
        (["note_id", "id"], "noteId", "/note_id"),
        (["id", "note_name"], "note_name", "/note_name"),
        (["uuid", "name"], "id", "/uuid"),
        (["name", "title"], "note", "/name"),
        (["a~/id", "key"], "id", "/key"),
    ],
)
def test_the_member_that_is_taken(names: list[str], parameter: str, member: str) -> None:
    """The member called as the parameter, else the noun's own, else the usual identifiers."""
    operations = {
        "POST /notes": op(answer=fields(*names)),
        f"GET /notes/{{{parameter}}}": op(),
    }
    assert flow(operations) == [
        f"GET /notes/{{{parameter}}}: path /{parameter} <- POST /notes {member}"
    ]


@pytest.mark.parametrize(
    ("answer", "pointer"),
    [
        (ITEM, ""),
        (fields(data=ITEM), "/data"),
        (fields(result=fields(item=ITEM)), "/result/item"),
        (fields(note=ITEM), "/note"),
        (fields("status", payload=ITEM), "/payload"),
        (fields(record=ITEM, trace_id={"type": "string"}), "/record"),
        ({"anyOf": [ITEM, {"type": "null"}]}, ""),
        ({"allOf": [ITEM, fields("extra")]}, ""),
        (fields("status", other=ITEM), None),
        (fields(data=fields(data=fields(data=ITEM))), None),
        ({"type": "string"}, None),
        (listing(), None),
    ],
)
def test_where_the_item_is_in_a_create_answer(answer: Any, pointer: str | None) -> None:
    """At the top, or below a wrapper; what only mentions an item creates none."""
    found = analysed(api({"POST /notes": op(answer=answer), "GET /notes/{id}": op()}))
    assert [kind.item_pointer for kind in found.kinds.values()] == (
        [] if pointer is None else [pointer]
    )


@pytest.mark.parametrize(
    ("answer", "pointer"),
    [
        (listing(), ""),
        (fields(items=listing()), "/items"),
        (fields("total", notes=listing()), "/notes"),
        (fields(data=listing(), errors=listing({"type": "string"})), "/data"),
        (fields(notes=listing(), authors=listing()), None),
        (listing({"type": "string"}), None),
        (listing(fields(data=ITEM)), None),
        (ITEM, None),
    ],
)
def test_where_the_list_is_in_an_answer(answer: Any, pointer: str | None) -> None:
    """At the top, below a wrapper, or in the only array; its items must say who they are."""
    found = analysed(api({"GET /notes": op(answer=answer), "GET /notes/{id}": op()}))
    assert [kind.list_pointer for kind in found.kinds.values()] == (
        [] if pointer is None else [pointer]
    )


def test_lists_that_need_something_are_not_looked_up() -> None:
    """A list below another thing, or with a required query, cannot be asked for at start."""
    listed = op(answer=listing())
    assert flow({"GET /a/{x}/notes": listed, "GET /notes/{note_id}": op()}) == []
    asked = op(answer=listing(), parameters=[query("q")])
    assert flow({"GET /notes": asked, "GET /notes/{note_id}": op()}) == []


def test_a_create_comes_before_a_list() -> None:
    """One kind has both, so that a plan can take what it can have."""
    found = analysed(
        api(
            {
                "GET /notes": op(answer=fields(items=listing())),
                "POST /notes": op(answer=fields(data=ITEM)),
                "GET /notes/{id}": op(),
                "DELETE /notes/{id}": op(status="204"),
                "DELETE /notes/{id}/tags": op(status="204"),
            }
        )
    )
    assert found.kinds == {
        "note": ResourceKind(
            "note",
            "main",
            create="POST /notes",
            list="GET /notes",
            delete="DELETE /notes/{id}",
            item_pointer="/data",
            list_pointer="/items",
        )
    }


def test_a_list_whose_items_are_named_otherwise_is_no_substitute() -> None:
    """One pointer must fit both answers; where it does not, only the create counts."""
    operations = {
        "GET /notes": op(answer=listing(fields("uuid"))),
        "POST /notes": op(answer=ITEM),
        "GET /notes/{id}": op(),
    }
    assert analysed(api(operations)).kinds["note"].list is None


@pytest.mark.parametrize("word", ["search", "login", "batch", "validate", "query"])
def test_posts_that_create_nothing(word: str) -> None:
    """Some POSTs answer with an item without making one."""
    assert flow({f"POST /notes/{word}": op(answer=ITEM), f"GET /{word}/{{id}}": op()}) == []


def test_schema_names_tell_what_is_made() -> None:
    """Where the path says nothing, the name or the title of the answer's schema does."""
    schemas = {"SessionOut": ITEM, "Opened": {**ITEM, "title": "basket response"}}
    operations = {
        "POST /start": op(answer={"$ref": "#/components/schemas/SessionOut"}),
        "POST /open": op(answer={"$ref": "#/components/schemas/Opened"}),
        "GET /x/{session_id}": op(),
        "GET /y/{basketId}": op(),
    }
    assert flow(operations, components={"schemas": schemas}) == [
        "GET /x/{session_id}: path /session_id <- POST /start /id",
        "GET /y/{basketId}: path /basketId <- POST /open /id",
    ]


@pytest.mark.parametrize(
    ("schema", "slots"),
    [
        (fields("customer_id"), ["/customer_id"]),
        (fields("customerId"), ["/customerId"]),
        (fields(customer_ids=listing({"type": "integer"})), ["/customer_ids/0"]),
        (fields(order=fields("customer_id")), ["/order/customer_id"]),
        (fields(lines=listing(fields("customer_id"))), ["/lines/0/customer_id"]),
        (fields(**{"a/b": fields("customer_id")}), ["/a~1b/customer_id"]),
        (fields("customer_name", "customer", "id", "first_name"), []),
        (fields(a=fields(b=fields(c=fields("customer_id")))), ["/a/b/c/customer_id"]),
        (fields(a=fields(b=fields(c=fields(d=fields("customer_id"))))), []),
    ],
)
def test_references_in_bodies(schema: Any, slots: list[str]) -> None:
    """Identifiers of other things are found in members, nested ones and items of arrays."""
    operations = {"POST /customers": op(answer=ITEM), "POST /orders": op(body=schema)}
    assert flow(operations) == [
        f"POST /orders: body {slot} <- POST /customers /id" for slot in slots
    ]


def test_required_queries_are_references_too() -> None:
    """An optional one is simply not sent."""
    operations = {
        "POST /customers": op(answer=ITEM),
        "GET /orders": op(parameters=[query("customer_id")]),
        "GET /bills": op(parameters=[query("customer_id", required=False)]),
    }
    assert flow(operations) == [
        "GET /orders: query /customer_id <- POST /customers /id",
    ]


def test_parents_are_those_of_the_create_outermost_first() -> None:
    """A thing made below others knows them; one that is listed does not."""
    found = analysed(
        api(
            {
                "POST /orgs": op(answer=ITEM),
                "POST /orgs/{org_id}/teams": op(answer=ITEM),
                "POST /orgs/{org_id}/teams/{team_id}/notes": op(answer=ITEM),
                "GET /orgs/{org_id}/teams/{team_id}/notes/{note_id}": op(),
            }
        )
    )
    assert {name: kind.parents for name, kind in found.kinds.items()} == {
        "org": (),
        "team": ("org",),
        "note": ("org", "team"),
    }


def test_the_nearest_create_wins() -> None:
    """The one of the same collection first, then the shallower path, then the shorter one."""
    operations = {
        "POST /archive/old/notes": op(answer=ITEM),
        "POST /users/{user}/notes": op(answer=ITEM),
        "POST /notes": op(answer=ITEM),
        "GET /users/{user}/notes/{id}": op(),
        "GET /lost/{note_id}": op(),
    }
    assert flow(operations) == [
        "GET /users/{user}/notes/{id}: path /id <- POST /users/{user}/notes /id",
        "GET /lost/{note_id}: path /note_id <- POST /notes /id",
    ]


def test_nothing_is_made_from_itself() -> None:
    """A create below its own kind, or that refers to its own kind, is not its own supplier."""
    operations = {
        "POST /folders/{folder_id}/folders": op(answer=ITEM),
        "POST /notes": op(answer=ITEM, body=fields("note_id")),
    }
    assert flow(operations) == []


def test_cycles_are_cut_where_a_value_can_be_generated() -> None:
    """Two things that refer to each other: the path keeps its link, the body loses it."""
    operations = {
        "POST /teams": op(answer=ITEM, body=fields("member_id")),
        "POST /teams/{team_id}/members": op(answer=ITEM),
        "GET /members/{id}": op(),
    }
    assert flow(operations) == [
        "POST /teams/{team_id}/members: path /team_id <- POST /teams /id",
        "GET /members/{id}: path /id <- POST /teams/{team_id}/members /id",
    ]


def test_a_cycle_falls_back_to_what_is_listed() -> None:
    """Where such a thing can be found, it need not be made."""
    operations = {
        "POST /teams": op(answer=ITEM, body=fields("member_id")),
        "POST /teams/{team_id}/members": op(answer=ITEM),
        "GET /members": op(answer=listing()),
    }
    assert flow(operations) == [
        "POST /teams: body /member_id <- GET /members /id",
        "POST /teams/{team_id}/members: path /team_id <- POST /teams /id",
    ]


@pytest.mark.parametrize(
    ("collection", "expected"),
    [
        ("self", "self_item"), ("replies", "reply_item"), ("classes", "class_item"),
        ("imports", "import_item"), ("clocks", "clock_item"), ("lists", "list_item"),
        ("matches", "match_item"), ("2fa", "item_2_fa"), ("tasks", "task"), ("files", "file"),
        ("ids", "id_item"), ("any_ofs", "any_of_item"), ("nones", "none"), ("print", "print_item"),
    ],
)  # fmt: skip
def test_kinds_are_names_that_source_may_hold(collection: str, expected: str) -> None:
    """A kind becomes a variable and a keyword argument: neither may mean something else."""
    operations = {f"POST /{collection}": op(answer=ITEM), f"GET /{collection}/{{id}}": op()}
    assert list(analysed(api(operations)).kinds) == [expected]


def test_equal_nouns_become_different_kinds() -> None:
    """Where two things have one noun, the place tells them apart, then the application."""
    operations = {
        "POST /users": op(answer=ITEM),
        "GET /users/{id}": op(),
        "POST /admin/users": op(answer=ITEM),
        "GET /admin/users/{id}": op(),
        "POST /v1/users/{x}/users": op(answer=ITEM),
        "GET /v1/users/{x}/users/{id}": op(),
    }
    found = analysed(api(operations), api(operations, "shop", "/shop"))
    assert {name: kind.create for name, kind in found.kinds.items()} == {
        "user": "POST /users",
        "admin_user": "POST /admin/users",
        "user_user": "POST /v1/users/{x}/users",
        "shop_user": "POST /shop/users",
        "user_2": "POST /shop/admin/users",
        "user_3": "POST /shop/v1/users/{x}/users",
    }


def test_applications_do_not_supply_each_other() -> None:
    """The name of an identifier alone is too weak a reason."""
    first, second = api({"POST /users": op(answer=ITEM)}), api({"GET /users/{id}": op()}, "b", "/b")
    assert analysed(first, second) == Dependencies({}, ())


# ── size ──────────────────────────────────────────────────────────────────────────────────────


def calls(monkeypatch: pytest.MonkeyPatch, operations: dict[str, Any], **more: Any) -> int:
    """How often a producer was compared with a want."""
    counted = 0
    score = matching._score

    def counting(producer: Producer, want: Want) -> int:
        nonlocal counted
        counted += 1
        return score(producer, want)

    monkeypatch.setattr(matching, "_score", counting)
    analysed(api(operations, **more))
    monkeypatch.setattr(matching, "_score", score)
    return counted


def test_work_grows_with_the_number_of_operations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five times the operations are five times the comparisons, not twenty-five times."""

    def crowd(size: int) -> dict[str, Any]:
        made = {f"POST /kind{n}s": op(answer=ITEM) for n in range(size)}
        return made | {f"GET /kind{n}s/{{id}}": op() for n in range(size)}

    assert calls(monkeypatch, crowd(500)) == 5 * calls(monkeypatch, crowd(100))


def test_many_things_of_one_name_stay_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many operations make an item, only the nearest are compared."""
    size = 2 * MAX_CANDIDATES
    operations = {f"POST /place{n}/items": op(answer=ITEM) for n in range(size)}
    operations |= {f"GET /place{n}/{{item_id}}/x": op() for n in range(size)}
    assert calls(monkeypatch, operations) <= size * (MAX_CANDIDATES + 1)


def test_long_chains_stay_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Things that need ever more others are cut off, and the way is not walked each time."""
    monkeypatch.setattr(matching, "MAX_NEEDED", 50)
    nouns = [a + b for a in "bcdfghjklm" for b in "aeiouyqwrt"]
    operations = {f"POST /{nouns[0]}": op(answer=ITEM)}
    for before, noun in pairwise(nouns):
        operations[f"POST /{noun}"] = op(answer=ITEM, body=fields(f"{before}_id"))
    assert 50 <= len(flow(operations)) < len(nouns) - 1


def test_bodies_that_refer_to_everything_stay_bounded() -> None:
    """A schema of a hundred references to itself is not written out to the fourth power."""
    wide: dict[str, Any] = {f"m{n}": {"$ref": "#/components/schemas/Wide"} for n in range(100)}
    schemas = {"Wide": {"type": "object", "properties": {"user_id": {}, **wide}}}
    operations = {
        "POST /users": op(answer=ITEM),
        "POST /wide": op(body={"$ref": "#/components/schemas/Wide"}),
    }
    assert len(flow(operations, components={"schemas": schemas})) == MAX_REFERENCES
