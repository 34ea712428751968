"""Tries operations on the live API: makes what they need, sends, judges, learns, repairs."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from benchmark.encoding import UnsendableError
from benchmark.generators.naming import plain
from benchmark.generators.probe import ideas
from benchmark.generators.probe.building import build_request
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.complaints import Complaint, read_complaints
from benchmark.generators.probe.exchange import Exchange
from benchmark.generators.probe.holdings import Held, Holdings
from benchmark.generators.probe.judging import (
    CatchAll,
    Verdict,
    answer_value,
    expected_answer,
    judge_reply,
)
from benchmark.generators.probe.learning import creation_of, listing_of
from benchmark.generators.probe.repairs import repaired
from benchmark.generators.probe.sources import SlotSources
from benchmark.generators.scenario_planner import RecipeWriter, cleared_by
from benchmark.generators.transport import TransportFailure
from benchmark.models import (
    Created,
    Credential,
    Credentials,
    Echo,
    Found,
    Operation,
    Place,
    Recipe,
    Registered,
    ResourceKind,
    SignIn,
    Source,
    Unique,
    escape_pointer,
)
from benchmark.resource_items import value_at
from benchmark.stamps import UniqueStyle

SETTLE_DELAYS = (0.2, 0.8, 2.0)
"""Seconds between the tries to read a thing that was just made."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_KEYS = frozenset("id uuid guid uid key slug code name username".split())
_JUST_MADE = 5.0
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
    registered: Mapping[str, Any] = field(default_factory=dict)
    sign_in: SignIn | None = None
    _prompt: set[str] = field(default_factory=set)

    # ── one operation ─────────────────────────────────────────────────────────────────────────

    def explore(self, case: Case) -> None:
        """Look for a recipe of an operation that is answered well twice."""
        if case.busy or case.status in {"verified", "excluded"}:
            return
        case.busy, case.facts, case.used_variants = True, self.facts, False
        try:
            waiting = deque(self._first_ideas(case))
            lacking: set[str] = set()
            unsent: set[str] = set()
            while waiting and case.allowance > 0:
                recipe = waiting.popleft()
                if (print_ := repr(recipe)) in case.tried or print_ in unsent:
                    continue
                outcome = self._try_and_confirm(case, recipe)
                if case.status in {"verified", "excluded"}:
                    return
                if outcome.lacking:  # once there is such a thing, the same recipe may do
                    unsent.add(print_)
                    lacking.add(outcome.lacking)
                    waiting.extendleft(self.sources.without(case, recipe, lacking, self))
                    continue
                case.tried.add(print_)
                waiting.extendleft(reversed(list(self._follow_ups(case, recipe, outcome))))
        finally:
            case.busy = False

    def _try_and_confirm(self, case: Case, recipe: Recipe) -> Outcome:
        """Send a recipe; if it is answered well, once more with fresh resources."""
        first = self.attempt(case, recipe, 0)
        if first.verdict.name == "doubt" and case.status == "open":
            case.reason = first.verdict.reason
        if not first.verdict.is_good or first.reply is None:
            return first
        case.answers = expected_answer(first.reply)
        case.takes = _taken(case.operation, recipe)
        if not first.reply.is_whole:
            case.status, case.recipe = "excluded", recipe
            case.reason = "answers with a stream that does not end by itself"
            return first
        if not case.works:
            case.status, case.recipe = "worked", recipe
        second = self.attempt(case, recipe, 1, fresh=True)
        if second.verdict.is_good and (renewed := self._with_own_key(case, first, second, recipe)):
            recipe = renewed
            second = self.attempt(case, recipe, 1, fresh=True)
        if second.verdict.is_good:
            case.status, case.recipe, case.reason = "verified", ideas.cut(recipe, 2), ""
            return second
        only = ideas.narrowed(recipe, 0)
        if only != recipe:
            third = self.attempt(case, only, 0, fresh=True)
            if third.verdict.is_good:
                case.status, case.recipe, case.reason = "verified", only, ""
                return third
        return second

    def _with_own_key(
        self, case: Case, first: Outcome, second: Outcome, recipe: Recipe
    ) -> Recipe | None:
        """The recipe with a new key each time, where two creates in a row made the same thing.

        The client chose its key then: the value that stands both in the body and in the item.
        """
        own = self.holdings.of_kind(case.keeps) if case.keeps else []
        if len(own) < 2 or first.built is None or second.built is None:
            return None
        for place, value in first.built.sent.items():
            same = second.built.sent.get(place) == value and place[0] in {"body", "path"}
            name = place[1].rpartition("/")[2]
            named = all(isinstance(h.item, Mapping) and h.item.get(name) == value for h in own[-2:])
            if same and named and isinstance(value, str) and plain(name) in _KEYS:
                style: UniqueStyle = "uuid" if _UUID.fullmatch(value) else "text"
                self.holdings.forget(own[-1])
                return ideas.with_source(recipe, place, Unique(value, style))
        return None

    def attempt(self, case: Case, recipe: Recipe, index: int, *, fresh: bool = False) -> Outcome:
        """One request of a recipe, with what it needs made or found first."""
        need = ideas.kinds_in(recipe)
        renewed = self._renewed(case, need) if fresh else ""
        resources: dict[str, Held] = {}
        for kind in sorted(need, key=self._depth, reverse=True):
            held = self._hold(kind, need[kind], resources, renew=kind == renewed, index=index)
            if held is None:
                return self._noted(case, Outcome(_NOT_SENT, lacking=kind))
            resources[kind] = held
        outcome = self.send_with(case, recipe, resources, index)
        if outcome.verdict.name == "missing":
            outcome = self._after_settling(case, recipe, index, resources, outcome)
        if outcome.verdict.is_good:
            self._learn(case, recipe, outcome)
        return self._noted(case, outcome)

    def send_with(
        self, case: Case, recipe: Recipe, resources: Mapping[str, Held], index: int = 0
    ) -> Outcome:
        """One request of a recipe with the given resources; nothing is learnt from its answer."""

        def resolve(source: Source) -> Any:
            return self._resolve(source, resources, index)

        try:
            built = build_request(case.task, recipe, index, resolve)
        except (UnsendableError, ValueError, TypeError, _UnresolvedError) as problem:
            return Outcome(Verdict("silent", f"cannot be written: {problem}"), resources=resources)
        case.allowance -= 1
        reply = self.exchange.send(built)
        if isinstance(reply, TransportFailure):
            return Outcome(Verdict("silent", reply.message), None, built, resources)
        verdict = judge_reply(reply, case.operation, self.catch_all)
        return Outcome(verdict, reply, built, resources)

    def _after_settling(
        self,
        case: Case,
        recipe: Recipe,
        index: int,
        resources: Mapping[str, Held],
        outcome: Outcome,
    ) -> Outcome:
        """A thing that was just made may take a moment until it can be read."""
        now = time.monotonic()
        new = [h for h in resources.values() if h.own and now - h.made_at < _JUST_MADE]
        new = [held for held in new if held.kind not in self._prompt]
        if not new:
            return outcome
        waited = 0.0
        for delay in SETTLE_DELAYS:
            time.sleep(delay)
            waited += delay
            again = self.send_with(case, recipe, resources, index)
            if again.verdict.name != "missing":
                for held in new:
                    known = self.kinds[held.kind]
                    self.kinds[held.kind] = replace(
                        known, settle_seconds=max(known.settle_seconds, waited)
                    )
                return again
        self._prompt.update(held.kind for held in new)
        return outcome

    def _noted(self, case: Case, outcome: Outcome) -> Outcome:
        case.last = outcome
        return outcome

    # ── what a request needs ──────────────────────────────────────────────────────────────────

    def _renewed(self, case: Case, need: Mapping[str, bool]) -> str:
        """The kind of which a confirming request wants a fresh thing: for writes the deepest."""
        own = [kind for kind, is_own in need.items() if is_own]
        if case.operation.method in {"GET", "HEAD", "OPTIONS", "QUERY"} or case.keeps or not own:
            return ""
        return case.takes if case.takes in own else max(own, key=self._depth)

    def _hold(
        self, kind: str, own: bool, chosen: Mapping[str, Held], *, renew: bool, index: int
    ) -> Held | None:
        """A thing of a kind: an ancestor of what is chosen already, a new one, or a listed one."""
        for held in chosen.values():
            for ancestor in held.ancestors():
                if ancestor.kind == kind:
                    return ancestor
        if not own:
            return self._find(kind, index)
        known = self.holdings.newest(kind)
        if known is not None and not renew:
            return known
        return self.make(kind) or known

    def make(self, kind: str) -> Held | None:
        """A new thing of a kind; None if none could be made."""
        maker = self.cases.get(self.kinds[kind].create or "")
        if maker is None or maker.busy or maker.status == "excluded":
            return None
        before = self.holdings.newest(kind)
        if not maker.works:
            if maker.facts == self.facts:
                return None  # nothing new since it was tried in vain
            self.explore(maker)
            if (made := self.holdings.newest(kind)) is not before:
                return made
        if maker.recipe is None or maker.busy:
            return None
        maker.busy = True
        try:
            self.attempt(maker, maker.recipe, self.exchange.sent)
        finally:
            maker.busy = False
        made = self.holdings.newest(kind)
        return made if made is not before else None

    def _find(self, kind: str, index: int) -> Held | None:
        items = self.listed.get(kind, ())
        if not items:
            lister = self.cases.get(self.kinds[kind].list or "")
            if lister is None or lister.busy:
                return None
            if lister.facts != self.facts:
                self.explore(lister)
            items = self.listed.get(kind, ())
        if not items:
            return None
        return Held(kind, items[index % len(items)], own=False)

    def _resolve(self, source: Source, resources: Mapping[str, Held], index: int) -> Any:
        if isinstance(source, Created | Found):
            value = value_at(resources[source.kind].item, source.pointer)
            if value is None:
                raise _UnresolvedError(f"no {source.pointer} in the {source.kind}")
            return value
        if isinstance(source, Echo):
            return self._echo(source, resources, index)
        if isinstance(source, Credential):
            name, _, password = self.credentials.basic.partition(":")
            parts = {"username": name, "password": password, "token": self.credentials.token}
            return parts[source.part]
        if isinstance(source, Registered) and source.pointer in self.registered:
            return self.registered[source.pointer]
        raise _UnresolvedError(f"no value for {type(source).__name__}")

    def _echo(self, source: Echo, resources: Mapping[str, Held], index: int) -> Any:
        read = self.cases.get(source.operation)
        if read is None or read.recipe is None:
            raise _UnresolvedError(f"{source.operation} does not answer")
        if any(kind not in resources for kind in ideas.kinds_in(read.recipe)):
            raise _UnresolvedError(f"{source.operation} is of something else")
        outcome = self.send_with(read, read.recipe, resources, index)
        if outcome.reply is None or not outcome.verdict.is_good:
            raise _UnresolvedError(f"{source.operation} does not answer")
        value = value_at(answer_value(outcome.reply), source.pointer)
        if source.members and isinstance(value, dict):
            return {name: value[name] for name in source.members if name in value}
        return value

    def _depth(self, kind: str, hops: int = 0) -> int:
        """How many things, one made under the other, stand before a kind."""
        maker = self.cases.get(self.kinds[kind].create or "") if kind in self.kinds else None
        if maker is None or hops > 10:
            return 0
        recipe = maker.recipe or maker.task.recipe
        parents = [each for each in ideas.kinds_in(recipe) if each != kind and each in self.kinds]
        return 1 + max((self._depth(each, hops + 1) for each in parents), default=-1)

    # ── what an answer teaches ────────────────────────────────────────────────────────────────

    def _learn(self, case: Case, recipe: Recipe, outcome: Outcome) -> None:
        takes = _taken(case.operation, recipe)
        if takes and (taken := outcome.resources.get(takes)) is not None:
            self.holdings.drop(taken)
        elif (cleared := cleared_by(case.operation, self.kinds.values())) is not None:
            self.holdings.clear(cleared, list(outcome.resources.values()))
        elif (creation := creation_of(case, outcome, self.kinds)) is not None:
            kind = creation.kind
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
        bound, lacking = self.sources.best(case, self)
        if lacking:
            case.reason = lacking
            return
        if self.sources.echo_only(case):
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
        complaints = self._complaints(outcome)
        writer = self.writers[case.spec.application]
        if name in {"refused", "conflict", "missing", "broken"}:
            changed = self.repaired(case, recipe, outcome)
            if changed is not None:
                yield changed
        if name == "refused":
            definitions = case.spec.definitions
            yield from ideas.type_names(recipe, case.operation, definitions, complaints)
        if outcome.reply.status == 406:
            yield from ideas.acceptable(recipe, case.operation)
        if name == "conflict":
            yield ideas.all_unique(recipe)
        if name in {"missing", "denied", "refused", "conflict", "broken"}:
            yield from self.sources.others(case, recipe, complaints, self)
        if name in {"refused", "broken", "conflict", "denied", "missing"}:
            yield from self._echoes(case, recipe)
        if name in {"refused", "broken", "conflict"}:
            if not case.used_variants:
                case.used_variants = True
                bound, lacking = self.sources.best(case, self)
                if not lacking:
                    yield from ideas.variants(case.operation, writer, bound)
                    yield from ideas.single_additions(case.operation, writer, bound)
            yield from self._mirrors(case, recipe)
        if name in {"refused", "missing"}:
            yield from ideas.free_values(recipe)

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
        sent: Mapping[Place, Any] = built.sent
        return read_complaints(reply.status, reply.content_type, reply.body, sent)


def _taken(operation: Operation, recipe: Recipe) -> str | None:
    """The kind of own thing that a delete removes: what the end of its path names."""
    last = operation.path.rstrip("/").rpartition("/")[2]
    if operation.method != "DELETE" or not last.startswith("{") or not last.endswith("}"):
        return None
    pointer = f"/{escape_pointer(last[1:-1])}"
    for slot in recipe.parameters:
        if slot.location == "path" and slot.pointer == pointer:
            return slot.source.kind if isinstance(slot.source, Created) else None
    return None


class _UnresolvedError(Exception):
    """A source whose value could not be had."""
