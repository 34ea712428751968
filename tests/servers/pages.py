"""Operations of which no document tells body or query, beside a page whose script calls them."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Response

from tests.servers.kinds import Kind
from tests.servers.service import Call, RefusedError, Service

PAGE = '<!doctype html><html><head><script src="/assets/app.js"></script></head></html>'


def make_app(seed: int) -> FastAPI:
    """Role "thing"; "export" wants two members, "status" a query parameter; both else say 500."""
    service = Service(seed)
    names = service.names
    thing = Kind(service, "thing").with_all()
    first, second, asked = names.text(), names.text(), names.cased(names.text(), "id")
    action, status = names.resource().one, names.resource().one

    def export(call: Call) -> Any:
        thing.found(call)
        if not isinstance(call.body, dict) or not {first, second} <= call.body.keys():
            raise RefusedError(500, "Something went wrong.")
        return {"done": True}

    def told(call: Call) -> Any:
        thing.found(call)
        if asked not in call.query:
            raise RefusedError(500, "Something went wrong.")
        return {"ready": False}

    service.operation("export", "POST", f"{thing.item_path}/{action}", export,
                      body={"type": "object", "properties": {}}, tell_body=False)  # fmt: skip
    service.operation("status", "GET", f"{thing.item_path}/{status}", told)
    app = service.finish()
    many = thing.noun.many
    script = (
        f'var a=function(t,n){{return this.http.post("/{many}/".concat(t,"/{action}"),'
        f"{{{first}:n,{second}:!0}})}},b=function(t,n){{return this.http.get("
        f'"/{many}/".concat(t,"/{status}?{asked}=").concat(n))}};'
    )

    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        return Response(PAGE, media_type="text/html")

    @app.get("/assets/app.js", include_in_schema=False)
    async def scripts() -> Response:
        return Response(script, media_type="text/javascript")

    return app
