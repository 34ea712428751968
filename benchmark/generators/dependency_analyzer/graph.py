"""The resource kinds of a target as text: a tree for terminals, Mermaid, or DOT."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from benchmark.models import Dependencies, ResourceKind

_LONGEST = 120
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def tree_text(dependencies: Dependencies) -> str:
    """A tree of the kinds, children below what they are made in; "" if there are none.

    Each line says how such a thing is created, found and deleted, and how many operations need it.
    """
    users = _users(dependencies)
    children, roots = _family(dependencies.kinds)
    lines = []
    for depth, kind in _walk(children, [*roots, *dependencies.kinds.values()]):
        lines.append(f"{'  ' * depth}{kind.kind}: {_story(kind)}{_count(users[kind.kind])}")
    return "\n".join(lines)


def mermaid_text(dependencies: Dependencies) -> str:
    """The graph as a Mermaid flowchart: an arrow from each parent to what is made in it."""
    users = _users(dependencies)
    numbers = {name: f"k{number}" for number, name in enumerate(dependencies.kinds)}
    lines = ["flowchart LR"]
    for name, kind in dependencies.kinds.items():
        label = "<br/>".join(_mermaid(part) for part in _label(kind, users[name]))
        lines.append(f'  {numbers[name]}["{label}"]')
    for name, parent in _arrows(dependencies.kinds):
        lines.append(f"  {numbers[parent]} --> {numbers[name]}")
    return "\n".join(lines) + "\n"


def dot_text(dependencies: Dependencies) -> str:
    """The graph in the DOT language of Graphviz: an arrow from each parent to what is in it."""
    users = _users(dependencies)
    numbers = {name: f"k{number}" for number, name in enumerate(dependencies.kinds)}
    lines = ["digraph resources {", "  rankdir=LR;", "  node [shape=box];"]
    for name, kind in dependencies.kinds.items():
        label = "\\n".join(_dot(part) for part in _label(kind, users[name]))
        lines.append(f'  {numbers[name]} [label="{label}"];')
    for name, parent in _arrows(dependencies.kinds):
        lines.append(f"  {numbers[parent]} -> {numbers[name]};")
    return "\n".join([*lines, "}"]) + "\n"


def _users(dependencies: Dependencies) -> Counter[str]:
    """How many operations need each kind."""
    return Counter(kind for _, kind in {(link.consumer, link.kind) for link in dependencies.links})


def _arrows(kinds: Mapping[str, ResourceKind]) -> Iterator[tuple[str, str]]:
    for name, kind in kinds.items():
        for parent in kind.parents:
            if parent in kinds:
                yield name, parent


def _family(
    kinds: Mapping[str, ResourceKind],
) -> tuple[dict[str, list[ResourceKind]], list[ResourceKind]]:
    """The children of each kind, and the kinds without parents: below the innermost one each."""
    children: defaultdict[str, list[ResourceKind]] = defaultdict(list)
    roots = []
    for kind in kinds.values():
        parents = [name for name in kind.parents if name in kinds and name != kind.kind]
        if parents:
            children[parents[-1]].append(kind)
        else:
            roots.append(kind)
    return children, roots


def _walk(
    children: Mapping[str, list[ResourceKind]], roots: list[ResourceKind]
) -> Iterator[tuple[int, ResourceKind]]:
    """Every kind that the roots lead to, once, with its depth."""
    waiting = [(0, kind) for kind in reversed(roots)]
    seen = set()
    while waiting:
        depth, kind = waiting.pop()
        if kind.kind not in seen:
            seen.add(kind.kind)
            yield depth, kind
            waiting.extend((depth + 1, child) for child in reversed(children.get(kind.kind, [])))


def _story(kind: ResourceKind) -> str:
    told = (("created by", kind.create), ("found by", kind.list), ("deleted by", kind.delete))
    return "".join(f"{how} {_clean(key)}; " for how, key in told if key)


def _label(kind: ResourceKind, users: int) -> list[str]:
    keys = [_clean(key) for key in (kind.create, kind.list, kind.delete) if key]
    return [kind.kind, *keys, _count(users)]


def _count(users: int) -> str:
    return f"needed by {users} operation{'' if users == 1 else 's'}"


def _clean(text: str) -> str:
    """Text of a document on one line, not too long."""
    text = _CONTROL.sub(" ", text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _mermaid(text: str) -> str:
    """Text inside a quoted Mermaid label: whatever means something there becomes an entity."""
    return re.sub(r"[^\w /.\-]", lambda found: f"#{ord(found[0])};", text)


def _dot(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
