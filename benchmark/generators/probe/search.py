"""The search: tries operations on the live API, makes what they need, learns from the answers."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from benchmark.generators.probe import ideas
from benchmark.generators.probe.binding import without_lacking
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.clues.told_schemas import MAX_TOLD, told_by
from benchmark.generators.probe.confirming import try_and_confirm
from benchmark.generators.probe.next_ideas import first_ideas, follow_ups
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.requests.building import build_request
from benchmark.generators.probe.requests.judging import Verdict, answer_value, judge_reply
from benchmark.generators.probe.safety.bulk import is_bulk_update, is_of_own_things
from benchmark.generators.probe.safety.canary import look_after
from benchmark.generators.probe.states import prepared, put_back
from benchmark.generators.probe.things.holding import (
    UnresolvedError,
    depth,
    hold,
    make,
    renewed_kind,
    resolved,
)
from benchmark.generators.probe.things.holdings import Held
from benchmark.generators.probe.things.learning import (
    creation_of,
    known_as,
    listing_of,
    taken_by,
)
from benchmark.generators.probe.things.richer_things import with_richer_things
from benchmark.generators.probe.things.settling import after_settling
from benchmark.generators.probe.things.typed_things import of_told_type
from benchmark.generators.scenario_planner import cleared_by
from benchmark.generators.transport import TransportFailure
from benchmark.kinship import are_kin
from benchmark.models import Recipe, Source
from benchmark.wire.encoding import UnsendableError

RENEW_AFTER = 0.5
"""Seconds that a sign-in counts for at least, whatever is answered."""

MAX_ANSWER = 64 * 1024
"""Bytes of an answer that is remembered."""

MAX_PENDING = 12
"""How many ideas that were not tried for want of budget are kept for the next pass."""

_NOT_SENT = Verdict("silent")


@dataclass(slots=True)
class Search(Prober):
    """The probe that tries what it thinks of, one operation after another."""

    def explore(self, case: Case) -> None:
        """Look for a recipe of an operation that is answered well twice."""
        if case.busy or case.status in {"verified", "excluded"}:
            return
        case.busy, case.facts = True, self.facts
        case.used_variants = case.asked_pages = False
        earlier, case.told = case.told, None
        try:
            waiting = deque([*first_ideas(self, case, earlier), *case.pending])
            lacking: set[str] = set()
            unsent: set[str] = set()
            while waiting and case.allowance > 0:
                recipe = waiting.popleft()
                if (print_ := repr(recipe)) in case.tried or print_ in unsent:
                    continue
                outcome = try_and_confirm(self, case, recipe)
                if case.status in {"verified", "excluded"}:
                    return
                if outcome.lacking:  # once there is such a thing, the same recipe may do
                    unsent.add(print_)
                    lacking.add(outcome.lacking)
                    waiting.extendleft(without_lacking(self, case, recipe, lacking))
                    waiting.extend(of_told_type(case, recipe, self))
                    continue
                case.tried.add(print_)
                case.told = case.told or outcome
                more = [r for r in follow_ups(self, case, recipe, outcome) if self._may(case, r)]
                waiting.extendleft(reversed(more))
                if with_richer_things(self, case, recipe, outcome):
                    return
            case.pending = tuple(waiting)[:MAX_PENDING]
        finally:
            case.busy = False

    def attempt(self, case: Case, recipe: Recipe, index: int, *, fresh: bool = False) -> Outcome:
        """One request of a recipe, with what it needs made or found first."""
        need = ideas.kinds_in(recipe)
        takes = taken_by(case.operation, recipe)
        renewed = takes or ""
        if fresh or recipe.fresh:
            renewed = renewed_kind(self, case, need, is_asked=recipe.fresh)
        resources: dict[str, Held] = {}
        for kind in sorted(need, key=lambda kind: depth(self, kind), reverse=True):
            held = hold(self, kind, need[kind], resources, renew=kind == renewed, index=index)
            if held is not None and held.own and not are_kin(held, resources.values()):
                resources = {k: self._renewed(one) for k, one in resources.items()}
            if held is None:
                return self._noted(case, Outcome(_NOT_SENT, lacking=kind))
            resources[kind] = held
        if (failed := prepared(self, recipe, resources)) is not None:
            self.use_up(resources)
            return self._noted(case, replace(failed, verdict=Verdict("conflict")))
        outcome = self.send_with(case, recipe, resources, index)
        if outcome.verdict.name in {"missing", "conflict"}:
            outcome = after_settling(self, case, recipe, index, resources, outcome)
        put_back(self, recipe, resources)
        if outcome.verdict.is_good:
            self._learn(case, recipe, outcome)
            look_after(self, case, recipe, outcome)
        used = recipe.fresh and renewed and not case.keeps  # what it made is below it
        if used or (recipe.before and not outcome.verdict.is_good):
            self.use_up(resources)
        return self._noted(case, outcome)

    def send_with(
        self,
        case: Case,
        recipe: Recipe,
        resources: Mapping[str, Held],
        index: int = 0,
        *,
        renew: bool = True,
    ) -> Outcome:
        """One request of a recipe with the given resources; nothing is learnt from its answer.

        Where it is answered 401 because a sign-in is over, it is sent again after another one.
        """

        def resolve(source: Source) -> Any:
            return resolved(self, source, resources, index)

        self.enter(case)
        try:
            built = build_request(case.task, recipe, index, resolve)
        except (UnsendableError, ValueError, TypeError, UnresolvedError) as problem:
            return Outcome(Verdict("silent", f"cannot be written: {problem}"), resources=resources)
        case.allowance -= 1
        reply = self.exchange.send(built)
        if isinstance(reply, TransportFailure):
            return Outcome(Verdict("silent", reply.message), None, built, resources)
        if reply.status == 401 and renew and self._is_renewed():
            return self.send_with(case, recipe, resources, index, renew=False)
        verdict = judge_reply(reply, case.operation, self.catch_all)
        return Outcome(verdict, reply, built, resources)

    def _renewed(self, held: Held) -> Held:
        """A thing made anew, so that it belongs to what was made last; the same if that fails."""
        return (make(self, held.kind) or held) if held.own else held

    def _is_renewed(self) -> bool:
        """Whether another sign-in worked; one that is just over is not repeated."""
        entrance = self.exchange.entrance
        if entrance.renew is None or time.monotonic() - entrance.renewed_at <= RENEW_AFTER:
            return False
        return entrance.renew()

    def _noted(self, case: Case, outcome: Outcome) -> Outcome:
        case.last = outcome
        return outcome

    def _learn(self, case: Case, recipe: Recipe, outcome: Outcome) -> None:
        if outcome.reply is not None and len(outcome.reply.body) <= MAX_ANSWER:
            case.answer = answer_value(outcome.reply)
        takes = taken_by(case.operation, recipe)
        if takes and (taken := outcome.resources.get(takes)) is not None:
            self.holdings.drop(taken)
        elif (cleared := cleared_by(case.operation, self.kinds.values())) is not None:
            self.holdings.clear(cleared, list(outcome.resources.values()))
        elif (creation := creation_of(case, outcome, self.kinds)) is not None:
            kind = known_as(creation.kind, creation.held.item, self.kinds)
            if kind.kind != creation.kind.kind:
                self.aliases[creation.kind.kind] = creation.held.kind = kind.kind
            if self.kinds.get(kind.kind) != kind or kind.kind not in self.holdings.samples:
                self.facts += 1
            self.kinds[kind.kind], case.keeps = kind, kind.kind
            self.holdings.add(creation.held)
        if (listing := listing_of(case, outcome, self.kinds)) is not None:
            name = listing.kind.kind
            if self.kinds.get(name) != listing.kind or name not in self.listed:
                self.facts += 1
            self.kinds[name], self.listed[name] = listing.kind, listing.items
            self.holdings.samples.setdefault(name, listing.items[0])

        for told in told_by(case, outcome) if len(self.told_schemas) < MAX_TOLD else ():
            place = (told.operation, told.choice, repr(told.node))
            if place not in self.told_schemas:
                self.told_schemas[place] = told
                self.facts += 1

    def _may(self, case: Case, recipe: Recipe) -> bool:
        """Whether a request is about one's own things, where it could be about many at once."""
        is_bulk = case.echo_only and is_bulk_update(case)
        return not is_bulk or is_of_own_things(case, recipe)
