"""The operator's list of targets: what an entry means, and what is none."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from backend.access.allow_list import read_allowed, read_public_addresses
from benchmark.errors import UsageError


def allows(entry: str, host: str, port: int = 443, address: str = "93.184.216.34") -> bool:
    """Whether this one entry allows the host, which is at the address."""
    (allowed,) = read_allowed([entry])
    return allowed.allows(host, port, ip_address(address))


@pytest.mark.parametrize(
    ("entry", "host"),
    [
        ("api.example.com", "api.example.com"),
        (" API.Example.com. ", "api.example.com"),
        ("*.example.com", "api.example.com"),
        ("*.example.com", "a.b.example.com"),
        ("api.example.com:443", "api.example.com"),
        ("93.184.216.0/24", "whatever.example.org"),
        ("93.184.216.34", "93.184.216.34"),
        ("93.184.216.34:443", "api.example.com"),
    ],
)
def test_what_an_entry_allows(entry: str, host: str) -> None:
    """Names mean themselves, `*.domain` all below it, networks every host that is inside."""
    assert allows(entry, host)


@pytest.mark.parametrize(
    ("entry", "host"),
    [
        ("api.example.com", "xapi.example.com"),
        ("api.example.com", "api.example.com.evil.org"),
        ("*.example.com", "example.com"),
        ("*.example.com", "evilexample.com"),
        ("api.example.com:8443", "api.example.com"),
        ("10.0.0.0/8", "api.example.com"),
        ("::/0", "api.example.com"),
        ("93.184.216.34:8443", "api.example.com"),
    ],
)
def test_what_an_entry_does_not_allow(entry: str, host: str) -> None:
    """Nothing beside it, no other port, and IPv6 networks no IPv4."""
    assert not allows(entry, host)


def test_names_below_a_domain_do_not_lead_to_this_machine() -> None:
    """`*.domain` allows no loopback address; a name of its own or a network does."""
    assert not allows("*.example.com", "own.example.com", address="127.0.0.1")
    assert not allows("*.example.com", "own.example.com", address="::1")
    assert allows("own.example.com", "own.example.com", address="127.0.0.1")
    assert allows("127.0.0.0/8", "own.example.com", address="127.0.0.1")
    assert allows("127.0.0.0/8", "own.example.com", address="::ffff:127.0.0.1")


@pytest.mark.parametrize("entry", ["::1", "[::1]", "[::1]:443", "fd00::/8", "FD00::1"])
def test_addresses_of_ipv6(entry: str) -> None:
    """They stand in brackets where a port follows."""
    address = "fd00::1" if entry.lower().startswith("fd") else "::1"
    assert allows(entry, address, address=address)


@pytest.mark.parametrize(
    "entry",
    [
        *("*", "*.", "https://api.example.com", "api.example.com/v1", "a b", "api..example.com"),
        *("-a.com", "10.0.0.1/8", "10.0.0.0/33", "api.example.com:0", "api.example.com:65536"),
        *("api.example.com:", ":80", "[::1", "[api.example.com]:80", "user@host", "127.1"),
        *("1.2.3.4.5", "*.*.com", "a.*.com", "x" * 300, "api.example.com:8o", "[::1]x"),
    ],
)
def test_what_is_no_entry(entry: str) -> None:
    """It is refused when the service starts, with the name of the setting."""
    with pytest.raises(UsageError, match="STRESS_API_ALLOWED_TARGETS"):
        read_allowed([entry])


def test_public_addresses() -> None:
    """Hosts with a port, or with those of HTTP and HTTPS."""
    entries = ["Stress.example.com", "10.1.2.3:8000", "[::1]:9000"]
    assert read_public_addresses(entries) == (
        ("stress.example.com", 80),
        ("stress.example.com", 443),
        ("10.1.2.3", 8000),
        ("::1", 9000),
    )
    for wrong in ("*.example.com", "10.0.0.0/8", "http://a"):
        with pytest.raises(UsageError):
            read_public_addresses([wrong])
