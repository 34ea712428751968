"""Examples that a document gives beside a schema: for a parameter or a media type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from benchmark.generators.openapi_parser.context import Context, as_map


def examples_of(context: Context, holder: Mapping[str, Any]) -> tuple[Any, ...]:
    """The values of `example`, `x-example` and `examples`, in order; external ones are not read."""
    return tuple(islice(_values(context, holder), context.limits.max_examples))


def _values(context: Context, holder: Mapping[str, Any]) -> Iterator[Any]:
    for keyword in ("example", "x-example"):
        if keyword in holder:
            yield holder[keyword]
    declared = holder.get("examples")
    if isinstance(declared, list):  # as a schema has them
        yield from declared
        return
    for example in as_map(declared).values():
        resolved = context.follow(example, "examples")
        if not isinstance(resolved, Mapping):
            if resolved is not None:
                yield resolved
        elif "dataValue" in resolved:
            yield resolved["dataValue"]
        elif "value" in resolved:
            yield resolved["value"]
