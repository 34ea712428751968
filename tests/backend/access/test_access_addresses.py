"""Addresses: which may never be a target, in whichever form they are written."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.access.addresses import (
    is_loopback,
    is_of_this_machine,
    is_public,
    parse_address,
    plain,
    why_never,
)

NEVER = [
    *("169.254.169.254", "169.254.0.1", "169.254.170.2", "100.100.100.200", "168.63.129.16"),
    *("0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("192.0.0.192", "::", "fe80::1", "fec0::1", "ff02::1", "fd00:ec2::254", "fd20:ce::254"),
    *("::ffff:169.254.169.254", "::ffff:0.0.0.0", "64:ff9b::169.254.169.254"),
    *("64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b:1::8.8.8.8"),
    *("2002:a9fe:a9fe::1", "2002:7f00:1::", "2002:a00:1::", "::169.254.169.254", "::127.0.0.1"),
    *("2001:0:808:808::5601:5601", "2001:db8::5efe:169.254.169.254", "4000::1"),
]
POSSIBLE = [
    *("127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "10.0.0.1", "192.168.1.1"),
    *("172.16.0.1", "100.64.0.1", "fd12:3456::1", "8.8.8.8", "2606:4700::1111"),
    *("64:ff9b::8.8.8.8", "2002:808:808::1"),
]


@pytest.mark.parametrize("text", NEVER)
def test_forbidden_addresses(text: str) -> None:
    """Link-local, metadata, multicast, unspecified, reserved addresses, and other forms of them."""
    address = parse_address(text)
    assert address is not None
    assert why_never(address)
    assert not is_public(address)


@pytest.mark.parametrize("text", POSSIBLE)
def test_addresses_that_may_be_allowed(text: str) -> None:
    """The rest is for the operator to decide."""
    address = parse_address(text)
    assert address is not None
    assert why_never(address) == ""


FORMS = (
    lambda number: (0xFFFF << 32) | number,  # IPv4-mapped
    lambda number: number,  # IPv4-compatible
    lambda number: (0x64FF9B << 96) | number,  # NAT64
    lambda number: (0x2002 << 112) | (number << 80) | 1,  # 6to4
    lambda number: (0x20010DB8 << 96) | (0x5EFE << 32) | number,  # ISATAP
    lambda number: (0x20010000 << 96) | (number << 64) | (0xFFFF_FFFF ^ 0x0808_0808),  # Teredo
    lambda number: (0x20010000 << 96) | (0x0808_0808 << 64) | (0xFFFF_FFFF ^ number),
)


@given(st.ip_addresses(v=4), st.sampled_from(FORMS))
def test_no_form_of_a_forbidden_address_is_allowed(address: IPv4Address, form: object) -> None:
    """What is forbidden as IPv4 is forbidden in each IPv6 form; tunnels lead nowhere private."""
    assert callable(form)
    wrapped = IPv6Address(form(int(address)))
    if why_never(address):
        assert why_never(wrapped)
    if not address.is_global and plain(wrapped) != address and int(wrapped) > 1:
        assert why_never(wrapped)
    if is_public(wrapped):
        assert is_public(address)


@given(st.ip_addresses())
def test_an_address_is_of_one_sort(address: IPv4Address | IPv6Address) -> None:
    """What is public is neither loopback nor private nor forbidden; and that stays so."""
    if is_public(address):
        assert not is_loopback(address)
        assert not why_never(address)
        assert not plain(address).is_private
    again = parse_address(str(address))
    assert again == plain(address)


@given(st.ip_addresses(v=6, network="fe80::/10") | st.ip_addresses(v=4, network="169.254.0.0/16"))
def test_link_local_is_never_allowed(address: IPv4Address | IPv6Address) -> None:
    """Wherever in its network."""
    assert why_never(address)


NO_ADDRESSES = "localhost 127.1 0x7f.0.0.1 2130706433 1.2.3.4.5 [::1]".split()


@pytest.mark.parametrize("text", ["", *NO_ADDRESSES])
def test_what_is_no_address(text: str) -> None:
    """Odd forms are not guessed at."""
    assert parse_address(text) is None


def test_a_zone_does_not_change_what_an_address_is() -> None:
    """`fe80::1%eth0` is link-local."""
    assert parse_address("fe80::1%eth0") == ip_address("fe80::1")


def test_addresses_of_this_machine() -> None:
    """Loopback is, and an address of documentation is not."""
    assert is_of_this_machine(ip_address("127.0.0.9"))
    assert is_of_this_machine(ip_address("::ffff:127.0.0.1"))
    assert is_of_this_machine(ip_address("0.0.0.0"))
    assert not is_of_this_machine(ip_address("192.0.2.1"))
    assert not is_of_this_machine(ip_address("2001:db8::1"))
