"""The paths of an application as a whole: which collections there are, and how items are named."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmark.generators.naming import (
    collection_of,
    noun,
    path_shape,
    static_segments,
    without_format,
    words,
)
from benchmark.models import Operation

_PARAMETER = re.compile(r"\{([^{}]*)\}")
_MAKING = frozenset("create add new register insert make".split())
_LISTING = frozenset("list all get fetch index".split())
_CHANGING = frozenset({"PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands at each shape of path (`naming.path_shape`): methods, and parameters below it.

    `keys` maps the shape of a collection to the names of the parameters of its items' paths.
    """

    methods: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    keys: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def is_changed(self, item: str) -> bool:
        """Whether something at the shape of an item's path can be changed or deleted."""
        return bool(_CHANGING.intersection(self.methods.get(item, ())))


def layout_of(operations: Sequence[Operation]) -> Layout:
    """The layout of an application's paths."""
    layout = Layout()
    for operation in operations:
        layout.methods[path_shape(operation.path)].add(operation.method)
        if key := last_parameter(operation.path):
            layout.keys[path_shape(collection_of(operation.path, key))].add(key)
    return layout


def last_parameter(path: str) -> str:
    """The parameter that is the whole last segment of a path template; "" if that is static."""
    found = _PARAMETER.fullmatch(without_format(path).rpartition("/")[2])
    return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class Place:
    """The collection that an operation without a key handles: its shape and its nouns.

    `/orgs/{org}/repos` is about a repo, and an org_repo. A verb at the end says nothing:
    `/repos/create` handles `/repos`.
    """

    shape: str
    about: str
    nouns: frozenset[str]


def place_of(path: str) -> Place:
    """The place of a path that ends in a static segment; about "" if it ends in a parameter."""
    shape = path_shape(path)
    head, _, last = path_shape(path).rpartition("/")
    if "{" in last:
        return Place(shape, "", frozenset())
    parts = words(last)
    verbs = _MAKING | _LISTING
    if parts and all(part in verbs for part in parts) and head and not head.endswith("}"):
        shape, (head, _, last) = head, head.rpartition("/")
        parts = words(last)
    while len(parts) > 1 and parts[0] in verbs:
        parts = parts[1:]
    while len(parts) > 1 and parts[-1] in verbs:
        parts = parts[:-1]
    about = noun("_".join(parts))
    before = [noun(segment) for segment in static_segments(head)]
    nouns = {about, f"{before[-1]}_{about}" if before and before[-1] != "api" else ""}
    return Place(shape, about, frozenset(nouns if about else ()) - {""})
