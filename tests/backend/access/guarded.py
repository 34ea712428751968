"""A small guarded application, and settings for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import HTTPException
from starlette.responses import StreamingResponse

from backend.access import (
    Caller,
    SecurityHeadersMiddleware,
    current_caller,
    install_access,
    limit_starts,
)
from backend.error_answers import install_error_answers
from backend.settings import ServiceSettings
from benchmark.utils.service_tokens import TokenLine, digest_of

USER_TOKEN, OTHER_TOKEN, ADMIN_TOKEN = "a-token-of-ann", "a-token-of-bob", "a-token-of-operations"
TOKENS = tuple(
    str(TokenLine(email, role, digest_of(token)))
    for email, role, token in (
        ("ann@example.com", "user", USER_TOKEN),
        ("bob@example.com", "user", OTHER_TOKEN),
        ("Ops@Example.com", "admin", ADMIN_TOKEN),
    )
)
"""The same in every process, since tests are named after them."""


def some_settings(folder: Path, **changes: Any) -> ServiceSettings:
    """Settings as tests need them; nothing is there yet."""
    return ServiceSettings(
        **{
            "database_url": f"sqlite:///{folder}/none.db",
            "runs_dir": folder / "runs",
            "key_file": folder / "key",
            **changes,
        }
    )


def guarded_app(settings: ServiceSettings) -> FastAPI:
    """Routes that say who asked, behind the guards."""
    app = FastAPI()
    install_error_answers(app)
    install_access(app, settings)
    app.add_middleware(SecurityHeadersMiddleware)

    @app.get("/health")
    async def health() -> str:
        return "ok"

    @app.get("/docs")
    async def docs() -> str:
        return "page"

    @app.get("/who")
    async def who(caller: Annotated[Caller, Depends(current_caller)]) -> dict[str, str | None]:
        return {"email": caller.email, "role": caller.role}

    @app.post("/start", dependencies=[Depends(limit_starts)])
    async def start() -> str:
        return "started"

    @app.post("/size")
    async def size(request: Request) -> int:
        return len(await request.body())

    go_on = asyncio.Event()

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            yield "one\n"
            await go_on.wait()
            yield "two\n"

        return StreamingResponse(lines(), media_type="text/plain")

    @app.post("/go-on")
    async def release() -> None:
        go_on.set()

    @app.get("/missing")
    async def missing() -> None:
        raise HTTPException(404)

    return app


def making(settings: ServiceSettings) -> Callable[[], FastAPI]:
    """For `serving`: makes the guarded application."""
    return lambda: guarded_app(settings)
