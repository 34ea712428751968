"""Sees to it that a write leaves a thing where it can be found: a rename must not lose it.

Where a thing is named by something that a write changes, whatever comes after the write asks for
what is no longer there. So after each write a read of the same thing is sent once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmark.generators.naming import words
from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.requests.judging import answer_value
from benchmark.generators.probe.safety.caution import READ_ONLY
from benchmark.generators.probe.things.holdings import Held
from benchmark.models import Created, Recipe, unescape_pointer
from benchmark.wire.resource_items import value_at

MAX_READS = 3
"""How many reads of a thing, each naming it in another way, follow a write."""


def faithful(prober: Prober, case: Case, recipe: Recipe) -> Recipe:
    """The recipe of a write that works, so that the thing is known by the same name afterwards.

    What changes the name is left out, or sent as it is; where neither will do, the request gets a
    thing of its own each time, which is used for nothing else.
    """
    writes = case.operation.method not in READ_ONLY and not (case.keeps or case.takes)
    if not writes or recipe.fresh or case.last is None or not case.last.verdict.is_good:
        return recipe
    known = names_in_reads(prober)
    lost = _lost_names(prober, case, case.last.resources)
    case.spared_names |= known
    if not lost:
        return recipe
    prober.use_up(case.last.resources)
    for changed in _without_renaming(recipe, lost):
        outcome = prober.attempt(case, changed, 0, fresh=True)
        if outcome.verdict.is_good and not _lost_names(prober, case, outcome.resources):
            return changed
        prober.use_up(outcome.resources)
    return ideas.for_one_use(recipe)


def check_again(prober: Prober) -> None:
    """Look at the writes once more that were verified before other reads named their things."""
    names = names_in_reads(prober)
    for case in prober.cases.values():
        if case.status != "verified" or case.recipe is None or case.recipe.fresh:
            continue
        own = {kind for kind, is_own in ideas.kinds_in(case.recipe).items() if is_own}
        writes = case.operation.method not in READ_ONLY and not (case.keeps or case.takes)
        if writes and any(name.kind in own for name in names - case.spared_names):
            if prober.attempt(case, case.recipe, 0, fresh=True).verdict.is_good:
                case.recipe = faithful(prober, case, case.recipe)


def names_in_reads(prober: Prober) -> frozenset[Created]:
    """What the paths of verified reads name things by."""
    return frozenset(
        slot.source
        for case in prober.cases.values()
        if case.operation.method == "GET" and case.status == "verified" and case.recipe is not None
        for slot in case.recipe.parameters
        if slot.location == "path" and isinstance(slot.source, Created)
    )


def _lost_names(prober: Prober, case: Case, used: Mapping[str, Held]) -> list[Created]:
    """What the thing that a write was about is no longer found by."""
    own = [held for held in used.values() if held.own]
    if not own:
        return []
    about = max(own, key=lambda held: len(held.ancestors()))
    lost = []
    for name, read in list(_reads(prober, case, about.kind, used).items())[:MAX_READS]:
        assert read.recipe is not None
        outcome = prober.send_with(read, read.recipe, used)
        if outcome.verdict.name == "missing" or _is_another(prober, about, outcome):
            lost.append(name)
    return lost


def _is_another(prober: Prober, held: Held, outcome: Outcome) -> bool:
    """Whether the answer of a read shows another thing of the kind, which has the name now."""
    if outcome.reply is None or not outcome.verdict.is_good:
        return False
    kind = prober.kinds[held.kind]
    item = value_at(answer_value(outcome.reply), kind.item_pointer)
    first = next(iter(kind.identifiers), "/id")
    seen, own = value_at(item, first), value_at(held.item, first)
    return seen is not None and own is not None and seen != own


def _reads(prober: Prober, case: Case, kind: str, used: Mapping[str, Held]) -> dict[Created, Case]:
    """A verified read for each way in which paths name things of a kind."""
    found: dict[Created, Case] = {}
    for other in prober.cases.values():
        if other is case or other.operation.method != "GET" or other.recipe is None:
            continue
        needs = ideas.kinds_in(other.recipe)
        if other.status != "verified" or other.recipe.before or not needs.keys() <= used.keys():
            continue
        if (name := _name_in_path(other, kind)) is not None:
            found.setdefault(name, other)
    return found


def _name_in_path(read: Case, kind: str) -> Created | None:
    """What names the thing of a kind in a read's path: the last value that is taken from it."""
    assert read.recipe is not None
    path = read.operation.path
    named = [
        (path.find(f"{{{unescape_pointer(slot.pointer[1:])}}}"), slot.source)
        for slot in read.recipe.parameters
        if slot.location == "path"
    ]
    own = [(at, s) for at, s in named if isinstance(s, Created) and s.kind == kind]
    return max(own, key=lambda pair: pair[0])[1] if own else None


def _without_renaming(recipe: Recipe, lost: list[Created]) -> Iterator[Recipe]:
    """The recipe without each member of its body that sounds like a lost name, or with the same."""
    for name in lost:
        last = unescape_pointer(name.pointer.rpartition("/")[2])
        for slot in list(recipe.slots()):
            member = unescape_pointer(slot.pointer.rpartition("/")[2])
            alike = words(member)[-1:] == words(last)[-1:]
            if slot.location == "body" and slot.pointer and alike:
                yield ideas.without_slot(recipe, ("body", slot.pointer))
                yield ideas.with_source(recipe, ("body", slot.pointer), name)
