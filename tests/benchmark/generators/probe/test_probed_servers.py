"""The probe against the small difficult servers: all that is reachable is verified, carefully."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace

import pytest
import requests

from benchmark.generators.probe.safety import cleaning_up
from benchmark.generators.probe.things import holdings, settling
from benchmark.models import Echo, Found, LoadPlan, PlannedTask
from tests.benchmark.generators.probe.probed_servers import probed
from tests.servers import (
    chain,
    own_ids,
    paired_states,
    quiet_trap,
    renaming,
    second_account,
    second_credential,
    slow_effects,
    stages,
    unique_quota,
)
from tests.servers.difficulties import DIFFICULTIES, credentials_for
from tests.servers.error_formats import FORMATS
from tests.servers.hidden_rules import make_app as hidden_rules
from tests.servers.serving import Served, serving
from tests.servers.stopped_clock import StoppedClock
from tests.servers.undocumented_body import make_app as undocumented_body

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A running server, whose application each test puts in place."""
    with serving(partial(chain.make_app, 1)) as running:
        yield running


def wait_no_longer_than_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """For servers on which every effect is there at once: what is missing will not come."""
    monkeypatch.setattr(settling, "SETTLE_DELAYS", (0.01, 0.01))


def task(served: Served, plan: LoadPlan, role: str) -> PlannedTask:
    """The task of the operation that plays a part."""
    key = served.app.state.operations[role]
    return next(task for task in plan.tasks() if task.operation == key)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", DIFFICULTIES)
def test_all_that_is_reachable_is_verified(
    served: Served, name: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing else is called verified, no trap is touched, and nothing is left on the server."""
    if name != "slow_effects":
        wait_no_longer_than_needed(monkeypatch)
    served.reset(partial(DIFFICULTIES[name], seed))
    result = probed(served)
    state = served.app.state
    missed = {key: result.reasons[key] for key in state.reachable - result.verified}
    assert missed == {}
    assert result.verified == state.reachable
    assert state.traps_touched == []
    assert served.leftovers == {}
    assert result.outcome.left == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_credentials_are_still_good_afterwards(served: Served, seed: int) -> None:
    """The token that was given opens the server after the probe as before."""
    served.reset(partial(DIFFICULTIES["traps"], seed))
    probed(served)
    path = served.app.state.operations["read me"].partition(" ")[2]
    headers = {"Authorization": f"Bearer {credentials_for(served.app).token}"}
    assert requests.get(served.url + path, headers=headers, timeout=60).status_code == 200


@pytest.mark.parametrize("style", FORMATS)
def test_rules_are_learnt_from_complaints_of_each_style(served: Served, style: str) -> None:
    """However a framework words its complaints, undocumented rules and bodies are found out."""
    for make in (hidden_rules, undocumented_body):
        served.reset(partial(make, 4, style))
        result = probed(served)
        assert result.verified == served.app.state.reachable, result.reasons
        assert served.leftovers == {}


@pytest.mark.parametrize("name", ["catch_all", "traps"])
def test_what_is_not_reachable_has_its_reason(served: Served, name: str) -> None:
    """Operations that are left out say why, in words."""
    served.reset(partial(DIFFICULTIES[name], 1))
    result = probed(served)
    left_out = set(served.app.state.operations.values()) - served.app.state.reachable
    assert left_out == result.reasons.keys()
    for key in left_out:
        status, _, reason = result.reasons[key].partition(": ")
        assert status in {"in doubt", "excluded"}, key
        assert len(reason) > 10, key


@pytest.mark.parametrize("seed", SEEDS)
def test_pairs_put_things_back(served: Served, seed: int) -> None:
    """The one action calls the other first, the other one afterwards; no thing is used up."""
    served.reset(partial(paired_states.make_app, seed))
    plan = probed(served).outcome.plan
    operations = served.app.state.operations
    on, off = task(served, plan, "on").recipe, task(served, plan, "off").recipe
    assert (on.before, on.after, on.fresh) == ((), (operations["off"],), False)
    assert (off.before, off.after, off.fresh) == ((operations["on"],), (), False)


@pytest.mark.parametrize("seed", SEEDS)
def test_stages_come_in_their_order(served: Served, seed: int) -> None:
    """Each stage calls those before it first, for a thing that no other task will see."""
    served.reset(partial(stages.make_app, seed))
    plan = probed(served).outcome.plan
    keys = [served.app.state.operations[role] for role in ("first", "second", "third")]
    for number, role in enumerate(("first", "second", "third")):
        recipe = task(served, plan, role).recipe
        assert (recipe.before, recipe.fresh) == (tuple(keys[:number]), True)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_locks_us_out_is_blamed_at_once(served: Served, seed: int) -> None:
    """After the first call the trap is left out with that reason, and the probe signs in again."""
    served.reset(partial(quiet_trap.make_app, seed))
    result = probed(served)
    trap = served.app.state.operations["quiet"]
    assert served.app.state.traps_touched == [trap]
    assert result.reasons[trap] == "excluded: destructive: afterwards the server answered 401"
    assert result.verified == served.app.state.reachable
    assert served.leftovers == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_delete_that_spares_nobody_is_left_out(served: Served, seed: int) -> None:
    """What takes ids and deletes everything is found out by the other own thing that is gone."""
    served.reset(partial(own_ids.make_ignoring_app, seed))
    result = probed(served)
    trap = served.app.state.operations["delete several"]
    assert served.app.state.traps_touched == [trap]
    assert result.reasons[trap] == "excluded: destructive: it deletes more than what is named"


@pytest.mark.parametrize("seed", SEEDS)
def test_what_ends_access_is_no_part_of_the_load(served: Served, seed: int) -> None:
    """Logging out and the like are verified as a second account, and disabled with that reason."""
    served.reset(partial(second_account.make_app, seed))
    plan = probed(served).outcome.plan
    for role in ("login", "log out", "change password", "rename"):
        readiness = task(served, plan, role).readiness
        assert (readiness.status, readiness.enabled) == ("verified", False)
        assert "second account" in readiness.reason


@pytest.mark.parametrize("seed", SEEDS)
def test_versions_are_read_before_writes(served: Served, seed: int) -> None:
    """If-Match is the ETag of what the server holds at that moment, never one seen earlier."""
    served.reset(partial(DIFFICULTIES["conditional"], seed))
    plan = probed(served).outcome.plan
    read = served.app.state.operations["read thing"]
    for role in ("update thing", "delete thing"):
        headers = [s for s in task(served, plan, role).recipe.parameters if s.location == "header"]
        assert [slot.source for slot in headers] == [Echo(read, header="ETag")]


@pytest.mark.parametrize("seed", SEEDS)
def test_keys_that_answers_hand_out_open_what_lies_below(served: Served, seed: int) -> None:
    """The header takes its value from the same own thing whose identifier stands in the path."""
    served.reset(partial(second_credential.make_app, seed))
    plan = probed(served).outcome.plan
    fields = served.app.state.fields
    for role in ("create owned", "list owned", "delete owned"):
        slots = task(served, plan, role).recipe.parameters
        header = next(slot for slot in slots if slot.location == "header")
        assert header.pointer == f"/{fields['header']}"
        assert header.source.pointer == f"/{fields['secret']}"
        assert not any(isinstance(slot.source, Found) for slot in slots)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_update_does_not_rename_what_others_look_for(
    served: Served, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The member that would change a thing's name in paths is left out of the update."""
    wait_no_longer_than_needed(monkeypatch)
    served.reset(partial(renaming.make_app, seed))
    plan = probed(served).outcome.plan
    recipe = task(served, plan, "update thing").recipe
    assert "/new_name" not in {slot.pointer for slot in recipe.slots()}
    assert not recipe.fresh


def test_waiting_times_are_remembered(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes a moment is used under load only after that moment, and not much later."""
    clock = StoppedClock()
    clock_of_probe = SimpleNamespace(monotonic=clock, sleep=clock.go_on)
    for module in (settling, holdings, cleaning_up):
        monkeypatch.setattr(module, "time", clock_of_probe)
    served.reset(partial(slow_effects.make_app, 1, seconds=0.3, clock=clock))
    kinds = probed(served).outcome.plan.kinds
    there_after = sum(settling.SETTLE_DELAYS[:2])
    slow = [kind.settle_seconds for kind in kinds.values()]
    assert slow == pytest.approx([there_after * settling.MARGIN] * 2, abs=0.1)


def test_a_small_quota_is_not_used_up(served: Served) -> None:
    """With room for few things at a time, the probe verifies all and leaves nothing."""
    served.reset(partial(unique_quota.make_app, 1, quota=6))
    result = probed(served)
    assert result.verified == served.app.state.reachable, result.reasons
    assert served.leftovers == {}


def test_the_probe_is_repeatable(served: Served) -> None:
    """On a reset server the same seed gives the same plan, dates aside."""
    plans = []
    for _ in range(2):
        served.reset(partial(chain.make_app, 2))
        plans.append(probed(served, seed=5).outcome.plan)
    assert plans[0] == plans[1]
