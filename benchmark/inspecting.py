"""What an API has, without any load: is it usable, its endpoints, sample data for one of them."""
# ruff: noqa: PLC0415  # the stages are slow to import, and no command needs them all

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from benchmark.errors import BenchmarkError, UsageError
from benchmark.finding import discover, first_answer, parse, read_inline
from benchmark.models import ApiSpec, Discovery, Operation
from benchmark.settings import BenchmarkConfig

MAX_SAMPLES = 100
"""How many samples can be asked for at once."""


@dataclass(frozen=True, slots=True)
class DocumentCheck:
    """A document of a target: whose, where it was found, and how many operations can be used."""

    application: str
    title: str
    version: str
    openapi: str
    openapi_url: str
    docs_url: str | None
    prefix: str
    operations: int
    skipped: int


@dataclass(frozen=True, slots=True)
class TargetCheck:
    """Whether a target can be tested.

    `status` and `milliseconds` are those of the answer at the base URL; `problem` says why it
    cannot be tested, and `hint` what to do ("" where it can). `notes` are where and what.
    """

    base_url: str
    reachable: bool
    status: int | None = None
    milliseconds: float | None = None
    documents: tuple[DocumentCheck, ...] = ()
    problem: str = ""
    hint: str = ""
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def usable(self) -> bool:
        """Whether it answers and shows a document with operations."""
        return self.reachable and bool(self.documents)

    def to_json(self) -> dict[str, Any]:
        """The check as JSON."""
        notes = [{"where": where, "message": message} for where, message in self.notes]
        return {**asdict(self), "usable": self.usable, "notes": notes}


def validate_target(config: BenchmarkConfig) -> TargetCheck:
    """Whether the target answers and which documents it shows; why not, as a value."""
    try:
        status, seconds = first_answer(config)
    except BenchmarkError as error:
        return TargetCheck(config.base_url, False, problem=error.message, hint=error.hint)
    answered = TargetCheck(config.base_url, True, status, round(seconds * 1000, 1))
    try:
        discovery = discover(config)
        specs = parse(discovery)
    except BenchmarkError as error:
        return _with_problem(answered, error)
    from benchmark.generators.subapp_discovery import discovery_json

    found = discovery_json(discovery, specs)
    return replace(
        answered,
        documents=tuple(_document(application) for application in found["applications"]),
        notes=tuple((note["where"], note["message"]) for note in found["notes"]),
    )


def endpoints(config: BenchmarkConfig, document: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Every endpoint of the target, or of a document given as a value, as JSON.

    `endpoints` holds method, path, application, parameters, body, security and what the document
    says of each; schemas refer to `definitions` of their application by `#/$defs/<name>`.
    Raises TargetError, DocumentError, UsageError.
    """
    from benchmark.generators.subapp_discovery import discovery_json

    discovery, specs = _read(config, document)
    found = discovery_json(discovery, specs)
    definitions = {spec.application: dict(spec.definitions) for spec in specs}
    applications = [
        {
            **{k: v for k, v in each.items() if k not in ("operations", "skipped")},
            "definitions": definitions.get(each["name"], {}),
        }
        for each in found["applications"]
    ]
    return {
        "base_url": discovery.base_url,
        "applications": applications,
        "endpoints": [_endpoint(spec, each) for spec in specs for each in spec.operations],
        "skipped": [
            {"application": skip.application, "operation": skip.key, "reason": skip.reason}
            for spec in specs
            for skip in spec.skipped
        ],
        "notes": found["notes"],
    }


def sample_data(
    config: BenchmarkConfig,
    method: str,
    path: str,
    count: int = 1,
    seed: int | None = None,
    document: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Realistic, valid values for one endpoint, as JSON: `samples` holds `count` of them.

    The endpoint is one of the target, or of a document given as a value; `path` is its template or
    a path that this matches. The same seed gives the same samples. Raises UsageError for an
    endpoint that is not documented, TargetError, DocumentError.
    """
    if not 1 <= count <= MAX_SAMPLES:
        raise UsageError(f"{count} samples cannot be made", f"ask for 1 to {MAX_SAMPLES}")
    from benchmark.generators.asked import find_operation
    from benchmark.generators.scenario_planner import sample_requests

    discovery, specs = _read(config, document)
    found = find_operation(specs, method.upper(), path, discovery.base_url)
    if found is None:
        known = f"{sum(len(spec.operations) for spec in specs)} endpoints are known"
        raise UsageError(f"{method.upper()} {path} is in no document", f"{known}: list them first")
    spec, operation, given = found
    samples = sample_requests(
        spec,
        operation,
        count,
        config.seed if seed is None else seed,
        given,
        file_upload_size=config.dynamic.file_upload_size,
        infer_meaning=config.dynamic.enable_parameter_inference,
    )
    return {
        "application": spec.application,
        "method": operation.method,
        "path": operation.path,
        "samples": samples,
    }


# ── small parts ───────────────────────────────────────────────────────────────────────────────


def _read(
    config: BenchmarkConfig, document: Mapping[str, Any] | None
) -> tuple[Discovery, tuple[ApiSpec, ...]]:
    discovery = discover(config) if document is None else read_inline(config, document)
    return discovery, parse(discovery)


def _with_problem(check: TargetCheck, error: BenchmarkError) -> TargetCheck:
    return replace(check, problem=error.message, hint=error.hint)


def _document(application: Mapping[str, Any]) -> DocumentCheck:
    return DocumentCheck(
        application["name"],
        application["title"],
        application["version"],
        application["openapi"],
        application["openapi_url"],
        application["docs_url"],
        application["prefix"],
        len(application["operations"]),
        len(application["skipped"]),
    )


def _endpoint(spec: ApiSpec, operation: Operation) -> dict[str, Any]:
    body = operation.body
    return {
        "method": operation.method,
        "path": operation.path,
        "application": spec.application,
        "name": operation.name,
        "summary": operation.summary,
        "description": operation.description,
        "tags": list(operation.tags),
        "deprecated": operation.deprecated,
        "parameters": [
            {
                "name": parameter.name,
                "in": parameter.location,
                "required": parameter.required,
                "description": parameter.description,
                "schema": parameter.schema,
                "examples": list(parameter.examples),
            }
            for parameter in operation.parameters
        ],
        "body": None
        if body is None
        else {
            "required": body.required,
            "description": body.description,
            "content": [
                {
                    "content_type": media.content_type,
                    "schema": media.schema,
                    "examples": list(media.examples),
                }
                for media in body.media_types
            ],
        },
        "security": [list(alternative) for alternative in operation.security],
    }
