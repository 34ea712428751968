"""How signing in is written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.generators.locust_generator import render_locustfile
from benchmark.models import (
    Constant,
    Credential,
    LoadPlan,
    ObjectNode,
    PlannedTask,
    PlannedUser,
    Recipe,
    Registered,
    SignIn,
    Unique,
)
from tests.benchmark.generators.locust_generator.rendered_files import method, undefined_or_unused

FORM = "application/x-www-form-urlencoded"
ACCOUNT = Recipe(
    (),
    "application/json",
    ObjectNode((("name", Unique("ann")), ("password", Constant("s3cret!A")))),
)
OWN = Recipe(
    (), FORM, ObjectNode((("user", Registered("/name")), ("password", Registered("/password"))))
)
GIVEN = Recipe((), FORM, ObjectNode((("u", Credential("username")), ("p", Credential("password")))))


def written(sign_in: SignIn, *tasks: PlannedTask) -> str:
    """The file of a user that signs in."""
    every = tasks or (PlannedTask("GET /a", "read", "GET", "/a", "", 1, Recipe()),)
    user = PlannedUser("MainUser", "Main.", ("main",), 1, every, sign_in=sign_in)
    source = render_locustfile(LoadPlan("http://x", 0, (1, 3), (user,)))
    assert undefined_or_unused(source) == ""
    return source


def test_an_account_is_made_and_signs_in() -> None:
    """Two methods, so that the account outlives its tokens."""
    source = written(
        SignIn("POST /login", OWN, "/data/token", register="POST /users", register_recipe=ACCOUNT)
    )
    assert 'sign_up_body = Body({"name": unique("ann"), "password": "s3cret!A"})' in source
    assert method(source, "sign_up") == (
        "account = self.new(sign_up_body)\n"
        'reply = self.client.post("/users", json=account)\n'
        "self.keep_account(account, reply)"
    )
    assert method(source, "sign_in") == (
        "reply = self.client.post(\n"
        '    "/login",\n'
        '    data={"user": self.own_account["name"], "password": self.own_account["password"]},\n'
        ")\n"
        'self.authorize(reply, "/data/token")'
    )
    assert source.index("def sign_up") < source.index("def sign_in") < source.index("def read")
    assert "sign_in_per_user" not in source


@pytest.mark.parametrize(
    ("change", "call"),
    [
        ({}, 'self.authorize(reply, "/t")'),
        ({"prefix": "Token "}, 'self.authorize(reply, "/t", prefix="Token ")'),
        (
            {"parameter": "X-Auth", "prefix": ""},
            'self.authorize(reply, "/t", parameter="X-Auth", prefix="")',
        ),
        (
            {"location": "query", "parameter": "key", "prefix": ""},
            'self.authorize(reply, "/t", location="query", parameter="key", prefix="")',
        ),
        ({"token_pointer": None}, "self.authorize(reply)"),
    ],
)
def test_where_the_token_goes(change: dict[str, str], call: str) -> None:
    """What is usual goes without saying."""
    source = written(replace(SignIn("POST /login", GIVEN, "/t"), **change))  # type: ignore[arg-type]
    assert method(source, "sign_in").endswith(call)
    assert "def sign_up" not in source


def test_given_credentials_are_named_not_written() -> None:
    """They come from the environment when the file runs, and its heading says which."""
    source = written(SignIn("POST /login", GIVEN, "/t", per_user=True))
    assert 'data={"u": self.given("username"), "p": self.given("password")}' in source
    assert "BENCHMARK_BASIC" in source
    assert "    sign_in_per_user = True\n" in source


def test_a_sign_in_expects_what_its_operation_answers() -> None:
    """Cookie sessions often redirect; what the plan knows of the operation counts more."""
    session = SignIn("POST /login", GIVEN, None)
    assert 'answers="redirect"' in method(written(session), "sign_in")
    task = PlannedTask("POST /login", "log_in", "POST", "/login", "", 1, Recipe())
    assert "answers" not in method(written(session, task), "sign_in")


@pytest.mark.parametrize("recipe", [Recipe(), Recipe((), "application/json", ObjectNode(()))])
def test_an_account_may_need_nothing(recipe: Recipe) -> None:
    """A register operation without a body still makes one."""
    source = written(
        SignIn("POST /login", Recipe(), "/t", register="POST /guest", register_recipe=recipe)
    )
    assert "self.keep_account(" in method(source, "sign_up")
