"""What ends an account is tried as an account of its own, and is never part of a load."""

from __future__ import annotations

from functools import partial

import pytest

from benchmark.generators.locust_generator import render_locustfile
from benchmark.models import PlannedTask
from tests.benchmark.generators.probe.probed_servers import probed
from tests.servers import own_account
from tests.servers.serving import serving

ENDINGS = ("log out", "change password", "reset token", "delete me")


@pytest.mark.parametrize("seed", range(1, 7))
def test_endings_are_verified_by_others(seed: int) -> None:
    """The run's own account never calls them; all accounts are gone in the end."""
    with serving(partial(own_account.make_app, seed)) as served:
        result = probed(served)
        state = served.app.state
        assert {key: result.reasons[key] for key in state.reachable - result.verified} == {}
        assert state.traps_touched == []
        assert served.leftovers == {}
        tasks = {task.operation: task for task in result.outcome.plan.tasks()}

        def of(role: str) -> PlannedTask:
            return tasks[state.operations[role]]

        for role in ENDINGS:
            assert not of(role).readiness.enabled
            assert "works as a second account" in of(role).readiness.reason
        assert of("create thing").readiness.enabled
        source = render_locustfile(result.outcome.plan)
        login = source.partition(f"def {of('login').name}(self)")[2].partition("def ")[0]
        assert "self.own_account[" in login
