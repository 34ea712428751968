"""Deletes what the probe made, children first, and says what could not be deleted."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmark.generators.naming import plain
from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.requests.exchange import BudgetSpentError
from benchmark.generators.probe.requests.judging import answer_value
from benchmark.generators.probe.things.holdings import Held
from benchmark.generators.probe.things.learning import listing_of
from benchmark.wire.resource_items import items_of, value_at
from benchmark.wire.stamps import own_mark

_REQUESTS = 2000
_SECONDS = 60.0
_BUSY = 503
_BUSY_DELAYS = (0.3, 1.0)  # seconds; what is busy with the last requests may do it later
_PAGES = 10  # of a list that shows a part of it at once
_NAMES = frozenset("name title email username login slug key code label tag".split())


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
    left = [held for held in left if not _is_below(prober, held, set(every) - set(left))]
    try:
        return (*left, *_unseen(prober, left))
    except BudgetSpentError:
        return tuple(left)


def _unseen(prober: Prober, known: Sequence[Held]) -> list[Held]:
    """Delete what was made without being told: listed things whose names carry our mark.

    An invitation that is answered 204 makes a user. What cannot be deleted is given back.
    """
    mark = own_mark()
    remaining: list[Held] = []
    lists = {kind.list: kind for kind in prober.kinds.values() if kind.list and kind.delete}
    for key, kind in lists.items():
        lister = prober.cases.get(key)
        if lister is None or not lister.works or lister.recipe is None:
            continue
        if ideas.kinds_in(lister.recipe):
            continue
        for _ in range(_PAGES):
            reply = prober.send_with(lister, lister.recipe, {}).reply
            items = items_of(answer_value(reply), kind.list_pointer) if reply else []
            found = [Held(kind.kind, item) for item in items if _carries(item, mark)]
            found = [held for held in found if all(held.item != one.item for one in known)]
            left = [held for held in found if not _is_deleted(prober, held)]
            if not found or left:
                remaining += left
                break
    return remaining


def _carries(item: Any, mark: str) -> bool:
    """Whether one of the names of an item carries a mark."""
    if not isinstance(item, Mapping):
        return False
    named = (value for name, value in item.items() if plain(str(name)) in _NAMES)
    return any(isinstance(value, str) and mark in value for value in named)


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
        for delay in _BUSY_DELAYS:
            if outcome.reply is None or outcome.reply.status != _BUSY:
                break
            time.sleep(delay)
            outcome = prober.send_with(deleter, recipe, resources)
        if outcome.verdict.name == "conflict":
            outcome = _after_actions(prober, deleter, resources, outcome)
        if outcome.verdict.name == "missing" and _is_renamed(prober, held, resources):
            outcome = prober.send_with(deleter, recipe, resources)
    except BudgetSpentError:
        return False
    return outcome.verdict.is_good or outcome.verdict.name == "missing"


def _is_renamed(prober: Prober, held: Held, resources: Mapping[str, Held]) -> bool:
    """Whether the server still lists a thing, under another name; if so, that is taken over."""
    known = prober.kinds[held.kind]
    lister = prober.cases.get(known.list or "")
    if lister is None or lister.recipe is None or not isinstance(held.item, Mapping):
        return False
    if not ideas.kinds_in(lister.recipe).keys() <= resources.keys():
        return False
    outcome = prober.send_with(lister, lister.recipe, resources)
    listing = listing_of(lister, outcome, prober.kinds) if outcome.verdict.is_good else None
    for item in listing.items if listing is not None else ():
        pairs = [(value_at(item, at), value_at(held.item, at)) for at in known.identifiers]
        if any(new is not None and new == old for new, old in pairs):
            is_other = any(new != old for new, old in _common(item, held.item))
            held.item = {**held.item, **item}
            return is_other
    return False


def _common(item: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """The values of the members that both have."""
    yield from ((item[name], known[name]) for name in item if name in known)


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
