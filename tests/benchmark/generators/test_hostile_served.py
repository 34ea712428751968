"""Hostile documents that a server gives away: no other host is asked, and nothing but asked."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from benchmark.errors import BenchmarkError
from benchmark.generators.openapi_parser import parse_document
from benchmark.generators.subapp_discovery import discover_from_specs
from benchmark.models import Credentials, Target
from tests.benchmark.generators.loopback_server import Answer, serve

ROOT = Path(__file__).parents[3]
FOLDERS = (ROOT / "tests" / "data" / "hostile", ROOT.parent / "shared" / "hostile_specs")


def test_a_hostile_document_leads_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request is a GET to the target, and no name is looked up besides the target's."""
    hosts: set[str] = set()
    look_up, connect = socket.getaddrinfo, socket.socket.connect

    def looked_up(host: Any, *rest: Any, **more: Any) -> Any:
        hosts.add(str(host))
        return look_up(host, *rest, **more)

    def connected(self: socket.socket, address: Any) -> None:
        hosts.add(str(address[0]))
        connect(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    monkeypatch.setattr(socket.socket, "connect", connected)
    files = [file for folder in FOLDERS for file in sorted(folder.glob("*.*"))]
    usable, refused = 0, {}
    with serve({}) as server:
        for file in files:
            place = f"/docs/{file.name}"
            server.routes = {place: Answer(file.read_bytes())}
            target = Target(server.url, Credentials(token="t"))
            try:
                discovery = discover_from_specs(target, [server.url + place], timeout_seconds=10)
            except BenchmarkError as error:
                refused[file.name] = str(error)
                continue
            specs = [parse_document(document) for document in discovery.documents]
            usable += sum(len(spec.operations) for spec in specs)
        assert usable > 20
        assert {asked.method for asked in server.asked} == {"GET"}
        assert all(asked.path.startswith("/") for asked in server.asked)
    assert hosts == {"127.0.0.1"}
    assert all(name in message for name, message in refused.items())
    assert not Path("PWNED").exists()
