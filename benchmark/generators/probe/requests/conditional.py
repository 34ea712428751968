"""Makes requests conditional where the server asks for it: If-Match, RFC 9110, section 13.1.1."""

from __future__ import annotations

from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.prober import Prober
from benchmark.models import Constant, Echo, Place, Recipe, Source

_ASKING = frozenset({412, 428})
_NAME = "if-match"
_MAX_MESSAGE = 2000


def conditioned(prober: Prober, case: Case, recipe: Recipe, outcome: Outcome) -> Recipe | None:
    """The recipe with the ETag of what the server holds now; None where nobody asked for it.

    Where the read of the same thing gives no ETag, any version is named (`*`).
    """
    if outcome.reply is None or not _is_asked_for(case, outcome):
        return None
    place = _place(case, recipe)
    sent = next((s.source for s in recipe.parameters if (s.location, s.pointer) == place), None)
    if isinstance(sent, Echo):
        return None
    read = prober.cases.get(f"GET {case.operation.path}")
    if read is not None and not read.works and read.facts < prober.facts:
        prober.explore(read)
    source: Source = Constant("*")
    if read is not None and read.works and read.recipe is not None:
        answer = prober.send_with(read, read.recipe, outcome.resources).reply
        if answer is not None and answer.headers.get("ETag"):
            source = Echo(read.key, header="ETag")
    return None if source == sent else ideas.with_source(recipe, place, source)


def _is_asked_for(case: Case, outcome: Outcome) -> bool:
    reply = outcome.reply
    if reply is None or case.operation.method in {"GET", "HEAD"}:
        return False
    return reply.status in _ASKING or _NAME in reply.text[:_MAX_MESSAGE].lower()


def _place(case: Case, recipe: Recipe) -> Place:
    """The header as the recipe or the document writes its name."""
    documented = [p.name for p in case.operation.parameters if p.location == "header"]
    names = [slot.pointer[1:] for slot in recipe.parameters if slot.location == "header"]
    known = next((name for name in (*names, *documented) if name.lower() == _NAME), "If-Match")
    return ("header", f"/{known}")
