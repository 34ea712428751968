"""What the document promises as an answer: data, or something that nobody can check."""

from __future__ import annotations

from typing import Literal

from benchmark.generators.media_types import is_json
from benchmark.models import Operation

_EMPTY = frozenset({"204", "205"})
_REDIRECTS = frozenset({"301", "302", "303", "307", "308", "3XX"})
_WITHOUT_CONTENT = frozenset({"HEAD", "OPTIONS"})


def expected_answer(operation: Operation) -> Literal["data", "anything", "redirect"]:
    """What the load takes for a right answer of an operation that was never called.

    "data" where every success is documented as JSON or as empty; "anything" where one is a page, a
    file or some other type, or is documented without its content; "redirect" where one is
    documented.
    """
    if any(response.status in _REDIRECTS for response in operation.responses):
        return "redirect"
    if operation.method in _WITHOUT_CONTENT:
        return "data"
    successes = [response for response in operation.responses if response.is_success]
    for response in successes:
        types = [media.content_type for media in response.media_types]
        if response.status not in _EMPTY and not (types and all(map(is_json, types))):
            return "anything"
    return "data" if successes else "anything"
