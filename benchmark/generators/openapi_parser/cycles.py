"""Cuts circles of definitions that describe no value: `A` is all of `A`, `B` is one of `C` is `B`.

A validator would walk such a circle forever. A circle that passes through a property or an item is
harmless, because every round needs a deeper value, and it stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from benchmark.models import JsonSchema

_IN_PLACE = ("allOf", "anyOf", "oneOf")
_IN_PLACE_SINGLE = ("not", "if", "then", "else")
_PREFIX = "#/$defs/"


def cut_cycles(definitions: Mapping[str, JsonSchema], warn: Callable[[str, str], None]) -> None:
    """Removes, in the definitions, each reference that would close such a circle."""
    done: set[str] = set()
    for start in definitions:
        if start in done:
            continue
        path = {start}
        stack = [(start, _references(definitions[start]))]
        while stack:
            name, references = stack[-1]
            for holder in references:
                target = holder["$ref"].removeprefix(_PREFIX)
                if target in path:
                    del holder["$ref"]
                    warn(f"#/$defs/{name}", f"it is defined by {target!r}, which is itself; cut")
                elif target not in done and target in definitions:
                    path.add(target)
                    stack.append((target, _references(definitions[target])))
                    break
            else:
                stack.pop()
                path.discard(name)
                done.add(name)


def _references(schema: JsonSchema) -> Iterator[dict[str, Any]]:
    """The schemas with a `$ref` that apply to the same value as this one."""
    waiting = [schema]
    while waiting:
        current = waiting.pop()
        if not isinstance(current, dict):
            continue
        if "$ref" in current:
            yield current
        for keyword in _IN_PLACE:
            waiting.extend(current.get(keyword, ()))
        waiting.extend(current[keyword] for keyword in _IN_PLACE_SINGLE if keyword in current)
        waiting.extend(current.get("dependentSchemas", {}).values())
