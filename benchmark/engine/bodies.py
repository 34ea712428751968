"""Request bodies: templates whose varying values are drawn from pools filled at import.

    session_body = Body({
        "title": any_of("Minutes", "Budget"),
        "owner": unique_email("ann@example.org"),
        "expires": clock(days=7),
    })
    self.client.post("/sessions", json=self.new_json(session_body))

Nothing is generated per request: `any_of` values are put together, and written as JSON, once, when
the locustfile is imported; only stamps, clocks and the ids of resources are filled in at the time
of sending.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from secrets import token_hex
from typing import Any

from benchmark.engine.http_client import RequestBody, json_body, json_bytes
from benchmark.wire.sample_files import file_name, sample_file
from benchmark.wire.stamps import ClockFormat, clock_value, next_number, unique_maker


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
    return AtSending(unique_maker(sample, "text", max_length))


def unique_email(sample: str, max_length: int | None = None) -> AtSending:
    """An e-mail address like `sample` that was never sent before."""
    return AtSending(unique_maker(sample, "email", max_length))


def unique_uuid() -> AtSending:
    """A random UUID (RFC 9562, version 4)."""
    return AtSending(unique_maker("", "uuid"))


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
        self._members = [_members_made_at_sending(body) for body in self._pool]
        written = [one for body in self._pool if (one := _in_json(body)) is not None]
        self._written = written if len(written) == variants else None

    def sample(self, random: Random, values: Mapping[str, Any] | None = None) -> Any:
        """One body. `values` maps JSON Pointers to the values that belong there.

        Without values and stamps the body is shared between requests: do not change it.
        """
        pool = self._pool
        index = 0 if len(pool) == 1 else int(random.random() * len(pool))
        body = pool[index]
        if self._varies:
            members = self._members[index]
            body = _make(body, _made_now) if members is None else body.copy()
            for name, make in members or ():
                body[name] = make()
        elif values:
            body = _copy(body)
        for pointer, value in (values or {}).items():
            body = _put(body, pointer, value)
        return body

    def json(self, random: Random) -> Any:
        """What `sample` gives, written already, for the argument `json` of a request."""
        if (written := self._written) is None:
            return self.sample(random)  # no body at all, or one that is no JSON
        return written[0 if len(written) == 1 else int(random.random() * len(written))]()


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


def _members_made_at_sending(body: Any) -> list[tuple[str, Callable[[], Any]]] | None:
    """The members of an object that are made at sending, where nothing within members is.

    Such a body is filled in place of being walked through, and it is what most of them are. None
    where other parts vary, or may be changed.
    """
    if not isinstance(body, dict) or any(isinstance(one, dict | list) for one in body.values()):
        return None
    return [(name, one.make) for name, one in body.items() if isinstance(one, AtSending)]


def _in_json(body: Any) -> Callable[[], RequestBody] | None:
    """What gives a body written as JSON; None where it is none, such as a file or no body at all.

    The text is written now, but for what is made at sending: that alone is written each time.
    """
    mark = token_hex(16)
    try:
        text = json_bytes(_make(body, lambda _: mark))
    except TypeError:
        return None
    if body is None:
        return None
    makers = [one.make for one in _find(body, AtSending)]
    if not makers:
        whole = json_body(text)
        return lambda: whole
    form = text.replace(b"%", b"%%").replace(b'"%b"' % mark.encode(), b"%b")
    return lambda: json_body(form % tuple([json_bytes(make()) for make in makers]))


def _make(node: Any, made: Callable[[AtSending], Any]) -> Any:
    """A copy in which `made` takes the place of what is made at sending."""
    if isinstance(node, AtSending):
        return made(node)
    if isinstance(node, dict):
        return {name: _make(member, made) for name, member in node.items()}
    if isinstance(node, list):
        return [_make(item, made) for item in node]
    return node


def _made_now(marker: AtSending) -> Any:
    return marker.make()


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
