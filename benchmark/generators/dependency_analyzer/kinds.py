"""Resource kinds: what is made, found and deleted, each under one readable name."""

from __future__ import annotations

import builtins
import keyword
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain, count

from benchmark.generators.dependency_analyzer.matching import Match, identifier
from benchmark.generators.dependency_analyzer.wants import Want
from benchmark.generators.naming import noun, static_segments
from benchmark.models import ResourceKind

_TEMPLATE = re.compile(r"\{([^{}]*)\}")
_TAKEN = frozenset(
    "any_of at between clock deletes file_of kind reply self unique unique_email unique_number "
    "unique_uuid".split()
)
"""What a variable in a task, or a keyword argument of `keep`, must not be called."""


def name_kinds(
    matches: Sequence[Match], application: str, taken: Mapping[str, ResourceKind]
) -> dict[str, str]:
    """A readable name for each kind, unique in the target: its noun, else with more words."""
    names: dict[str, str] = {}
    used = set(taken)
    numbers: defaultdict[str, count[int]] = defaultdict(lambda: count(2))
    for match in matches:
        if match.key in names:
            continue
        about = _safe_name(match.want.noun)
        numbered = (f"{about}_{number}" for number in numbers[about])
        places = (_place(match.key), application)
        longer = [f"{_safe_name(place)}_{about}" for place in places if noun(place)]
        options = chain([about, *longer], numbered)
        names[match.key] = next(option for option in options if option not in used)
        used.add(names[match.key])
    return names


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
    """The kinds of one application, by name. `names` maps the keys of matches to them."""
    found: dict[str, ResourceKind] = {}
    by_kind, by_operation = defaultdict(list), defaultdict(list)
    for match in matches:
        by_kind[match.key].append(match)
        by_operation[match.want.operation.key].append(match)
    for key, name in names.items():
        mine = by_kind[key]
        create = mine[0].create
        listed = next((match.list for match in mine if match.list), None)
        deletes = [m.want for m in mine if m.want.operation.method == "DELETE" and _is_last(m.want)]
        maker = create.operation.key if create else ""
        parents = [names[m.key] for m in by_operation[maker] if m.want.location == "path"]
        found[name] = ResourceKind(
            kind=name,
            application=application,
            create=create.operation.key if create else None,
            list=listed.operation.key if listed else None,
            delete=deletes[0].operation.key if deletes else None,
            parents=tuple(dict.fromkeys(parents)),
            identifiers=tuple(dict.fromkeys(identifier(m.create or m.list, m.want) for m in mine)),
            item_pointer=create.pointer if create else "",
            list_pointer=listed.pointer if listed else "",
        )
    return found


def _is_last(want: Want) -> bool:
    names = _TEMPLATE.findall(want.operation.path)
    ends = want.operation.path.rstrip("/").endswith("}")
    return bool(names) and ends and names[-1] == want.name
