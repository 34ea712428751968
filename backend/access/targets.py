"""Whether a test may go to a target, and to which addresses it is then confined."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from backend.access.addresses import (
    Address,
    is_loopback,
    is_of_this_machine,
    is_public,
    parse_address,
    why_never,
)
from backend.access.allow_list import SETTING, read_allowed, read_public_addresses
from backend.access.callers import Caller
from backend.access.look_up import look_up
from backend.access.ownership import OwnershipProof, ownership_proof
from backend.access.proving import hint_of_proof, proved_addresses
from backend.access.rate_limits import count_proof_check
from backend.access.target_urls import TargetUrl, read_host, read_target_url
from backend.database import derived_key
from backend.problems import Problem
from backend.settings import ServiceSettings

ServiceAddress = tuple[str, int]
"""Host and port at which the service itself is reached."""


@dataclass(frozen=True, slots=True)
class PinnedTarget:
    """A target that a test may go to, and to which addresses alone.

    `url` has no final slash. `host` is the name in it, in lower case and ASCII; an IPv6 address
    has no brackets.
    """

    url: str
    host: str
    port: int
    addresses: tuple[str, ...]

    @property
    def pins(self) -> tuple[str, ...]:
        """`host:address` for each address, as `BenchmarkConfig.resolve` takes them.

        None where the host is an address itself: then there is nothing to look up.
        """
        if parse_address(self.host) is not None:
            return ()
        return tuple(f"{self.host}:{address}" for address in self.addresses)


def check_target(
    url: str,
    caller: Caller,
    settings: ServiceSettings,
    service_addresses: Iterable[ServiceAddress],
) -> PinnedTarget:
    """The target, confined to addresses that were looked up once and checked.

    `service_addresses` are those of the service itself (`service_addresses_of`). Names are looked
    up, and the target may be asked for a proof; that takes some seconds, so call it in a thread.
    Raises Problem: 422 for what is no base URL or has no address, 403 for what is not allowed,
    429 where a user has proofs looked for too often.
    """
    target = read_target_url(url)
    addresses = _addresses(target, caller, settings)
    for address in addresses:
        if why := why_never(address):
            raise Problem(
                403,
                f"the target {target.host} is at {address}, {why}, where no test may go",
                "give another target; no setting allows this one",
            )
    if _is_service(target, addresses, service_addresses):
        raise Problem(
            403,
            f"the target {target.authority} is this service itself",
            "give another target, or the port on which the API under test listens",
        )
    if caller.role == "local":
        _require_loopback(target, addresses)
    else:
        addresses = _allowed(target, addresses, caller, settings)
    return PinnedTarget(
        url=str(target),
        host=target.host,
        port=target.port,
        addresses=tuple(str(address) for address in addresses),
    )


def service_addresses_of(
    connection: HTTPConnection, settings: ServiceSettings
) -> tuple[ServiceAddress, ...]:
    """Where the service is reached: where this request came in, and what the operator names."""
    own = list(read_public_addresses(settings.public_addresses))
    server = connection.scope.get("server")
    if server and server[1]:  # a Unix socket has no port
        own.append((str(server[0]), int(server[1])))
    return tuple(own)


def proof_for(email: str, host: str, settings: ServiceSettings) -> OwnershipProof:
    """What a user has to show, and where, to prove that a host is theirs.

    Raises Problem (422) for what is no host.
    """
    return ownership_proof(email, read_host(host), _key(settings))


def _is_service(
    target: TargetUrl, addresses: Iterable[Address], own: Iterable[ServiceAddress]
) -> bool:
    """Whether the target is the service, by name or at any address of the machine.

    A server at 0.0.0.0 is reached at all addresses of its machine, so the port decides there.
    """
    found = tuple(addresses)
    for host, port in own:
        if port != target.port:
            continue
        address = parse_address(host)
        if host.lower() == target.host or address in found:
            return True
        if address is not None and is_of_this_machine(address):
            if any(is_of_this_machine(one) for one in found):
                return True
    return False


def _addresses(target: TargetUrl, caller: Caller, settings: ServiceSettings) -> tuple[Address, ...]:
    """All addresses of the host. Problem (422) where it has none.

    Or 403, where it would not be allowed anyway: so nobody learns which names there are.
    """
    try:
        return look_up(target.host, target.port)
    except Problem:
        if caller.role == "local":
            raise _not_loopback(f"the target {target.host} is not at a loopback address") from None
        allowed = read_allowed(settings.allowed_targets)
        if not any(entry.names(target.host, target.port) for entry in allowed):
            raise _not_allowed(target) from None
        raise


def _require_loopback(target: TargetUrl, addresses: Iterable[Address]) -> None:
    for address in addresses:
        if not is_loopback(address):
            raise _not_loopback(f"the target {target.host} is at {address}")


def _not_loopback(what: str) -> Problem:
    return Problem(
        403,
        f"{what}; without tokens only this machine may be tested",
        "give a target such as http://localhost:8001; for others the operator sets "
        f"STRESS_API_TOKENS (stress-api token EMAIL) and {SETTING}",
    )


def _not_allowed(target: TargetUrl, proof: str = "") -> Problem:
    hint = f"the operator can allow it with {SETTING} (hosts, *.domain, host:port, networks)"
    return Problem(
        403,
        f"the target {target.authority} is not allowed",
        f"{hint}; {proof}" if proof else hint,
    )


def _allowed(
    target: TargetUrl, addresses: tuple[Address, ...], caller: Caller, settings: ServiceSettings
) -> tuple[Address, ...]:
    """The addresses to which the caller may send a test. Problem (403) where there is none."""
    allowed = read_allowed(settings.allowed_targets)
    named = tuple(
        address
        for address in addresses
        if any(entry.allows(target.host, target.port, address) for entry in allowed)
    )
    if named:
        return named  # the test is confined to them, so others of the host do no harm
    if caller.email is None or not all(is_public(address) for address in addresses):
        raise _not_allowed(target)
    key = _key(settings)
    proof = ownership_proof(caller.email, target.host, key)
    count_proof_check(caller.email)
    proved = proved_addresses(target, addresses, proof, key)
    if not proved:
        raise _not_allowed(target, hint_of_proof(target, proof))
    return proved


def _key(settings: ServiceSettings) -> bytes:
    return derived_key(settings.key_file, "proof of ownership")
