"""From parsed applications to their resource kinds and the slots that those fill."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.generators.dependency_analyzer.kinds import name_kinds, resource_kinds
from benchmark.generators.dependency_analyzer.matching import identifier, match_wants
from benchmark.models import ApiSpec, Dependencies, Dependency, ResourceKind


def analyze_dependencies(specs: Sequence[ApiSpec]) -> Dependencies:
    """The resource kinds of all applications, and the slots that they fill.

    Each application is looked at by itself: the name of an identifier alone is too weak a reason
    to carry a value from one application to another.
    """
    kinds: dict[str, ResourceKind] = {}
    links: list[Dependency] = []
    for spec in specs:
        matches = match_wants(spec)
        names = name_kinds(matches, spec.application, kinds)
        kinds.update(resource_kinds(matches, names, spec.application))
        links.extend(
            Dependency(
                match.want.operation.key,
                match.want.location,
                match.want.pointer,
                names[match.key],
                identifier(match.create or match.list, match.want),
            )
            for match in matches
        )
    return Dependencies(kinds, tuple(links))
