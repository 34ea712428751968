"""Parses an API document of any version and quality into the immutable `ApiSpec`.

    document ─ paths ─▶ raw operations ─ parameters, bodies, security ─▶ operations
                                              └─ schemas ─▶ definitions

What is wrong in a document becomes a warning, an operation that cannot be used a
`SkippedOperation`. Nothing outside the document is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from benchmark.generators.openapi_parser.bodies import (
    UnusableBodyError,
    parse_body,
    parse_responses,
)
from benchmark.generators.openapi_parser.context import (
    Context,
    as_flag,
    as_list,
    as_map,
    as_text,
    printable,
)
from benchmark.generators.openapi_parser.limits import DEFAULT_LIMITS, ParserLimits
from benchmark.generators.openapi_parser.operation_names import operation_names
from benchmark.generators.openapi_parser.parameters import parse_parameters, raw_parameters
from benchmark.generators.openapi_parser.paths import (
    RawOperation,
    UnusablePathError,
    path_template,
    prefix_of,
    raw_operations,
    warn_of_servers,
)
from benchmark.generators.openapi_parser.schemas import SchemaLeveller
from benchmark.generators.openapi_parser.security import parse_requirements, parse_schemes
from benchmark.models import ApiDocument, ApiSpec, Operation, SecurityScheme, SkippedOperation

__all__ = ["ParserLimits", "parse_document"]


def parse_document(document: ApiDocument, limits: ParserLimits = DEFAULT_LIMITS) -> ApiSpec:
    """The API that a document describes; without any operation where it describes none.

    `Operation.path` is the document's prefix, or the path of the operation's own server, and the
    path key. A query string or fragment in a path key stays in it: it tells operations apart.
    """
    context = Context(document, limits)
    leveller = SchemaLeveller(context)
    warn_of_servers(context)
    schemes = parse_schemes(context)
    operations: dict[str, Operation] = {}
    origins: list[tuple[str, str, str]] = []
    skipped: list[SkippedOperation] = []
    for raw in raw_operations(context):
        try:
            operation = _operation(context, leveller, schemes, raw)
        except (UnusablePathError, UnusableBodyError) as reason:
            skipped.append(_skipped(context, raw, str(reason)))
            continue
        if operation.key in operations:
            skipped.append(_skipped(context, raw, "another operation has its method and path"))
            continue
        operations[operation.key] = operation
        origins.append((raw.method, raw.path_key, as_text(as_map(raw.raw).get("operationId"))))
    names = operation_names(origins)
    info = as_map(context.document.get("info"))
    definitions = leveller.definitions()
    return ApiSpec(
        application=context.application,
        title=as_text(info.get("title")) or context.application,
        version=as_text(info.get("version")),
        prefix=context.prefix,
        operations=tuple(
            replace(operation, name=name)
            for operation, name in zip(operations.values(), names, strict=True)
        ),
        description=as_text(info.get("description")),
        definitions=definitions,
        security_schemes=schemes,
        skipped=tuple(skipped),
        warnings=tuple(context.warnings),
    )


def _skipped(context: Context, raw: RawOperation, reason: str) -> SkippedOperation:
    key = printable(f"{raw.method} {context.prefix}{raw.path_key}")
    return SkippedOperation(context.application, key, printable(reason))


def _operation(
    context: Context,
    leveller: SchemaLeveller,
    schemes: dict[str, SecurityScheme],
    operation: RawOperation,
) -> Operation:
    raw, where = operation.raw, operation.key
    if not isinstance(raw, Mapping):
        unknown = operation.method == "*"
        raise UnusablePathError("its path item cannot be read" if unknown else "it is no object")
    declared = raw_parameters(
        context, where, operation.item.get("parameters"), raw.get("parameters")
    )
    path_names = frozenset(as_text(p.get("name")) for p in declared if p.get("in") == "path")
    template = path_template(operation.path_key, path_names, context.limits.max_path_length)
    return Operation(
        application=context.application,
        name="",  # given when all are known
        method=operation.method,
        path=prefix_of(context, operation) + template.text,
        summary=as_text(raw.get("summary")) or as_text(operation.item.get("summary")),
        description=as_text(raw.get("description")) or as_text(operation.item.get("description")),
        tags=tuple(dict.fromkeys(as_text(tag) for tag in as_list(raw.get("tags")) if as_text(tag))),
        parameters=parse_parameters(context, leveller, where, declared, template),
        body=parse_body(context, leveller, where, raw, declared),
        responses=parse_responses(context, leveller, where, raw),
        security=parse_requirements(context, where, raw, schemes),
        deprecated=bool(as_flag(raw.get("deprecated"))),
    )
