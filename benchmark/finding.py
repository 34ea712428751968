"""From the settings to the API: whether it is there, its documents, and what they say."""
# ruff: noqa: PLC0415  # the stages are slow to import, and no command needs them all

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmark.errors import DocumentError, TargetError
from benchmark.models import ApiSpec, Discovery
from benchmark.settings import BenchmarkConfig


def reach(config: BenchmarkConfig) -> str:
    """What the host answers at its base URL, in words. Raises TargetError if it does not answer."""
    status, seconds = first_answer(config)
    return f"answers with status {status} after {seconds * 1000:.0f} ms"


def first_answer(config: BenchmarkConfig) -> tuple[int, float]:
    """The status of the answer at the base URL, and the seconds that it took.

    Raises TargetError where none comes.
    """
    from benchmark.generators.transport import Transport, TransportFailure

    with Transport(config.target) as transport:
        reply = transport.get(config.base_url)
    if isinstance(reply, TransportFailure):
        raise TargetError(
            f"{config.base_url} is not reachable: {reply.message}",
            "start the API, or correct the address (--host)",
        )
    return reply.status, reply.seconds


def discover(config: BenchmarkConfig) -> Discovery:
    """Find every application's document: given, imported from an application, or by looking."""
    from benchmark.generators import subapp_discovery

    if config.spec:
        return subapp_discovery.discover_from_specs(config.target, config.spec)
    if config.app:
        return subapp_discovery.discover_from_app(config.target, config.app)
    timeout = config.dynamic.discovery_timeout
    return subapp_discovery.discover(config.target, timeout_seconds=timeout)


def read_inline(config: BenchmarkConfig, document: Mapping[str, Any]) -> Discovery:
    """A document that is given as a value. Nothing is sent. Raises DocumentError."""
    from benchmark.generators import subapp_discovery

    return subapp_discovery.discover_from_value(config.target, document)


def where_from(config: BenchmarkConfig) -> str:
    """One sentence: where the documents are taken from."""
    if config.spec:
        return f"Reading {', '.join(config.spec)}"
    if config.app:
        return f"Importing {config.app}"
    return f"Looking for API documents at {config.base_url}"


def parse(discovery: Discovery) -> tuple[ApiSpec, ...]:
    """Read every document. Raises DocumentError if not one operation can be used."""
    from benchmark.generators.openapi_parser import parse_document

    specs = tuple(parse_document(document) for document in discovery.documents)
    if not any(spec.operations for spec in specs):
        skipped = [skip for spec in specs for skip in spec.skipped]
        reason = f": {skipped[0].key}: {skipped[0].reason}" if skipped else ""
        where = ", ".join(document.openapi_url for document in discovery.documents)
        raise DocumentError(
            f"Nothing to test in {where}{reason}", "it documents no usable operation"
        )
    return specs
