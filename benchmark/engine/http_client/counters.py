"""What the client counts besides requests; the recorder reads it each second."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(slots=True)
class Counters:
    """Counts of this process, which only grow, except `connections_open`.

    `reconnects` are connections that replaced one which the server had closed while it was idle;
    `surplus_bytes` came though nobody had asked for them.
    """

    connections_opened: int = 0
    connections_open: int = 0
    connect_failures: int = 0
    reconnects: int = 0
    tls_handshakes: int = 0
    tls_resumed: int = 0
    dns_lookups: int = 0
    dns_failures: int = 0
    timeouts: int = 0
    redirects_followed: int = 0
    surplus_bytes: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0

    def snapshot(self) -> dict[str, int]:
        """All counts by name, as they are now."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


counters = Counters()
"""The counters of this process."""
