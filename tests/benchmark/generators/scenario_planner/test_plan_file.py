"""The plan as JSON, for people and other programs."""

from __future__ import annotations

import json
from typing import Any

from benchmark.generators.scenario_planner.plan_file import plan_to_json
from benchmark.models import (
    Constant,
    Credential,
    Credentials,
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
)
from tests.benchmark.generators.small_apis import ITEM, api, fields, listing, op, planned


def written(**options: Any) -> dict[str, Any]:
    """The plan of a small API after a trip through a file."""
    spec = api(
        {
            "GET /notes": op(answer=listing()),
            "POST /notes": op(body=fields("name"), answer=ITEM),
            "DELETE /notes/{id}": op(status="204"),
            "GET /locked": op(security=[{"k": []}]),
        },
        components={"securitySchemes": {"k": {"type": "http", "scheme": "bearer"}}},
    )
    plan: dict[str, Any] = json.loads(json.dumps(plan_to_json(planned(spec, **options))))
    return plan


def test_the_file_says_what_every_slot_is_made_of() -> None:
    """Each slot has its place, its pointer, the sort of its source, and what that needs."""
    plan = written(seed=3, exclude=("/locked",))
    assert (plan["schema_version"], plan["seed"], plan["wait_time"]) == (1, 3, [1.0, 3.0])
    (user,) = plan["users"]
    create, delete = user["tasks"][1:]
    assert (create["keeps"], delete["takes"]) == ("note", "note")
    assert create["media_type"] == "application/json"
    assert [(slot["in"], slot["at"], slot["source"]) for slot in create["slots"]] == [
        ("body", "/name", "Unique")
    ]
    assert delete["slots"] == [
        {"in": "path", "at": "/id", "source": "Created", "kind": "note", "pointer": "/id"}
    ]
    assert plan["kinds"]["note"]["create"] == "POST /notes"
    assert plan["skipped"][0]["reason"] == "left out by --exclude"


def test_the_file_holds_no_secret() -> None:
    """Credentials decide what is enabled, and are not part of the plan."""
    plan = written(credentials=Credentials(token="t0ps3cret"))
    assert plan["users"][0]["tasks"][3]["readiness"]["enabled"] is True
    assert "t0ps3cret" not in json.dumps(plan)


def test_the_file_says_how_users_sign_in() -> None:
    """The register and login operations with their slots, and where the token goes."""
    login = ObjectNode((("name", Registered("/name")), ("key", Credential("token"))))
    sign_in = SignIn(
        "POST /login", Recipe((), "application/json", login), "/token",
        register="POST /users", register_recipe=Recipe((Slot("query", "/n", Constant(1)),)),
        prefix="Token ", per_user=True,
    )  # fmt: skip
    echo = Recipe(
        (Slot("path", "/p", Constant("a/b"), allow_reserved=True),),
        "application/json",
        Echo("GET /a", "/b", ("c",)),
        encoding={"m": {"style": "form"}},
    )
    task = PlannedTask("PUT /a/{p}", "put", "PUT", "/a/{p}", "", 1, echo, answers="redirect")
    user = PlannedUser("MainUser", "Main.", ("main",), 1, (task,), sign_in=sign_in)
    kinds = {name: ResourceKind(name, "main") for name in ("b", "a")}
    plan = LoadPlan("http://x", 0, (1, 3), (user,), kinds, strategy="sequential")
    found = json.loads(json.dumps(plan_to_json(plan)))
    assert found["strategy"] == "sequential"
    assert [*found["kinds"]] == ["a", "b"]
    assert found["kinds"]["a"]["sent"] == []
    first = found["users"][0]
    assert first["sign_in"] == {
        "register": {
            "operation": "POST /users", "media_type": None, "doubts": [],
            "slots": [{"in": "query", "at": "/n", "source": "Constant", "value": 1}],
        },
        "login": {
            "operation": "POST /login", "media_type": "application/json", "doubts": [],
            "slots": [
                {"in": "body", "at": "/name", "source": "Registered", "pointer": "/name"},
                {"in": "body", "at": "/key", "source": "Credential", "part": "token"},
            ],
        },
        "token": "/token", "in": "header", "parameter": "Authorization", "prefix": "Token ",
        "per_user": True,
    }  # fmt: skip
    put = first["tasks"][0]
    assert (put["answers"], put["encoding"]) == ("redirect", {"m": {"style": "form"}})
    assert put["slots"][0]["allow_reserved"] is True
    assert put["slots"][1] == {
        "in": "body", "at": "", "source": "Echo",
        "operation": "GET /a", "pointer": "/b", "members": ["c"], "header": "",
    }  # fmt: skip
