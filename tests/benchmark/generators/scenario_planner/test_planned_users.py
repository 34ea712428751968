"""User classes: their names, their tasks' names, and one class where users are few."""

from __future__ import annotations

import builtins
import json
import keyword
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.generators.openapi_parser.operation_names import operation_names
from benchmark.generators.scenario_planner.users import RESERVED_TASK_NAMES, planned_users
from benchmark.models import ApiSpec, LoadPlan, PlannedTask, Recipe
from tests.benchmark.generators.small_apis import ITEM, api, op, planned

ROOT = Path(__file__).resolve().parents[3]


def names(plan: LoadPlan) -> dict[str, list[str]]:
    """The classes and their tasks."""
    return {user.name: [task.name for task in user.tasks] for user in plan.users}


@pytest.mark.parametrize(
    ("application", "expected"),
    [
        ("main", "MainUser"), ("order-history", "OrderHistoryUser"), ("v2Docs", "V2DocsUser"),
        ("123", "Application123User"), ("class", "ClassUser"), ("api", "ApiServiceUser"),
        ("API", "ApiServiceUser"), ("вещи", "ApplicationUser"), ("", "ApplicationUser"),
        ("a" * 500, "A" + "a" * 59 + "User"), ("../../etc", "EtcUser"), ("x\n\"'; y", "XYUser"),
    ],
)  # fmt: skip
def test_class_names(application: str, expected: str) -> None:
    """Whatever an application is called, its class has a name that Python takes."""
    spec = api({"GET /a": op()}, application)
    assert list(names(planned(spec))) == [expected]
    assert expected.isidentifier()


def test_class_names_are_unique() -> None:
    """Applications that differ in case or in other scripts only get numbers."""
    specs = [api({"GET /a": op()}, name, f"/{n}") for n, name in enumerate(["x", "X", "ж", "я"])]
    plan = planned(specs, users=10)
    assert list(names(plan)) == ["XUser", "X2User", "ApplicationUser", "Application2User"]


@pytest.mark.parametrize(("users", "classes"), [(0, 1), (1, 1), (2, 1), (3, 3), (50, 3)])
def test_few_users_share_one_class(users: int, classes: int) -> None:
    """With fewer users than applications some would not be tested at all."""
    specs = [api({"GET /a": op()}, name, f"/{name}") for name in ("one", "two", "three")]
    assert len(planned(specs, users=users).users) == classes


def test_merged_tasks_keep_unique_names() -> None:
    """Operations that are called alike in several applications are numbered, past any clash."""
    first = api({"GET /a": op(operationId="health")}, "x")
    second = api(
        {"GET /a": op(operationId="health"), "GET /b": op(operationId="health_2")}, "y", "/y"
    )
    plan = planned([first, second], users=1)
    assert names(plan) == {"ApiLoadUser": ["health", "health_3", "health_2"]}
    assert plan.users[0].applications == ("x", "y")
    assert plan.users[0].description.count("\n") == 1


def test_merged_classes_keep_their_makers() -> None:
    """A create that was renamed is still what its consumers call."""
    operations = {
        "POST /items": op(operationId="make", answer=ITEM),
        "GET /items/{id}": op(operationId="read"),
    }
    plan = planned([api(operations, "x"), api(operations, "y", "/y")], users=1)
    kept = {task.operation: (task.name, task.keeps) for task in plan.tasks() if task.keeps}
    assert kept == {"POST /items": ("make", "item"), "POST /y/items": ("make_2", "y_item")}


@pytest.mark.parametrize("name", sorted(RESERVED_TASK_NAMES))
def test_reserved_names_are_numbered(name: str) -> None:
    """A task never hides what a user class is made of."""
    task = PlannedTask("GET /a", name, "GET", "/a", "", 1, Recipe())
    spec = ApiSpec("main", "", "", "", ())
    assert [t.name for t in planned_users([(spec, (task,))], 1)[0].tasks] == [f"{name}_2"]


def test_a_class_says_what_is_in_it() -> None:
    """The description has title, version, mount and how many operations there are."""
    spec = api({"GET /a": op(), "GET /b/{id}": op()}, "docs", "/docs")
    user = planned(spec).users[0]
    assert user.description == "Small 1, mounted at /docs: 2 operations."
    assert (user.weight, user.applications) == (1, ("docs",))


def test_no_task_can_hide_what_locust_or_the_engine_needs() -> None:
    """Every public name of the user class is one that no operation's method gets."""
    code = "import json; from benchmark.engine import ApiUser; print(json.dumps(dir(ApiUser)))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, capture_output=True, text=True, timeout=600, check=True,
    )  # fmt: skip
    public = [name for name in json.loads(done.stdout) if not name.startswith("_")]
    given = operation_names([("GET", f"/{n}", name) for n, name in enumerate(public)])
    assert set(given) & set(public) <= RESERVED_TASK_NAMES


@pytest.mark.parametrize(
    "name", ["class", "print", "None", "self", "task", "wait_time", "__init__"]
)
def test_names_that_mean_something_else_are_changed(name: str) -> None:
    """Keywords, built-ins and Locust's own names do not become methods as they are."""
    spec = api({"GET /things": op(operationId=name)})
    (task,) = planned(spec).tasks()
    assert task.name.isidentifier()
    assert not keyword.iskeyword(task.name)
    assert not hasattr(builtins, task.name)
    assert task.name != name
