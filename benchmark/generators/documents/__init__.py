"""API documents as they are found: read safely, told apart, their references followed."""

from benchmark.generators.documents.reading import (
    DocumentLimits,
    Server,
    declared_servers,
    document_version,
    is_openapi,
    read_document,
    read_value,
    servers_of,
    why_not_openapi,
)
from benchmark.generators.documents.references import DocumentSet, UnresolvedError

__all__ = [
    "DocumentLimits",
    "DocumentSet",
    "Server",
    "UnresolvedError",
    "declared_servers",
    "document_version",
    "is_openapi",
    "read_document",
    "read_value",
    "servers_of",
    "why_not_openapi",
]
