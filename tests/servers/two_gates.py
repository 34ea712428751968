"""Two applications behind one address, each with a login and with tokens of its own.

The document of each stands at its mount, as gateways have it.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI

from tests.servers import expiring_token, registration

MOUNTS = ("/north", "/south")


def make_app(seed: int) -> FastAPI:
    """At "/north" a login with given credentials, at "/south" one with an account of one's own.

    `state.parts` holds the two applications by mount, for what a test wants to know of each.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    parts: Mapping[str, FastAPI] = {
        MOUNTS[0]: expiring_token.make_app(seed, seconds=60.0),
        MOUNTS[1]: registration.make_app(seed + 1),
    }
    for mount, part in parts.items():
        app.mount(mount, part)
    app.state.parts = parts
    app.state.credentials = parts[MOUNTS[0]].state.credentials
    app.state.store = {
        f"{mount}{kind}": held
        for mount, part in parts.items()
        for kind, held in part.state.store.items()
    }
    return app
