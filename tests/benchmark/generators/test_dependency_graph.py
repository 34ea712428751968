"""The data flow as a tree, as Mermaid and as DOT."""

from __future__ import annotations

import pytest

from benchmark.generators.dependency_analyzer import dot_text, mermaid_text, tree_text
from benchmark.models import Dependencies, Dependency, ResourceKind

SHELF = ResourceKind("shelf", "main", create="POST /shelves", delete="DELETE /shelves/{id}")
BOOK = ResourceKind("book", "main", list="GET /shelves/{id}/books", parents=("shelf",))
FLOW = Dependencies(
    {"book": BOOK, "shelf": SHELF},
    (
        Dependency("GET /shelves/{id}/books", "path", "/id", "shelf", "/id"),
        Dependency("DELETE /shelves/{id}", "path", "/id", "shelf", "/id"),
        Dependency("GET /books/{id}", "path", "/id", "book", "/id"),
    ),
)


def test_the_tree_shows_children_below_parents() -> None:
    """How a thing is made, found and deleted, and how many operations need it."""
    assert tree_text(FLOW).splitlines() == [
        "shelf: created by POST /shelves; deleted by DELETE /shelves/{id}; needed by 2 operations",
        "  book: found by GET /shelves/{id}/books; needed by 1 operation",
    ]


def test_mermaid_draws_an_arrow_from_the_parent() -> None:
    """Braces mean something in Mermaid: they are written as entities."""
    text = mermaid_text(FLOW)
    assert text.startswith("flowchart LR\n")
    assert "  k1 --> k0\n" in text
    assert '  k1["shelf<br/>POST /shelves<br/>DELETE /shelves/#123;id#125;<br/>' in text


def test_dot_draws_an_arrow_from_the_parent() -> None:
    """The nodes carry what the tree says."""
    text = dot_text(FLOW)
    assert text.startswith("digraph resources {\n")
    assert text.endswith("}\n")
    assert "  k1 -> k0;\n" in text
    assert 'k1 [label="shelf\\nPOST /shelves\\nDELETE /shelves/{id}\\nneeded by 2' in text


@pytest.mark.parametrize("bad", ['"]; click x "', '\\"]', "<script>", "a\nb\u2028c", "`${x}`"])
def test_names_of_documents_stay_names(bad: str) -> None:
    """Nothing in a path ends a label, begins markup, or begins a line."""
    kind = ResourceKind("x", "main", create=f"POST /{bad}")
    flow = Dependencies({"x": kind}, ())
    assert len(tree_text(flow).splitlines()) == 1
    (line,) = [line for line in mermaid_text(flow).splitlines() if line.startswith("  k0")]
    assert line.count('"') == 2
    assert "script>" not in line
    assert "`" not in line
    (line,) = [line for line in dot_text(flow).splitlines() if line.startswith("  k0")]
    assert line.replace("\\\\", "").replace('\\"', "").count('"') == 2


def test_families_that_go_in_circles_are_shown_once() -> None:
    """Hand-made flows may have no root: what has one is shown, nothing twice."""
    loop = {n: ResourceKind(n, "main", parents=(p,)) for n, p in (("a", "b"), ("b", "a"))}
    lone = ResourceKind("c", "main", parents=("c", "gone"))
    lines = tree_text(Dependencies({**loop, "c": lone}, ())).splitlines()
    assert sorted(line.split(":")[0].strip() for line in lines) == ["a", "b", "c"]
