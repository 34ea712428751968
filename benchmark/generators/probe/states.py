"""Finds what must be done to a thing first, and how to put it back: start before stop.

The state of a thing is part of what an action needs. An action that is refused because of it is
tried after each of the other actions on the same thing. One that works once for each thing only
gets a thing of its own each time, unless its opposite puts things back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from benchmark.generators.naming import words
from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.complaints import Complaint
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.things.holdings import Held
from benchmark.models import Created, Recipe

MAX_CANDIDATES = 4
"""How many other actions are tried before one that is refused."""

_ACTIONS = frozenset({"POST", "PUT", "PATCH"})
_OPPOSITES = {
    frozenset(pair.split())
    for pair in (
        "start stop, start finish, start end, begin end, open close, enable disable, "
        "activate deactivate, lock unlock, pause resume, suspend resume, suspend activate, "
        "mount unmount, attach detach, connect disconnect, link unlink, publish unpublish, "
        "archive unarchive, archive restore, archive activate, hide show, show hide, on off, "
        "check uncheck, assign unassign, subscribe unsubscribe, follow unfollow, like unlike, "
        "star unstar, pin unpin, block unblock, ban unban, mute unmute, freeze unfreeze, "
        "freeze thaw, register unregister, register deregister, join leave, add remove, "
        "grant revoke, accept reject, approve reject, reserve release, acquire release, "
        "borrow return, checkout checkin, load unload, install uninstall, power shutdown, "
        "up down, arm disarm, hold release, complete reopen, close reopen, resolve reopen"
    ).split(", ")
}
_UNDOING = ("un", "de", "dis")
_MAX_MESSAGE = 500
_ONE_EACH = re.compile(
    r"\bonly one\b|\bat most one\b|\balready (?:has|have|exists|been)\b|\bno more than one\b"
    r"|\b(?:one|single) \w{1,30}(?: \w{1,30}){0,3} per \w|\bmaximum\b|\blimit of\b",
    re.IGNORECASE,
)
"""Messages after which a create may work for another parent."""


def after_others(prober: Prober, case: Case, recipe: Recipe, outcome: Outcome) -> Iterator[Recipe]:
    """The recipe after another action on the same thing, where its state stood in the way."""
    if outcome.verdict.name == "missing" and case.operation.method == "DELETE":
        yield from _after_its_opposite(prober, case, recipe)
    if outcome.verdict.name != "conflict" or recipe.before or case.keeps:
        return
    if not _own_things(recipe):
        return
    said = outcome.reply.text[:_MAX_MESSAGE] if outcome.reply else ""
    for other in _siblings(prober, case, said)[:MAX_CANDIDATES]:
        if not other.works and other.facts < prober.facts:
            prober.explore(other)
        if other.works and other.recipe is not None and _needs_no_more(other.recipe, recipe):
            yield replace(recipe, before=(*other.recipe.before, other.key))


def _after_its_opposite(prober: Prober, case: Case, recipe: Recipe) -> Iterator[Recipe]:
    """A removal after what its path also has: `PUT /teams/{id}/members/{id}` before the DELETE."""
    if recipe.before or len(_own_things(recipe)) < 2:
        return
    for method in ("PUT", "POST"):
        other = prober.cases.get(f"{method} {case.operation.path}")
        if other is None or other.busy:
            continue
        if not other.works and other.facts < prober.facts:
            prober.explore(other)
        if other.works and other.recipe is not None and _needs_no_more(other.recipe, recipe):
            yield replace(recipe, before=(other.key,))


def for_new_things(
    case: Case, recipe: Recipe, outcome: Outcome, complaints: Sequence[Complaint]
) -> Iterator[Recipe]:
    """The recipe with a thing of its own each time, where nothing else helped.

    So also a create that the same things allow only once.
    """
    once = case.works and any(complaint.rule == "not_unique" for complaint in complaints)
    if (outcome.verdict.name == "conflict" or once) and case.operation.method in _ACTIONS:
        if _own_things(recipe) and not recipe.fresh:
            yield ideas.for_one_use(recipe)
            return
    said = outcome.reply.text[:_MAX_MESSAGE] if outcome.reply else ""
    if case.keeps and case.works and _ONE_EACH.search(said) and not recipe.fresh:
        if any(ideas.kinds_in(recipe).values()):
            yield ideas.for_one_use(recipe)


def repeatable(prober: Prober, case: Case, recipe: Recipe, used: Mapping[str, Held]) -> Recipe:
    """The recipe so that it works again and again, after it worked for two things.

    A write is sent once more, with other values, for the thing that was used last. Where that is
    refused, only the first values are right, or the opposite action puts things back, or each
    request gets a thing of its own. `used` are the things of the very first request.
    """
    if case.operation.method not in _ACTIONS:
        return recipe
    again = prober.attempt(case, recipe, 1)
    if again.verdict.is_good or again.verdict.name in {"silent", "throttled"}:
        return recipe
    only = ideas.narrowed(recipe, 0)
    if only != recipe and prober.attempt(case, only, 0).verdict.is_good:
        return only
    if case.keeps or not _own_things(recipe):
        return only
    prober.use_up(again.resources)
    prober.use_up(used)
    for other in _siblings(prober, case, "")[:MAX_CANDIDATES]:
        if are_opposites(case, other) and other.works and other.recipe is not None:
            back = replace(only, after=(other.key,))
            if _holds_twice(prober, case, back):
                return back
    return ideas.for_one_use(only)


def pair_up(prober: Prober, case: Case) -> None:
    """What follows from an action that works now: others may come after it, or undo it.

    The two of a pair put things back for each other, once the second one works too.
    """
    if case.operation.method not in _ACTIONS or not _own_things(case.recipe or Recipe()):
        return
    for other in _siblings(prober, case, ""):
        if not other.works:
            prober.facts += 1
            other.tried.clear()
    if case.recipe is None or len(case.recipe.before) != 1:
        return
    first = prober.cases[case.recipe.before[0]]
    if first.recipe is None or not first.recipe.fresh:
        return
    back = replace(first.recipe, fresh=False, after=(case.key,))
    if _holds_twice(prober, first, back):
        first.recipe = back


def are_opposites(one: Case, other: Case) -> bool:
    """Whether the names of two actions say that one undoes what the other does."""
    first, second = _verb(one), _verb(other)
    if frozenset({first, second}) in _OPPOSITES:
        return True
    return any(first == f"{un}{second}" or second == f"{un}{first}" for un in _UNDOING)


def prepared(prober: Prober, recipe: Recipe, resources: Mapping[str, Held]) -> Outcome | None:
    """Call what a recipe needs first; the outcome of what failed, None if nothing did."""
    for key in recipe.before:
        other = prober.cases[key]
        outcome = prober.send_with(other, other.recipe or other.task.recipe, resources)
        if not outcome.verdict.is_good:
            return outcome
    return None


def put_back(prober: Prober, recipe: Recipe, resources: Mapping[str, Held]) -> None:
    """Call what puts things back after a request."""
    for key in recipe.after:
        other = prober.cases[key]
        prober.send_with(other, other.recipe or other.task.recipe, resources)


def _holds_twice(prober: Prober, case: Case, recipe: Recipe) -> bool:
    """Whether a recipe works for a new thing, and then again for the same one."""
    first = prober.attempt(case, recipe, 0, fresh=True)
    second = prober.attempt(case, recipe, 1)
    good = first.verdict.is_good and second.verdict.is_good
    if not good:
        prober.use_up(second.resources)
    return good


def _siblings(prober: Prober, case: Case, said: str) -> list[Case]:
    """The other actions on the same thing: those that a message names first, then opposites."""
    path = case.operation.path.rstrip("/")
    item = path[: path.rfind("}") + 1]
    found = [
        other
        for other in prober.cases.values()
        if other is not case
        and other.operation.method in _ACTIONS
        and other.status != "excluded"
        and not other.keeps
        and not other.busy
        and other.operation.path.rstrip("/").rpartition("/")[0] == item
        and "{" not in other.operation.path.rstrip("/").rpartition("/")[2]
    ]
    told = set(words(said))

    def rank(other: Case) -> tuple[bool, bool]:
        return not _is_told(_verb(other), told), not are_opposites(case, other)

    return sorted(found, key=rank)


def _is_told(verb: str, told: set[str]) -> bool:
    """Whether a message speaks of a verb, in whichever form: "stop", "stopped", "enabled"."""
    stem = re.sub(r"(e|y)$", "", verb)
    longest = len(verb) + 4
    return len(stem) > 1 and any(w.startswith(stem) and len(w) <= longest for w in told)


def _verb(case: Case) -> str:
    return "".join(words(case.operation.path.rstrip("/").rpartition("/")[2]))


def _own_things(recipe: Recipe) -> list[str]:
    """The kinds of the own things that stand in the path."""
    return [
        slot.source.kind
        for slot in recipe.parameters
        if slot.location == "path" and isinstance(slot.source, Created)
    ]


def _needs_no_more(other: Recipe, recipe: Recipe) -> bool:
    return ideas.kinds_in(other).keys() <= ideas.kinds_in(recipe).keys()
