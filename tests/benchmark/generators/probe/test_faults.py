"""A fault of the probe's own costs one operation, not the run."""

from __future__ import annotations

from functools import partial

import pytest
from probed_servers import probed

from benchmark.generators.probe.cases import Case
from benchmark.generators.probe.prober import Prober
from tests.servers import chain
from tests.servers.serving import serving


def test_the_other_operations_are_proved_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operation says what happened; everything else goes on, and is cleaned up."""
    explore = Prober.explore

    def faulty(self: Prober, case: Case) -> None:
        if case.operation.method == "PUT":
            raise IndexError("list index out of range")
        explore(self, case)

    monkeypatch.setattr(Prober, "explore", faulty)
    with serving(partial(chain.make_app, 1)) as served:
        result = probed(served)
        assert served.leftovers == {}
    assert {key.split()[0] for key in result.reasons} == {"PUT"}
    assert all("IndexError" in reason for reason in result.reasons.values())
