"""Says what to try next of an operation, after each kind of answer: the most promising first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmark.generators.probe import ideas
from benchmark.generators.probe.access.challenges import challenged
from benchmark.generators.probe.access.forgery_tokens import protected
from benchmark.generators.probe.access.second_credentials import keyed
from benchmark.generators.probe.binding import best_sources, with_other_sources
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.clues.page_vocabulary import page_vocabulary
from benchmark.generators.probe.clues.undocumented import told_elsewhere
from benchmark.generators.probe.complaints import Complaint
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.requests.conditional import conditioned
from benchmark.generators.probe.safety.bulk import is_bulk_update, of_own_things
from benchmark.generators.probe.safety.own_ids import by_own_ids
from benchmark.generators.probe.slot_changes import referring
from benchmark.generators.probe.states import after_others, for_new_things
from benchmark.generators.probe.things.typed_things import by_sort
from benchmark.generators.scenario_planner import cleared_by
from benchmark.models import Recipe

_ABOUT_ACCESS = frozenset({"credentials", "other", "not_found"})
"""What a 403 may be about that no other value would change."""


def first_ideas(prober: Prober, case: Case, earlier: Outcome | None) -> Iterator[Recipe]:
    """What to try first of an operation: what worked, what was repaired, what the document says."""
    if case.recipe is not None:
        yield case.recipe
    elif case.furthest is not None and not case.echo_only:
        case.tried.discard(repr(case.furthest))  # it is tried again when more is known
        yield case.furthest
    if case.ids_member:
        yield from by_own_ids(prober, case)
        return
    bound, lacking = best_sources(prober, case)
    if lacking:
        case.reason = lacking
        return
    if case.echo_only:
        if is_bulk_update(case):
            case.reason = "would change more than what the test made"
            yield from of_own_things(case, prober)
            return
        case.reason = "would change what exists once, and no read says what it holds now"
        yield from _echoes(prober, case, case.task.recipe)
        return
    first = prober.writers[case.spec.application].write(case.operation, bound)
    yield first
    if earlier is not None:  # what stands beside it may be known by now
        yield from told_elsewhere(prober, case, first, earlier)


def follow_ups(prober: Prober, case: Case, recipe: Recipe, outcome: Outcome) -> Iterator[Recipe]:
    """What to try after an answer that was not good, the most promising first."""
    name = outcome.verdict.name
    if name in {"absent", "silent", "throttled"} or outcome.reply is None or case.ids_member:
        return
    if case.echo_only and not is_bulk_update(case):
        # anything but what is there now would change what others rely on
        yield from ideas.partial_echo(recipe, case.operation, outcome.complaints())
        return
    yield from protected(prober, case, recipe, outcome)
    yield from keyed(prober, case, recipe, outcome)
    yield from challenged(prober, recipe, outcome)
    if (conditional := conditioned(prober, case, recipe, outcome)) is not None:
        yield conditional
        return
    yield from after_others(prober, case, recipe, outcome)
    complaints = outcome.complaints()
    if name in {"refused", "conflict", "missing", "broken"} or _speaks_of_values(complaints):
        changed = prober.repaired(case, recipe, outcome)
        if changed is not None:
            yield referring(prober, case, recipe, changed)
    if outcome.reply.status not in {401, 415}:
        is_hidden = name in {"missing", "denied"}
        yield from ideas.leaner(recipe, prober.maker(case), to_the_least=is_hidden)
    if name == "refused":
        definitions = case.spec.definitions
        yield from ideas.type_names(recipe, case.operation, definitions, complaints)
        unknown = [c for c in complaints if prober.maker(case).lists_no_choice(c)]
        if unknown:
            yield from ideas.choices(recipe, unknown, page_vocabulary(prober.pages.scripts()))
    if outcome.reply.status == 406:
        yield from ideas.acceptable(recipe, case.operation, outcome.reply.text)
    if name == "conflict" or (case.works and name in {"refused", "broken"}):
        yield ideas.all_unique(recipe, prober.maker(case))
        yield from for_new_things(case, recipe, outcome, complaints)
    if name in {"refused", "missing", "broken"}:
        yield from by_sort(prober, case, recipe, outcome)
    yield from told_elsewhere(prober, case, recipe, outcome)
    if name in {"missing", "denied", "refused", "conflict", "broken"}:
        yield from with_other_sources(prober, case, recipe, complaints)
    if name in {"refused", "broken", "conflict", "denied", "missing"}:
        yield from _echoes(prober, case, recipe)
    if name in {"refused", "broken", "conflict"} or _names_things(case, name):
        yield from _variants(prober, case)
        yield from _mirrors(prober, case, recipe)
    if name in {"refused", "missing"}:
        yield from ideas.free_values(recipe, case.operation)
    if (cleared := cleared_by(case.operation, prober.kinds.values())) is not None:
        yield ideas.by_ids(recipe, cleared)
    yield from for_new_things(case, recipe, outcome, complaints)


def _variants(prober: Prober, case: Case) -> Iterator[Recipe]:
    """The same with more or less of what is optional, once in each look at an operation."""
    bound, lacking = best_sources(prober, case)
    if not case.used_variants and not lacking:
        writer = prober.writers[case.spec.application]
        yield from ideas.variants(case.operation, writer, bound)
        yield from ideas.single_additions(case.operation, writer, bound)
    case.used_variants = True


def _echoes(prober: Prober, case: Case, recipe: Recipe) -> Iterator[Recipe]:
    read = prober.cases.get(f"GET {case.operation.path}")
    if read is not None and case.operation.method in {"PUT", "PATCH"}:
        if not read.works and read.facts != prober.facts:
            prober.explore(read)
        if read.works:
            yield from ideas.echoes_of(
                case.operation, read.operation, recipe, case.spec.definitions, read.answer
            )


def _mirrors(prober: Prober, case: Case, recipe: Recipe) -> Iterator[Recipe]:
    path = case.operation.path.rstrip("/")
    for name, items in list(prober.listed.items()):
        listed = (prober.kinds[name].list or "").partition(" ")[2].rstrip("/")
        if case.operation.method == "POST" and listed == path and items:
            mirror = ideas.mirror_of(recipe, name, items[0])
            if mirror is not None:
                yield mirror


def _names_things(case: Case, verdict: str) -> bool:
    """Whether what does not exist may be named in the body of a create, or lack there."""
    return verdict == "missing" and case.operation.method == "POST" and bool(case.operation.body)


def _speaks_of_values(complaints: Sequence[Complaint]) -> bool:
    """Whether an answer, be it a 403, says what is wrong with what was sent."""
    return any(complaint.rule not in _ABOUT_ACCESS for complaint in complaints)
