"""Tries operations on the live API: makes what they need, sends, judges, learns, repairs."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from benchmark.encoding import UnsendableError
from benchmark.generators.probe import ideas
from benchmark.generators.probe.building import build_request
from benchmark.generators.probe.canary import look_after
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.complaints import Complaint, read_complaints
from benchmark.generators.probe.conditional import conditioned
from benchmark.generators.probe.confirming import try_and_confirm
from benchmark.generators.probe.exchange import Exchange
from benchmark.generators.probe.forgery_tokens import protected
from benchmark.generators.probe.holding import (
    UnresolvedError,
    depth,
    hold,
    make,
    renewed_kind,
    resolved,
)
from benchmark.generators.probe.holdings import Held, Holdings
from benchmark.generators.probe.judging import (
    CatchAll,
    Verdict,
    judge_reply,
)
from benchmark.generators.probe.learning import creation_of, known_as, listing_of
from benchmark.generators.probe.page_vocabulary import page_vocabulary
from benchmark.generators.probe.repairs import Maker, repaired
from benchmark.generators.probe.richer_things import with_richer_things
from benchmark.generators.probe.second_credentials import keyed
from benchmark.generators.probe.settling import after_settling
from benchmark.generators.probe.slot_changes import referring
from benchmark.generators.probe.sources import SlotSources
from benchmark.generators.probe.states import (
    after_others,
    for_new_things,
    prepared,
    put_back,
)
from benchmark.generators.probe.typed_things import by_sort, of_told_type
from benchmark.generators.scenario_planner import RecipeWriter, Variant, cleared_by
from benchmark.generators.transport import TransportFailure
from benchmark.kinship import are_kin
from benchmark.models import (
    Created,
    Credentials,
    Operation,
    Recipe,
    ResourceKind,
    SignIn,
    Source,
    escape_pointer,
)

RENEW_AFTER = 0.5
"""Seconds that a sign-in counts for at least, whatever is answered."""

SHORTEST_SECRET = 8
"""Characters that a word of a header or cookie has at least to be taken for a secret."""

MAX_PENDING = 12
"""How many ideas that were not tried for want of budget are kept for the next pass."""

_NO_FIELDS = frozenset(
    "/all /any /both /detail /either /error /field /input /it /message /msg /one /option /them "
    "/this /url /value /values".split()
)
"""What sentences say of fields, taken for the name of one."""

_ABOUT_ACCESS = frozenset({"credentials", "other", "not_found"})
"""What a 403 may be about that no other value would change."""

_NOT_SENT = Verdict("silent")


@dataclass(slots=True)
class Prober:
    """The probe at work on one target. `facts` grows with all that is learnt."""

    cases: dict[str, Case]
    kinds: dict[str, ResourceKind]
    sources: SlotSources
    exchange: Exchange
    writers: Mapping[str, RecipeWriter]
    credentials: Credentials = field(default_factory=Credentials)
    catch_all: CatchAll | None = None
    holdings: Holdings = field(default_factory=Holdings)
    listed: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    facts: int = 0
    is_first_pass: bool = True
    registered: Mapping[str, Any] = field(default_factory=dict)
    sign_in: SignIn | None = None
    accounts: list[Held] = field(default_factory=list)
    renew: Callable[[], bool] | None = None
    renewed_at: float = 0.0
    prompt: set[str] = field(default_factory=set)
    aliases: dict[str, str] = field(default_factory=dict)
    vocabulary: tuple[tuple[str, ...], ...] | None = None

    # ── one operation ─────────────────────────────────────────────────────────────────────────

    def explore(self, case: Case) -> None:
        """Look for a recipe of an operation that is answered well twice."""
        if case.busy or case.status in {"verified", "excluded"}:
            return
        case.busy, case.facts, case.used_variants = True, self.facts, False
        case.told = None
        try:
            waiting = deque([*self._first_ideas(case), *case.pending])
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
                    waiting.extendleft(self.sources.without(case, recipe, lacking, self))
                    waiting.extend(of_told_type(case, recipe, self))
                    continue
                case.tried.add(print_)
                case.told = case.told or outcome
                waiting.extendleft(reversed(list(self._follow_ups(case, recipe, outcome))))
                if with_richer_things(self, case, recipe, outcome):
                    return
            case.pending = tuple(waiting)[:MAX_PENDING]
        finally:
            case.busy = False

    def attempt(self, case: Case, recipe: Recipe, index: int, *, fresh: bool = False) -> Outcome:
        """One request of a recipe, with what it needs made or found first."""
        need = ideas.kinds_in(recipe)
        takes = self.taken(case, recipe)
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

        try:
            built = build_request(case.task, recipe, index, resolve)
        except (UnsendableError, ValueError, TypeError, UnresolvedError) as problem:
            return Outcome(Verdict("silent", f"cannot be written: {problem}"), resources=resources)
        case.allowance -= 1
        reply = self.exchange.send(built)
        if isinstance(reply, TransportFailure):
            return Outcome(Verdict("silent", reply.message), None, built, resources)
        if reply.status == 401 and renew and self._may_renew() and self.renew and self.renew():
            return self.send_with(case, recipe, resources, index, renew=False)
        verdict = judge_reply(reply, case.operation, self.catch_all)
        return Outcome(verdict, reply, built, resources)

    def secrets(self) -> tuple[str, ...]:
        """What must not be shown: what the user gave, and what a sign-in gave."""
        exchange = self.exchange
        given = (exchange.headers, exchange.query, exchange.cookies)
        received = [text for store in given for value in store.values() for text in value.split()]
        long = (text for text in received if len(text) >= SHORTEST_SECRET)
        return (*self.credentials.secrets(), *long)

    def forget_refusals(self) -> None:
        """Other credentials may let through what was denied: all may be tried once more."""
        self.facts += 1
        for case in self.cases.values():
            case.tried.clear()

    def _renewed(self, held: Held) -> Held:
        """A thing made anew, so that it belongs to what was made last; the same if that fails."""
        return (make(self, held.kind) or held) if held.own else held

    def _may_renew(self) -> bool:
        return time.monotonic() - self.renewed_at > RENEW_AFTER

    def taken(self, case: Case, recipe: Recipe) -> str | None:
        """The kind of own thing that a request removes."""
        return _taken(case.operation, recipe)

    def use_up(self, resources: Mapping[str, Held]) -> None:
        """Keep what a request changed out of other requests: the innermost own thing."""
        own = [held for held in resources.values() if held.own]
        if own:
            self.holdings.use_up(max(own, key=lambda held: len(held.ancestors())))

    def _noted(self, case: Case, outcome: Outcome) -> Outcome:
        case.last = outcome
        return outcome

    # ── what an answer teaches ────────────────────────────────────────────────────────────────

    def _learn(self, case: Case, recipe: Recipe, outcome: Outcome) -> None:
        takes = _taken(case.operation, recipe)
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

    # ── ideas ─────────────────────────────────────────────────────────────────────────────────

    def _first_ideas(self, case: Case) -> Iterator[Recipe]:
        if case.recipe is not None:
            yield case.recipe
        elif case.furthest is not None:
            case.tried.discard(repr(case.furthest))  # it is tried again when more is known
            yield case.furthest
        bound, lacking = self.sources.best(case, self)
        if lacking:
            case.reason = lacking
            return
        if self.sources.echo_only(case):
            case.reason = "would change what exists once, and no read says what it holds now"
            yield from self._echoes(case, case.task.recipe)
            return
        yield self.writers[case.spec.application].write(case.operation, bound)

    def _follow_ups(self, case: Case, recipe: Recipe, outcome: Outcome) -> Iterator[Recipe]:
        """What to try after an answer that was not good, the most promising first."""
        name = outcome.verdict.name
        if name in {"absent", "silent", "throttled"} or outcome.reply is None:
            return
        if self.sources.echo_only(case):
            return  # anything but what is there now would change what others rely on
        yield from protected(self, case, recipe, outcome)
        yield from keyed(self, case, recipe, outcome)
        if (conditional := conditioned(self, case, recipe, outcome)) is not None:
            yield conditional
            return
        yield from after_others(self, case, recipe, outcome)
        complaints = self._complaints(outcome)
        writer = self.writers[case.spec.application]
        if name in {"refused", "conflict", "missing", "broken"} or _speaks_of_values(complaints):
            changed = self.repaired(case, recipe, outcome)
            if changed is not None:
                yield referring(self, case, recipe, changed)
        if name == "refused":
            definitions = case.spec.definitions
            yield from ideas.type_names(recipe, case.operation, definitions, complaints)
            unknown = [c for c in complaints if self.maker(case).lists_no_choice(c)]
            if unknown:
                yield from ideas.choices(recipe, unknown, self._vocabulary())
        if outcome.reply.status == 406:
            yield from ideas.acceptable(recipe, case.operation, outcome.reply.text)
        if name == "conflict" or (case.works and name in {"refused", "broken"}):
            yield ideas.all_unique(recipe, self.maker(case))
            yield from for_new_things(case, recipe, outcome)
        if name in {"refused", "missing", "broken"}:
            yield from by_sort(self, case, recipe, outcome)
        if name == "refused" and not case.used_variants:
            bound, lacking = self.sources.best(case, self)
            if not lacking:
                yield writer.write(case.operation, bound, Variant("minimal"))
        if name in {"missing", "denied", "refused", "conflict", "broken"}:
            yield from self.sources.others(case, recipe, complaints, self)
        if name in {"refused", "broken", "conflict", "denied", "missing"}:
            yield from self._echoes(case, recipe)
        if name in {"refused", "broken", "conflict"} or _names_things(case, name):
            if not case.used_variants:
                case.used_variants = True
                bound, lacking = self.sources.best(case, self)
                if not lacking:
                    yield from ideas.variants(case.operation, writer, bound)
                    yield from ideas.single_additions(case.operation, writer, bound)
            yield from self._mirrors(case, recipe)
        if name in {"refused", "missing"}:
            yield from ideas.free_values(recipe)
        if outcome.reply.status == 415 and case.operation.body is None:
            yield from ideas.uploads(recipe)
        if (cleared := cleared_by(case.operation, self.kinds.values())) is not None:
            yield ideas.by_ids(recipe, cleared)
        yield from for_new_things(case, recipe, outcome)

    def maker(self, case: Case) -> Maker:
        """What the document says of the operation's slots."""
        generator = self.writers[case.spec.application].generator
        return Maker(case.operation, case.spec.definitions, generator)

    def _vocabulary(self) -> tuple[tuple[str, ...], ...]:
        """Names of choices in the server's own pages, looked for once."""
        if self.vocabulary is None:
            self.vocabulary = page_vocabulary(self.exchange.transport)
        return self.vocabulary

    def repaired(self, case: Case, recipe: Recipe, outcome: Outcome) -> Recipe | None:
        """The recipe changed as the server's complaints ask; None where they ask for nothing."""
        complaints = self._complaints(outcome)
        if not complaints:
            return None
        generator = self.writers[case.spec.application].generator
        return repaired(recipe, case.operation, case.spec.definitions, complaints, generator)

    def _echoes(self, case: Case, recipe: Recipe) -> Iterator[Recipe]:
        read = self.cases.get(f"GET {case.operation.path}")
        if read is not None and case.operation.method in {"PUT", "PATCH"}:
            if not read.works and read.facts != self.facts:
                self.explore(read)
            if read.works:
                echo = ideas.echo_of(case.operation, read.operation, recipe, case.spec.definitions)
                if echo is not None:
                    yield echo

    def _mirrors(self, case: Case, recipe: Recipe) -> Iterator[Recipe]:
        path = case.operation.path.rstrip("/")
        for name, items in list(self.listed.items()):
            listed = (self.kinds[name].list or "").partition(" ")[2].rstrip("/")
            if case.operation.method == "POST" and listed == path and items:
                mirror = ideas.mirror_of(recipe, name, items[0])
                if mirror is not None:
                    yield mirror

    def _complaints(self, outcome: Outcome) -> tuple[Complaint, ...]:
        reply, built = outcome.reply, outcome.built
        if reply is None or built is None:
            return ()
        found = read_complaints(reply.status, reply.content_type, reply.body, built.sent)
        return tuple(c for c in found if c.pointer.lower() not in _NO_FIELDS)


def _names_things(case: Case, verdict: str) -> bool:
    """Whether what does not exist may be named in the body of a create, or lack there."""
    return verdict == "missing" and case.operation.method == "POST" and bool(case.operation.body)


def _speaks_of_values(complaints: Sequence[Complaint]) -> bool:
    """Whether an answer, be it a 403, says what is wrong with what was sent."""
    return any(complaint.rule not in _ABOUT_ACCESS for complaint in complaints)


def _taken(operation: Operation, recipe: Recipe) -> str | None:
    """The kind of own thing that a delete removes: what the end of its path names."""
    last = operation.path.rstrip("/").rpartition("/")[2]
    if operation.method != "DELETE" or not last.startswith("{") or not last.endswith("}"):
        return None
    if any(key.partition(" ")[2] == operation.path for key in recipe.before):
        return None  # it takes apart what was joined just before
    pointer = f"/{escape_pointer(last[1:-1])}"
    for slot in recipe.parameters:
        if slot.location == "path" and slot.pointer == pointer:
            return slot.source.kind if isinstance(slot.source, Created) else None
    return None
