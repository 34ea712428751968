"""At which addresses of a target a user's proof of ownership holds."""

from __future__ import annotations

import time
from collections.abc import Iterable

import dns.resolver

from backend.access.addresses import Address, parse_address
from backend.access.ownership import OwnershipProof, proves
from backend.access.proof_places import file_at, has_certificate, text_records
from backend.access.target_urls import TargetUrl

_MOST_ADDRESSES = 4
_SECONDS_IN_ALL = 15.0
_SECONDS_EACH = 5.0


def proved_addresses(
    target: TargetUrl,
    addresses: Iterable[Address],
    proof: OwnershipProof,
    key: bytes,
    *,
    resolver: dns.resolver.Resolver | None = None,
) -> tuple[Address, ...]:
    """Those of the first addresses that the user has proved to own. Takes at most 15 s.

    Each has to serve the file itself: a name can lead to one's own machine and to another's.
    """
    end = time.monotonic() + _SECONDS_IN_ALL

    def left() -> float:
        return max(0.1, min(_SECONDS_EACH, end - time.monotonic()))

    def valid(text: str) -> bool:
        return proves(text, proof.email, proof.host, key)

    tried = tuple(addresses)[:_MOST_ADDRESSES]
    by_file = tuple(
        address
        for address in tried
        if valid(
            file_at(
                target.scheme, target.host, str(address), target.port, proof.path, seconds=left()
            )
        )
    )
    if by_file or not _may_have_record(target):
        return by_file
    records = text_records(proof.record_name, resolver=resolver, seconds=left())
    if not any(valid(record) for record in records):
        return ()
    return tuple(
        address
        for address in tried
        if has_certificate(target.host, str(address), target.port, seconds=left())
    )


def hint_of_proof(target: TargetUrl, proof: OwnershipProof) -> str:
    """What a user has to do to prove that the target is theirs."""
    hint = (
        f"or prove that the host is yours: let {target.scheme}://{target.authority}{proof.path} "
        f"answer 200 with the one line {proof.line}"
    )
    if _may_have_record(target):
        hint += f", or put that line into a TXT record of {proof.record_name}"
    return f"{hint}; it counts until {proof.last_day.isoformat()}"


def _may_have_record(target: TargetUrl) -> bool:
    """A record needs a name, and counts only beside a certificate."""
    return target.scheme == "https" and parse_address(target.host) is None
