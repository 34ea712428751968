"""Reads, from the scripts of a server's pages, what they send to an operation.

`request.post("/orders/".concat(id, "/export"), {format: f, archived: a})` names two members of a
body that the document does not know, and `"/orders?owner=".concat(o)` a query parameter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmark.generators.naming import static_segments
from benchmark.generators.probe.clues.page_scripts import page_scripts
from benchmark.generators.transport import Transport
from benchmark.models import Operation

MAX_MEMBERS = 12
"""How many names are taken from one call."""

_MAX_PLACES = 200  # where a path stands in one script
_BEFORE = 120  # characters in which the fixed segments above a path's end must stand
_REACH = 400  # characters from a path to the call that it goes to, and of that call
_MEMBER = re.compile(r"""[{,]\s*["']?([A-Za-z_][A-Za-z0-9_]{0,40})["']?\s*:(?!:)""")
_GOES_NO_FURTHER = r"""/?(?=\?|["'`](?!\s*(?:\.concat\(|\+)))"""
_QUERY = re.compile(r"[?&]([A-Za-z_][A-Za-z0-9_.\[\]-]{0,40})=")


@dataclass(frozen=True, slots=True)
class PageCall:
    """The names that a page sends to an operation: members of the body, and query parameters."""

    members: tuple[str, ...] = ()
    query: tuple[str, ...] = ()


class Pages:
    """The pages of one server: their scripts, fetched when they are first asked for, once."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._scripts: tuple[str, ...] | None = None
        self._calls: dict[str, PageCall] = {}

    def scripts(self) -> tuple[str, ...]:
        """The scripts of the front page."""
        if self._scripts is None:
            self._scripts = page_scripts(self._transport)
        return self._scripts

    def call(self, operation: Operation) -> PageCall:
        """What the scripts send to an operation."""
        if operation.key not in self._calls:
            found = call_of(self.scripts(), operation.method, operation.path)
            self._calls[operation.key] = found
        return self._calls[operation.key]


def call_of(scripts: Sequence[str], method: str, path: str) -> PageCall:
    """What the scripts send to an operation; nothing where none of them calls it."""
    members: dict[str, None] = {}
    query: dict[str, None] = {}
    for text in scripts:
        for region in _calls(text, method, path):
            query |= dict.fromkeys(_QUERY.findall(region))
            members |= dict.fromkeys(_MEMBER.findall(region))
    return PageCall(tuple(members)[:MAX_MEMBERS], tuple(query)[:MAX_MEMBERS])


def _calls(text: str, method: str, path: str) -> Iterator[str]:
    """From where the path ends in the script to the end of the call that it goes to."""
    end, above = _end_of(path), ["", *static_segments(path.rpartition("{")[0])]
    if not end:
        return
    pattern = re.compile(re.escape(end) + _GOES_NO_FURTHER)
    verb = re.compile(rf"\.{method.lower()}\(|method:\s*[\"']{method}", re.IGNORECASE)
    for number, found in enumerate(pattern.finditer(text)):
        if number >= _MAX_PLACES:
            return
        before = text[max(0, found.start() - _BEFORE) : found.start()]
        if "{" in path and above[-1] and f"{above[-1]}/" not in before:
            continue
        after = text[found.end() : found.end() + 2 * _REACH]
        if (call := _last(verb.finditer(before))) is not None:
            # the path is an argument: .post("/a".concat(b), {…})
            start = found.start() - len(before) + call.end()
            yield text[found.end() : start + _length_of_call(text[start : start + 2 * _REACH])]
            continue
        call = verb.search(after[:_REACH])
        other = after.find("{key:")  # the next method of a class
        if call is not None and (other < 0 or call.start() < other):
            # the path is kept first: p="/a".concat(b); … .post(p, {…})
            rest = after[call.end() :]
            yield after[: call.end() + _length_of_call(rest[:_REACH])]


def _last(matches: Iterator[re.Match[str]]) -> re.Match[str] | None:
    return next(reversed(list(matches)), None)


def _end_of(path: str) -> str:
    """What stands in a script of a path as it is: all behind its last parameter."""
    tail = path.rstrip("/").rpartition("}")[2]
    if "{" not in path:
        tail = "/" + "/".join(static_segments(path))
    return tail if len(tail) > 1 else ""


def _length_of_call(text: str) -> int:
    """Where the parenthesis is closed that was opened before a text."""
    depth = 1
    for position, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0:
            return position
    return len(text)
