"""The state of one operation under examination."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from benchmark.generators.dependency_analyzer import Want
from benchmark.generators.probe.complaints import Complaint, read_complaints
from benchmark.generators.probe.requests.building import BuiltRequest
from benchmark.generators.probe.requests.judging import Verdict
from benchmark.generators.probe.safety.caution import changes_singleton, is_upsert
from benchmark.generators.probe.things.holdings import Held
from benchmark.generators.transport import Reply
from benchmark.models import ApiSpec, Created, Node, Operation, Place, PlannedTask, Recipe

_NO_FIELDS = frozenset(
    "/all /any /both /detail /either /error /field /input /it /message /msg /one /option /them "
    "/this /url /value /values".split()
)
"""What sentences say of fields, taken for the name of one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one request: its verdict, and, where it was sent, request, answer, resources.

    `lacking` names the kind of thing that could not be had, where nothing was sent.
    """

    verdict: Verdict
    reply: Reply | None = None
    built: BuiltRequest | None = None
    resources: Mapping[str, Held] = field(default_factory=dict)
    lacking: str = ""

    def complaints(self) -> tuple[Complaint, ...]:
        """What the answer complains about; () where nothing was answered."""
        if self.reply is None or self.built is None:
            return ()
        reply, sent = self.reply, self.built.sent
        found = read_complaints(reply.status, reply.content_type, reply.body, sent)
        return tuple(c for c in found if c.pointer.lower() not in _NO_FIELDS)


@dataclass(slots=True)
class Case:
    """What is known of an operation so far.

    `recipe` is the one that worked, first once and then, with `status` "verified", twice. `facts`
    is how much was known of the server when it was last tried, `allowance` how many requests it may
    still cost. `last` is what came of the last request, `told` what came of the first one of the
    last look at it, before repairs: that is what a person should read. `keeps` and `takes` are as
    in its task, corrected by what was seen; `pending` are ideas that were not tried yet.
    `enriched` says which members of which creates were tried for it, `furthest` is what was
    repaired last. `answers` is what is documented until it worked. `proved_apart` is how often it
    worked as a second account. `ids_member` is the member of the body that names what a delete on
    a whole collection removes. `guesses` are the values made up for places of which only the name
    is known: the same each time, so that none is tried twice. `spared_names` is what a write was
    seen to leave as it is.
    """

    task: PlannedTask
    operation: Operation
    spec: ApiSpec
    wants: tuple[Want, ...]
    allowance: int
    status: Literal["open", "worked", "verified", "doubt", "excluded"] = "open"
    recipe: Recipe | None = None
    reason: str = ""
    answers: Literal["data", "anything", "redirect"] = "data"
    keeps: str | None = None
    takes: str | None = None
    facts: int = -1
    busy: bool = False
    tried: set[str] = field(default_factory=set)
    last: Outcome | None = None
    told: Outcome | None = None
    used_variants: bool = False
    asked_pages: bool = False
    pending: tuple[Recipe, ...] = ()
    proved_apart: int = 0
    ids_member: str = ""
    guesses: dict[Place, Node] = field(default_factory=dict)
    siblings: frozenset[str] = frozenset()
    spared_names: frozenset[Created] = frozenset()
    enriched: set[str] = field(default_factory=set)
    furthest: Recipe | None = None
    answer: Any = None

    @property
    def key(self) -> str:
        """The operation's key, `GET /items/{id}`."""
        return self.operation.key

    @property
    def works(self) -> bool:
        """Whether some recipe was answered well."""
        return self.recipe is not None and self.status in {"worked", "verified"}

    @property
    def echo_only(self) -> bool:
        """Whether it may only send back what is there: settings, the user's profile."""
        if self.keeps or is_upsert(self.operation, self.siblings):
            return False
        return changes_singleton(self.operation) and self.operation.body is not None
