"""The probe: asks the live API, in rounds, until nothing new can be learnt.

(0) what unknown paths answer, (1) reads that need nothing, (2) creates, parents first, (3) other
reads, updates and actions, (4) deletes of what was made for that, and at last, as a second account,
what ends or changes the access of who calls it. An operation that failed is tried
again only when something new is known. In the end everything that was made is deleted.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmark.generators.dependency_analyzer import Want, wants_of
from benchmark.generators.parameter_generator import ParameterGenerator
from benchmark.generators.probe import ideas
from benchmark.generators.probe.access.accounts import is_sign_in
from benchmark.generators.probe.access.entrances import Entrance
from benchmark.generators.probe.access.second_account import try_apart
from benchmark.generators.probe.access.signing_in import logins, sign_in
from benchmark.generators.probe.cases import Case
from benchmark.generators.probe.clues.page_calls import Pages
from benchmark.generators.probe.outcome import ProbeOutcome, probed_plan
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.requests.building import BuiltRequest
from benchmark.generators.probe.requests.exchange import BudgetSpentError, Exchange
from benchmark.generators.probe.requests.judging import CatchAll
from benchmark.generators.probe.safety.caution import READ_ONLY, danger
from benchmark.generators.probe.safety.cleaning_up import clean_up
from benchmark.generators.probe.safety.identity import check_again
from benchmark.generators.probe.safety.own_ids import allow_own_ids
from benchmark.generators.probe.search import Search
from benchmark.generators.probe.sources import links_by_slot, unnamed_wants
from benchmark.generators.scenario_planner import RecipeWriter
from benchmark.generators.scenario_planner.credential_needs import main_api_key
from benchmark.generators.transport import Reply, Transport
from benchmark.models import ApiSpec, Credentials, Dependencies, LoadPlan, Target

log = logging.getLogger("benchmark.probe")

MAX_PASSES = 8
"""How often all operations are gone through; each pass but the first needs something new."""

SIGN_IN_READS = 3
"""How many reads that nobody asked for show whether an application wants a sign-in."""

NEW_ALLOWANCE = 8
"""How many requests an operation may cost at least in each pass."""

Tell = Callable[[int, int, int], None]
"""Called as the probe goes on: operations looked at, operations in all, verified ones."""


@dataclass(frozen=True, slots=True)
class ProbeOptions:
    """What a probe may cost: requests for each operation (they are pooled), and seconds in all.

    Where there are `goals`, only these operations are tried for their own sake.
    """

    requests_per_operation: int = 12
    seconds: float = 180.0
    request_timeout: float = 10.0
    seed: int = 0
    file_upload_size: int = 1024
    infer_meaning: bool = True
    goals: frozenset[str] | None = None


def probe(
    plan: LoadPlan,
    specs: Sequence[ApiSpec],
    dependencies: Dependencies,
    target: Target,
    options: ProbeOptions,
    tell: Tell | None = None,
) -> ProbeOutcome:
    """The plan as the live API has proved it: recipes that work, and why others do not.

    What was made is deleted in the end, after Ctrl-C (KeyboardInterrupt) as well.
    """
    with Transport(target, timeout=options.request_timeout, connections=1) as transport:
        prober = _prober(plan, specs, dependencies, target, options, transport)
        try:
            prober.catch_all = _fingerprint(prober.exchange)
            allow_own_ids(prober)
            _all_rounds(prober, tell)
            nobody = replace(target, credentials=Credentials())
            with Transport(nobody, timeout=options.request_timeout, connections=1) as bare:
                try_apart(prober, bare)
        except BudgetSpentError:
            pass
        except KeyboardInterrupt:
            clean_up(prober)  # whoever stops the probe does not want to find its things
            raise
        left = clean_up(prober)
        return probed_plan(plan, prober, left)


def _prober(
    plan: LoadPlan,
    specs: Sequence[ApiSpec],
    dependencies: Dependencies,
    target: Target,
    options: ProbeOptions,
    transport: Transport,
) -> Prober:
    by_key = {op.key: (op, spec) for spec in reversed(specs) for op in reversed(spec.operations)}
    wants = {spec.application: _by_operation(wants_of(spec)) for spec in specs}
    needed = _dependents(dependencies)
    cases = {}
    for task in plan.tasks():
        operation, spec = by_key[task.operation]
        mine = wants[spec.application].get(operation.key, ())
        mine = (*mine, *unnamed_wants(operation, spec.definitions, mine))
        case = Case(task, operation, spec, mine, allowance=_allowance(task.operation, needed))
        case.keeps, case.takes, case.answers = task.keeps, task.takes, task.answers
        if reason := danger(operation):
            case.status, case.reason = "excluded", reason
        elif is_sign_in(case):
            case.status, case.reason = "excluded", "needs credentials: it is the sign-in"
        cases[task.operation] = case
    paths = frozenset(cases)
    for case in cases.values():
        case.siblings = paths
    writers = {
        spec.application: RecipeWriter(
            ParameterGenerator(
                options.seed, spec.definitions, options.file_upload_size, options.infer_meaning
            ),
            spec.definitions,
        )
        for spec in specs
    }
    exchange = Exchange(
        transport, requests=options.requests_per_operation * len(cases), seconds=options.seconds
    )
    _carry_key(exchange, specs, target.credentials.api_key)
    return Search(
        cases=cases,
        kinds=dict(dependencies.kinds),
        links=links_by_slot(dependencies),
        exchange=exchange,
        pages=Pages(transport),
        writers=writers,
        credentials=target.credentials,
        goals=options.goals,
    )


def _carry_key(exchange: Exchange, specs: Sequence[ApiSpec], key: str) -> None:
    """Have the user's API key go with every request, where each document says."""
    for scheme in filter(None, (main_api_key(spec) for spec in specs)):
        if key:
            exchange.store(scheme.location)[scheme.parameter] = key


def _by_operation(wants: Sequence[Want]) -> dict[str, tuple[Want, ...]]:
    found: dict[str, list[Want]] = {}
    for want in wants:
        found.setdefault(want.operation.key, []).append(want)
    return {key: tuple(mine) for key, mine in found.items()}


def _dependents(dependencies: Dependencies) -> Mapping[str, int]:
    """How many slots what an operation creates fills."""
    counts: dict[str, int] = {}
    for link in dependencies.links:
        maker = dependencies.kinds[link.kind].create
        if maker:
            counts[maker] = counts.get(maker, 0) + 1
    return counts


def _allowance(key: str, needed: Mapping[str, int]) -> int:
    """How many requests an operation may cost: a root create up to 40, a leaf 14."""
    return min(40, 14 + 2 * needed.get(key, 0))


def _fingerprint(exchange: Exchange) -> CatchAll | None:
    reply = exchange.send(BuiltRequest("GET", f"/{secrets.token_hex(8)}", {}, None))
    if isinstance(reply, Reply):
        return CatchAll(reply.status, reply.content_type, reply.body)
    return None


def _all_rounds(prober: Prober, tell: Tell | None) -> None:
    reads = _reads_before_sign_in(prober) if prober.goals is not None else []
    for number in range(MAX_PASSES):
        before, prober.is_first_pass = prober.facts, number == 0
        for case in prober.cases.values():
            case.allowance = max(case.allowance, NEW_ALLOWANCE)
        for round_ in (_plain_reads, _creates, _others, _deletes):
            cases = _in_question(prober, reads)
            for case in sorted(filter(round_, cases), key=_shallow_first):
                if case.status in {"open", "worked", "doubt"} and case.facts < prober.facts:
                    _explore(prober, case)
                verified = sum(each.status == "verified" for each in cases)
                if tell is not None:
                    tell(sum(each.facts >= 0 for each in cases), len(cases), verified)
            if round_ is _plain_reads and _signed_in(prober):
                for case in filter(round_, cases):
                    _explore(prober, case)
        if number and prober.facts == before:
            break
    check_again(prober)


def _in_question(prober: Prober, reads: Sequence[Case]) -> list[Case]:
    """The operations that are tried for their own sake; others are where something needs them.

    With goals these are the goals, what deletes things that were made for them, and some `reads`.
    """
    goals = prober.goals
    if goals is None:
        return list(prober.cases.values())
    return [
        case
        for case in prober.cases.values()
        if case.key in goals
        or any(case is read for read in reads)
        or (_deletes(case) and case.takes and prober.holdings.newest(case.takes))
    ]


def _reads_before_sign_in(prober: Prober) -> list[Case]:
    """A few plain reads of each application with a login: they show whether it is needed."""
    applications = dict.fromkeys(case.spec.application for case in logins(prober))
    reads = sorted(filter(_plain_reads, prober.cases.values()), key=_shallow_first)
    return [
        read
        for application in applications
        for read in [r for r in reads if r.spec.application == application][:SIGN_IN_READS]
    ]


def _explore(prober: Prober, case: Case) -> None:
    """Explore an operation; a fault of ours in it costs this one only, and is logged."""
    try:
        prober.explore(case)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as fault:
        log.debug("The probe failed at %s:", case.key, exc_info=fault)
        case.status = "excluded"
        case.reason = f"the probe failed at its answers ({type(fault).__name__}): please report it"


def _signed_in(prober: Prober) -> bool:
    """Sign in where reads that need nothing were denied; whether that opened anything."""
    denied = [
        case
        for case in sorted(prober.cases.values(), key=_shallow_first)
        if case.last is not None and case.last.verdict.name == "denied"
        if not ideas.kinds_in(case.task.recipe)
    ]
    opened = [_open(prober, denied, application) for application in _with_own_logins(prober)]
    entrance = prober.entrances.shared
    if entrance.sign_in is None and (rest := _through(prober, denied, entrance)):
        prober.exchange.entrance = entrance
        opened.append(sign_in(prober, rest, _through(prober, logins(prober), entrance)))
    if any(opened):
        prober.forget_refusals()
    return any(opened)


def _with_own_logins(prober: Prober) -> list[str]:
    """The applications that have logins of their own, where there are several such."""
    found = list(dict.fromkeys(case.spec.application for case in logins(prober)))
    return found if len(found) > 1 else []


def _open(prober: Prober, denied: Sequence[Case], application: str) -> bool:
    """Sign in to one application by its own login; whether that opened anything."""
    mine = [case for case in denied if case.spec.application == application]
    if not mine or application in prober.entrances.own:
        return False
    entrance = prober.entrances.own[application] = prober.entrances.shared.another()
    prober.exchange.entrance = entrance
    if sign_in(prober, mine, _through(prober, logins(prober), entrance)):
        return True
    del prober.entrances.own[application]
    prober.exchange.entrance = prober.entrances.shared
    return False


def _through(prober: Prober, cases: Iterable[Case], entrance: Entrance) -> list[Case]:
    """The operations that are called through an entrance."""
    return [case for case in cases if prober.entrances.of(case.spec.application) is entrance]


def _plain_reads(case: Case) -> bool:
    return case.operation.method in READ_ONLY and "{" not in case.operation.path


def _creates(case: Case) -> bool:
    return case.keeps is not None or (
        case.operation.method == "POST" and not case.operation.path.rstrip("/").endswith("}")
    )


def _deletes(case: Case) -> bool:
    return case.operation.method == "DELETE"


def _others(case: Case) -> bool:
    return not (_plain_reads(case) or _creates(case) or _deletes(case))


def _shallow_first(case: Case) -> tuple[int, bool, int]:
    reads = case.operation.method in READ_ONLY
    path = case.operation.path
    return path.count("{"), not reads, len(path)
