"""What a rendered file says: names that cannot clash, families that stay together, bodies."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.errors import BenchmarkError
from benchmark.generators.locust_generator import DynamicLocustGenerator, render_locustfile
from benchmark.models import (
    ApiDocument,
    Constant,
    Discovery,
    Readiness,
)
from tests.benchmark.generators.locust_generator.rendered_files import (
    method,
    one_task,
    rendered,
    undefined_or_unused,
)
from tests.benchmark.generators.small_apis import ITEM, api, fields, listing, op

BINARY = {"type": "string", "format": "binary"}
MAKE = op(body=fields("name"), answer=ITEM, status="201")


# ── names ─────────────────────────────────────────────────────────────────────────────────────


def test_bodies_of_several_classes_have_different_names() -> None:
    """Two applications may both create an item; each sends its own body."""
    make = op(operationId="createItem", body=fields("name"), answer=ITEM)
    other = op(operationId="createItem", body=fields("title"), answer=ITEM)
    source = rendered([api({"POST /items": make}, "x"), api({"POST /items": other}, "y", "/y")],
                      users=5)  # fmt: skip
    assert source.count("create_item_body = Body(") == 1
    assert source.count("create_item_body_2 = Body(") == 1
    assert source.count("self.new_json(create_item_body)") == 1
    assert source.count("self.new_json(create_item_body_2)") == 1


def test_a_body_is_not_hidden_by_a_variable() -> None:
    """A kind may be called as the body of a task would be."""
    operations = {
        "POST /item_bodies": op(body=fields("name"), answer=ITEM, operationId="makeBody"),
        "PUT /item_bodies/{id}": op(body=fields("name"), operationId="item"),
    }
    source = rendered(api(operations))
    assert "item_body_2 = Body(" in source
    assert 'item_body = self.need("item_body", self.make_body)' in source
    assert "self.new_json(item_body_2)" in source


def test_a_task_may_be_called_as_a_body() -> None:
    """Methods are looked up on the user, bodies in the file."""
    operations = {
        "POST /a": op(body=fields("x"), operationId="act"),
        "POST /b": op(body=fields("y"), operationId="act_body"),
    }
    source = rendered(api(operations))
    assert "self.new_json(act_body)" in method(source, "act")
    assert "self.new_json(act_body_body)" in method(source, "act_body")
    assert undefined_or_unused(source) == ""


@pytest.mark.parametrize("noun", ["tasks", "selfs", "replies", "classes", "bodies", "betweens"])
def test_every_kind_can_be_a_variable(noun: str) -> None:
    """Kinds named like our own variables, imports or keywords are told apart."""
    operations = {
        f"POST /{noun}": op(body=fields("name"), answer=ITEM),
        f"POST /{noun}/{{id}}/notes": op(answer=ITEM),
        f"GET /{noun}/{{id}}/notes/{{note_id}}": op(),
        f"DELETE /{noun}/{{id}}": op(),
    }
    assert undefined_or_unused(rendered(api(operations))) == ""


def test_names_that_are_no_names_are_refused() -> None:
    """The renderer repairs nothing: a plan with a broken name is a fault."""
    plan = one_task(Constant(1), "application/json")
    user = plan.users[0]
    for broken in (
        replace(user, name="Main User"),
        replace(user, tasks=(replace(user.tasks[0], name="act()"),)),
        replace(user, tasks=(replace(user.tasks[0], name="need"),)),
        replace(user, name="ApiUser"),
    ):
        with pytest.raises(BenchmarkError):
            render_locustfile(replace(plan, users=(broken,)))


# ── families ──────────────────────────────────────────────────────────────────────────────────

CHAIN = {
    "GET /orgs": op(answer=listing()),
    "POST /orgs/{org_id}/teams": MAKE,
    "POST /teams/{team_id}/notes": MAKE,
    "POST /notes/{note_id}/tags": MAKE,
}


@pytest.mark.parametrize(
    ("path", "statements"),
    [
        ("/orgs/{org_id}", ['org = self.find("org", "/orgs")']),
        (
            "/orgs/{org_id}/teams/{team_id}",
            [
                'team = self.need("team", self.post_orgs_by_org_id_teams)',
                'org = team.of("org")',
            ],
        ),
        (
            "/orgs/{org_id}/tags/{tag_id}",
            [
                'tag = self.need("tag", self.post_notes_by_note_id_tags)',
                'org = tag.of("note").of("team").of("org")',
            ],
        ),
        (
            "/teams/{team_id}/notes/{note_id}/tags/{tag_id}",
            [
                'tag = self.need("tag", self.post_notes_by_note_id_tags)',
                'note = tag.of("note")',
                'team = note.of("team")',
            ],
        ),
    ],
)
def test_parents_are_those_of_the_child(path: str, statements: list[str]) -> None:
    """The thing that depends most is asked for; everything above it is read from it."""
    source = rendered(api({**CHAIN, f"GET {path}": op(operationId="readIt")}))
    assert method(source, "read_it").split("\n")[: len(statements)] == statements
    assert undefined_or_unused(source) == ""


def test_a_parent_may_stand_in_the_body() -> None:
    """What a thing was made with is its parent, wherever that stood."""
    operations = {
        "POST /customers": MAKE,
        "POST /orders": op(body=fields("customer_id"), answer=ITEM, operationId="order"),
        "GET /customers/{customer_id}/orders/{order_id}": op(operationId="readIt"),
    }
    source = rendered(api(operations))
    assert 'self.keep("order", reply, customer)' in method(source, "order")
    assert 'customer = order.of("customer")' in method(source, "read_it")


def test_several_found_things_are_found_one_by_one() -> None:
    """What the server lists has no family that is known here."""
    operations = {
        "GET /orgs": op(answer=listing()),
        "GET /teams": op(answer=fields(items=listing())),
        "GET /orgs/{org_id}/teams/{team_id}": op(operationId="readIt"),
    }
    assert method(rendered(api(operations)), "read_it").split("\n")[:2] == [
        'org = self.find("org", "/orgs")',
        'team = self.find("team", "/teams", at="/items")',
    ]


def test_deletes_take_what_the_user_made() -> None:
    """The task is marked, so that it also cleans up."""
    source = rendered(api({"POST /notes": MAKE, "DELETE /notes/{id}": op(operationId="drop")}))
    assert '    @task(1)\n    @deletes("note")\n    def drop(self):' in source
    assert method(source, "drop").startswith('note = self.take("note", self.post_notes)\n')


# ── the file ──────────────────────────────────────────────────────────────────────────────────


def test_disabled_tasks_are_there_with_their_reason() -> None:
    """Enabling one is a matter of removing comment signs."""
    source = rendered(api({"GET /a": op(), "GET /b/{id}": op(operationId="readIt")}))
    assert (
        "    # Disabled: no way found to get a {id}.\n    # @task(4)\n    def read_it(self):\n"
    ) in source
    assert source.startswith('"""Load test: 1 of 2 operations enabled.\n')


def test_a_class_says_how_many_of_its_operations_are_disabled() -> None:
    """They are counted when the file is written: a probe may have changed what is ready."""
    source = rendered([api({"GET /a": op(), "GET /b/{id}": op()})])
    assert "2 operations, 1 of them disabled." in source


def test_a_class_without_enabled_tasks_is_abstract() -> None:
    """Locust would refuse a user without tasks; nothing unused is imported."""
    specs = [api({"GET /b/{id}": op()}, "x"), api({"GET /a": op()}, "y", "/y")]
    source = rendered(specs, users=5)
    assert source.count("    abstract = True  # nothing in it is enabled\n") == 1
    disabled = rendered(api({"POST /b/{id}": op(body=fields("a"))}))
    assert "from locust import between\n" in disabled
    assert undefined_or_unused(source, disabled) == ""


def test_an_empty_plan_is_an_empty_file() -> None:
    """No classes, no imports."""
    source = rendered(api({}))
    assert [type(node) for node in ast.parse(source).body] == [ast.Expr]


@pytest.mark.parametrize(
    ("wait", "written"),
    [
        ((1, 3), "1, 3"),
        ((0.5, 2.0), "0.5, 2"),
        ((0, 0), "0, 0"),
        ((1.25, 1234567.5), "1.25, 1234567.5"),
    ],
)
def test_waits_are_written_exactly(wait: tuple[float, float], written: str) -> None:
    """As short as possible, and never rounded."""
    assert f"wait_time = between({written})" in rendered(api({"GET /a": op()}), wait_time=wait)


def test_long_class_descriptions_are_wrapped() -> None:
    """A merged class describes every application on a line of its own."""
    specs = [
        api({"GET /a": op()}, name, f"/{name}", info={"title": "T" * 90, "version": "1"})
        for name in ("one", "two")
    ]
    source = rendered(specs, users=1)
    assert max(map(len, source.split("\n"))) <= 100
    doc = ast.get_docstring(ast.parse(source).body[-1])  # type: ignore[arg-type]  # it is the class
    assert doc is not None
    assert doc.count("mounted at") == 2


def test_a_reason_cannot_end_its_comment() -> None:
    """Whatever text comes as a reason, the line after it is still ours."""
    plan = one_task(Constant(1), "application/json")
    task = replace(
        plan.users[0].tasks[0], readiness=Readiness(enabled=False, reason="x\nimport os")
    )
    source = render_locustfile(replace(plan, users=(replace(plan.users[0], tasks=(task,)),)))
    assert "    # Disabled: x import os.\n" in source


def test_the_short_way_from_a_discovery(tmp_path: Path) -> None:
    """`DynamicLocustGenerator` writes the same file as the pipeline, folders included."""
    raw = {
        "openapi": "3.1.0",
        "info": {"title": "A", "version": "1"},
        "paths": {"/a": {"get": op(status="204")}},
    }
    found = Discovery("http://localhost:8000/base", (ApiDocument("main", "", "memory", raw),))
    path = DynamicLocustGenerator(found).generate_dynamic_locust_file(tmp_path / "new" / "f.py")
    source = path.read_text(encoding="utf-8")
    assert "for http://localhost:8000. Run it" in source
    assert 'self.client.get("/a")' in source
