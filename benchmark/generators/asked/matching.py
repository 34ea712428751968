"""Which documented operation an endpoint means: by its template, or by a path that matches it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from benchmark.models import ApiSpec, Operation

Given = Mapping[str, Mapping[str, Any]]
"""Values by location ("path", "query", …) and name."""

MAX_PARAMETERS_OF_SEGMENT = 2
"""Of a segment with more parameters nobody can say which part of a path is which."""

_PARAMETER = re.compile(r"\{([^{}/]*)\}")


def find_operation(
    specs: Sequence[ApiSpec], method: str, path: str, base_url: str
) -> tuple[ApiSpec, Operation, Given] | None:
    """The operation that a method and a path name, and the values that stand in the path.

    Paths count from the host, else from the base URL. A template that is equal comes first, then
    the one that matches with the fewest parameters (OpenAPI 3.1.1, section 4.8.8.1). A query string
    gives values of the query.
    """
    bare, _, query = path.partition("?")
    given_query = {"query": query_values(query)} if query else {}
    below = urlsplit(base_url).path.rstrip("/")
    for wanted in dict.fromkeys((path, bare, below + bare)):
        for spec, operation in _operations(specs, method):
            if operation.path == wanted:
                return spec, operation, given_query if wanted != path else {}
    for wanted in dict.fromkeys((bare, below + bare)):
        matches = [
            (spec, operation, values)
            for spec, operation in _operations(specs, method)
            if (values := path_values(operation.path, wanted)) is not None
        ]
        if matches:
            spec, operation, values = min(matches, key=lambda match: len(match[2]))
            return spec, operation, {"path": values, **given_query}
    return None


def path_values(template: str, path: str) -> dict[str, str] | None:
    """The values of a template's parameters in a path; None where it does not match."""
    wanted, parts = template.split("/"), path.split("/")
    if len(wanted) != len(parts):
        return None
    values: dict[str, str] = {}
    for segment, part in zip(wanted, parts, strict=True):
        names = _PARAMETER.findall(segment)
        if not names:
            if unquote(segment) != unquote(part):
                return None
            continue
        if len(names) > MAX_PARAMETERS_OF_SEGMENT:
            return None
        literals = [re.escape(text) for text in _PARAMETER.split(segment)[::2]]
        found = re.fullmatch("(.+)".join(literals), part)
        if found is None or (_PARAMETER.search(part) and segment != part):
            return None
        if segment != part:
            values.update(zip(names, map(unquote, found.groups()), strict=True))
    return values


def query_values(query: str) -> dict[str, Any]:
    """The values of a query string; a name that stands there several times has a list."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=1000):
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def _operations(specs: Sequence[ApiSpec], method: str) -> Iterator[tuple[ApiSpec, Operation]]:
    for spec in specs:
        for operation in spec.operations:
            if operation.method == method:
                yield spec, operation
