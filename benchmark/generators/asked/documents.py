"""A small document of the endpoints that no document of the target describes."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import urlsplit

from benchmark.models import ApiDocument, AskedEndpoint

WHERE = "the endpoints that were asked for"
"""What stands for the address of such a document."""

_PARAMETER = re.compile(r"\{([^{}/]+)\}")


def document_of(
    endpoints: Sequence[AskedEndpoint], base_url: str, taken: Collection[str]
) -> ApiDocument:
    """An OpenAPI document of the endpoints as they stand; what they answer is left open.

    Their paths count from the base URL. `taken` are the names of other applications.
    """
    name, number = "asked", 1
    while name in taken:
        number += 1
        name = f"asked-{number}"
    base = urlsplit(base_url).path.rstrip("/")
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        path = endpoint.path.partition("?")[0]
        if base and (path == base or path.startswith(f"{base}/")):
            path = path[len(base) :] or "/"
        parameters = [
            {"name": each, "in": "path", "required": True, "schema": {"type": "string"}}
            for each in dict.fromkeys(_PARAMETER.findall(path))
        ]
        operation: dict[str, Any] = {"responses": {"2XX": {"description": "Any answer"}}}
        if parameters:
            operation["parameters"] = parameters
        paths.setdefault(path, {})[endpoint.method.lower()] = operation
    spec = {"openapi": "3.2.0", "info": {"title": "Asked endpoints", "version": ""}, "paths": paths}
    return ApiDocument(name, base, WHERE, spec)
