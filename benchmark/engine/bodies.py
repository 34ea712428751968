"""Request bodies: templates whose varying values are drawn from pools filled at import.

    session_body = Body({
        "title": any_of("Minutes", "Budget"),
        "owner": unique_email("ann@example.org"),
        "expires": clock(days=7),
    })
    self.client.post("/sessions", json=self.new(session_body))

Nothing is generated per request: `any_of` values are put together once, when the locustfile is
imported; only stamps, clocks and the ids of resources are filled in at the time of sending.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any

from benchmark.sample_files import file_name, sample_file
from benchmark.stamps import ClockFormat, clock_value, next_number, unique_value


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of several values; the n-th values of all `any_of` in one body belong together."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class AtSending:
    """A value that is made when the request is sent."""

    make: Callable[[], Any]


def any_of(*values: Any) -> AnyOf:
    """One of `values` in each request. All `any_of` of one body move together."""
    if not values:
        raise ValueError("any_of() needs at least one value")
    return AnyOf(values)


def unique(sample: str, max_length: int | None = None) -> AtSending:
    """`sample` followed by a stamp, never the same twice, at most `max_length` characters."""
    return AtSending(lambda: unique_value(sample, "text", max_length))


def unique_email(sample: str, max_length: int | None = None) -> AtSending:
    """An e-mail address like `sample` that was never sent before."""
    return AtSending(lambda: unique_value(sample, "email", max_length))


def unique_uuid() -> AtSending:
    """A random UUID (RFC 9562, version 4)."""
    return AtSending(lambda: unique_value("", "uuid"))


def unique_number() -> AtSending:
    """An integer never sent before by this process: counted from a random one below 2³⁰."""
    return AtSending(next_number)


def clock(
    *,
    days: float = 0,
    seconds: float = 0,
    format: ClockFormat = "date-time",  # noqa: A002  # OpenAPI's word
) -> AtSending:
    """The time of sending plus an offset, in UTC, as RFC 3339 text or as epoch seconds."""
    return AtSending(lambda: clock_value(days * 86_400 + seconds, format))


@lru_cache(maxsize=256)
def file_of(
    content_type: str, size: int = 1024, *, text: str | None = None
) -> tuple[str, bytes, str]:
    """A file to upload: a name, about `size` bytes that are really of that type, and the type.

    With `text` the file holds that, in UTF-8.
    """
    content = sample_file(content_type, size) if text is None else text.encode()
    return file_name(content_type), content, content_type


class Body:
    """A body template: plain values with `any_of`, `unique…` and `clock` in any place."""

    def __init__(self, template: Any) -> None:
        variants = max((len(leaf.values) for leaf in _find(template, AnyOf)), default=1)
        self._pool = [_fill(template, index) for index in range(variants)]
        self._varies = any(_find(body, AtSending) for body in self._pool)

    def sample(self, random: Random, values: Mapping[str, Any] | None = None) -> Any:
        """One body. `values` maps JSON Pointers to the values that belong there.

        Without values and stamps the body is shared between requests: do not change it.
        """
        pool = self._pool
        body = pool[0] if len(pool) == 1 else pool[int(random.random() * len(pool))]
        if self._varies:
            body = _make(body)
        elif values:
            body = _copy(body)
        for pointer, value in (values or {}).items():
            body = _put(body, pointer, value)
        return body


def _find(node: Any, kind: type[Any]) -> list[Any]:
    if isinstance(node, kind):
        return [node]
    if isinstance(node, Mapping):
        return [found for member in node.values() for found in _find(member, kind)]
    if isinstance(node, list):
        return [found for item in node for found in _find(item, kind)]
    return []


def _fill(node: Any, index: int) -> Any:
    """The template's variant number `index`; what is made at sending stays."""
    if isinstance(node, AnyOf):
        return _fill(node.values[index % len(node.values)], index)
    if isinstance(node, Mapping):
        return {name: _fill(member, index) for name, member in node.items()}
    if isinstance(node, list):
        return [_fill(item, index) for item in node]
    return node


def _make(node: Any) -> Any:
    """A copy in which what is made at sending is made."""
    if isinstance(node, AtSending):
        return node.make()
    if isinstance(node, dict):
        return {name: _make(member) for name, member in node.items()}
    if isinstance(node, list):
        return [_make(item) for item in node]
    return node


def _copy(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: _copy(member) for name, member in node.items()}
    return [_copy(item) for item in node] if isinstance(node, list) else node


def _put(body: Any, pointer: str, value: Any) -> Any:
    """The body with `value` at a JSON Pointer (RFC 6901); missing objects on the way are made."""
    if not pointer:
        return value
    *way, last = (t.replace("~1", "/").replace("~0", "~") for t in pointer[1:].split("/"))
    holder = body
    for token in way:
        holder = holder[int(token)] if isinstance(holder, list) else holder.setdefault(token, {})
    if isinstance(holder, list):
        holder[int(last)] = value
    else:
        holder[last] = value
    return body
