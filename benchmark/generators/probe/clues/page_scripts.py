"""Fetches the scripts of the pages that a server delivers beside its API.

They use the API, and so they know names and choices that neither document nor messages tell.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

from benchmark.generators.transport import Reply, Transport

MAX_SCRIPTS = 8
"""How many scripts of a page are read."""

_MAX_CHARACTERS = 1_500_000
_SCRIPT = re.compile(r"""<script[^>]{0,300}?\bsrc\s*=\s*["']?([^"'\s>]{1,300})""", re.IGNORECASE)


def page_scripts(transport: Transport) -> tuple[str, ...]:
    """The scripts of the server's front page; () where there is none."""
    page = transport.get("/", accept="text/html")
    if not isinstance(page, Reply) or page.status != 200 or page.content_type != "text/html":
        return ()
    texts = []
    for source in list(dict.fromkeys(_SCRIPT.findall(page.text)))[:MAX_SCRIPTS]:
        url = urljoin(page.url, source)
        script = transport.get(url) if transport.allows(url) else None
        if isinstance(script, Reply) and script.status == 200:
            texts.append(script.text[:_MAX_CHARACTERS])
    return tuple(texts)
