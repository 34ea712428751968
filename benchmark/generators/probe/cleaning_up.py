"""Deletes what the probe made, children first, and says what could not be deleted."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.exchange import BudgetSpentError
from benchmark.generators.probe.holdings import Held

if TYPE_CHECKING:
    from benchmark.generators.probe.prober import Prober

_REQUESTS = 2000
_SECONDS = 60.0


def clean_up(prober: Prober) -> tuple[Held, ...]:
    """Delete everything that was made; what is left. Accounts go last: they let us in."""
    exchange = prober.exchange
    exchange.requests = exchange.sent + _REQUESTS
    exchange.seconds = exchange.elapsed() + _SECONDS
    every = [*prober.holdings.children_first(), *reversed(prober.accounts)]
    left = every
    for _ in range(2):  # what stood in the way of one thing may be gone after the others
        left = [held for held in left if not _is_deleted(prober, held)]
        if not left:
            break
    # What stood below a deleted thing, and has no delete of its own, went with it.
    return tuple(held for held in left if not _is_below(prober, held, set(every) - set(left)))


def _is_below(prober: Prober, held: Held, deleted: set[Held]) -> bool:
    """Whether a thing was made below one that is deleted, by their paths."""
    kind = prober.kinds.get(held.kind)
    place = (kind.create or "").partition(" ")[2] if kind else ""
    above = (one for one in held.ancestors() if one in deleted and one.kind in prober.kinds)
    collections = ((prober.kinds[one.kind].create or "").partition(" ")[2] for one in above)
    return any(path and place.startswith(f"{path.rstrip('/')}/{{") for path in collections)


def _is_deleted(prober: Prober, held: Held) -> bool:
    known = prober.kinds.get(held.kind)
    taking = (key for key, case in prober.cases.items() if case.takes == held.kind and case.works)
    delete = next(taking, known.delete if known else None)
    deleter = prober.cases.get(delete or "")
    if known is None or deleter is None or deleter.status == "excluded":
        return False
    recipe = deleter.recipe or deleter.task.recipe
    resources = {one.kind: one for one in reversed(held.ancestors())} | {held.kind: held}
    if not ideas.kinds_in(recipe).keys() <= resources.keys():
        return False
    age = time.monotonic() - held.made_at
    time.sleep(max(0.0, min(known.settle_seconds, 5.0) - age))
    try:
        outcome = prober.send_with(deleter, recipe, resources)
        if outcome.verdict.name == "conflict":
            outcome = _after_actions(prober, deleter, resources, outcome)
    except BudgetSpentError:
        return False
    return outcome.verdict.is_good or outcome.verdict.name == "missing"


def _after_actions(
    prober: Prober, deleter: Case, resources: dict[str, Held], outcome: Outcome
) -> Outcome:
    """The deletion once more after each action that puts a thing back, or ends what it does."""
    recipe = deleter.recipe or deleter.task.recipe
    for other in prober.cases.values():
        if other.recipe is None or not other.works:
            continue
        if ideas.kinds_in(other.recipe).keys() <= resources.keys() and _ends_something(
            other, deleter
        ):
            prober.send_with(other, other.recipe, resources)
            outcome = prober.send_with(deleter, recipe, resources)
            if outcome.verdict.is_good:
                break
    return outcome


def _ends_something(other: Case, deleter: Case) -> bool:
    """Whether an action on the same thing follows another one, as a stop follows a start."""
    assert other.recipe is not None
    item = deleter.operation.path.rstrip("/")
    return bool(other.recipe.before) and other.operation.path.startswith(f"{item}/")
