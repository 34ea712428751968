"""Values of a real thing, where a message names its kind and quotes what was sent instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from benchmark.generators.naming import noun, static_segments, words
from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.repairs import Maker
from benchmark.generators.probe.suppliers import about_of
from benchmark.models import Created, Found, Recipe, escape_pointer
from benchmark.wire.resource_items import value_at

_MAX_MESSAGE = 2000
_LONG = 12  # a value that long stands in a message for itself, quoted or not


def with_quoted(prober: Prober, case: Case, recipe: Recipe, outcome: Outcome) -> Iterator[Recipe]:
    """Where a message names a kind of thing and quotes what was sent: the values of a real one.

    "no flavor with name 'a' and type 'b'": both slots take the members of one listed flavor.
    """
    if outcome.built is None or outcome.reply is None:
        return
    message = outcome.reply.text[:_MAX_MESSAGE]
    quoted = [
        place
        for place, value in outcome.built.sent.items()
        if isinstance(value, str) and len(value) > 2 and _quotes(message, value)
    ]
    said = {noun(word) for word in words(message)}
    generator = prober.writers[case.spec.application].generator
    maker = Maker(case.operation, case.spec.definitions, generator)
    for name, item in list(prober.holdings.samples.items()) if quoted else ():
        kind = prober.kinds[name]
        nouns = {name, noun(static_segments(kind.list or kind.create or "/")[-1])}
        if not isinstance(item, Mapping) or not any(said.issuperset(words(n)) for n in nouns):
            continue
        own = prober.holdings.newest(name) is not None
        for identifying in ("id", "name", "key", "slug", "code"):
            changed = recipe
            for place in quoted:
                field = place[1].rpartition("/")[2]
                names_it = about_of(field) in nouns or len(quoted) == 1
                pointer = _member(item, identifying if names_it else field)
                value = value_at(item, pointer) if pointer else None
                schema = maker.documented(place)
                fits = schema is None or generator.is_valid(value, schema)
                if value is not None and fits:
                    source = Created(name, pointer) if own else Found(name, pointer)
                    changed = ideas.with_source(changed, place, source)
            if changed != recipe:
                yield changed


def _member(item: Mapping[str, Any], name: str) -> str:
    """Where in an item a member of that name is: at the top, or one level below."""
    if name in item:
        return f"/{escape_pointer(name)}"
    for holder, value in item.items():
        if isinstance(value, Mapping) and name in value:
            return f"/{escape_pointer(str(holder))}/{escape_pointer(name)}"
    return ""


def _quotes(message: str, value: str) -> bool:
    marked = any(f"{mark}{value}{mark}" in message for mark in ("'", '"', "`"))
    return marked or (len(value) >= _LONG and value in message)
