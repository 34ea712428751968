"""The child: limits itself, reads a job from standard input, answers on standard output."""

from __future__ import annotations

import json
import os
import resource
import sys
from typing import Any

import orjson

from backend.inspection.jobs import ERRORS, MAX_ANSWER_BYTES, RESULT, SECONDS, Job
from backend.request_words import in_words_of_requests
from benchmark import pipeline
from benchmark.errors import BenchmarkError
from benchmark.settings import BenchmarkConfig

_MEMORY_BYTES = 2_000_000_000
_OPEN_FILES = 256
_OFFLINE = "http://localhost"
"""Where samples of a document without a target would be sent."""


def main() -> int:
    """Do one job."""
    _limit_itself()
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints does not spoil the answer
    kind, found = answer(Job.from_json(json.loads(sys.stdin.buffer.read())))
    with out:
        out.write(kind.encode() + b"\n" + found)
    return 0


def _limit_itself() -> None:
    """A hostile document gets so much of the machine, and no more."""
    for what, most in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CPU, int(SECONDS)),
        (resource.RLIMIT_FSIZE, MAX_ANSWER_BYTES),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (limit, limit))


def answer(job: Job) -> tuple[str, bytes]:
    """What the answer is, `result` or a sort of error, and the answer as JSON."""
    try:
        return RESULT, _as_json(_result(job))
    except BenchmarkError as error:
        kind = next((name for name, cls in ERRORS.items() if isinstance(error, cls)), "usage")
        said = {"message": error.message, "hint": error.hint}
        return kind, json.dumps({k: in_words_of_requests(v) for k, v in said.items()}).encode()


def _as_json(result: dict[str, Any]) -> bytes:
    """NaN and infinities, which documents in YAML may hold, become null."""
    try:
        return orjson.dumps(result, option=orjson.OPT_NON_STR_KEYS, default=dict)
    except (TypeError, ValueError) as error:
        raise ERRORS["document"](
            "the document holds something that is no JSON", "look for what is no text or too deep"
        ) from error


def _result(job: Job) -> dict[str, Any]:
    config = BenchmarkConfig(
        host=job.target_url or _OFFLINE,
        header=tuple(f"{name}: {value}" for name, value in job.headers.items()),
        resolve=job.resolve,
    )
    match job.kind:
        case "validate":
            check = pipeline.validate_target(config).to_json()
            return {
                "target_url": check["base_url"],
                "status_code": check["status"],
                "response_time_ms": check["milliseconds"],
                **{name: check[name] for name in ("reachable", "usable", "documents", "notes")},
                "problem": in_words_of_requests(check["problem"]),
                "hint": in_words_of_requests(check["hint"]),
            }
        case "endpoints":
            found = pipeline.endpoints(config, job.document)
            return {
                "target_url": job.target_url,
                "total": len(found["endpoints"]),
                **{name: found[name] for name in ("applications", "endpoints", "skipped", "notes")},
            }
        case "samples":
            made = pipeline.sample_data(
                config, job.method, job.path, job.count, job.seed, job.document
            )
            return {**made, "seed": job.seed}
