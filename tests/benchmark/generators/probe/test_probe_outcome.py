"""From what the probe learnt to the plan: recipes, readiness, and what depends on what."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.generators.parameter_generator import ParameterGenerator
from benchmark.generators.probe.access.second_account import PROOFS
from benchmark.generators.probe.cases import Case
from benchmark.generators.probe.clues.page_calls import Pages
from benchmark.generators.probe.outcome import APART, ProbeOutcome, probed_plan
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.requests.exchange import Exchange
from benchmark.generators.probe.search import Search
from benchmark.generators.probe.states import are_opposites
from benchmark.generators.probe.things.holdings import Held
from benchmark.generators.scenario_planner import RecipeWriter
from benchmark.models import (
    Constant,
    Created,
    Credential,
    PlannedTask,
    Readiness,
    Recipe,
    Registered,
    ResourceKind,
    SignIn,
    Slot,
)
from tests.benchmark.generators.probe.probe_cases import case_of, outcome, reply
from tests.benchmark.generators.small_apis import ITEM, api, fields, listing, op, planned

SPEC = api(
    {
        "GET /items": op(answer=listing()),
        "POST /items": op(body=fields("name"), answer=ITEM, status="201"),
        "GET /items/{id}": op(answer=ITEM),
        "DELETE /items/{id}": op(),
        "POST /login": op(body=fields("user", "password")),
    }
)
OWN = Recipe((Slot("path", "/id", Created("item", "/id")),))
ITEMS = ResourceKind("item", "main", create="POST /items", list="GET /items")


@pytest.fixture
def prober() -> Prober:
    """A probe that looked at everything, and found all to work."""
    cases = {operation.key: case_of(operation.key, SPEC) for operation in SPEC.operations}
    for case in cases.values():
        case.status, case.recipe = "verified", Recipe()
    cases["GET /items/{id}"].recipe = cases["DELETE /items/{id}"].recipe = OWN
    cases["DELETE /items/{id}"].takes = "item"
    cases["POST /items"].keeps = "item"
    nowhere: Any = None
    writer = RecipeWriter(ParameterGenerator(0, {}), {})
    exchange = Exchange(nowhere, 0, 0, sent=12)
    pages = Pages(exchange.transport)
    return Search(cases, {"item": ITEMS}, {}, exchange, pages, {"main": writer})


def refuse(case: Case, status: int, content: Any) -> None:
    """Have an operation be refused."""
    case.status, case.recipe = "open", None
    case.last = outcome(case, reply(status, content))


def proved(prober: Prober, *left: Held) -> tuple[ProbeOutcome, dict[str, PlannedTask]]:
    """The outcome, and its tasks by operation."""
    found = probed_plan(planned(SPEC), prober, left)
    return found, {task.operation: task for task in found.plan.tasks()}


def test_a_login_says_where_its_credentials_come_from(prober: Prober) -> None:
    """Nobody's name and password are made up in the file, whether or not there was a way in."""
    _, tasks = proved(prober)
    assert {slot.source for slot in tasks["POST /login"].recipe.slots()} == {
        Credential("username"), Credential("password")
    }  # fmt: skip
    own = Recipe((Slot("query", "/u", Registered("/name")),))
    prober.entrances.shared.sign_in = SignIn("POST /login", own, "/token")
    assert proved(prober)[1]["POST /login"].recipe == own


def test_what_ends_an_account_is_verified_and_left_out(prober: Prober) -> None:
    """It works for a second account, and no load has it."""
    case = prober.cases["GET /items"]
    case.status, case.proved_apart = "excluded", PROOFS
    assert proved(prober)[1]["GET /items"].readiness == Readiness("verified", False, APART)


def test_what_is_verified_is_enabled_with_its_recipe(prober: Prober) -> None:
    """The load gets the recipes that worked, and the kinds as they were seen."""
    recipe = Recipe((Slot("query", "/q", Constant("x")),))
    prober.cases["GET /items"].recipe = recipe
    found, tasks = proved(prober)
    assert tasks["GET /items"].recipe == recipe
    assert all(task.readiness.status == "verified" for task in tasks.values())
    assert tasks["DELETE /items/{id}"].takes == "item"
    assert found.plan.kinds["item"].delete == "DELETE /items/{id}"
    assert found.requests == 12


def test_what_cannot_be_made_again_takes_others_out(prober: Prober) -> None:
    """Whatever needs an own thing is out with the operation that makes it."""
    refuse(prober.cases["POST /items"], 403, {"detail": "no more room"})
    _, tasks = proved(prober)
    enabled = {key for key, task in tasks.items() if task.readiness.enabled}
    assert enabled == {"GET /items", "POST /login"}
    assert tasks["POST /items"].readiness.reason == "needs credentials: 403: no more room"
    assert tasks["GET /items/{id}"].readiness.status == "unverified"


def test_an_error_in_disguise_is_in_doubt(prober: Prober) -> None:
    """A doubtful 2xx is neither verified nor refused."""
    refuse(prober.cases["GET /items"], 200, {"success": False, "message": "down"})
    _, tasks = proved(prober)
    assert tasks["GET /items"].readiness.status == "in doubt"
    assert not tasks["GET /items"].readiness.enabled


def test_what_is_excluded_says_why(prober: Prober) -> None:
    """The reason is the one that the probe gave."""
    case = prober.cases["DELETE /items/{id}"]
    case.status, case.reason = "excluded", "destructive: it empties the shop"
    _, tasks = proved(prober)
    readiness = tasks["DELETE /items/{id}"].readiness
    assert (readiness.status, readiness.enabled) == ("excluded", False)
    assert readiness.reason == "destructive: it empties the shop"


def test_the_login_is_called_to_sign_in_and_not_as_a_task(prober: Prober) -> None:
    """It counts as verified, and every user class gets to know how to sign in."""
    prober.entrances.shared.sign_in = sign_in = SignIn("POST /login", Recipe(), "/token")
    found, tasks = proved(prober)
    assert tasks["POST /login"].readiness.status == "verified"
    assert not tasks["POST /login"].readiness.enabled
    assert all(user.sign_in == sign_in for user in found.plan.users)


def test_what_is_left_is_counted_by_kind(prober: Prober) -> None:
    """Things that could not be deleted are told, by kind."""
    found, _ = proved(prober, Held("item", {"id": 1}), Held("item", {"id": 2}), Held("a", {}))
    assert found.left == {"item": 2, "a": 1}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("start", "stop", True), ("stop", "start", True), ("lock", "unlock", True),
        ("check-in", "check-out", True), ("activate", "deactivate", True),
        ("connect", "disconnect", True), ("ship", "pack", False), ("start", "start-all", False),
    ],
)  # fmt: skip
def test_opposites_are_known_by_their_names(one: str, other: str, expected: bool) -> None:
    """Pairs of verbs, and a verb with what undoes it in front."""
    spec = api({f"POST /items/{{id}}/{verb}": op() for verb in (one, other)})
    first, second = (case_of(operation.key, spec) for operation in spec.operations)
    assert are_opposites(first, second) is expected


def test_two_creates_of_the_same_things_share_their_name(prober: Prober) -> None:
    """What was proved with things of another name needs them as they are kept."""
    prober.kinds["item_2"] = ResourceKind("item_2", "main", create="POST /login")
    prober.aliases["item_2"] = "item"
    other = Recipe((Slot("path", "/id", Created("item_2", "/id")),))
    prober.cases["GET /items/{id}"].recipe = prober.cases["DELETE /items/{id}"].recipe = other
    prober.cases["DELETE /items/{id}"].takes = "item_2"
    _, tasks = proved(prober)
    assert tasks["GET /items/{id}"].recipe == tasks["DELETE /items/{id}"].recipe == OWN
    assert tasks["DELETE /items/{id}"].takes == "item"
