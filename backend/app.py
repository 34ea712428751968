"""Puts the application together: settings, what it holds while it runs, routes, errors."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from backend.access import SecurityHeadersMiddleware, documented_security, install_access
from backend.database import Database
from backend.error_answers import install_error_answers, mistake
from backend.inspection import Inspector
from backend.observability import Metrics, ObservedRequests, log_as_json
from backend.openapi_document import TAGS, DocumentedApi
from backend.routers import ROUTERS
from backend.routers.comparing import Comparisons
from backend.routers.parts import Parts, remember_parts
from backend.routers.streams import Streams
from backend.runs import RunService
from backend.settings import ServiceSettings, load_settings
from backend.shutdown import announced_end
from benchmark import __version__
from benchmark.errors import BenchmarkError

_log = logging.getLogger("backend")

_DESCRIPTION = """
Point it at an HTTP API, and it finds the API's documents, makes a load test of them, runs it and
judges what came out.

**The usual way.** Ask `POST /api/validate-target` whether the target can be tested. Start with
`POST /api/stress-test/start`; the answer's `test_id` leads to live progress
(`GET /api/stress-test/{test_id}/events`) and to the result
(`GET /api/stress-test/{test_id}/results`).
What is tested again and again is kept as a configuration in a session, and started by its
`configuration_id` alone.

**Errors** are problem documents (RFC 9457): `detail` says what happened, `hint` what to do,
`errors` what is wrong with the request, and where. A 429 or 503 says in `Retry-After` when to try
again.

**Times** are RFC 3339 in UTC, latencies milliseconds, durations seconds, shares 0 to 1.
"""


def create_app(settings: ServiceSettings | None = None) -> FastAPI:
    """The service as an application. Nothing is opened or started before it runs.

    Without `settings` those of the environment. Raises UsageError where they are wrong.
    """
    if settings is None:  # then this process is the service, and its log is ours to write
        log_as_json()
    chosen = settings or load_settings()
    database = Database(chosen.database_url)
    metrics = Metrics(database, chosen)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            parts = await run_in_threadpool(_opened, chosen, database, metrics)
        except BenchmarkError as error:  # the server shows where it was found, at length
            _log.critical("the service cannot start: %s (%s)", error.message, error.hint)
            raise
        remember_parts(app, parts)
        try:
            with announced_end(parts.runs.announce_end):
                yield
        finally:
            await run_in_threadpool(_closed, parts)

    app = DocumentedApi(
        title="stress-api",
        version=__version__,
        summary="Load tests started over REST, every result kept.",
        description=_DESCRIPTION,
        openapi_tags=TAGS,
        docs_url=None,
        redoc_url=None,
        dependencies=documented_security(chosen),
        lifespan=lifespan,
    )
    for router in ROUTERS:
        app.include_router(router)
    install_error_answers(app)
    install_access(app, chosen)
    # Outside access: it sees what is refused, too.
    app.add_middleware(ObservedRequests, metrics=metrics, mistake=mistake)
    app.add_middleware(SecurityHeadersMiddleware)  # the outermost: mistakes are answers, too
    return app


def _opened(settings: ServiceSettings, database: Database, metrics: Metrics) -> Parts:
    """Bring the database into its present form, and begin to run what waits."""
    database.migrate()
    runs = RunService(database, settings)
    runs.begin()
    return Parts(settings, database, runs, Inspector(), metrics, Streams(), Comparisons(database))


def _closed(parts: Parts) -> None:
    """End everything that was started; results so far are stored."""
    parts.inspector.end()
    parts.runs.end()
    parts.database.close()
