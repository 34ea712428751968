"""Makes what a request needs with more in it, where a message says what it lacks.

"There is no build", "only for dynamic pipelines": the thing that was made with the least has to be
made with a build, or as dynamic. Optional members of its create operation are looked through for
the words of the message.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmark.generators import schema_view
from benchmark.generators.dependency_analyzer import Want
from benchmark.generators.naming import noun, singular, words
from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.confirming import try_and_confirm
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.repairs.places import is_empty, node_at
from benchmark.generators.probe.sources import sources_of
from benchmark.generators.probe.things.holdings import Held
from benchmark.models import Constant, ObjectNode, Place, Recipe, escape_pointer

MAX_HOPS = 3
"""How many things are made richer one after the other, each because of what was said then."""

MAX_TRIED = 6
"""How many things are made richer for one operation."""

_MAX_MESSAGE = 1000
_REFUSALS = frozenset({"refused", "missing", "denied", "conflict", "broken"})
_FLAGS = frozenset("is has can with enable enabled allow allows support supports use uses".split())
_ENDINGS = frozenset("id ids uuid name key ref reference".split())


@dataclass(frozen=True, slots=True)
class Enrichment:
    """A thing that could be made with one member more, and the recipe that does so."""

    kind: str
    maker: Case
    place: Place
    recipe: Recipe


def with_richer_things(
    prober: Prober, case: Case, recipe: Recipe, outcome: Outcome, hops: int = 1
) -> bool:
    """Whether a request works after a thing that it needs was made with more; that recipe stays."""
    if outcome.verdict.name not in _REFUSALS or outcome.reply is None or hops > MAX_HOPS:
        return False
    said = _said(outcome)
    for enrichment in list(_enrichments(prober, case, outcome, said)):
        mark = f"{enrichment.maker.key} {enrichment.place[1]}"
        if mark in case.enriched or case.allowance <= 0 or len(case.enriched) >= MAX_TRIED:
            continue
        case.enriched.add(mark)
        if _helps(prober, case, recipe, enrichment, outcome, hops):
            return True
    return False


def _helps(
    prober: Prober,
    case: Case,
    recipe: Recipe,
    enrichment: Enrichment,
    before_it: Outcome,
    hops: int,
) -> bool:
    """Try a request with a thing made anew with one member more; put things back if in vain."""
    maker, before = enrichment.maker, enrichment.maker.recipe
    if maker.busy:
        return False
    old = prober.holdings.newest(enrichment.kind)
    maker.busy = True
    try:
        made = prober.attempt(maker, enrichment.recipe, 0)
    finally:
        maker.busy = False
    new = prober.holdings.newest(enrichment.kind)
    if not made.verdict.is_good or new is None or new is old:
        return False
    maker.recipe = enrichment.recipe
    _set_aside(prober, enrichment.kind, new)
    after = try_and_confirm(prober, case, recipe)
    if not case.works and _text(after) != _text(before_it):  # one step further
        with_richer_things(prober, case, recipe, after, hops + 1)
    if case.works:
        prober.facts += 1  # what refused the poorer thing may take the richer one
        return True
    maker.recipe = before
    prober.holdings.use_up(new)
    return False


def _text(outcome: Outcome) -> str:
    """What an answer says, without the values that were sent."""
    text = outcome.reply.text[:_MAX_MESSAGE] if outcome.reply else ""
    for value in outcome.built.sent.values() if outcome.built else ():
        if isinstance(value, str) and len(value) > 3:
            text = text.replace(value, " ")
    return text


def _set_aside(prober: Prober, kind: str, but: Held) -> None:
    """Keep the things of a kind but one, and what was made with them, from being used."""
    for held in prober.holdings.of_kind(kind):
        if held is not but:
            prober.holdings.use_up(held)


def _enrichments(
    prober: Prober, case: Case, outcome: Outcome, said: frozenset[str]
) -> Iterator[Enrichment]:
    things = [held for held in outcome.resources.values() if held.own]
    things += [above for held in things for above in held.ancestors() if above.own]
    for kind in dict.fromkeys(held.kind for held in things):
        known = prober.kinds.get(kind)
        maker = prober.cases.get((known.create if known else None) or "")
        if maker is None or maker is case or maker.recipe is None or not maker.works:
            continue
        yield from _of_maker(prober, kind, maker, said)


def _of_maker(prober: Prober, kind: str, maker: Case, said: frozenset[str]) -> Iterator[Enrichment]:
    recipe = maker.recipe
    if recipe is None or maker.operation.body is None or not isinstance(recipe.body, ObjectNode):
        return
    definitions = maker.spec.definitions
    wants = {(want.location, want.pointer): want for want in maker.wants}
    making = prober.maker(maker)
    schema = maker.operation.body.media_types[0].schema
    for name, member in schema_view.properties(schema, definitions).items():
        place: Place = ("body", f"/{escape_pointer(name)}")
        about = [singular(word) for word in words(name)]
        stem = [word for word in about if word not in _FLAGS and word not in _ENDINGS]
        stem = stem or about
        if not said.issuperset(stem):
            continue
        node = node_at(recipe, place)
        is_flag = schema_view.resolve(member, definitions).get("type") == "boolean"
        if node is not None and not is_empty(node) and node != Constant(False):
            if node not in (ObjectNode(()), Constant({})):
                continue
        if is_flag:
            yield Enrichment(kind, maker, place, ideas.with_source(recipe, place, Constant(True)))
            continue
        want = wants.get(place) or Want(maker.operation, *place, name, noun("_".join(stem)))
        sources = sources_of(prober, maker, want)
        refers = place in wants or _is_uuid(making.documented(place))
        if sources and refers:
            changed = ideas.with_source(recipe, place, sources[0])
        elif node == Constant(False):
            changed = ideas.with_node(recipe, place, making.made(place, type="string"))
        elif not refers:
            changed = ideas.with_node(recipe, place, making.made(place))
        else:
            continue
        yield Enrichment(kind, maker, place, changed)


def _is_uuid(schema: object) -> bool:
    if not isinstance(schema, dict):
        return False
    options = [schema, *(schema.get("anyOf") or ())]
    return any(isinstance(one, dict) and one.get("format") == "uuid" for one in options)


def _said(outcome: Outcome) -> frozenset[str]:
    """The words of a message, without those of the values that were sent."""
    return frozenset(singular(word) for word in words(_text(outcome)))
