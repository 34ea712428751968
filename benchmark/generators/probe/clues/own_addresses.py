"""Addresses that the server is to fetch: where made-up ones lead nowhere, one of its own."""

from __future__ import annotations

from collections.abc import Iterator

from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Outcome
from benchmark.generators.probe.prober import Prober
from benchmark.models import Constant, OwnAddress, Pooled, Recipe, Source

_BEGINNINGS = ("http://", "https://")


def at_own_address(prober: Prober, recipe: Recipe, outcome: Outcome) -> Iterator[Recipe]:
    """The recipe with every made-up web address replaced by that of a read of the same server.

    Servers that fetch what they are given refuse what they cannot reach, or fail at it.
    """
    if outcome.verdict.name not in {"refused", "broken"}:
        return
    path = _read_path(prober)
    changed = recipe
    for slot in recipe.slots() if path else ():
        if slot.location != "path" and _is_address(slot.source):
            changed = ideas.with_source(changed, (slot.location, slot.pointer), OwnAddress(path))
    if changed != recipe:
        yield changed


def _read_path(prober: Prober) -> str:
    """The path of a read that works, needs nothing, and answers data; "" if there is none."""
    paths = [
        case.operation.path
        for case in prober.cases.values()
        if case.works and case.operation.method == "GET" and case.answers == "data"
        if case.recipe is not None and not case.recipe.parameters
    ]
    return min(paths, key=len, default="")


def _is_address(source: Source) -> bool:
    value = source.values[0] if isinstance(source, Pooled) else None
    value = source.value if isinstance(source, Constant) else value
    return isinstance(value, str) and value.startswith(_BEGINNINGS)
