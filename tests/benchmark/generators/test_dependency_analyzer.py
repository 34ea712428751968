"""The data flow between operations: who supplies what, and what is better left alone."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from benchmark.generators.dependency_analyzer import (
    identifier_in,
    matching,
    offers,
    wants_of,
)
from benchmark.generators.dependency_analyzer.offers import MAX_CANDIDATES
from benchmark.generators.dependency_analyzer.wants import MAX_REFERENCES
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
        ("/session/create", "/session/{id}", "/id"),
        ("/createSession", "/session/{id}", "/id"),
        ("/sessions", "/sessions/{id}", "/id"),
        ("/sessions", "/sessions/{sessionId}", "/sessionId"),
        ("/sessions", "/session/{session_id}/upload", "/session_id"),
        ("/sessions", "/session/{id}/upload", "/id"),
        ("/api/v1/sessions", "/api/v1/sessions/{session-uuid}", "/session-uuid"),
        ("/issues", "/issues/{issue_number}", "/issue_number"),
        ("/categories", "/categories/{category_id}", "/category_id"),
        ("/people", "/people/{person_id}", "/person_id"),
        ("/things/", "/things/{id}", "/id"),
        ("/session/close", "/session/{id}", None),
    ],
)
def test_names_that_lead_to_a_create(create: str, consumer: str, slot: str | None) -> None:
    """A path parameter is supplied by the POST of its collection, or of the thing it names."""
    links = flow({f"POST {create}": op(answer=ITEM, body=ITEM), f"GET {consumer}": op()})
    expected = [f"GET {consumer}: path {slot} <- POST {create} /id"] if slot else []
    assert links == expected


@pytest.mark.parametrize(
    ("consumer", "others", "supplied"),
    [
        ("/sessions/slug/{slug}", [], True),
        ("/sessions/by-slug/{slug}/parts", [], True),
        ("/sessions/slug/{slug}", ["GET /sessions/slug"], False),  # a thing of its own
        ("/sessions/{id}/slug/{slug}", [], False),
        ("/other/slug/{slug}", [], False),
    ],
)
def test_things_are_looked_up_by_an_attribute(
    consumer: str, others: list[str], supplied: bool
) -> None:
    """`/sessions/slug/{slug}` takes the slug of a session, not of a thing called slug."""
    item = {"type": "object", "properties": {n: {"type": "string"} for n in ("id", "slug")}}
    routes = {"POST /sessions": op(answer=item, body=item), f"GET {consumer}": op()}
    links = flow({**routes, **dict.fromkeys(others, op())})
    assert (f"GET {consumer}: path /slug <- POST /sessions /slug" in links) == supplied


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
        (fields("status", attributes=ITEM), ""),
        ({"type": "string"}, ""),
        (fields(data=fields("type", "id", attributes=fields("title"))), "/data"),
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
        (fields(notes=listing(), authors=listing()), "/notes"),
        (fields(authors=listing(), tags=listing()), None),
        (fields(data=fields(items=listing())), "/data/items"),
        (fields(_embedded=fields(notes=listing()), page={"type": "object"}), "/_embedded/notes"),
        (listing({"type": "string"}), ""),
        ({"type": "object", "additionalProperties": ITEM}, "/*"),
        (fields(notes={"type": "object", "additionalProperties": fields("title")}), "/notes/*"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, None),
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
    """A list with a required query cannot be asked for."""
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


# ── producers that say little ─────────────────────────────────────────────────────────────────


def only_kind(operations: dict[str, Any]) -> ResourceKind:
    """The kind that is in the flow of these operations; there is one."""
    (kind,) = analysed(api(operations)).kinds.values()
    return kind


@pytest.mark.parametrize("answer", [None, {}, fields("message"), fields("code", "message")])
def test_a_create_may_be_implied_by_its_paths(answer: Any) -> None:
    """Where single things are asked for below a collection, what is posted there makes them."""
    kind = only_kind(
        {"POST /ferries": op(answer=answer, body=fields("hull")), "GET /ferries/{ferry_id}": op()}
    )
    assert (kind.create, kind.identifiers, kind.item_pointer) == ("POST /ferries", ("/id",), "")


def test_an_implied_create_serves_its_own_place_only() -> None:
    """A guess is not carried into bodies."""
    operations = {
        "POST /ferries": op(),
        "GET /ferries/{id}": op(),
        "POST /trips": op(body=fields("ferry_id")),
    }
    assert flow(operations) == ["GET /ferries/{id}: path /id <- POST /ferries /id"]


def test_the_location_header_names_what_was_made() -> None:
    """Where the answer has no id of its own."""
    created = op(status="201")
    created["responses"]["201"]["headers"] = {"Location": {"schema": {"type": "string"}}}
    kind = only_kind({"POST /orchards": created, "GET /orchards/{orchardId}": op()})
    assert (kind.from_location, kind.identifiers) == (True, ("/id",))


@pytest.mark.parametrize(
    ("parameter", "member"),
    [("name", "name"), ("bucket_name", "name"), ("slug", "slug"), ("bucket", "key")],
)
def test_a_name_in_the_body_names_what_was_made(parameter: str, member: str) -> None:
    """Where the answer does not say what the path asks for, the body did."""
    kind = only_kind(
        {"POST /buckets": op(body=fields(member)), f"GET /buckets/{{{parameter}}}": op()}
    )
    assert (kind.sent, kind.identifiers) == ((f"/{member}",), (f"/{member}",))


def test_an_answer_that_knows_the_name_is_believed() -> None:
    """What was sent may have been changed by the server."""
    operations = {
        "POST /buckets": op(body=fields("name"), answer=fields("id", "name")),
        "GET /buckets/{name}": op(),
    }
    assert only_kind(operations).sent == ()
    assert only_kind(operations).identifiers == ("/name",)


def test_puts_whose_key_the_client_chooses() -> None:
    """Such a PUT makes the thing; its own key is not asked of anybody."""
    operations = {
        "PUT /shelves/{shelf_key}": op(body=fields("width")),
        "GET /shelves/{shelf_key}": op(),
        "DELETE /shelves/{shelf_key}": op(),
    }
    assert flow(operations) == [
        "GET /shelves/{shelf_key}: path /shelf_key <- PUT /shelves/{shelf_key} /shelf_key",
        "DELETE /shelves/{shelf_key}: path /shelf_key <- PUT /shelves/{shelf_key} /shelf_key",
    ]
    assert only_kind(operations).sent == ("shelf_key",)


@pytest.mark.parametrize(
    ("operations", "why"),
    [
        ({"POST /shelves": op(answer=ITEM)}, "a POST makes it"),
        ({"PUT /shelves/{id}": op(summary="Update a shelf")}, "it changes what exists"),
    ],
)
def test_puts_that_change_what_exists(operations: dict[str, Any], why: str) -> None:
    """A PUT is no create where something else is, or where it says what it does."""
    every = {"PUT /shelves/{id}": op(), "GET /shelves/{id}": op(), **operations}
    created = {kind.create for kind in analysed(api(every)).kinds.values()}
    assert "PUT /shelves/{id}" not in created, why


def test_puts_that_relate_what_exists() -> None:
    """Putting a rower into a crew makes no rower."""
    operations = {
        "POST /rowers": op(answer=ITEM),
        "POST /crews": op(answer=ITEM),
        "PUT /crews/{crew_id}/members/{rower_id}": op(status="201"),
    }
    put = "PUT /crews/{crew_id}/members/{rower_id}"
    assert flow(operations) == [
        f"{put}: path /crew_id <- POST /crews /id",
        f"{put}: path /rower_id <- POST /rowers /id",
    ]


def test_lists_below_parents_know_them() -> None:
    """The list of a kind that only exists in others is asked for with its parents."""
    found = analysed(
        api(
            {
                "POST /harbours": op(answer=ITEM),
                "GET /harbours/{harbour_id}/berths": op(answer=listing()),
                "GET /harbours/{harbour_id}/berths/{berth_id}": op(),
            }
        )
    )
    assert found.kinds["berth"].list == "GET /harbours/{harbour_id}/berths"
    assert found.kinds["berth"].parents == ("harbour",)


def test_actions_on_a_thing_do_not_make_it() -> None:
    """The answer to a cancellation shows the order, which is none the newer for it."""
    schemas = {"Order": ITEM}
    shown = op(answer={"$ref": "#/components/schemas/Order"})
    operations = {"POST /orders/{order_id}/approve": shown, "GET /parcels/{order_id}": op()}
    assert flow(operations, components={"schemas": schemas}) == []


def test_formats_in_paths_say_nothing() -> None:
    """`.json` at the end of a path belongs to no name."""
    operations = {
        "POST /Accounts/{AccountSid}/Faxes.json": op(answer=fields("sid")),
        "GET /Accounts/{AccountSid}/Faxes/{Sid}.json": op(),
        "GET /Accounts.json": op(answer=listing(fields("sid"))),
    }
    fax = "GET /Accounts/{AccountSid}/Faxes/{Sid}.json"
    assert flow(operations) == [
        "POST /Accounts/{AccountSid}/Faxes.json: path /AccountSid <- GET /Accounts.json /sid",
        f"{fax}: path /AccountSid <- GET /Accounts.json /sid",
        f"{fax}: path /Sid <- POST /Accounts/{{AccountSid}}/Faxes.json /sid",
    ]


def test_a_parameter_may_say_what_it_is_by_its_place() -> None:
    """What can be deleted below a collection is one of its items, whatever it is called."""
    operations = {
        "POST /pilots": op(answer=fields("id", "callsign")),
        "DELETE /pilots/{callsign}": op(),
        "GET /delay/{seconds}": op(),
    }
    assert flow(operations) == [
        "DELETE /pilots/{callsign}: path /callsign <- POST /pilots /callsign"
    ]


def test_an_owner_in_the_path_is_that_of_the_thing() -> None:
    """`/repos/{owner}/{repo}`: both values are of one item."""
    repo = fields("name", owner=fields("login"))
    operations = {"POST /me/repos": op(answer=repo), "GET /repos/{owner}/{repo}": op()}
    assert flow(operations) == [
        "GET /repos/{owner}/{repo}: path /repo <- POST /me/repos /name",
        "GET /repos/{owner}/{repo}: path /owner <- POST /me/repos /owner/login",
    ]


def test_names_that_were_sent_serve_where_the_answer_says_nothing() -> None:
    """The id comes from the Location header, the name from the body."""
    created = op(status="201", body=fields("depot_name"))
    created["responses"]["201"]["headers"] = {"Location": {}}
    operations = {
        "POST /depots": created,
        "GET /depots/{depot_id}": op(),
        "GET /depots/{depot_name}/doors": op(),
    }
    assert [line.rpartition(" ")[2] for line in flow(operations)] == ["/id", "/depot_name"]
    assert only_kind(operations).sent == ("/depot_name",)


# ── references in bodies ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("schema", "slot"),
    [
        ({"type": "integer"}, "/ship"),
        ({"type": "array", "items": {"type": "integer"}}, "/ship/0"),
        ({"type": "string"}, None),
        ({"type": "integer", "enum": [1, 2]}, None),
        ({"type": "boolean"}, None),
        ({"type": "object"}, None),
    ],
)
def test_the_bare_name_of_a_thing(schema: Any, slot: str | None) -> None:
    """It refers to the thing where its values are of the type of the thing's identifiers."""
    operations = {
        "POST /ships": op(answer=ITEM),
        "GET /ships/{id}": op(),
        "POST /cruises": op(body=fields(ship=schema) | {"required": ["ship"]}),
    }
    expected = [] if slot is None else [f"POST /cruises: body {slot} <- POST /ships /id"]
    assert [line for line in flow(operations) if "cruises" in line] == expected


def test_contents_are_no_references() -> None:
    """A text called as a thing that texts are made of is taken for a text."""
    text_id = fields("id")
    operations = {
        "POST /comments": op(answer=text_id),
        "GET /comments/{id}": op(),
        "POST /reviews": op(body=fields("comment")),
    }
    assert [line for line in flow(operations) if "reviews" in line] == []


@pytest.mark.parametrize(
    ("field", "expected"),
    [("billing_address_id", "POST /addresses /id"), ("assignee_id", "POST /users /id")],
)
def test_qualified_names_and_roles(field: str, expected: str) -> None:
    """`billing_address_id` is of an address, and an assignee is a user."""
    operations = {
        "POST /addresses": op(answer=ITEM),
        "POST /users": op(answer=ITEM),
        "POST /bills": op(body=fields(field)),
    }
    assert flow(operations) == [f"POST /bills: body /{field} <- {expected}"]


def test_required_headers_are_references_too() -> None:
    """The `X-` before a header's name belongs to no noun."""
    header = {"name": "X-Tenant-Id", "in": "header", "required": True, "schema": {}}
    operations = {
        "POST /tenants": op(answer=ITEM),
        "GET /invoices": op(parameters=[header]),
    }
    assert flow(operations) == ["GET /invoices: header /X-Tenant-Id <- POST /tenants /id"]


def test_uncertain_slots_that_may_be_left_out_have_alternatives_only() -> None:
    """Nothing far away is made for a member that a request need not have."""
    optional = fields(variant_id={"type": "integer"})
    found = analysed(
        api(
            {
                "POST /products": op(answer=ITEM),
                "POST /products/{product_id}/variants": op(answer=ITEM),
                "POST /carts": op(body=optional),
            }
        )
    )
    assert [link.consumer for link in found.links] == ["POST /products/{product_id}/variants"]
    (other,) = found.alternatives
    assert (other.consumer, found.kinds[other.kind].create) == (
        "POST /carts",
        "POST /products/{product_id}/variants",
    )


def test_alternatives_are_few_and_ranked() -> None:
    """The other suppliers of a slot follow, the better ones first."""
    operations = {f"POST /area{n}/notes": op(answer=ITEM) for n in range(20)}
    found = analysed(api({**operations, "GET /notes/{id}": op()}))
    assert len(found.links) == 1
    assert len(found.alternatives) == 5
    assert {link.kind for link in found.alternatives} <= set(found.kinds)


# ── declared links ────────────────────────────────────────────────────────────────────────────


def linked(operation: dict[str, Any], **link: Any) -> dict[str, Any]:
    """An operation whose answer declares a link."""
    operation["responses"]["200"]["links"] = {"next": link}
    return operation


@pytest.mark.parametrize(
    "target", [{"operationId": "showTrack"}, {"operationRef": "#/paths/~1player~1{ref}/get"}]
)
def test_declared_links_come_first(target: dict[str, str]) -> None:
    """What the document says itself is better than what names suggest."""
    made = op(answer=fields("id", "track_ref"))
    operations = {
        "POST /uploads": linked(made, **target, parameters={"ref": "$response.body#/track_ref"}),
        "GET /player/{ref}": op(operationId="showTrack"),
    }
    assert flow(operations) == ["GET /player/{ref}: path /ref <- POST /uploads /track_ref"]


@pytest.mark.parametrize("expression", ["$url", "$response.body#/nothing/0", "track", 7, None])
def test_links_that_lead_nowhere(expression: Any) -> None:
    """They are left out."""
    made = op(answer=fields("message"))
    operations = {
        "POST /uploads": linked(made, operationId="showTrack", parameters={"ref": expression}),
        "GET /player/{ref}": op(operationId="showTrack"),
    }
    assert flow(operations) == []


# ── real items ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("item", "name", "noun", "pointer"),
    [
        ({"id": 4, "name": "x"}, "kite_id", "kite", "/id"),
        ({"_id": "4", "title": "x"}, "id", "kite", "/_id"),
        ({"kiteId": "4", "id": 9}, "kite_id", "kite", "/kiteId"),
        ({"name": "x", "colour": "red"}, "kite", "kite", "/name"),
        ({"login": "x", "id": 1}, "username", "user", "/login"),
        ({"metadata": {"name": "x", "uid": "u"}}, "name", "pod", "/metadata/name"),
        ({"id": {"nested": 1}, "uuid": "u"}, "id", "kite", "/uuid"),
        ({"id": None, "flag": True, 3: "x"}, "id", "kite", ""),
        ({}, "", "", ""),
    ],
)
def test_the_identifier_in_a_real_item(item: Any, name: str, noun: str, pointer: str) -> None:
    """By the same rules as in schemas; what cannot identify anything does not count."""
    assert identifier_in(item, name, noun) == pointer


def test_wants_are_there_without_suppliers() -> None:
    """What nobody supplies is wanted nevertheless."""
    (want,) = wants_of(api({"GET /kites/{kite_id}": op()}))
    assert (want.name, want.noun, want.collection) == ("kite_id", "kite", "/kites")


# ── size ──────────────────────────────────────────────────────────────────────────────────────


def calls(monkeypatch: pytest.MonkeyPatch, operations: dict[str, Any], **more: Any) -> int:
    """How often a producer was compared with a want."""
    counted = 0
    score = offers._score

    def counting(*arguments: Any) -> int:
        nonlocal counted
        counted += 1
        return score(*arguments)

    monkeypatch.setattr(offers, "_score", counting)
    analysed(api(operations, **more))
    monkeypatch.setattr(offers, "_score", score)
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
