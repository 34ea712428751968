"""How requests are written that depend on a state: what comes first, and what puts things back."""

from __future__ import annotations

from dataclasses import replace

from benchmark.generators.locust_generator import render_locustfile
from benchmark.models import (
    Constant,
    Created,
    Credential,
    CsrfToken,
    Echo,
    LoadPlan,
    ObjectNode,
    PlannedTask,
    PlannedUser,
    Recipe,
    Registered,
    ResourceKind,
    SignIn,
    Slot,
    Unique,
)
from tests.benchmark.generators.locust_generator.rendered_files import method, undefined_or_unused

OWN = Recipe((Slot("path", "/id", Created("job", "/id")),))
JSON = "application/json"
KIND = ResourceKind("job", "main", create="POST /jobs", delete="DELETE /jobs/{id}")
CREATE = PlannedTask("POST /jobs", "create", "POST", "/jobs", "", 1, Recipe(), keeps="job")
READ = PlannedTask("GET /jobs/{id}", "read", "GET", "/jobs/{id}", "", 1, OWN)
START = PlannedTask("POST /jobs/{id}/start", "start", "POST", "/jobs/{id}/start", "", 1, OWN)
STOP = replace(START, operation="POST /jobs/{id}/stop", name="stop", path="/jobs/{id}/stop")
DELETE = PlannedTask("DELETE /jobs/{id}", "drop", "DELETE", "/jobs/{id}", "", 1, OWN, takes="job")


def written(*tasks: PlannedTask, sign_in: SignIn | None = None) -> str:
    """The file of a user with these tasks and the usual ones of jobs."""
    user = PlannedUser("MainUser", "Main.", ("main",), 1, (CREATE, READ, *tasks), sign_in=sign_in)
    source = render_locustfile(LoadPlan("http://x", 0, (1, 3), (user,), {"job": KIND}))
    assert undefined_or_unused(source) == ""
    return source


def test_what_comes_first_and_last_is_for_the_same_thing() -> None:
    """The one action calls the other before its own request, the other one after it."""
    stop = replace(STOP, recipe=replace(OWN, before=(START.operation,)))
    start = replace(START, recipe=replace(OWN, after=(STOP.operation,)))
    source = written(start, stop)
    for name in ("start", "stop"):
        assert method(source, name) == (
            'job = self.need("job", self.create)\n'
            'self.client.post("/jobs/{id}/start", path={"id": job["id"]})\n'
            'self.client.post("/jobs/{id}/stop", path={"id": job["id"]})'
        )


def test_bodies_of_what_comes_first_are_written_once() -> None:
    """Two methods that call the same operation share its body."""
    body = ObjectNode((("by", Unique("ann")),))
    start = replace(START, recipe=replace(OWN, media_type=JSON, body=body))
    stop = replace(STOP, recipe=replace(OWN, before=(START.operation,)))
    source = written(start, stop)
    assert source.count("start_body = Body(") == 1
    assert "json=self.new_json(start_body)" in method(source, "start")
    assert "json=self.new_json(start_body)" in method(source, "stop")


def test_what_is_used_up_is_fresh() -> None:
    """A task that uses a thing up gets one that no other task sees; a delete takes one as ever."""
    start = replace(START, recipe=replace(OWN, fresh=True))
    source = written(start, replace(DELETE, recipe=replace(OWN, fresh=True)))
    assert 'job = self.fresh("job", self.create)' in method(source, "start")
    assert 'job = self.take("job", self.create)' in method(source, "drop")


def test_a_version_is_read_just_before() -> None:
    """A header takes its value from a header of the read of the same thing."""
    header = Slot("header", "/If-Match", Echo(READ.operation, header="ETag"))
    source = written(replace(DELETE, recipe=Recipe((*OWN.parameters, header))))
    assert method(source, "drop") == (
        'job = self.take("job", self.create)\n'
        "self.client.delete(\n"
        '    "/jobs/{id}",\n'
        '    path={"id": job["id"]},\n'
        '    headers={"If-Match": '
        'self.echo("/jobs/{id}", path={"id": job["id"]}, header="ETag")},\n'
        ")"
    )


def test_a_token_against_forgery_is_read_at_each_sign_in() -> None:
    """The login comes first, since the token is that of its session."""
    login = Recipe((), JSON, ObjectNode((("u", Credential("username")),)))
    token = CsrfToken("GET /csrf", Recipe(), "/token", "X-CSRF-Token")
    source = written(sign_in=SignIn("POST /login", login, None, csrf=token))
    assert method(source, "sign_in") == (
        'reply = self.client.post("/login", json={"u": self.given("username")}, '
        'answers="redirect")\n'
        'current = self.peek("/csrf")\n'
        'self.authorize(reply, csrf={"X-CSRF-Token": current["token"]})'
    )


def test_an_account_that_can_be_deleted_says_of_which_kind_it_is() -> None:
    """Only where deleting is enabled: else it stays, and nothing is promised."""
    account = Recipe((), JSON, ObjectNode((("name", Unique("ann")),)))
    own = Recipe((), JSON, ObjectNode((("u", Registered("/name")), ("p", Constant("x")))))
    sign_in = SignIn("POST /login", own, "/t", register="POST /jobs", register_recipe=account)
    assert 'self.keep_account(account, reply, "job")' in written(DELETE, sign_in=sign_in)
    assert "self.keep_account(account, reply)" in written(sign_in=sign_in)
