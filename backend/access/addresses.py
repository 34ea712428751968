"""What an IP address is to us: never a target, this machine, a private one, or a public one."""

from __future__ import annotations

import socket
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_METADATA = frozenset(
    ip_address(text)
    for text in (
        "169.254.169.254",  # AWS, Azure, Google Cloud, OpenStack, DigitalOcean, Oracle
        "169.254.170.2",  # AWS containers
        "fd00:ec2::254",  # AWS
        "fd00:ec2::23",  # AWS containers
        "fd20:ce::254",  # Google Cloud
        "fd00:42::42",  # Scaleway
        "100.100.100.200",  # Alibaba Cloud
        "168.63.129.16",  # Azure's agent
        "192.0.0.192",  # Oracle Cloud, the older one
    )
)
"""Where clouds tell their machines secrets, to whoever asks."""

_NEVER: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "an unspecified address"),
    ("169.254.0.0/16", "a link-local address"),
    ("224.0.0.0/4", "a multicast address"),
    ("240.0.0.0/4", "a reserved address"),
    ("::/128", "an unspecified address"),
    ("fe80::/10", "a link-local address"),
    ("fec0::/10", "a site-local address"),
    ("ff00::/8", "a multicast address"),
)
_NEVER_NETWORKS = tuple((ip_network(text), what) for text, what in _NEVER)

_TRANSLATED = ip_network("64:ff9b::/96")  # NAT64, RFC 6052
_COMPATIBLE = ip_network("::/96")  # RFC 4291, long deprecated
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # RFC 5214


def parse_address(text: str) -> Address | None:
    """The address that `text` is; IPv4 in its IPv6 form becomes IPv4. None for everything else."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return plain(address)


def plain(address: Address) -> Address:
    """`::ffff:a.b.c.d` as the IPv4 address that is really connected to."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def why_never(address: Address) -> str:
    """Why no test may ever go to this address, whatever the operator allows; "" where one may.

    An IPv6 address that stands for an IPv4 address is judged as that one, too: tunnels and
    translators lead to public addresses only.
    """
    address = plain(address)
    if address in _METADATA:
        return "an address of cloud metadata"
    for network, what in _NEVER_NETWORKS:
        if address.version == network.version and address in network:
            return what
    if isinstance(address, IPv6Address):
        for inner in _embedded(address):
            if why_never(inner) or not inner.is_global:
                return f"another form of {inner}"
        if not address.is_loopback and address.is_reserved and address not in _TRANSLATED:
            return "a reserved address"
    return ""


def _embedded(address: IPv6Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses that a tunnel or a translator would send to for this one."""
    number = int(address)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    low = IPv4Address(number & 0xFFFF_FFFF)
    if address in _TRANSLATED or (address in _COMPATIBLE and number > 1):
        return (low,)
    if (number >> 32) & 0xFFFF_FFFF in _ISATAP:
        return (low,)
    return ()


def is_loopback(address: Address) -> bool:
    """Whether it always means the machine itself."""
    return plain(address).is_loopback


def is_public(address: Address) -> bool:
    """Whether it means the same machine everywhere in the internet."""
    return plain(address).is_global and not why_never(address)


def is_of_this_machine(address: Address) -> bool:
    """Whether a connection to it ends here: it is loopback, or an address of an interface."""
    address = plain(address)
    if address.is_loopback or address.is_unspecified:
        return True
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as trial:
        trial.bind((str(address), 0))
        return True
    return False
