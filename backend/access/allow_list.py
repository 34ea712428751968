"""The operator's list of targets, STRESS_API_ALLOWED_TARGETS: hosts, `*.suffix`, networks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_network

from backend.access.addresses import Address, Network, is_loopback, parse_address, plain
from benchmark.errors import UsageError

SETTING = "STRESS_API_ALLOWED_TARGETS"
PUBLIC_SETTING = "STRESS_API_PUBLIC_ADDRESSES"

_LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_HOST_AND_PORT = re.compile(
    r"(?:\[(?P<address>[0-9a-f:.]+)\]|(?P<name>[^\[\]:]+))(?::(?P<port>[0-9]{1,5}))?"
)


@dataclass(frozen=True, slots=True)
class AllowedTarget:
    """One entry: a host name, everything below a domain (`suffix`), or a network.

    With a `port` it allows that port only. An address is a network of one.
    """

    name: str = ""
    suffix: str = ""
    network: Network | None = None
    port: int | None = None

    def names(self, host: str, port: int) -> bool:
        """Whether the entry allows `host` at this port by its name, wherever it is."""
        if self.port not in {None, port}:
            return False
        return host.endswith(self.suffix) if self.suffix else host == self.name

    def allows(self, host: str, port: int, address: Address) -> bool:
        """Whether `host`, which is at `address`, may be a target at this port.

        Whoever can make names below a domain could let one mean this machine, so `*.domain` does
        not allow loopback addresses.
        """
        if self.network is not None:
            address = plain(address)
            inside = address.version == self.network.version and address in self.network
            return inside and self.port in {None, port}
        return self.names(host, port) and not (self.suffix and is_loopback(address))


def read_allowed(entries: Iterable[str]) -> tuple[AllowedTarget, ...]:
    """The entries of the setting. Raises UsageError for what is none."""
    return tuple(_read(entry.strip().lower()) for entry in entries if entry.strip())


def read_public_addresses(entries: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Hosts and ports of STRESS_API_PUBLIC_ADDRESSES; without a port, those of HTTP and HTTPS.

    Raises UsageError for what is neither a host nor host:port.
    """
    found: list[tuple[str, int]] = []
    for text in entries:
        host, port = _host_and_port(text.strip().lower())
        address = parse_address(host)
        if address is None and not _is_name(host):
            raise UsageError(
                f"{PUBLIC_SETTING}: {text[:100]!r} is neither a host nor host:port",
                "give such as stress.example.com or 10.1.2.3:8000",
            )
        found += [(str(address or host), number) for number in ((port,) if port else (80, 443))]
    return tuple(found)


def _read(entry: str) -> AllowedTarget:
    if "/" in entry:
        try:
            network = ip_network(entry)
        except ValueError:
            raise _no_target(entry) from None
        return AllowedTarget(network=network)
    host, port = _host_and_port(entry)
    address = parse_address(host)
    if address is not None:
        return AllowedTarget(network=ip_network(address), port=port)
    domain = host.removeprefix("*.")
    if not _is_name(domain):
        raise _no_target(entry)
    if domain != host:
        return AllowedTarget(suffix=f".{domain.removesuffix('.')}", port=port)
    return AllowedTarget(name=host.removesuffix("."), port=port)


def _host_and_port(entry: str) -> tuple[str, int | None]:
    """An IPv6 address stands in brackets where a port follows."""
    if parse_address(entry) is not None:
        return entry, None
    match = _HOST_AND_PORT.fullmatch(entry)
    if match is None or (match["port"] and not 0 < int(match["port"]) < 65536):
        raise _no_target(entry)
    return match["address"] or match["name"], int(match["port"]) if match["port"] else None


def _is_name(host: str) -> bool:
    host = host.removesuffix(".")
    last = host.rpartition(".")[2]
    return len(host) <= 253 and _NAME.fullmatch(host) is not None and not last.isdigit()


def _no_target(entry: str) -> UsageError:
    return UsageError(
        f"{SETTING}: {entry[:100]!r} is no host, *.domain, host:port or network",
        "give such as api.example.com, *.staging.example.com, localhost:8001, 10.1.0.0/16",
    )
