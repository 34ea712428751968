"""Targets: where a test may go, without tokens and with, and to which addresses it is confined."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import HTTPConnection

from backend.access import (
    Caller,
    PinnedTarget,
    check_target,
    service_addresses_of,
)
from backend.access import look_up as looking
from backend.access import targets as checking
from backend.access.addresses import parse_address, why_never
from backend.problems import Problem
from tests.backend.access.guarded import some_settings

LOCAL = Caller(None, "local")
USER = Caller("ann@example.com", "user")
ADMIN = Caller("ops@example.com", "admin")
SERVICE = (("127.0.0.1", 8000),)

NAMES = {
    "public.example": ["93.184.216.34", "2606:2800:220:1::1"],
    "private.example": ["10.1.2.3"],
    "rebound.example": ["127.0.0.1"],
    "mixed.example": ["93.184.216.34", "169.254.169.254"],
    "half.example": ["93.184.216.34", "10.1.2.3"],
    "mapped.example": ["::ffff:169.254.169.254"],
    "loops.example": ["127.0.0.1", "8.8.8.8"],
    "many.example": [f"93.184.216.{number}" for number in range(1, 30)],
    "zoned.example": ["fe80::1%eth0"],
    "localhost": ["127.0.0.1"],
}


@pytest.fixture(autouse=True)
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A name service of the test's own, and the names that it was asked for."""
    asked: list[str] = []

    def answer(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        if host not in NAMES:
            raise socket.gaierror("no such name")
        return [(0, 0, 0, "", (address, port)) for address in NAMES[host]]

    monkeypatch.setattr(looking.socket, "getaddrinfo", answer)
    return asked


@pytest.fixture(autouse=True)
def _no_proof_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing leaves this machine."""

    def nowhere(*_: Any, **__: Any) -> tuple[()]:
        return ()

    monkeypatch.setattr(checking, "proved_addresses", nowhere)
    monkeypatch.setattr(checking, "count_proof_check", lambda _: None)


def check(
    url: str, folder: Path, caller: Caller = LOCAL, service: Any = SERVICE, **changes: Any
) -> PinnedTarget:
    """The target for a caller, with these settings."""
    return check_target(url, caller, some_settings(folder, **changes), service)


def refusal(url: str, folder: Path, caller: Caller = LOCAL, **changes: Any) -> Problem:
    """Why it is refused."""
    with pytest.raises(Problem) as caught:
        check(url, folder, caller, **changes)
    return caught.value


# ── without tokens ────────────────────────────────────────────────────────────────────────────


def test_this_machine_may_be_tested(tmp_path: Path) -> None:
    """Without tokens, under its names and addresses; what was looked up is what the run uses."""
    target = check("http://localhost:8001/", tmp_path)
    assert target == PinnedTarget("http://localhost:8001", "localhost", 8001, ("127.0.0.1", "::1"))
    assert target.pins == ("localhost:127.0.0.1", "localhost:::1")
    assert check("http://127.0.0.1:8001/v1", tmp_path).pins == ()
    assert check("http://[::1]:8001", tmp_path).addresses == ("::1",)
    assert check("http://127.9.9.9:8001", tmp_path).addresses == ("127.9.9.9",)
    assert check("http://rebound.example:8001", tmp_path).addresses == ("127.0.0.1",)


@pytest.mark.parametrize(
    "url",
    ["http://public.example", "http://private.example", "http://loops.example", "http://10.0.0.1",
     "http://8.8.8.8", "http://[2606:2800:220:1::1]"],
)  # fmt: skip
def test_others_may_not_without_tokens(tmp_path: Path, url: str) -> None:
    """Not even those that the list names: without tokens nobody knows who asks."""
    problem = refusal(url, tmp_path, allowed_targets=("0.0.0.0/0", "*.example"))
    assert problem.status == 403
    assert "STRESS_API_TOKENS" in problem.hint
    assert "STRESS_API_ALLOWED_TARGETS" in problem.hint


# ── with tokens ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("caller", [USER, ADMIN])
@pytest.mark.parametrize(
    "url",
    ["http://public.example", "http://private.example", "http://localhost:8001", "http://8.8.8.8",
     "http://127.0.0.1:8001"],
)  # fmt: skip
def test_nothing_is_allowed_that_the_operator_does_not_name(
    tmp_path: Path, caller: Caller, url: str
) -> None:
    """With tokens neither this machine nor another; the answer names the setting."""
    problem = refusal(url, tmp_path, caller)
    assert problem.status == 403
    assert "STRESS_API_ALLOWED_TARGETS" in problem.hint


@pytest.mark.parametrize(
    ("entry", "url", "addresses"),
    [
        ("public.example", "http://public.example", NAMES["public.example"]),
        ("*.example", "https://private.example", ["10.1.2.3"]),
        ("10.0.0.0/8", "http://private.example", ["10.1.2.3"]),
        ("10.0.0.0/8", "http://half.example", ["10.1.2.3"]),
        ("10.0.0.0/8", "http://10.2.3.4:81", ["10.2.3.4"]),
        ("localhost:8001", "http://localhost:8001", ["127.0.0.1", "::1"]),
        ("127.0.0.0/8", "http://localhost:8001", ["127.0.0.1"]),
        ("rebound.example", "http://rebound.example:8001", ["127.0.0.1"]),
        ("::1", "http://[::1]:8001", ["::1"]),
    ],
)
def test_what_the_operator_names_is_allowed(
    tmp_path: Path, entry: str, url: str, addresses: list[str]
) -> None:
    """By name, or by the addresses that are inside a network; the run is confined to those."""
    target = check(url, tmp_path, USER, allowed_targets=("other.example", entry))
    assert list(target.addresses) == addresses


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("public.example:8443", "https://public.example"),
        ("*.example", "http://rebound.example:8001"),
        ("localhost:8001", "http://localhost:8002"),
        ("192.168.0.0/16", "http://private.example"),
    ],
)
def test_no_more_than_that(tmp_path: Path, entry: str, url: str) -> None:
    """Another port, another network, this machine under a name below an allowed domain."""
    assert refusal(url, tmp_path, USER, allowed_targets=(entry,)).status == 403


@pytest.mark.parametrize("caller", [LOCAL, USER, ADMIN])
@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://169.254.169.254/latest/meta-data",
            "http://[fd00:ec2::254]",
            "http://0.0.0.0:8001",
        ),
        *("http://mixed.example", "http://mapped.example", "http://100.100.100.200", "http://[::]"),
        *("http://[::ffff:169.254.169.254]", "http://224.0.0.1", "http://255.255.255.255"),
        *("http://[64:ff9b::a9fe:a9fe]", "http://zoned.example", "http://[fe80::1]"),
    ],
)
def test_metadata_and_the_like_are_never_allowed(tmp_path: Path, caller: Caller, url: str) -> None:
    """Whatever the list says, and though only one of a host's addresses is of that sort."""
    everything = ("0.0.0.0/0", "::/0", "*.example", "169.254.169.254", "mixed.example")
    problem = refusal(url, tmp_path, caller, allowed_targets=everything)
    assert problem.status == 403
    assert "no test may go" in problem.detail


@pytest.mark.parametrize(
    ("url", "status"),
    [("http://unknown.example", 422), ("http://many.example", 422), ("ftp://localhost", 422),
     ("http://user:pass@localhost", 422), ("http://127.1:8001", 422)],
)  # fmt: skip
def test_what_cannot_be_a_target(tmp_path: Path, url: str, status: int) -> None:
    """No address, too many, no base URL."""
    problem = refusal(url, tmp_path, USER, allowed_targets=("*.example",))
    assert problem.status == status
    assert problem.hint


@pytest.mark.parametrize("caller", [LOCAL, USER, ADMIN])
def test_unknown_names_that_are_not_allowed_are_refused_as_such(
    tmp_path: Path, caller: Caller
) -> None:
    """With 403: whether a name exists is not for everybody to find out."""
    problem = refusal("https://unknown.example", tmp_path, caller, allowed_targets=("10.0.0.0/8",))
    assert problem.status == 403
    assert "STRESS_API_ALLOWED_TARGETS" in problem.hint


def test_a_name_is_looked_up_once(tmp_path: Path, looked_up: list[str]) -> None:
    """What was checked and what is used is one answer."""
    check("http://private.example", tmp_path, USER, allowed_targets=("10.0.0.0/8",))
    assert looked_up == ["private.example"]


@given(
    st.lists(st.ip_addresses(), min_size=1, max_size=4),
    st.sampled_from([LOCAL, USER, ADMIN]),
    st.sampled_from(
        ["::/0", "0.0.0.0/0", "10.0.0.0/8", "fuzzed.example", "*.example", "127.0.0.0/8"]
    ),
)
def test_whatever_a_name_means_a_run_gets_checked_addresses(
    tmp_path_factory: pytest.TempPathFactory, addresses: list[Any], caller: Caller, entry: str
) -> None:
    """No forbidden address, no loopback by a pattern of names, and without tokens nothing else."""
    folder = tmp_path_factory.getbasetemp()
    NAMES["fuzzed.example"] = [str(address) for address in addresses]
    try:
        target = check(
            "http://fuzzed.example", folder, caller, allowed_targets=(entry,), service=()
        )
    except Problem:
        return
    finally:
        del NAMES["fuzzed.example"]
    assert target.addresses
    for text in target.addresses:
        address = parse_address(text)
        assert address is not None
        assert not why_never(address)
        if caller is LOCAL:
            assert address.is_loopback
        if entry == "*.example" and caller is not LOCAL:
            assert not address.is_loopback


# ── the service itself ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "bound", ["127.0.0.1", "::1", "0.0.0.0", "::", "127.0.0.5", "::ffff:127.0.0.1"]
)
@pytest.mark.parametrize(
    "url",
    ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000", "http://127.7.7.7:8000",
     "http://rebound.example:8000", "http://[::ffff:127.0.0.1]:8000"],
)  # fmt: skip
def test_the_service_does_not_test_itself(tmp_path: Path, bound: str, url: str) -> None:
    """At its port no address of this machine is a target, whichever it was bound to."""
    for caller in (LOCAL, USER):
        problem = refusal(
            url, tmp_path, caller, service=((bound, 8000),), allowed_targets=("127.0.0.0/8", "::1")
        )
        assert problem.status == 403
        assert "service itself" in problem.detail


def test_names_of_the_service_that_the_operator_gives(tmp_path: Path) -> None:
    """Behind a proxy the service does not see its own names; others at that address are others."""
    changes: dict[str, Any] = {"allowed_targets": ("*.example", "93.184.216.34")}
    service = (("public.example", 443), ("93.184.216.34", 8443))
    for url in (
        "https://public.example",
        "https://PUBLIC.example.:443/a",
        "http://93.184.216.34:8443",
    ):
        assert "service itself" in refusal(url, tmp_path, USER, service=service, **changes).detail
    own = refusal("http://public.example:8443", tmp_path, USER, service=service, **changes)
    assert "service itself" in own.detail, "an address is the service under every name"
    assert check("https://half.example", tmp_path, USER, service, **changes)
    assert check("http://public.example:8080", tmp_path, USER, service, **changes)


def test_where_the_service_is_reached(tmp_path: Path) -> None:
    """The address at which the request came in, and the public ones; a Unix socket has none."""
    settings = some_settings(tmp_path, public_addresses=("stress.example:8443",))

    def found(server: Any) -> Any:
        return service_addresses_of(HTTPConnection({"type": "http", "server": server}), settings)

    assert found(("127.0.0.1", 8000)) == (("stress.example", 8443), ("127.0.0.1", 8000))
    assert found(("/run/stress.sock", None)) == (("stress.example", 8443),)
    assert found(None) == (("stress.example", 8443),)
