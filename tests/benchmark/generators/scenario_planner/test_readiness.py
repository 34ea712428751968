"""Which operations can be called before anything was sent, and why the others cannot."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from tests.benchmark.generators.small_apis import (
    ITEM,
    api,
    fields,
    listing,
    op,
    planned,
    query,
    reasons,
)

PATH_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
MAKE = op(body=ITEM, answer=ITEM, status="201")
LIST = op(answer=listing())


@pytest.mark.parametrize(
    ("operations", "key", "reason"),
    [
        ({"GET /notes/{id}": op()}, "GET /notes/{id}", "no way found to get a {id}"),
        ({"GET /delay/{seconds}": op()}, "GET /delay/{seconds}", ""),
        ({"POST /notes": MAKE, "GET /notes/{id}": op()}, "GET /notes/{id}", ""),
        ({"GET /notes": LIST, "GET /notes/{id}": op()}, "GET /notes/{id}", ""),
        (
            {"GET /notes": LIST, "DELETE /notes/{id}": op()},
            "DELETE /notes/{id}",
            "would change the note, which the test did not make",
        ),
        (
            {"GET /notes": LIST, "POST /notes/{id}/close": op()},
            "POST /notes/{id}/close",
            "would change the note, which the test did not make",
        ),
        (
            {"GET /notes": LIST, "POST /notes/{id}/tags": op(status="201")},
            "POST /notes/{id}/tags",
            "",
        ),
        ({"GET /notes": LIST, "HEAD /notes/{id}": op()}, "HEAD /notes/{id}", ""),
        ({"GET /notes": LIST, "POST /notes": MAKE, "PUT /notes/{id}": op()}, "PUT /notes/{id}", ""),
        (
            {
                "GET /orgs": LIST,
                "POST /orgs/{org_id}/teams": MAKE,
                "PUT /orgs/{org_id}/teams/{team_id}": op(),
            },
            "PUT /orgs/{org_id}/teams/{team_id}",
            "",
        ),
        (
            {"GET /orgs": LIST, "PUT /orgs/{org_id}/members/{member}": op()},
            "PUT /orgs/{org_id}/members/{member}",
            "no way found to get a {member}",
        ),
        (
            {"GET /orgs": LIST, "PUT /orgs/{org_id}/colour/{name_of_colour}": op()},
            "PUT /orgs/{org_id}/colour/{name_of_colour}",
            "would change the org, which the test did not make",
        ),
        (
            {"POST /login": op(body=fields("password"))},
            "POST /login",
            "needs credentials: it is the sign-in",
        ),
    ],
)
def test_why_an_operation_is_disabled(operations: Any, key: str, reason: str) -> None:
    """Everything in the path must be had; what is changed must be the user's own."""
    assert reasons(planned(api(operations)))[key] == reason


@pytest.mark.parametrize(
    ("parameter", "method", "enabled"),
    [
        ({**PATH_ID, "example": 7}, "GET", True),
        ({**PATH_ID, "schema": {"enum": [1, 2]}}, "GET", True),
        ({**PATH_ID, "schema": {"const": 1}}, "GET", True),
        ({**PATH_ID, "schema": {"type": "integer", "default": 1}}, "GET", True),
        ({**PATH_ID, "example": 7}, "DELETE", False),
        (PATH_ID, "GET", False),
    ],
)
def test_documented_values_do_for_reading(parameter: Any, method: str, enabled: bool) -> None:
    """An example in the document is a value to read with, and never one to write with."""
    plan = planned(api({f"{method} /notes/{{id}}": op(parameters=[parameter])}))
    assert next(plan.tasks()).readiness.enabled is enabled


def test_a_supplier_that_cannot_be_called_supplies_nothing() -> None:
    """What depends on a disabled create is disabled, too, down to the last descendant."""
    locked = op(body=ITEM, answer=ITEM, security=[{"k": []}])
    operations = {
        "POST /orgs": locked,
        "POST /orgs/{org_id}/teams": MAKE,
        "GET /teams/{team_id}": op(),
    }
    scheme = {"k": {"type": "http", "scheme": "bearer"}}
    assert reasons(planned(api(operations, components={"securitySchemes": scheme}))) == {
        "POST /orgs": "needs credentials (bearer token)",
        "POST /orgs/{org_id}/teams": "no way to get a {org_id}: org cannot be made or found",
        "GET /teams/{team_id}": "no way to get a {team_id}: team cannot be made or found",
    }


def test_what_the_options_leave_out_supplies_nothing() -> None:
    """The reason names the operation that would have been needed."""
    operations = {"POST /notes": MAKE, "GET /notes/{id}": op()}
    assert reasons(planned(api(operations), exclude=("POST *",))) == {
        "GET /notes/{id}": "no way to get a {id}: POST /notes is left out"
    }


def test_a_list_stands_in_for_a_create_that_is_left_out() -> None:
    """Reads go on with what is found; writes do not."""
    operations = {
        "GET /notes": LIST,
        "POST /notes": MAKE,
        "GET /notes/{id}": op(),
        "DELETE /notes/{id}": op(),
    }
    assert reasons(planned(api(operations), exclude=("POST *",))) == {
        "GET /notes": "",
        "GET /notes/{id}": "",
        "DELETE /notes/{id}": "no way to get a {id}: POST /notes is left out",
    }


def test_a_long_chain_of_creates_is_judged_without_recursion() -> None:
    """A thousand things, each below the one before, are no harder than two."""
    nouns = [a + b + c for a in "bcdfghjklm" for b in "aeiouyqwrt" for c in "bcdfghjklm"]
    operations = {f"POST /{nouns[0]}": op(answer=ITEM)}
    for before, noun in pairwise(nouns):
        operations[f"POST /{before}/{{{before}_id}}/{noun}"] = op(answer=ITEM)
    first = reasons(planned(api(operations), include=(f"POST /{nouns[0]}*",)))
    assert len(first) == 2
    every = reasons(planned(api(operations)))
    assert sum(not reason for reason in every.values()) >= 900


def test_bodies_do_not_disable() -> None:
    """A reference in a body that nobody supplies gets a generated value."""
    plan = planned(api({"POST /notes": op(body=fields("author_id"))}))
    assert reasons(plan) == {"POST /notes": ""}


def test_required_queries_do_not_disable() -> None:
    """Nor does one in a query."""
    plan = planned(api({"GET /notes": op(parameters=[query("author_id")])}))
    assert reasons(plan) == {"GET /notes": ""}
