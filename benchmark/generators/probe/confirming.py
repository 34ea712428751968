"""Confirms a recipe: it must work again, with other things and for the same one, before it counts.

A write is sent three times: for one thing, with the same values for another (they may have to be
unique), and once more, with other values, for that one (its state may stand in the way).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from benchmark.generators.naming import plain
from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.requests.judging import expected_answer
from benchmark.generators.probe.safety.caution import READ_ONLY
from benchmark.generators.probe.safety.identity import faithful
from benchmark.generators.probe.states import pair_up, repeatable
from benchmark.generators.probe.things.learning import taken_by
from benchmark.models import Recipe, Unique
from benchmark.wire.resource_items import value_at
from benchmark.wire.stamps import UniqueStyle

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_KEYS = frozenset("id uuid guid uid key slug code name username".split())


def try_and_confirm(prober: Prober, case: Case, recipe: Recipe) -> Outcome:
    """Send a recipe; if it is answered well, again with fresh resources. The last outcome."""
    first = prober.attempt(case, recipe, 0)
    if case.status == "excluded":
        return first
    if first.verdict.name == "doubt" and case.status == "open":
        case.reason = first.verdict.reason
    if not first.verdict.is_good or first.reply is None:
        return first
    case.answers = expected_answer(first.reply)
    case.takes = taken_by(case.operation, recipe)
    if not first.reply.is_whole:
        case.status, case.recipe = "excluded", recipe
        case.reason = "answers with a stream, or with more than comes within a second"
        return first
    if not case.works:
        case.status, case.recipe = "worked", recipe
    writes = case.operation.method not in READ_ONLY
    other = 0 if writes else 1
    second = prober.attempt(case, recipe, other, fresh=True)
    if second.verdict.is_good and (renewed := _with_own_key(prober, case, first, second, recipe)):
        recipe = renewed
        second = prober.attempt(case, recipe, other, fresh=True)
    if second.verdict.is_good:
        case.recipe = recipe  # what it makes may be needed to confirm it
        case.recipe = repeatable(prober, case, ideas.cut(recipe, 2), first.resources)
        case.recipe = faithful(prober, case, case.recipe)
        case.status, case.reason = "verified", ""
        pair_up(prober, case)
        return second
    only = ideas.narrowed(recipe, 0)
    if only != recipe and not writes:
        third = prober.attempt(case, only, 0, fresh=True)
        if third.verdict.is_good:
            case.status, case.recipe, case.reason = "verified", only, ""
            return third
    return second


def _with_own_key(
    prober: Prober, case: Case, first: Outcome, second: Outcome, recipe: Recipe
) -> Recipe | None:
    """The recipe with a new key each time, where two creates in a row made the same thing.

    The client chose its key then: the value that stands both in the request and in the item.
    """
    own = prober.holdings.of_kind(case.keeps) if case.keeps else []
    if len(own) < 2 or first.built is None or second.built is None or not case.keeps:
        return None
    one, other = own[-2].item, own[-1].item
    if any(_differ(one, other, pointer) for pointer in prober.kinds[case.keeps].identifiers):
        return None
    for place, value in first.built.sent.items():
        same = second.built.sent.get(place) == value and place[0] in {"body", "path"}
        name = place[1].rpartition("/")[2]
        named = all(isinstance(each, Mapping) and each.get(name) == value for each in (one, other))
        if same and named and isinstance(value, str) and plain(name) in _KEYS:
            style: UniqueStyle = "uuid" if _UUID.fullmatch(value) else "text"
            prober.holdings.forget(own[-1])
            return ideas.with_source(recipe, place, Unique(value, style))
    return None


def _differ(one: Any, other: Any, pointer: str) -> bool:
    first, second = value_at(one, pointer), value_at(other, pointer)
    return first is not None and second is not None and first != second
