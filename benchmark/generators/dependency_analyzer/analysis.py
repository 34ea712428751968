"""From parsed applications to their resource kinds and the slots that those fill."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.generators.dependency_analyzer.kinds import name_kinds, resource_kinds
from benchmark.generators.dependency_analyzer.matching import Match, match_wants
from benchmark.generators.dependency_analyzer.offers import Offer
from benchmark.models import ApiSpec, Dependencies, Dependency, ResourceKind


def analyze_dependencies(specs: Sequence[ApiSpec]) -> Dependencies:
    """The resource kinds of all applications, and the slots that they fill.

    Each application is looked at by itself: the name of an identifier alone is too weak a reason
    to carry a value from one application to another. The links alone form no cycle, except that a
    thing may be made below one of its own kind; alternatives may.
    """
    kinds: dict[str, ResourceKind] = {}
    links: list[Dependency] = []
    alternatives: list[Dependency] = []
    for spec in specs:
        matches = match_wants(spec)
        names = name_kinds(matches, spec.application, kinds)
        kinds.update(resource_kinds(matches, names, spec.application))
        for match in matches:
            if best := match.offer:
                links.append(_dependency(match, best, names[best.key]))
            alternatives += (_dependency(match, o, names[o.key]) for o in match.others)
    return Dependencies(kinds, tuple(links), tuple(alternatives))


def _dependency(match: Match, offer: Offer, kind: str) -> Dependency:
    want = match.want
    return Dependency(want.operation.key, want.location, want.pointer, kind, offer.pointer)
