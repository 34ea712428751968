"""Finds the data flow between operations: which answers supply which path and body values.

A *producer* answers with an item (`POST /sessions` → `{"id": …}`) or lists items that exist; a
*want* is a slot that needs an identifier. Names decide: `{session_id}`, or `{id}` behind
`/sessions`, wants a session; an operation produces sessions if its path or the schema of its
answer says so. Each want is matched with the producers that fit best; what is produced, and how
it is made, found and deleted, is a resource kind.
"""

from benchmark.generators.dependency_analyzer.analysis import analyze_dependencies
from benchmark.generators.dependency_analyzer.graph import dot_text, mermaid_text, tree_text
from benchmark.generators.dependency_analyzer.kinds import kind_name
from benchmark.generators.dependency_analyzer.matching import wants_of
from benchmark.generators.dependency_analyzer.members import identifier_in
from benchmark.generators.dependency_analyzer.wants import Want

__all__ = [
    "Want",
    "analyze_dependencies",
    "dot_text",
    "identifier_in",
    "kind_name",
    "mermaid_text",
    "tree_text",
    "wants_of",
]
