"""A fault of the probe's own costs one operation, not the run."""

from __future__ import annotations

from functools import partial

import pytest
from fastapi import FastAPI

from benchmark.generators.probe.cases import Case
from benchmark.generators.probe.search import Search
from tests.benchmark.generators.probe.probed_servers import probed
from tests.servers import chain
from tests.servers.service import Call, RefusedError, Service
from tests.servers.serving import serving


def test_the_other_operations_are_proved_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operation says what happened; everything else goes on, and is cleaned up."""
    explore = Search.explore

    def faulty(self: Search, case: Case) -> None:
        if case.operation.method == "PUT":
            raise IndexError("list index out of range")
        explore(self, case)

    monkeypatch.setattr(Search, "explore", faulty)
    with serving(partial(chain.make_app, 1)) as served:
        result = probed(served)
        assert served.leftovers == {}
    assert {key.split()[0] for key in result.reasons} == {"PUT"}
    assert all("IndexError" in reason for reason in result.reasons.values())


def named(names: list[str], seed: int) -> FastAPI:
    """A server whose files are named by their path; nobody says what there is."""
    service = Service(seed)

    def missing(call: Call) -> None:
        names.append(call.path["path"])
        raise RefusedError(404, f"path: {call.path['path']} does not exist")

    for method in ("GET", "PATCH", "DELETE"):
        path = service.names.path("files", "{path}")
        service.operation(method, method, path, missing, reachable=False)
    return service.finish()


def test_a_message_about_a_path_that_names_nothing_known_is_no_fault() -> None:
    """What cannot be named is not verified; nothing that may exist is changed on the way."""
    names: list[str] = []
    with serving(partial(named, names, 1)) as served:
        result = probed(served)
    assert len(result.reasons) == 3
    assert not any("please report" in reason for reason in result.reasons.values())
    assert names
