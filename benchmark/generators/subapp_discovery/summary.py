"""What was found, as plain values for a JSON file and for callers from outside the suite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmark.generators.documents import document_version
from benchmark.generators.subapp_discovery.found import operations
from benchmark.models import ApiDocument, ApiSpec, Discovery

SCHEMA_VERSION = 1


def endpoints(document: ApiDocument) -> list[dict[str, Any]]:
    """Every operation of a document: method, path below the host, and what it says of itself."""
    found = operations(document.spec, document.openapi_url, document.related)
    return [
        {
            "method": method,
            "path": document.prefix + path,
            "summary": _text(operation.get("summary")),
            "operation_id": _text(operation.get("operationId")),
            "tags": _texts(operation.get("tags")),
        }
        for method, path, operation in found
    ]


def information(document: ApiDocument) -> dict[str, str]:
    """Title and version of the API, and the version of OpenAPI; "" where the document has none."""
    info = document.spec.get("info")
    info = info if isinstance(info, dict) else {}
    return {
        "title": _text(info.get("title")),
        "version": _text(info.get("version")),
        "openapi": document_version(document.spec),
    }


def discovery_json(discovery: Discovery, specs: Sequence[ApiSpec] = ()) -> dict[str, Any]:
    """The content of `api_discovery_<timestamp>.json`, without the documents themselves.

    Where a document was parsed, `specs` says which of its operations can be used, and which not.
    """
    parsed = {spec.application: spec for spec in specs}
    notes = [{"where": note.where, "message": note.message} for note in discovery.notes]
    for spec in specs:
        notes += [{"where": note.where, "message": note.message} for note in spec.warnings]
    return {
        "schema_version": SCHEMA_VERSION,
        "base_url": discovery.base_url,
        "requests": discovery.requests,
        "applications": [
            _application(document, parsed.get(document.name)) for document in discovery.documents
        ],
        "notes": notes,
    }


def _application(document: ApiDocument, spec: ApiSpec | None) -> dict[str, Any]:
    listed = endpoints(document)
    skipped = []
    if spec is not None:
        listed = [
            {
                "method": operation.method,
                "path": operation.path,
                "summary": operation.summary,
                "name": operation.name,
                "tags": list(operation.tags),
            }
            for operation in spec.operations
        ]
        skipped = [{"operation": item.key, "reason": item.reason} for item in spec.skipped]
    return {
        "name": document.name,
        "prefix": document.prefix,
        "openapi_url": document.openapi_url,
        "docs_url": document.docs_url,
        **information(document),
        "operations": listed,
        "skipped": skipped,
    }


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) else ""


def _texts(value: object) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
