"""A kiosk that sells papers: quick, unless it is told to keep those who ask waiting."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import count

from fastapi import FastAPI, HTTPException, Request, Response
from pydantic import BaseModel, Field


class Paper(BaseModel):
    """A paper on sale."""

    title: str = Field(min_length=1, max_length=80)
    pages: int = Field(ge=1, le=200)


def create_kiosk() -> FastAPI:
    """The kiosk. In its state are what it heard and holds, and how long it lets wait.

    `calls` are counted by "METHOD /path", `called_at` is the monotonic time of the last; `waits`
    are the seconds that paths which begin so have to wait.
    """
    app = FastAPI(title="Kiosk")
    papers: dict[int, Paper] = {}
    ids = count(1)
    app.state.papers, app.state.waits = papers, {}
    app.state.calls, app.state.called_at = Counter(), 0.0
    app.state.authorizations = set()

    @app.middleware("http")
    async def counted(
        request: Request, answer: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        app.state.calls[f"{request.method} {request.url.path}"] += 1
        app.state.called_at = time.monotonic()
        app.state.authorizations.add(request.headers.get("authorization"))
        for beginning, seconds in app.state.waits.items():
            if request.url.path.startswith(beginning):
                await asyncio.sleep(seconds)
        return await answer(request)

    @app.get("/opening-hours")
    async def opening_hours() -> dict[str, str]:
        return {"opens": "06:30", "closes": "19:00"}

    @app.get("/papers")
    async def list_papers(limit: int = 10) -> list[dict[str, object]]:
        chosen = list(papers.items())[: max(0, min(limit, 100))]
        return [{"id": key, **paper.model_dump()} for key, paper in chosen]

    @app.post("/papers", status_code=201)
    async def add_paper(paper: Paper) -> dict[str, object]:
        key = next(ids)
        papers[key] = paper
        return {"id": key, **paper.model_dump()}

    @app.get("/papers/{paper_id}")
    async def get_paper(paper_id: int) -> dict[str, object]:
        if paper_id not in papers:
            raise HTTPException(404, "no such paper")
        return {"id": paper_id, **papers[paper_id].model_dump()}

    @app.delete("/papers/{paper_id}", status_code=204)
    async def remove_paper(paper_id: int) -> None:
        if papers.pop(paper_id, None) is None:
            raise HTTPException(404, "no such paper")

    return app
