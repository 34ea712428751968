"""Logs as JSON lines on standard error, each with the request's id and the run's.

A run's id is given as `extra={"test_id": …}`. Bodies, headers and queries are never logged.
"""

from __future__ import annotations

import logging
import traceback
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from backend.observability.request_context import request_id

_FIELDS = "%(asctime)s %(levelname)s %(name)s %(message)s"
_RENAMED = {"asctime": "time", "levelname": "level", "name": "logger"}
_FRAMES = 30


class _Lines(JsonFormatter):
    """A JSON line; of an exception the place and its kind, for its text may hold what was sent."""

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        super().add_fields(log_data, record, message_dict)
        log_data.pop("color_message", None)  # uvicorn's, for terminals
        if identity := request_id():
            log_data.setdefault("request_id", identity)

    def formatException(self, ei: Any) -> str:  # noqa: N802  # the base class's name
        """Where an exception came from, without its text."""
        return places_of(ei[1]) if ei[1] is not None else ""


def log_as_json(level: int = logging.INFO) -> None:
    """Let everything that is logged in this process, uvicorn's lines too, go out as JSON lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        _Lines(
            _FIELDS, rename_fields=_RENAMED, datefmt="%Y-%m-%dT%H:%M:%S%z", json_ensure_ascii=False
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # ours says more, and no query
    logging.getLogger("alembic").setLevel(logging.WARNING)


def log_failure(logger: logging.Logger, error: BaseException, **extra: Any) -> None:
    """Log an error that nobody expected: its kind and where it came from, not its text."""
    logger.error("unexpected %s", type(error).__name__, extra={**extra, "places": places_of(error)})


def places_of(error: BaseException) -> str:
    """Where an error came from, and the one behind it, the innermost last."""
    texts: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(texts) < 5:
        frames = traceback.extract_tb(seen.__traceback__)[-_FRAMES:]
        places = " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
        texts.append(f"{type(seen).__name__}: {places}")
        seen = seen.__cause__ or seen.__context__
    return " | behind it ".join(texts)
