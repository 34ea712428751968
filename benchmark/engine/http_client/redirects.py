"""Where a redirect leads, and what the request to there is (RFC 9110, section 15.4)."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urljoin

from benchmark.engine.http_client.errors import RedirectError
from benchmark.engine.http_client.origin import Location, Origin, split_url

REDIRECTS = frozenset({301, 302, 303, 307, 308})


def next_method(status: int, method: str) -> str:
    """The method of the request that follows a redirect: GET after a POST, unless 307 or 308."""
    if (status == 303 and method != "HEAD") or (status in {301, 302} and method == "POST"):
        return "GET"
    return method


def next_location(
    url: str, origin: Origin, header: str, allowed_hosts: Collection[str]
) -> Location:
    """Where a Location header leads from a URL.

    Raises RedirectError for what is no URL of HTTP, and for a host that is neither that of the
    request nor allowed: a load goes only where somebody sent it.
    """
    try:
        # Servers send Latin-1 or UTF-8 here, though neither is allowed; most mean UTF-8.
        text = header.encode("latin-1").decode("utf-8", errors="replace")
        location = split_url(urljoin(url, text))
    except ValueError:
        raise RedirectError("redirected to what is no URL") from None
    if location.origin.host != origin.host and location.origin.host not in allowed_hosts:
        raise RedirectError("redirected to another host, which is not followed")
    if origin.is_secure and not location.origin.is_secure:
        raise RedirectError("redirected from https to http, which is not followed")
    return location
