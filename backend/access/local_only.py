"""Whether a request comes from this machine, and from no web page of somebody else.

An ASGI application does not know on which address its server listens, so each request has to show
it. The connection is not enough: a web page makes the browser on this machine send requests (CSRF),
under a name of its own, too (DNS rebinding), and a proxy on this machine sends those of others.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from backend.access.addresses import is_loopback, parse_address
from benchmark.utils.text_safety import clean_text

_FORWARDING = frozenset(
    "forwarded via x-real-ip client-ip x-client-ip true-client-ip x-cluster-client-ip "
    "x-original-host x-original-url x-original-forwarded-for x-originating-ip x-remote-ip "
    "x-remote-addr x-proxyuser-ip x-host x-envoy-external-address x-azure-clientip "
    "x-azure-socketip x-appengine-user-ip cf-connecting-ip cf-connecting-ipv6 cf-ray "
    "fastly-client-ip fly-client-ip x-nf-client-connection-ip x-vercel-forwarded-for "
    "cdn-loop x-amz-cf-id x-arr-log-id proxy-connection".split()
)
_FORWARDING_BEGIN = "x-forwarded"
_HOST = re.compile(r"(?:\[(?P<address>[0-9a-f:.]+)\]|(?P<name>[a-z0-9.]+))(?::[0-9]{1,5})?")
_OWN_PAGES = ("same-origin", "none")


def foreign_sign(scope: Mapping[str, Any], cors_origins: Collection[str] = ()) -> str:
    """What shows that the request may come from elsewhere; "" where nothing does.

    Pages of `cors_origins` may send requests, from a browser on this machine.
    """
    client = scope.get("client")
    peer = parse_address(str(client[0])) if client else None
    if peer is None or not is_loopback(peer):
        return f"the peer {clean_text(client[0], 50) if client else '(none)'}"
    headers: dict[str, list[str]] = {}
    for raw_name, raw_value in scope["headers"]:
        name = raw_name.decode("latin-1").lower()
        if name in _FORWARDING or name.startswith(_FORWARDING_BEGIN):
            return f"the header {clean_text(name, 50)}"
        headers.setdefault(name, []).append(raw_value.decode("latin-1"))
    hosts = headers.get("host", [])
    if len(hosts) != 1 or not _names_this_machine(hosts[0].lower()):
        return f"the Host {clean_text(', '.join(hosts), 100) or '(none)'}"
    origins = headers.get("origin", [])
    own = f"{scope.get('scheme', 'http')}://{hosts[0]}".lower()
    if any(origin.lower() != own and origin not in cors_origins for origin in origins):
        return f"the Origin {clean_text(', '.join(origins), 100)}"
    if not origins or origins[0].lower() == own:
        for site in headers.get("sec-fetch-site", []):
            if site.lower() not in _OWN_PAGES:
                return f"Sec-Fetch-Site: {clean_text(site, 50)}"
    return ""


def _names_this_machine(host: str) -> bool:
    match = _HOST.fullmatch(host)
    if match is None:
        return False
    if match["name"] == "localhost":
        return True
    address = parse_address(match["address"] or match["name"])
    if address is None or (match["address"] and ":" not in match["address"]):
        return False
    return is_loopback(address)
