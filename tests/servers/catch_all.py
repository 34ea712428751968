"""Answers of 200 that are none: a page for every unknown path, an error told as a success."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response

from tests.servers.kinds import Kind
from tests.servers.service import Call, Service

PAGE = "<!doctype html><html><head><title>App</title></head><body><div id=root></div></body></html>"


def make_app(seed: int) -> FastAPI:
    """Role "thing"; what does not exist is `200 {"success": false, …}`.

    Operation "gone" is documented and answered with the page; "failing" always answers 200 with
    errors alone. Neither is reachable. A body that is refused gets its 422.
    """
    service = Service(seed)
    kind = Kind(service, "thing", missing=200)
    kind.with_all()

    def failing(_: Call) -> dict[str, object]:
        return {"errors": [{"message": "The index is not built."}]}

    path = service.names.path(service.names.resource().many)
    service.operation("failing", "GET", path, failing, answer={"type": "object"}, reachable=False)
    service.document_only("gone", "GET", service.names.path(service.names.resource().many))
    app = service.finish()

    @app.api_route("/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    async def page(request: Request) -> Response:
        return Response(PAGE, media_type="text/html")

    return app
