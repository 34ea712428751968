"""From what the probe learnt to the plan of the load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from benchmark.generators.probe import ideas
from benchmark.generators.probe.access.accounts import is_sign_in, with_given_credentials
from benchmark.generators.probe.access.second_account import PROOFS
from benchmark.generators.probe.access.users_by_entrance import signed_in_users
from benchmark.generators.probe.cases import Case
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.refusals import FORBIDDEN, in_words
from benchmark.generators.probe.sources import kept_as
from benchmark.generators.probe.things.holdings import Held
from benchmark.generators.scenario_planner import cleared_by
from benchmark.models import LoadPlan, PlannedTask, Readiness, Recipe, ResourceKind
from benchmark.utils.text_safety import mask_secrets

APART = "works as a second account, but changes or ends the access of who calls it"
"""Why an operation that was proved so is no part of the load."""


@dataclass(frozen=True, slots=True)
class ProbeOutcome:
    """The proved plan, and what the proof cost.

    `left` counts the things of each kind that the probe made and could not delete.
    """

    plan: LoadPlan
    requests: int
    seconds: float
    left: Mapping[str, int]


def probed_plan(plan: LoadPlan, prober: Prober, left: tuple[Held, ...]) -> ProbeOutcome:
    """The plan with the recipes that work, and the readiness of every operation."""
    _call_things_alike(prober)
    _depend_on_makers(prober)
    proved_users = [
        replace(user, tasks=tuple(_task(task, prober) for task in user.tasks))
        for user in plan.users
    ]
    users = signed_in_users(proved_users, prober)
    counts: dict[str, int] = {}
    for held in left:
        counts[held.kind] = counts.get(held.kind, 0) + 1
    proved = replace(plan, users=users, kinds=_kinds_in_use(prober))
    return ProbeOutcome(proved, prober.exchange.sent, prober.exchange.elapsed(), counts)


def _task(task: PlannedTask, prober: Prober) -> PlannedTask:
    case = prober.cases[task.operation]
    recipe = _recipe(case, prober)
    known = {kind for kind in ideas.kinds_in(recipe) if kind in prober.kinds}
    if known != set(ideas.kinds_in(recipe)):
        recipe = task.recipe
    keeps = case.keeps
    if keeps and prober.kinds[keeps].create is None:
        keeps = None
    takes = case.takes if case.takes in ideas.kinds_in(recipe) else None
    return replace(
        task,
        recipe=recipe,
        readiness=_readiness(case, prober),
        keeps=keeps,
        takes=takes,
        clears=cleared_by(case.operation, prober.kinds.values()),
        answers=case.answers,
    )


def _recipe(case: Case, prober: Prober) -> Recipe:
    """How an operation is called; one that signs in says where its credentials come from."""
    if (known := prober.entrances.sign_in_of(case.key)) is not None:
        return known.recipe if case.key == known.login else known.register_recipe
    if is_sign_in(case):
        return with_given_credentials(prober, case) or case.task.recipe
    return case.recipe if case.recipe is not None else case.task.recipe


def _readiness(case: Case, prober: Prober) -> Readiness:
    if prober.entrances.sign_in_of(case.key) is not None:
        return Readiness("verified", False, "called to sign in")
    if case.status == "verified":
        return Readiness("verified", True, "")
    if case.proved_apart >= PROOFS:
        return Readiness("verified", False, APART)
    if case.status == "excluded":
        return Readiness("excluded", False, case.reason)
    if case.last is not None and case.last.verdict.name == "doubt":
        return Readiness("in doubt", False, case.last.verdict.reason)
    reason = _barred(case, prober) or in_words(case, lets_in=_lets_in(prober))
    return Readiness("unverified", False, mask_secrets(reason, prober.secrets()))


def _lets_in(prober: Prober) -> bool:
    """Whether there are credentials, and operations that answer with them."""
    signed_in = any(entrance.sign_in is not None for entrance in prober.entrances)
    has_own = signed_in or bool(prober.credentials.secrets())
    return has_own and any(case.status == "verified" for case in prober.cases.values())


def _barred(case: Case, prober: Prober) -> str:
    """That an operation needs a thing which nobody may make without credentials; "" if not so."""
    lacking = case.last.lacking if case.last is not None else ""
    kind = prober.kinds.get(lacking)
    maker = prober.cases.get((kind.create if kind else None) or "")
    if maker is None or maker.last is None or maker.last.verdict.name != "denied":
        return ""
    if _lets_in(prober) and maker.last.reply and maker.last.reply.status == FORBIDDEN:
        return ""
    return f"needs credentials: no {lacking} can be made without them"


def _call_things_alike(prober: Prober) -> None:
    """Have recipes name a kind as its things are kept: two creates may make the same things.

    That was learnt on the way; recipes that were proved before still have the other name, under
    which a user of the load would keep nothing.
    """
    made = {
        other: name
        for other, name in prober.aliases.items()
        if (maker := prober.cases.get(prober.kinds[name].create or "")) is not None
        and maker.status == "verified"
    }
    for case in prober.cases.values():
        if case.recipe is None:
            continue
        case.takes = made.get(case.takes or "", case.takes)
        for slot in case.recipe.slots():
            if (source := kept_as(slot.source, made)) != slot.source:
                place = (slot.location, slot.pointer)
                case.recipe = ideas.with_source(case.recipe, place, source)


def _depend_on_makers(prober: Prober) -> None:
    """What needs a thing that cannot be made again and again is not ready for load."""
    changed = True
    while changed:
        changed = False
        for case in prober.cases.values():
            if case.status != "verified" or case.recipe is None:
                continue
            for kind, own in ideas.kinds_in(case.recipe).items():
                known = prober.kinds[kind]
                maker = prober.cases.get((known.create if own else known.list) or "")
                if maker is None or maker.status != "verified":
                    case.status = "worked"
                    case.reason = f"no {kind} can be had for certain"
                    changed = True


def _kinds_in_use(prober: Prober) -> dict[str, ResourceKind]:
    """The kinds of which something can be made or found, the deleting operation corrected."""
    working = {key: case for key, case in prober.cases.items() if case.takes and case.works}
    deleters = {case.takes: key for key, case in working.items()}
    deleters |= {case.takes: key for key, case in working.items() if not case.ids_member}
    return {
        name: replace(kind, delete=deleters.get(name, kind.delete))
        for name, kind in prober.kinds.items()
    }
