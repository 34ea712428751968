"""Looks, after each risky write, whether the server still lets us in; else that write is blamed."""

from __future__ import annotations

from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.safety.caution import READ_ONLY
from benchmark.generators.probe.safety.own_ids import spares_others
from benchmark.models import Created, Recipe

_LOCKED_OUT = frozenset({401, 403, 503})


def look_after(prober: Prober, case: Case, recipe: Recipe, outcome: Outcome) -> None:
    """Exclude an operation after which a read that worked before is refused; sign in again."""
    if case.ids_member and not spares_others(prober, case):
        case.status, case.reason = "excluded", "destructive: it deletes more than what is named"
        return
    if not _is_risky(case, recipe) or outcome.reply is None or outcome.reply.status >= 500:
        return
    canary = _canary(prober, case)
    if canary is None or canary.recipe is None:
        return
    seen = prober.send_with(canary, canary.recipe, {}, renew=False).reply
    if seen is None or seen.status not in _LOCKED_OUT:
        return
    case.status = "excluded"
    case.reason = f"destructive: afterwards the server answered {seen.status}"
    if (renew := prober.exchange.entrance.renew) is not None:
        renew()


def _is_risky(case: Case, recipe: Recipe) -> bool:
    """Whether a write is on nothing that the run made, and makes nothing either."""
    if case.operation.method in READ_ONLY or case.keeps:
        return False
    return not any(
        slot.location == "path" and isinstance(slot.source, Created) for slot in recipe.parameters
    )


def _canary(prober: Prober, about: Case) -> Case | None:
    """A read that works and needs nothing but, if any does, credentials."""
    entrance = prober.entrances.of(about.spec.application)
    reads = [
        case
        for case in prober.cases.values()
        if case.status == "verified" and case.operation.method == "GET" and case.recipe is not None
        if not ideas.kinds_in(case.recipe) and case.answers != "redirect"
        if prober.entrances.of(case.spec.application) is entrance
    ]
    return min(reads, key=lambda case: not case.operation.security, default=None)
