"""A server whose document says nothing: it only complains, in one of several ways."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

import uvicorn
from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from benchmark.models import (
    ArrayNode,
    Clock,
    Constant,
    Node,
    ObjectNode,
    Pooled,
    Recipe,
    SlotLocation,
    Unique,
)


class Berth(BaseModel):
    """A part of a body, with rules of its own."""

    deck: int = Field(gt=2, multiple_of=5)
    side: Literal["port", "starboard"]


class Voyage(BaseModel):
    """A body with a rule of each sort."""

    model_config = ConfigDict(extra="forbid")
    title: str = Field(min_length=30, max_length=40)
    reference: str = Field(pattern=r"^[A-Z]{2}-\d{4}$")
    sails: datetime
    passengers: int = Field(ge=500, le=510)
    berths: list[Berth] = Field(min_length=2)
    kind: Literal["cargo", "ferry"]
    insured: bool
    manifest: dict[str, Any]
    share: float = Field(gt=0, lt=1)

    @field_validator("sails")
    @classmethod
    def _ahead(cls, moment: datetime) -> datetime:
        if moment.replace(tzinfo=moment.tzinfo or UTC) <= datetime.now(UTC) + timedelta(days=1):
            raise ValueError("sails must be in the future")
        return moment


def picky_app() -> FastAPI:
    """The application: `/voyages` speaks pydantic, `/plain` in sentences, one at a time."""
    app = FastAPI()
    taken: set[str] = set()

    @app.post("/voyages")
    async def voyages(request: Request, speed: Annotated[int, Query(le=3)]) -> dict[str, str]:
        try:
            Voyage.model_validate(json.loads(await request.body() or b"null"))
        except ValidationError as error:
            found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
            raise RequestValidationError(found) from error
        return {"speed": str(speed)}

    @app.post("/plain")
    async def plain(request: Request) -> Any:
        raw = await request.body()
        complaint = _sentence(json.loads(raw) if raw else None, taken)
        if complaint:
            return JSONResponse({"error": complaint}, 400)
        return PlainTextResponse("ok")

    return app


def _sentence(body: Any, taken: set[str]) -> str:
    """The first thing that is wrong with a body, "" if nothing is."""
    if not isinstance(body, dict):
        return "Request body is missing"
    for name in ("name", "contact", "colour", "born", "quantity", "labels", "settings", "secret"):
        if name not in body:
            return f"'{name}' is required"
    if not isinstance(body["quantity"], int):
        return "quantity must be an integer"
    if not isinstance(body["labels"], list):
        return "labels should be a list"
    if not isinstance(body["settings"], str) or body["settings"][:1] not in ("{", "["):
        return "settings is not valid JSON"
    if "@" not in str(body["contact"]):
        return "contact must be a valid email address"
    checks = (
        (len(body["name"]) <= 12, "Name must be at most 12 characters long"),
        (body["quantity"] >= 200, "quantity must be at least 200"),
        (body["colour"] in ("teal", "plum"), "Invalid colour. Must be one of: teal, plum."),
        (_is_past(body["born"]), "born must be a date in the past"),
        (len(body["labels"]) >= 2, "labels must contain at least 2 items"),
        ("secret_confirmation" in body, "Missing required field: secret_confirmation"),
        (body.get("secret_confirmation") == body["secret"], "secrets: passwords do not match"),
        ("east" in body or "west" in body, "Either east or west is required"),
        (body["name"] not in taken, "A thing with this name already exists"),
    )
    taken.add(body["name"])
    return next((text for holds, text in checks if not holds), "")


def _is_past(text: Any) -> bool:
    try:
        return date.fromisoformat(str(text)[:10]) < datetime.now(UTC).date()
    except ValueError:
        return False


@contextmanager
def picky_server() -> Iterator[str]:
    """The base URL of a running server."""
    config = uvicorn.Config(picky_app(), port=0, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            thread.join(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered, and what it was sent."""

    status: int
    content_type: str
    body: bytes
    sent: Mapping[tuple[SlotLocation, str], Any]


def send(url: str, recipe: Recipe, turn: int) -> Answer:
    """Sends one POST of a recipe; `turn` chooses from pools and stamps what is unique."""
    sent: dict[tuple[SlotLocation, str], Any] = {}
    for slot in recipe.slots():
        sent[slot.location, slot.pointer] = value_of(slot.source, turn)
    query = {pointer[1:]: value for (at, pointer), value in sent.items() if at == "query"}
    data = None if recipe.body is None else json.dumps(value_of(recipe.body, turn)).encode()
    headers = {"Content-Type": recipe.media_type} if recipe.media_type else {}
    request = HttpRequest(f"{url}?{urlencode(query)}", data or b"", headers, method="POST")
    try:
        with urlopen(request, timeout=60) as reply:
            return Answer(reply.status, reply.headers["Content-Type"], reply.read(), sent)
    except HTTPError as error:
        with error:
            return Answer(error.code, error.headers["Content-Type"], error.read(), sent)


def value_of(node: Node, turn: int) -> Any:
    """What a node is in one request."""
    match node:
        case ObjectNode(members):
            return {name: value_of(member, turn) for name, member in members}
        case ArrayNode(items):
            return [value_of(item, turn) for item in items]
        case Constant(value):
            return value
        case Pooled(values):
            return values[turn % len(values)]
        case Unique(sample, style, max_length):
            stamp = f"{turn:03d}"
            if style == "email":
                return f"{turn}{sample}"
            text = f"{sample}"[: (max_length or 200) - len(stamp)] + stamp
            return turn if style == "number" else text
        case Clock(offset, written):
            moment = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=offset)
            return moment.date().isoformat() if written == "date" else moment.isoformat()
    raise AssertionError(node)
