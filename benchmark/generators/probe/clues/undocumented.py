"""Writes what no document tells of a request: as pages send it, and as its neighbours take it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from benchmark.generators.dependency_analyzer import Want
from benchmark.generators.media_types import is_json
from benchmark.generators.naming import singular, words
from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.clues.configured import configured
from benchmark.generators.probe.clues.neighbours import asked_in_words, beside_the_body
from benchmark.generators.probe.clues.own_addresses import at_own_address
from benchmark.generators.probe.clues.uploads import uploads
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.sources import sources_of
from benchmark.generators.probe.suppliers import about_of
from benchmark.generators.scenario_planner import Variant
from benchmark.models import ArrayNode, Node, ObjectNode, Place, Recipe, Source, escape_pointer

_WRITES = frozenset({"POST", "PUT", "PATCH"})


def told_elsewhere(
    prober: Prober, case: Case, recipe: Recipe, outcome: Outcome
) -> Iterator[Recipe]:
    """What other answers, pages and neighbours tell of a request that was not answered well."""
    name, reply = outcome.verdict.name, outcome.reply
    if name == "refused":
        yield from configured(prober, case, recipe)
    if name in {"missing", "refused", "broken"}:
        yield from beside_the_body(prober, case, recipe)
        yield from asked_in_words(prober, case, recipe, outcome)
    if name in {"refused", "broken"} and not case.asked_pages:
        case.asked_pages = True
        yield from undocumented(prober, case, recipe)
    yield from at_own_address(prober, recipe, outcome)
    was_json = recipe.body is not None and is_json(recipe.media_type or "")
    if reply is not None and reply.status == 415 and was_json and case.operation.body is None:
        yield from uploads(prober, case, recipe)


def undocumented(prober: Prober, case: Case, recipe: Recipe) -> Iterator[Recipe]:
    """The recipe with the query parameters and the body that pages and neighbours know."""
    operation = case.operation
    call = prober.pages.call(operation)
    known = {p.name for p in operation.parameters if p.location == "query"}
    unknown = [name for name in call.query if name not in known]
    for name in unknown:
        place: Place = ("query", f"/{escape_pointer(name)}")
        sources = _by_name(prober, case, place)
        made = sources[0] if sources else _guess(prober, case, place)
        if not isinstance(made, ObjectNode | ArrayNode):
            recipe = ideas.with_source(recipe, place, made)
    if operation.body is not None or operation.method not in _WRITES:
        if unknown:
            yield recipe
        return
    beside = _neighbour(prober, case)
    named = {name: beside.get(name) for name in call.members}
    guessed = {name for name, node in named.items() if node is None}
    sent = {name: node or _made(prober, case, name) for name, node in named.items()}
    if sent:
        yield _with_body(recipe, sent)
    if beside:
        yield _with_body(recipe, {**beside, **sent})
        for empty in (ArrayNode(()), ObjectNode(())) if guessed else ():
            yield _with_body(recipe, {**beside, **sent, **dict.fromkeys(guessed, empty)})


def _with_body(recipe: Recipe, members: Mapping[str, Node]) -> Recipe:
    body = ObjectNode(tuple(members.items()))
    return replace(recipe, media_type="application/json", body=body)


def _neighbour(prober: Prober, case: Case) -> dict[str, Node]:
    """What the creates that stand beside an action take: members of their bodies by name."""
    folder = case.operation.path.rstrip("/").rpartition("/")[0]
    found: dict[str, Node] = {}
    for other in prober.cases.values() if folder.endswith("}") or folder.count("/") > 1 else ():
        place = other.operation.path.rstrip("/").rpartition("/")[0]
        if other is case or other.operation.method != "POST" or place != folder:
            continue
        if other.recipe is not None and other.works and is_json(other.recipe.media_type or ""):
            if other.keeps and isinstance(other.recipe.body, ObjectNode):
                writer = prober.writers[case.spec.application]
                full = writer.write(other.operation, {}, Variant("full", samples=1)).body
                found |= dict(full.members) if isinstance(full, ObjectNode) else {}
                found |= dict(other.recipe.body.members)
    return found


def _made(prober: Prober, case: Case, name: str) -> Node:
    """A member of which only the name is known: a reference, an array of some, or a value."""
    last = (words(name) or ("",))[-1]
    is_plural = singular(last) != last
    pointer = f"/{escape_pointer(name)}" + ("/0" if is_plural else "")
    sources = _by_name(prober, case, ("body", pointer))
    if sources:
        return ArrayNode((sources[0],)) if is_plural else sources[0]
    made = _guess(prober, case, ("body", f"/{escape_pointer(name)}"))
    return ArrayNode((made,)) if is_plural else made


def _guess(prober: Prober, case: Case, place: Place) -> Node:
    """A value for a place of which only the name is known."""
    if place not in case.guesses:
        case.guesses[place] = prober.maker(case).made(place)
    return case.guesses[place]


def _by_name(prober: Prober, case: Case, place: Place) -> list[Source]:
    """The sources of a slot that no document knows."""
    name = next((t for t in reversed(place[1].split("/")) if not t.isdecimal()), "")
    want = Want(case.operation, *place, name, about_of(name))
    return sources_of(prober, case, want)
