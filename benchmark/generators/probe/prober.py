"""One probe at work on one target: what it knows, and how it may be asked to try something.

What depends on the search that goes on above (trying an operation may need another one to be tried
first) depends on this alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmark.generators.probe.access.entrances import Entrance, Entrances
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.clues.page_calls import Pages
from benchmark.generators.probe.clues.told_schemas import ToldSchema
from benchmark.generators.probe.repairs import Maker, repaired
from benchmark.generators.probe.requests.exchange import Exchange
from benchmark.generators.probe.requests.judging import CatchAll
from benchmark.generators.probe.things.holdings import Held, Holdings
from benchmark.generators.scenario_planner import RecipeWriter
from benchmark.models import Credentials, Dependency, Place, Recipe, ResourceKind

SHORTEST_SECRET = 8
"""Characters that a word of a header or cookie has at least to be taken for a secret."""

Links = Mapping[tuple[str, Place], tuple[Dependency, ...]]
"""What the document says supplies each slot: the best first, by operation and place."""


@dataclass(slots=True)
class Prober(ABC):
    """The probe at work on one target. `facts` grows with all that is learnt.

    Where there are `goals`, other operations are tried only for what those need.
    """

    cases: dict[str, Case]
    kinds: dict[str, ResourceKind]
    links: Links
    exchange: Exchange
    pages: Pages
    writers: Mapping[str, RecipeWriter]
    credentials: Credentials = field(default_factory=Credentials)
    goals: frozenset[str] | None = None
    catch_all: CatchAll | None = None
    holdings: Holdings = field(default_factory=Holdings)
    listed: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    sorts: dict[str, tuple[tuple[Any, ...], tuple[tuple[str, str], ...]]] = field(
        default_factory=dict
    )
    facts: int = 0
    is_first_pass: bool = True
    accounts: list[Held] = field(default_factory=list)
    prompt: set[str] = field(default_factory=set)
    aliases: dict[str, str] = field(default_factory=dict)
    told_schemas: dict[tuple[str, str, str], ToldSchema] = field(default_factory=dict)
    entrances: Entrances = field(init=False)

    def __post_init__(self) -> None:
        self.entrances = Entrances(self.exchange.entrance)

    # ── what the search does ──────────────────────────────────────────────────────────────────

    @abstractmethod
    def explore(self, case: Case) -> None:
        """Look for a recipe of an operation that is answered well twice."""

    @abstractmethod
    def attempt(self, case: Case, recipe: Recipe, index: int, *, fresh: bool = False) -> Outcome:
        """One request of a recipe, with what it needs made or found first."""

    @abstractmethod
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

    # ── what it knows ─────────────────────────────────────────────────────────────────────────

    def enter(self, case: Case) -> Entrance:
        """Send through the entrance of an operation from now on, but for second accounts."""
        exchange = self.exchange
        if self.entrances.own and any(exchange.entrance is each for each in self.entrances):
            exchange.entrance = self.entrances.of(case.spec.application)
        return exchange.entrance

    def secrets(self) -> tuple[str, ...]:
        """What must not be shown: what the user gave, and what a sign-in gave."""
        every = (self.exchange.entrance, *self.entrances)
        given = [store for each in every for store in (each.headers, each.query, each.cookies)]
        received = [text for store in given for value in store.values() for text in value.split()]
        long = (text for text in received if len(text) >= SHORTEST_SECRET)
        return (*self.credentials.secrets(), *long)

    def forget_refusals(self) -> None:
        """Other credentials may let through what was denied: all may be tried once more."""
        self.facts += 1
        for case in self.cases.values():
            case.tried.clear()

    def use_up(self, resources: Mapping[str, Held]) -> None:
        """Keep what a request changed out of other requests: the innermost own thing."""
        own = [held for held in resources.values() if held.own]
        if own:
            self.holdings.use_up(max(own, key=lambda held: len(held.ancestors())))

    def maker(self, case: Case) -> Maker:
        """What the document says of the operation's slots."""
        generator = self.writers[case.spec.application].generator
        return Maker(case.operation, case.spec.definitions, generator)

    def repaired(self, case: Case, recipe: Recipe, outcome: Outcome) -> Recipe | None:
        """The recipe changed as the server's complaints ask; None where they ask for nothing."""
        complaints = outcome.complaints()
        if not complaints:
            return None
        generator = self.writers[case.spec.application].generator
        return repaired(recipe, case.operation, case.spec.definitions, complaints, generator)
