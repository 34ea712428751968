"""A strict server in memory: what is called is checked, counted and answered; what is told is free.

What a document says of an operation and what the server enforces are given apart, since most of
the servers here are about the difference.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from tests.servers.checks import Problem, Schema, problems
from tests.servers.error_formats import FORMATS
from tests.servers.names import Names

Item = dict[str, Any]
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as a handler sees it."""

    operation: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with more than a body; one with a `text` is plain text."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


class RefusedError(Exception):
    """A request that is answered with an error; `found` says what is wrong with its body."""

    def __init__(
        self, status: int, text: str = "", found: Sequence[Problem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(text)
        self.status, self.text, self.found = status, text, tuple(found)
        self.headers = dict(headers or {})


Handler = Callable[[Call], Any]
Guard = Callable[[Call], None]


class Service:
    """Collects operations, and makes the application and its document of them.

    The application's state holds what a test wants to know:

    * `store`: what clients created, by resource and key; empty again when all is deleted
    * `traps_touched`: the operations that would have locked everybody out, as they were called
    * `reachable`: the keys, "METHOD /path", of the operations that a careful client can get a true
      2xx from
    * `operations`, `fields`: key and name by the part they play, since both are drawn
    * `credentials`: what a client is given beforehand, by the part it plays
    * `answers`: how often each operation answered with each status
    """

    def __init__(self, seed: int, style: str = "fastapi") -> None:
        self.names = Names(seed)
        self.style = style
        self.store: dict[str, dict[Key, Item]] = {}
        self.traps_touched: list[str] = []
        self.operations: dict[str, str] = {}
        self.fields: dict[str, str] = {}
        self.credentials: dict[str, str] = {}
        self.schemes: dict[str, Any] = {}
        self.schemas: dict[str, Any] = {}
        self.guard: Guard | None = None
        self.answers: Counter[tuple[str, int]] = Counter()
        self.app = FastAPI(docs_url=None, redoc_url=None)
        self.app.add_exception_handler(HTTPException, self._unknown)
        self._reachable: set[str] = set()
        self._paths: dict[str, dict[str, Any]] = {}

    def operation(
        self,
        role: str,
        method: str,
        path: str,
        handler: Handler,
        *,
        body: Schema | None = None,
        told: Schema | None = None,
        tell_body: bool = True,
        answer: Schema | None = None,
        status: int = 200,
        media: str = "application/json",
        parameters: Sequence[Mapping[str, Any]] = (),
        guarded: bool = True,
        reachable: bool = True,
        summary: str = "",
    ) -> None:
        """Serve and document an operation.

        `body` is enforced; the document says `told` (the same, if None), or nothing of a body if
        not `tell_body`; its type is `media`. Path parameters are documented as texts.
        """
        key = f"{method} {path}"
        self.operations[role] = key
        if reachable:
            self._reachable.add(key)

        async def endpoint(request: Request) -> Response:
            reply = await self._reply(request, key, handler, body, media, status, guarded=guarded)
            self.answers[key, reply.status_code] += 1
            return reply

        self.app.add_api_route(path, endpoint, methods=[method], include_in_schema=False)
        named = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"\{(\w+)\}", path)
        ]
        success: dict[str, Any] = {"description": "done"}
        if answer is not None:
            success["content"] = {"application/json": {"schema": answer}}
        entry: dict[str, Any] = {
            "summary": summary or role,
            "operationId": re.sub(r"\W+", "_", role),
            "parameters": [*named, *parameters],
            "responses": {str(status): success},
        }
        if body is not None and tell_body:
            schema = _told(told or body)
            entry["requestBody"] = {"required": True, "content": {media: {"schema": schema}}}
        if self.schemes and guarded:
            entry["security"] = [{name: []} for name in self.schemes]
        self._paths.setdefault(path, {})[method.lower()] = entry

    def document_only(self, role: str, method: str, path: str) -> None:
        """Document an operation that nobody serves."""
        self.operations[role] = f"{method} {path}"
        content = {"application/json": {"schema": {"type": "object"}}}
        answer = {"200": {"description": "done", "content": content}}
        entry = {"summary": role, "responses": answer}
        self._paths.setdefault(path, {})[method.lower()] = entry

    def trap(self, role: str, method: str, path: str, handler: Handler, **more: Any) -> None:
        """An operation that would break the run for everybody; it is noted when it takes effect."""

        def sprung(call: Call) -> Any:
            self.traps_touched.append(call.operation)
            return handler(call)

        self.operation(role, method, path, sprung, reachable=False, **more)

    def finish(self) -> FastAPI:
        """The application, with its state and its document."""
        document = {
            "openapi": "3.1.0",
            "info": {"title": "Made by seed", "version": "1"},
            "paths": self._paths,
            "components": {"schemas": self.schemas, "securitySchemes": self.schemes},
        }
        self.app.openapi = lambda: document  # type: ignore[method-assign]  # FastAPI's own advice
        state = self.app.state
        state.store, state.traps_touched = self.store, self.traps_touched
        state.operations, state.fields = self.operations, self.fields
        state.credentials, state.answers = self.credentials, self.answers
        state.reachable = frozenset(self._reachable)
        return self.app

    async def _reply(
        self,
        request: Request,
        key: str,
        handler: Handler,
        body: Schema | None,
        media: str,
        status: int,
        *,
        guarded: bool,
    ) -> Response:
        try:
            content = await _read_body(request, media) if body is not None else None
            call = Call(key, request.path_params, request.query_params, request.headers,
                        request.cookies, content)  # fmt: skip
            if guarded and self.guard is not None:
                self.guard(call)
            if body is not None:
                self._check_body(body, content)
            done = handler(call)
        except RefusedError as refused:
            return self.refusal(refused)
        reply = done if isinstance(done, Reply) else Reply(done, status)
        if reply.text:
            return Response(reply.text, reply.status, dict(reply.headers), "text/plain")
        return _json(reply.body, reply.status, reply.headers)

    def _check_body(self, schema: Schema, body: Any) -> None:
        if found := tuple(problems(schema, body)):
            raise RefusedError(FORMATS[self.style][0], found=found)

    def refusal(self, refused: RefusedError) -> Response:
        """The answer to a refused request, in the style of this server.

        One that is refused with the status 200 says so in its body.
        """
        if refused.status == 200:
            return _json({"success": False, "error": refused.text}, 200, {})
        text = refused.text or "The request is not valid."
        content = FORMATS[self.style][1](refused.status, text, refused.found)
        media = "application/problem+json" if self.style == "problem+json" else "application/json"
        return _json(content, refused.status, refused.headers, media)

    async def _unknown(self, _: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return self.refusal(RefusedError(status, "Not Found" if status == 404 else str(error)))


def _told(schema: Schema) -> dict[str, Any]:
    """A schema as the document shows it, without the rules that only the server knows."""
    shown = {name: value for name, value in schema.items() if not name.startswith("x-")}
    if "properties" in shown:
        shown["properties"] = {name: _told(each) for name, each in shown["properties"].items()}
    if "items" in shown:
        shown["items"] = _told(shown["items"])
    return shown


async def _read_body(request: Request, media: str) -> Any:
    if not request.headers.get("content-type", "").startswith(media):
        raise RefusedError(415, f"Send {media}.")
    if media != "application/json":
        async with request.form() as form:
            return {
                name: await part.read() if isinstance(part, UploadFile) else part
                for name, part in form.items()
            }
    try:
        return json.loads(await request.body())
    except ValueError as error:
        raise RefusedError(400, "The body is no JSON.") from error


def _json(
    content: Any, status: int, headers: Mapping[str, str], media: str = "application/json"
) -> Response:
    text = b"" if content is None else json.dumps(content).encode()
    return Response(text, status, dict(headers), media if text else None)
