"""Resource kinds: what is made, found and deleted, each under one readable name."""

from __future__ import annotations

import builtins
import keyword
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, count

from benchmark.generators.dependency_analyzer.layout import last_parameter
from benchmark.generators.dependency_analyzer.matching import Match
from benchmark.generators.dependency_analyzer.offers import Offer
from benchmark.generators.naming import noun, static_segments
from benchmark.models import ResourceKind

_TAKEN = frozenset(
    "any_of at between clock deletes file_of kind reply self unique unique_email unique_number "
    "unique_uuid".split()
)
"""What a variable in a task, or a keyword argument of `keep`, must not be called."""

_DELETING = re.compile(r"/(delete|remove|destroy)$")


def name_kinds(
    matches: Sequence[Match], application: str, taken: Mapping[str, ResourceKind]
) -> dict[str, str]:
    """A readable name for each kind, unique in the target: its noun, else with more words.

    What is only another way to supply something is named after what is chosen.
    """
    names: dict[str, str] = {}
    used = set(taken)
    numbers: defaultdict[str, count[int]] = defaultdict(lambda: count(2))
    for match, offer in _offers(matches):
        if offer.key in names:
            continue
        about = _safe_name(match.want.noun)
        numbered = (f"{about}_{number}" for number in numbers[about])
        places = (_place(offer.key), application)
        longer = [f"{_safe_name(place)}_{about}" for place in places if noun(place)]
        options = chain([about, *longer], numbered)
        names[offer.key] = next(option for option in options if option not in used)
        used.add(names[offer.key])
    return names


def _offers(matches: Sequence[Match]) -> Iterator[tuple[Match, Offer]]:
    for match in matches:
        if match.offer is not None:
            yield match, match.offer
    for match in matches:
        for offer in match.others:
            yield match, offer


def kind_name(about: str, taken: Collection[str]) -> str:
    """A readable name for a kind that an answer revealed, unlike those that are taken."""
    name = _safe_name(about)
    numbered = (f"{name}_{number}" for number in count(2))
    return next(option for option in chain([name], numbered) if option not in taken)


def _place(key: str) -> str:
    """What stands before the collection in the path of a producer: /orgs/{org}/repos → orgs."""
    *before, _ = ["", *static_segments(key.partition(" ")[2])]
    return before[-1] if before and before[-1] != "api" else ""


def _safe_name(about: str) -> str:
    """A name as it may stand in source text as a variable: `import` → `import_item`."""
    about = noun(about)
    if not about or not about.isidentifier():
        return f"item_{about}".rstrip("_")
    reserved = keyword.iskeyword(about) or keyword.issoftkeyword(about) or about in _TAKEN
    return f"{about}_item" if reserved or hasattr(builtins, about) else about


def resource_kinds(
    matches: Sequence[Match], names: Mapping[str, str], application: str
) -> dict[str, ResourceKind]:
    """The kinds of one application, by name. `names` maps the keys of offers to them."""
    found: dict[str, ResourceKind] = {}
    offers, pointers = defaultdict(list), defaultdict(list)
    chosen, by_operation = defaultdict(list), defaultdict(list)
    for match, offer in _offers(matches):
        offers[offer.key].append(offer)
        pointers[offer.key].append(offer.pointer)
        if offer is match.offer:
            chosen[offer.key].append(match.want)
            by_operation[match.want.operation.key].append(match)
    for key, name in names.items():
        create = offers[key][0].create
        listed = next((offer.list for offer in offers[key] if offer.list), None)
        deletes = [
            want.operation.key
            for want in chosen[key]
            if _is_deleted_by(want.operation.key, want.name)
        ]
        parents = [
            names[m.offer.key] for m in by_operation[key] if m.offer and m.want.location == "path"
        ]
        found[name] = ResourceKind(
            kind=name,
            application=application,
            create=create.operation.key if create else None,
            list=listed.operation.key if listed else None,
            delete=min(deletes, key=lambda each: not each.startswith("DELETE"), default=None),
            parents=tuple(dict.fromkeys(parents)),
            identifiers=tuple(dict.fromkeys(pointers[key])),
            item_pointer=create.pointer if create else "",
            list_pointer=listed.pointer if listed else "",
            sent=create.sent if create else (),
            from_location=create.from_location if create else False,
        )
    return found


def _is_deleted_by(operation: str, name: str) -> bool:
    """Whether an operation deletes what its path parameter `name` identifies."""
    method, _, path = operation.partition(" ")
    if method == "POST":
        path, replaced = _DELETING.subn("", path)
        return bool(replaced) and last_parameter(path) == name
    return method == "DELETE" and last_parameter(path) == name
