"""A rendered file inside the real Locust: accounts, own keys, echoes, lists below parents."""

from __future__ import annotations

import json
import threading
from collections import Counter
from pathlib import Path

import pytest
from engine_runs import engine_command, start, start_engine
from small_api import Answer, Asked, small_api

from benchmark.generators.locust_generator import render_locustfile
from benchmark.models import (
    Constant,
    Created,
    Credential,
    Echo,
    Found,
    LoadPlan,
    ObjectNode,
    PlannedTask,
    PlannedUser,
    Recipe,
    Registered,
    ResourceKind,
    SignIn,
    Slot,
    Source,
    StrategyName,
    Unique,
)

pytestmark = pytest.mark.end_to_end


class Store:
    """Buckets under keys of the client, and rooms in houses, for those who have a token."""

    def __init__(self) -> None:
        self.accounts: dict[str, str] = {}
        self.token = ""
        self.logins = 0
        self.asked_with_token = 0
        self.buckets: dict[str, dict[str, object]] = {}
        self.lock = threading.Lock()

    def __call__(self, asked: Asked) -> Answer:
        """Answer one request."""
        with self.lock:
            return self.answer(asked.method, asked.path.strip("/").split("/"), asked)

    def answer(self, method: str, parts: list[str], asked: Asked) -> Answer:
        """Only registering and logging in need no token."""
        sent = json.loads(asked.body) if asked.body else {}
        if parts == ["accounts"]:
            self.accounts[sent["name"]] = sent["password"]
            return 201, None
        if parts == ["login"]:
            self.logins += 1
            self.token = (
                f"t{self.logins}" if self.accounts.get(sent["user"]) == sent["pass"] else ""
            )
            return (200, {"token": self.token}) if self.token else (403, {})
        if asked.headers.get("Authorization") != f"Bearer {self.token}":
            return 401, {}
        self.asked_with_token += 1
        match method, *parts:
            case "PUT", "buckets", key if asked.body:
                if sent != {"size": 1}:
                    return 422, {}
                self.buckets[key]["touched"] = True
                return 200, {}
            case "PUT", "buckets", key:
                self.buckets[key] = {"size": 1, "made": "now"}
                return 200, None
            case "GET", "buckets", key:
                return 200, self.buckets[key]
            case "DELETE", "buckets", key:
                del self.buckets[key]
                return 200, {}
            case ["GET", "houses"]:
                return 200, {"north": {"rooms": 2}, "south": {"rooms": 1}}
            case "GET", "houses", ("north" | "south") as house, "rooms":
                return 200, {"items": [f"{house}-1"]}
            case "GET", "houses", house, "rooms", room if room.startswith(house):
                return 200, {"room": room}
        return 404, {}


def task(key: str, name: str, recipe: Recipe, **more: str) -> PlannedTask:
    """A planned task of that operation."""
    method, _, path = key.partition(" ")
    return PlannedTask(key, name, method, path, "", 2, recipe, **more)  # type: ignore[arg-type]


def path(**sources: Source) -> tuple[Slot, ...]:
    """Slots of a path."""
    return tuple(Slot("path", f"/{name}", source) for name, source in sources.items())


def body(**members: Source) -> ObjectNode:
    """An object node."""
    return ObjectNode(tuple(members.items()))


KINDS = {
    "bucket": ResourceKind(
        "bucket", "main", create="PUT /buckets/{key}", delete="DELETE /buckets/{key}",
        sent=("key",), settle_seconds=0.01,
    ),
    "house": ResourceKind("house", "main", list="GET /houses", list_pointer="/*"),
    "room": ResourceKind("room", "main", list="GET /houses/{house}/rooms", list_pointer="/items"),
}  # fmt: skip
BUCKET = path(key=Created("bucket", "/key"))
ECHO = Recipe(BUCKET, "application/json", Echo("GET /buckets/{key}", "", ("size",)))
HOUSE = path(house=Found("house", "/id"))
TASKS = (
    task("PUT /buckets/{key}", "make_bucket", Recipe(path(key=Unique("b"))), keeps="bucket"),
    task("GET /buckets/{key}", "get_bucket", Recipe(BUCKET)),
    task("PUT /buckets/{key} ", "touch_bucket", ECHO),
    task("DELETE /buckets/{key}", "delete_bucket", Recipe(BUCKET), takes="bucket"),
    task("GET /houses/{house}/rooms", "list_rooms", Recipe(HOUSE)),
    task(
        "GET /houses/{house}/rooms/{room}", "get_room",
        Recipe((*HOUSE, *path(room=Found("room", "/id")))),
    ),
)  # fmt: skip
ACCOUNT = Recipe((), "application/json", body(name=Unique("ann"), password=Constant("s3cret")))
OWN = Recipe(
    (), "application/json", body(**{"user": Registered("/name"), "pass": Registered("/password")})
)
GIVEN = Recipe(
    (), "application/json", body(**{"user": Credential("username"), "pass": Credential("password")})
)


def rendered(sign_in: SignIn, strategy: StrategyName = "interleaved") -> str:
    """The file of a load on the store."""
    tasks = tuple(
        PlannedTask(
            one.operation, one.name, one.method, one.path.strip(), "", one.weight, one.recipe,
            keeps=one.keeps, takes=one.takes,
        )
        for one in TASKS
    )  # fmt: skip
    user = PlannedUser("MainUser", "Main.", ("main",), 1, tasks, sign_in=sign_in)
    plan = LoadPlan("http://x", 1, (0.01, 0.02), (user,), KINDS, strategy=strategy)
    return render_locustfile(plan)


@pytest.mark.parametrize("strategy", ["sequential", "interleaved", "random"])
def test_a_rendered_file_succeeds(strategy: StrategyName, tmp_path: Path) -> None:
    """Every request is answered well, one sign-in is enough, and nothing is left behind."""
    store = Store()
    sign_in = SignIn(
        "POST /login", OWN, "/token", register="POST /accounts", register_recipe=ACCOUNT
    )
    with small_api(store) as api:
        run = start_engine(rendered(sign_in, strategy), tmp_path, api.url, users=4)
        code, printed = run.wait()
    assert code == 0, printed
    assert "Traceback" not in printed
    timeline = run.timeline()
    assert timeline.totals.failures == 0, printed
    assert store.buckets == {}
    assert (len(store.accounts), store.logins) == (1, 1)
    setup = {f"{each.method} {each.name}" for each in timeline.preparation}
    assert setup >= {"POST /accounts", "POST /login", "GET /houses", "GET /houses/{house}/rooms"}
    called = {f"{each.method} {each.name}": each.requests for each in timeline.operations}
    assert called.keys() == {task.operation.strip() for task in TASKS}
    assert sum(Counter(called).values()) > 20


def test_missing_credentials_end_the_test(tmp_path: Path) -> None:
    """One clear message, no requests but what comes before the login, and no traceback."""
    with small_api(Store()) as api:
        source = rendered(SignIn("POST /login", GIVEN, "/token"))
        run = start(engine_command(source, tmp_path, api.url), tmp_path, BENCHMARK_BASIC="")
        code, printed = run.wait()
    assert code == 2
    assert printed.count("set BENCHMARK_BASIC=user:password") == 1
    assert "Traceback" not in printed
    assert api.asked == []
