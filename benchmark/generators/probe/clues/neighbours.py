"""What operations beside and below tell of a slot: names to choose from, names that work."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from benchmark.generators import schema_view
from benchmark.generators.dependency_analyzer import Want
from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.sources import sources_of
from benchmark.models import Created, Found, Place, Recipe, Source, escape_pointer

_MAX_MESSAGE = 2000
_PARAMETER = re.compile(
    r"""["'`](\w{1,40})["'`] (?:query )?param|param(?:eter)? ["'`](\w{1,40})["'`]"""
)


def beside_the_body(prober: Prober, case: Case, recipe: Recipe) -> Iterator[Recipe]:
    """The recipe with a query parameter for what the body cannot say though the item has it.

    A reference that is only read comes from elsewhere: path, query, or who is asking.
    """
    if case.operation.method != "POST" or case.operation.body is None:
        return
    known = {parameter.name for parameter in case.operation.parameters}
    found: list[tuple[Created, Place]] = []
    for want in case.wants:
        resolved = schema_view.resolve(want.schema, case.spec.definitions)
        if want.location != "body" or want.name in known or not resolved.get("readOnly"):
            continue
        place: Place = ("query", f"/{escape_pointer(want.name)}")
        sources = sources_of(prober, case, want)
        found.extend((source, place) for source in sources if isinstance(source, Created))
    above = _folder(case.operation.path)

    def is_far(pair: tuple[Created, Place]) -> bool:
        made_by = prober.kinds[pair[0].kind].create or ""
        return not made_by.partition(" ")[2].startswith(f"{above}/")

    for source, place in sorted(found, key=is_far):
        yield ideas.with_source(recipe, place, source)


def asked_in_words(
    prober: Prober, case: Case, recipe: Recipe, outcome: Outcome
) -> Iterator[Recipe]:
    """The recipe with a query parameter that only words ask for: by a description, or not at all.

    It names what operations in the same folder made; "id" is its name where no words tell one.
    """
    operation = case.operation
    if outcome.reply is None or any(slot.location == "query" for slot in recipe.parameters):
        return
    if operation.body is not None or "param" not in outcome.reply.text[:_MAX_MESSAGE].lower():
        return
    said = operation.description[:_MAX_MESSAGE]
    named = [first or second for first, second in _PARAMETER.findall(said)] or ["id"]
    above = _folder(operation.path)
    for kind in prober.kinds.values():
        if kind.create and _folder(kind.create.partition(" ")[2]) == above:
            pointer = kind.identifiers[0] if kind.identifiers else "/id"
            for name in dict.fromkeys(named):
                place: Place = ("query", f"/{escape_pointer(name)}")
                yield ideas.with_source(recipe, place, Created(kind.kind, pointer))


def listed_names(case: Case, prober: Prober) -> list[Source]:
    """Names that a list in the same folder of the API holds: what a field may choose from."""
    above = _folder(case.operation.path)
    found: list[Source] = []
    for kind in prober.kinds.values():
        item = prober.holdings.samples.get(kind.kind)
        is_near = _folder((kind.list or "").partition(" ")[2]) == above
        if is_near and kind.create != case.key and isinstance(item, Mapping) and len(item) == 1:
            found.extend(
                Found(kind.kind, f"/{escape_pointer(str(name))}")
                for name, value in item.items()
                if isinstance(value, str)
            )
    return found


def is_worse_name(source: Source, now: Source | None, want: Want, prober: Prober) -> bool:
    """Whether a source is another member of the thing of which another one is known to name it.

    It is known where other operations below the same thing work with it. An operation on the thing
    itself may yet name it in another way.
    """
    if not isinstance(source, Created | Found) or not isinstance(now, Created | Found):
        return False
    if want.location != "path" or source.kind != now.kind:
        return False
    if want.operation.path.rstrip("/").endswith(f"{{{want.name}}}"):
        return False
    head, mark, _ = want.operation.path.partition("{" + want.name + "}")
    return any(
        (slot.location, slot.pointer, slot.source) == ("path", want.pointer, now)
        for other in prober.cases.values()
        if other.works and other.recipe is not None and other.operation is not want.operation
        if other.operation.path.startswith(head + mark)
        for slot in other.recipe.parameters
    )


def _folder(path: str) -> str:
    return path.rstrip("/").rpartition("/")[0]
