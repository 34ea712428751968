"""Writes the headers of requests; what users have in common is written once for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from benchmark.wire.encoding import encode_headers

_MOST_BLOCKS = 1024

# The client says these itself; a locustfile's own words would contradict the body.
_OURS = frozenset({"content-length", "transfer-encoding"})

Lines = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """Header lines as they are sent, without Content-Length and the empty line."""

    text: str
    lines: Lines
    expects_go_ahead: bool
    has_cookies: bool


class HeaderWriter:
    """The headers of all users that send the same ones by default.

    A request's own headers come on top, and what was written for them is kept: most tasks send the
    same headers each time.
    """

    def __init__(self, defaults: Lines) -> None:
        self._defaults = defaults
        self._blocks: dict[Any, HeaderBlock] = {}

    def block(self, of_body: Lines, own: Mapping[str, Any] | None) -> HeaderBlock:
        """The headers of a request with those that its body wants and `own` ones, which win.

        A header that is None in `own` is left out. Raises UnsendableError.
        """
        # Without headers of its own, a request has one of the few that bodies want.
        key = (of_body, *own.items()) if own else of_body
        try:
            block = self._blocks.get(key)
        except TypeError:  # a list as a value, for one
            return self._written(of_body, own)
        if block is None:
            if len(self._blocks) >= _MOST_BLOCKS:
                self._blocks.clear()
            block = self._blocks[key] = self._written(of_body, own)
        return block

    def _written(self, of_body: Lines, own: Mapping[str, Any] | None) -> HeaderBlock:
        lines: dict[str, tuple[str, str]] = {}
        for name, value in (*self._defaults, *of_body):
            lines[name.lower()] = (name, value)
        for name in own or ():
            lines.pop(name.lower(), None)
        for name, value in encode_headers(own or {}).items():
            lines[name.lower()] = (name, value)
        for name in _OURS:
            lines.pop(name, None)
        kept = tuple(lines.values())
        text = "".join(f"{name}: {value}\r\n" for name, value in kept)
        return HeaderBlock(
            text,
            kept,
            lines.get("expect", ("", ""))[1].lower() == "100-continue",
            "cookie" in lines,
        )


@lru_cache(maxsize=256)
def header_writer(defaults: Lines) -> HeaderWriter:
    """The writer for some headers; all users with the same ones share it."""
    return HeaderWriter(defaults)


def checked_lines(headers: Mapping[str, Any]) -> Lines:
    """Headers as they are sent. Raises UnsendableError for what cannot be."""
    return tuple(encode_headers(headers).items())
