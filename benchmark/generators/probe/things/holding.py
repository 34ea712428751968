"""Gets what a request needs: makes things, parents first, finds listed ones, and reads values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.requests.judging import answer_value
from benchmark.generators.probe.safety.caution import READ_ONLY
from benchmark.generators.probe.things.holdings import Held
from benchmark.kinship import of_kin
from benchmark.models import Created, Credential, Echo, Found, OwnAddress, Registered, Source
from benchmark.wire.resource_items import value_at


class UnresolvedError(Exception):
    """A source whose value could not be had."""


def renewed_kind(
    prober: Prober, case: Case, need: Mapping[str, bool], *, is_asked: bool = False
) -> str:
    """The kind of which a confirming request wants a fresh thing: for writes the deepest.

    Of several equally deep ones it is one that can be deleted. What makes something wants one only
    where the recipe asks for it (`is_asked`). So does a read of what may take a while: of the thing
    itself, and where it was accepted.
    """
    own = [kind for kind, is_own in need.items() if is_own]
    if case.operation.method in READ_ONLY:
        newest = {kind: prober.holdings.newest(kind) for kind in own}
        itself = case.operation.path.rstrip("/").endswith("}")
        own = [kind for kind, held in newest.items() if held and (held.is_accepted or itself)]
    if (case.keeps and not is_asked) or not own:
        return ""
    if case.takes in own:
        return case.takes

    def rank(kind: str) -> tuple[int, bool]:
        return depth(prober, kind), prober.kinds[kind].delete is not None

    return max(own, key=rank)


def hold(
    prober: Prober, kind: str, own: bool, chosen: Mapping[str, Held], *, renew: bool, index: int
) -> Held | None:
    """A thing of a kind: an ancestor of what is chosen already, a new one, or a listed one."""
    for held in chosen.values():
        for ancestor in held.ancestors():
            if ancestor.kind == kind:
                return ancestor
    if not own:
        return _find(prober, kind, index)
    if renew:
        return make(prober, kind) or prober.holdings.childless(kind)
    own_ones = prober.holdings.of_kind(kind)
    fitting = of_kin(own_ones, list(chosen.values()))
    if fitting:
        return fitting[-1]
    return make(prober, kind) or prober.holdings.newest(kind)


def make(prober: Prober, kind: str) -> Held | None:
    """A new thing of a kind; None if none could be made."""
    maker = prober.cases.get(prober.kinds[kind].create or "")
    if maker is None or maker.busy or maker.status == "excluded":
        return None
    before = prober.holdings.newest(kind)
    if not maker.works:
        if maker.facts == prober.facts:
            return None  # nothing new since it was tried in vain
        prober.explore(maker)
        if (made := prober.holdings.newest(kind)) is not before:
            return made
    if maker.recipe is None or maker.busy:
        return None
    maker.busy = True
    try:
        prober.attempt(maker, maker.recipe, prober.exchange.sent)
    finally:
        maker.busy = False
    made = prober.holdings.newest(kind)
    return made if made is not before else None


def _find(prober: Prober, kind: str, index: int) -> Held | None:
    items = prober.listed.get(kind, ())
    if not items:
        lister = prober.cases.get(prober.kinds[kind].list or "")
        if lister is None or lister.busy:
            return None
        if lister.facts != prober.facts:
            prober.explore(lister)
            if lister.works and lister.recipe is not None and not prober.listed.get(kind):
                lister.facts = prober.facts  # what was empty at first may list something by now
                prober.attempt(lister, lister.recipe, 0)
        items = prober.listed.get(kind, ())
    if not items:
        return None
    # What the probe made itself will be deleted; what was there before will stay.
    lasting = [item for item in items if not prober.holdings.is_own(item)] or items
    return Held(kind, lasting[index % len(lasting)], own=False)


def resolved(prober: Prober, source: Source, resources: Mapping[str, Held], index: int) -> Any:
    """The value of a source that depends on the server. Raises UnresolvedError."""
    if isinstance(source, Created | Found):
        if source.kind not in resources:
            raise UnresolvedError(f"no {source.kind} at hand")
        value = value_at(resources[source.kind].item, source.pointer)
        if value is None:
            raise UnresolvedError(f"no {source.pointer} in the {source.kind}")
        return value
    if isinstance(source, Echo):
        return _echo(prober, source, resources, index)
    if isinstance(source, Credential):
        name, _, password = prober.credentials.basic.partition(":")
        parts = {"username": name, "password": password, "token": prober.credentials.token}
        return parts[source.part]
    if isinstance(source, OwnAddress):
        return prober.exchange.transport.url(source.path)
    registered = prober.exchange.entrance.registered
    if isinstance(source, Registered) and source.pointer in registered:
        return registered[source.pointer]
    raise UnresolvedError(f"no value for {type(source).__name__}")


def _echo(prober: Prober, source: Echo, resources: Mapping[str, Held], index: int) -> Any:
    read = prober.cases.get(source.operation)
    if read is None or read.recipe is None:
        raise UnresolvedError(f"{source.operation} does not answer")
    if any(kind not in resources for kind in ideas.kinds_in(read.recipe)):
        raise UnresolvedError(f"{source.operation} is of something else")
    outcome = prober.send_with(read, read.recipe, resources, index)
    if outcome.reply is None or not outcome.verdict.is_good:
        raise UnresolvedError(f"{source.operation} does not answer")
    value = value_at(answer_value(outcome.reply), source.pointer)
    if value is None and not source.header:
        raise UnresolvedError(f"{source.operation} answers nothing that could be sent back")
    if source.header:
        value = outcome.reply.headers.get(source.header)
        if not value:
            raise UnresolvedError(f"{source.operation} gives no {source.header}")
    if source.members and isinstance(value, dict):
        return {name: value[name] for name in source.members if name in value}
    return value


def depth(prober: Prober, kind: str, hops: int = 0) -> int:
    """How many things, one made under the other, stand before a kind."""
    maker = prober.cases.get(prober.kinds[kind].create or "") if kind in prober.kinds else None
    if maker is None or hops > 10:
        return 0
    recipe = maker.recipe or maker.task.recipe
    parents = [each for each in ideas.kinds_in(recipe) if each != kind and each in prober.kinds]
    return 1 + max((depth(prober, each, hops + 1) for each in parents), default=-1)
