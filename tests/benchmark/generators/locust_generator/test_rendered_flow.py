"""How data flow is written: own keys, lists below parents, what is sent back, what is expected."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from benchmark.generators.locust_generator import render_locustfile
from benchmark.models import (
    Clock,
    Constant,
    Created,
    Credential,
    Echo,
    Found,
    LoadPlan,
    ObjectNode,
    PlannedTask,
    PlannedUser,
    Pooled,
    Recipe,
    ResourceKind,
    Slot,
    Source,
    StrategyName,
    Unique,
    Upload,
)
from tests.benchmark.generators.locust_generator.rendered_files import method, undefined_or_unused

JSON = "application/json"
NOTHING = Recipe()


def task(key: str, name: str, recipe: Recipe = NOTHING, **more: Any) -> PlannedTask:
    """A planned task of that operation."""
    verb, _, path = key.partition(" ")
    return PlannedTask(key, name, verb, path, "", 1, recipe, **more)


def path(**sources: Source) -> Recipe:
    """A recipe with values in the path only."""
    return Recipe(tuple(Slot("path", f"/{name}", source) for name, source in sources.items()))


def query(**sources: Source) -> tuple[Slot, ...]:
    """Slots of a query."""
    return tuple(Slot("query", f"/{name}", source) for name, source in sources.items())


def body(**members: Any) -> ObjectNode:
    """An object node."""
    return ObjectNode(tuple(members.items()))


def plan(*tasks: PlannedTask, kinds: tuple[ResourceKind, ...] = ()) -> LoadPlan:
    """A plan of one user class."""
    user = PlannedUser("MainUser", "Main.", ("main",), 1, tasks)
    return LoadPlan("http://x", 0, (1, 3), (user,), {kind.kind: kind for kind in kinds})


def written(name: str, *tasks: PlannedTask, kinds: tuple[ResourceKind, ...] = ()) -> str:
    """The statements of one method, of a file that has no undefined names."""
    source = render_locustfile(plan(*tasks, kinds=kinds))
    assert undefined_or_unused(source) == ""
    return method(source, name)


BUCKET = ResourceKind(
    "bucket", "main", create="PUT /buckets/{bucketId}", sent=("bucketId",), settle_seconds=0.2
)


@pytest.mark.parametrize(
    ("source", "statement", "used"),
    [
        (Unique("b"), 'bucket_id = self.value(unique("b"))\n', "bucket_id"),
        (Unique("", "uuid"), "bucket_id = self.value(unique_uuid())\n", "bucket_id"),
        (Pooled(("a", "b")), 'bucket_id = self.pick("a", "b")\n', "bucket_id"),
        (Clock(0, "epoch"), 'bucket_id = self.value(clock(format="epoch"))\n', "bucket_id"),
        (Constant("b"), "", '"b"'),
    ],
)
def test_a_key_that_the_client_chooses_is_one_variable(
    source: Source, statement: str, used: str
) -> None:
    """What is put into the path is what is kept."""
    create = task("PUT /buckets/{bucketId}", "put_bucket", path(bucketId=source), keeps="bucket")
    assert written("put_bucket", create, kinds=(BUCKET,)) == (
        f'{statement}reply = self.client.put("/buckets/{{bucketId}}", '
        f'path={{"bucketId": {used}}})\n'
        f'self.keep("bucket", reply, sent={{"bucketId": {used}}}, settle=0.2)'
    )


def test_a_name_in_the_body_is_kept() -> None:
    """The body is a variable then, and its member is used by name."""
    kind = ResourceKind("doc", "main", create="POST /docs", sent=("/owner/name", "/nowhere/x"))
    recipe = Recipe((), JSON, body(owner=body(name=Unique("ann"))))
    create = task("POST /docs", "make_doc", recipe, keeps="doc")
    assert written("make_doc", create, kinds=(kind,)) == (
        "body = self.new(make_doc_body)\n"
        'reply = self.client.post("/docs", json=body)\n'
        'self.keep("doc", reply, sent={"name": body["owner"]["name"]})'
    )


def test_a_location_header_may_name_what_was_made() -> None:
    """It is said where it does."""
    kind = ResourceKind("doc", "main", create="POST /docs", item_pointer="/d", from_location=True)
    create = task("POST /docs", "make_doc", keeps="doc")
    assert 'self.keep("doc", reply, at="/d", location=True)' in written(
        "make_doc", create, kinds=(kind,)
    )


@pytest.mark.parametrize("name", ["self", "reply", "class", "x_body", "é", "1", "unique", "A-b"])
def test_names_of_keys_become_variables(name: str) -> None:
    """Whatever a path parameter is called, the file is Python without clashes."""
    kind = ResourceKind("bucket", "main", create=f"PUT /b/{{{name}}}", sent=(name,))
    create = task(f"PUT /b/{{{name}}}", "put_it", path(**{name: Unique("b")}), keeps="bucket")
    text = written("put_it", create, kinds=(kind,))
    assert f'sent={{"{name}": ' in text


def test_kinds_named_like_our_variables_are_told_apart() -> None:
    """A reply may be a thing of the API, too."""
    kind = ResourceKind("reply", "main", create="POST /replies")
    tasks = (
        task("POST /replies", "make", keeps="reply"),
        task("POST /notes/{id}", "note", path(id=Created("reply", "/id")), keeps="note"),
    )
    text = written("note", *tasks, kinds=(kind, ResourceKind("note", "main")))
    assert text == (
        'the_reply = self.need("reply", self.make)\n'
        'reply = self.client.post("/notes/{id}", path={"id": the_reply["id"]})\n'
        'self.keep("note", reply, the_reply)'
    )


# ── lists ─────────────────────────────────────────────────────────────────────────────────────────

ORG = ResourceKind("org", "main", list="GET /orgs", list_pointer="/*")
REPO = ResourceKind("repo", "main", list="GET /orgs/{org}/repos")
LISTS = (
    task("GET /orgs", "list_orgs"),
    task(
        "GET /orgs/{org}/repos",
        "list_repos",
        Recipe(
            (
                *path(org=Found("org", "/login")).parameters,
                *query(n=Pooled(("9", "5"))),
                Slot("header", "/X-V", Constant("2")),
            )
        ),
    ),
)


@pytest.mark.parametrize("parent", [{}, {"org": Found("org", "/login")}])
def test_a_list_below_a_parent_is_asked_for_as_its_operation_is(parent: dict[str, Source]) -> None:
    """Its own recipe says what it needs; the first of several values is always the same."""
    names = "".join(f"/{{{name}}}" for name in parent)
    read = task(f"GET{names and ' '}{names}/r/{{repo}}".replace("GET/", "GET /"), "read_repo",
                path(**parent, repo=Found("repo", "/id")))  # fmt: skip
    assert written("read_repo", *LISTS, read, kinds=(ORG, REPO)).startswith(
        'org = self.find("org", "/orgs", at="/*")\n'
        "repo = self.find(\n"
        '    "repo",\n'
        '    "/orgs/{org}/repos",\n'
        '    path={"org": org["login"]},\n'
        '    params={"n": "9"},\n'
        '    headers={"X-V": "2"},\n'
        ")\n"
        'self.client.get("'
    )


def test_a_disabled_list_still_says_how_to_ask() -> None:
    """What may not be called as a task may be asked for by those that need it."""
    off = replace(LISTS[1], readiness=replace(LISTS[1].readiness, enabled=False))
    read = task("GET /r/{repo}", "read_repo", path(repo=Found("repo", "/id")))
    assert 'path={"org": org["login"]}' in written(
        "read_repo", LISTS[0], off, read, kinds=(ORG, REPO)
    )


def test_lists_that_need_each_other_do_not_go_round() -> None:
    """What cannot be had is None in the file: the task is skipped when it runs."""
    kinds = (
        ResourceKind("a", "main", list="GET /b/{b}/a"),
        ResourceKind("b", "main", list="GET /a/{a}/b"),
    )
    tasks = (
        task("GET /b/{b}/a", "list_a", path(b=Found("b", "/id"))),
        task("GET /a/{a}/b", "list_b", path(a=Found("a", "/id"))),
    )
    assert '"/b/{b}/a", path={"b": None})' in written("list_a", *tasks, kinds=kinds)


# ── sending back ──────────────────────────────────────────────────────────────────────────────────

ITEM = ResourceKind("item", "main", create="POST /items")
ITEMS = (
    task("POST /items", "make", keeps="item"),
    task(
        "GET /items/{id}",
        "get_item",
        Recipe(
            (*path(id=Created("item", "/id")).parameters, *query(view=Constant("full"))),
        ),
    ),
)


def test_an_update_sends_back_what_is_there() -> None:
    """One read, with its own path and query, for the same thing."""
    update = replace(
        task("PUT /items/{id}", "put_item", path(id=Created("item", "/id"))),
        recipe=replace(
            path(id=Created("item", "/id")),
            media_type=JSON,
            body=Echo("GET /items/{id}", "/data", ("title", "done")),
        ),
    )
    assert written("put_item", *ITEMS, update, kinds=(ITEM,)) == (
        'item = self.need("item", self.make)\n'
        "self.client.put(\n"
        '    "/items/{id}",\n'
        '    path={"id": item["id"]},\n'
        "    json=self.echo(\n"
        '        "/items/{id}",\n'
        '        path={"id": item["id"]},\n'
        '        params={"view": "full"},\n'
        '        at="/data",\n'
        '        members=["title", "done"],\n'
        "    ),\n"
        ")"
    )


def test_several_values_come_from_one_read() -> None:
    """It is a variable then."""
    members = body(
        title=Echo("GET /items/{id}", "/title"), v=Echo("GET /items/{id}", "/m/v"), n=Constant(1)
    )
    update = task("POST /touch", "touch", Recipe((), JSON, members))
    assert written("touch", *ITEMS, update, kinds=(ITEM,)) == (
        'item = self.need("item", self.make)\n'
        'current = self.peek("/items/{id}", path={"id": item["id"]}, params={"view": "full"})\n'
        "self.client.post(\n"
        '    "/touch",\n'
        '    json=self.new(touch_body, {"/title": current["title"], "/v": current["/m/v"]}),\n'
        ")"
    )


def test_an_unknown_read_leaves_a_hole() -> None:
    """A plan that speaks of an operation which it does not have is still a file."""
    update = task("PUT /a", "put_a", Recipe((), JSON, Echo("GET /nowhere")))
    assert written("put_a", update) == 'self.client.put("/a", json=None)'


# ── values and answers ────────────────────────────────────────────────────────────────────────────


def test_every_source_can_stand_in_a_query() -> None:
    """Made, picked, or given by the user."""
    recipe = Recipe(
        query(
            a=Unique("x", "email", 30), b=Clock(3600), c=Credential("token"),
            d=Upload("a.png", "image/png", 9), e=Pooled(("1", "1")),
        )
    )  # fmt: skip
    text = written("read", task("GET /a", "read", recipe))
    for value in (
        '"a": self.value(unique_email("x", max_length=30))', '"b": self.value(clock(seconds=3600))',
        '"c": self.given("token")', '"d": "a.png"', '"e": "1"',
    ):  # fmt: skip
        assert value in text


@pytest.mark.parametrize("answers", ["anything", "redirect"])
def test_unusual_answers_are_said(answers: Any) -> None:
    """At the end of the call; data go without saying."""
    text = written("read", task("GET /a", "read", query_recipe(), answers=answers))
    assert text == f'self.client.get("/a", params={{"q": "1"}}, answers="{answers}")'
    assert "answers" not in written("read", task("GET /a", "read"))


def query_recipe() -> Recipe:
    """A recipe with one constant."""
    return Recipe(query(q=Constant("1")))


@pytest.mark.parametrize("strategy", ["sequential", "interleaved", "random"])
def test_the_strategy_is_one_line(strategy: StrategyName) -> None:
    """It can be changed by hand."""
    source = render_locustfile(replace(plan(task("GET /a", "read")), strategy=strategy))
    assert f'\n    strategy = "{strategy}"\n' in source
