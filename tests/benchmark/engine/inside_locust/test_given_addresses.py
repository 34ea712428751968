"""Hosts whose addresses are given by BENCHMARK_RESOLVE."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from client_users import a_user
from wire_server import Wire, WireServer, answered, wire_server

from benchmark.engine.http_client import addresses, counters


def serve(server: WireServer, wire: Wire) -> None:
    """Answer everything."""
    while server.request(wire):
        wire.sendall(answered())


@pytest.fixture(autouse=True)
def _ask_anew() -> Iterator[None]:
    addresses.forget()
    yield
    addresses.forget()


def test_the_name_service_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests go to the given address, under the name, whatever its case."""
    monkeypatch.setenv("BENCHMARK_RESOLVE", "other.test:10.0.0.1\nshop.test:127.0.0.1")
    before = counters.dns_lookups
    with wire_server(serve) as server, a_user(f"http://Shop.test:{server.port}") as user:
        assert user.client.get("/x").ok
        assert b"\r\nhost: shop.test:" in server.requests[0].lower()
    assert counters.dns_lookups == before


def test_several_addresses_are_tried_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """As those of the name service are."""
    monkeypatch.setenv("BENCHMARK_RESOLVE", "shop.test:127.0.0.9,shop.test:[::1]")
    assert [place for _, place in addresses.of("shop.test", 80, 1)] == [
        ("127.0.0.9", 80),
        ("::1", 80, 0, 0),
    ]
    assert addresses.of("shop.test", 80, 1)[1][0] == socket.AF_INET6
