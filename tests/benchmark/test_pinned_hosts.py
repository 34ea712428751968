"""Hosts whose addresses are given: how that is written, and what discovery and probe do with it."""

from __future__ import annotations

import pytest

from benchmark.errors import UsageError
from benchmark.generators.transport import Reply, Transport, TransportFailure
from benchmark.models import Target
from benchmark.pinned_hosts import pinned_addresses, split_pin
from benchmark.settings import BenchmarkConfig, load_config
from tests.conftest import Serve


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("api.example.com:10.0.0.7", ("api.example.com", "10.0.0.7")),
        (" API.example.com:10.0.0.7 ", ("api.example.com", "10.0.0.7")),
        ("localhost:::1", ("localhost", "::1")),
        ("localhost:[::1]", ("localhost", "::1")),
    ],
)
def test_a_pin_is_a_host_and_an_address(written: str, read: tuple[str, str]) -> None:
    """Hosts ignore case; an IPv6 address may be in brackets."""
    assert split_pin(written) == read


@pytest.mark.parametrize(
    "wrong", ["", "host", "host:", ":1.2.3.4", "host:name", "host:80:1.2.3.4", "a b:1.2.3.4", "h:1"]
)
def test_anything_else_is_refused(wrong: str) -> None:
    """Also the form with a port that curl takes; the message names the option."""
    with pytest.raises(UsageError, match="--resolve"):
        load_config({"resolve": [wrong or "x"]}, None, {})


def test_a_host_may_have_several_addresses() -> None:
    """In their order, and each once."""
    pins = ["a.test:10.0.0.1", "b.test:10.0.0.2", "A.test:10.0.0.3", "a.test:10.0.0.1"]
    assert pinned_addresses(pins) == {
        "a.test": ("10.0.0.1", "10.0.0.3"),
        "b.test": ("10.0.0.2",),
    }


def test_the_name_service_is_not_asked(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that nobody knows leads to the given address, past any proxy."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    port = serve({"/": ("text/plain", b"here")}).rpartition(":")[2]
    url = f"http://pinned.invalid:{port}"
    config = BenchmarkConfig(host=url, resolve=("pinned.invalid:127.0.0.1",))
    with Transport(config.target) as transport:
        reply = transport.get("/")
    assert isinstance(reply, Reply)
    assert reply.body == b"here"
    with Transport(Target(url), timeout=2) as transport:
        assert isinstance(transport.get("/"), TransportFailure)


def test_where_nothing_listens_the_next_address_is_taken(serve: Serve) -> None:
    """As with addresses of the name service."""
    port = serve({"/": ("text/plain", b"here")}).rpartition(":")[2]
    pins = (("pinned.invalid", "127.0.0.9"), ("pinned.invalid", "127.0.0.1"))
    with Transport(Target(f"http://pinned.invalid:{port}", addresses=pins)) as transport:
        assert isinstance(transport.get("/"), Reply)
