"""Writes what a request carries: body templates at the top of the file, values in the method."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmark.generators.locust_generator.source_text import (
    Expression,
    call,
    identifier,
    literal,
    mapping,
    quoted,
    sequence,
    subscript,
    write,
)
from benchmark.generators.media_types import essence, is_form, is_json, is_multipart
from benchmark.models import (
    ArrayNode,
    Clock,
    Constant,
    Created,
    Credential,
    Echo,
    Found,
    Node,
    ObjectNode,
    OwnAddress,
    PlannedTask,
    Pooled,
    Recipe,
    Registered,
    Source,
    Unique,
    Upload,
    escape_pointer,
)

Fill = Callable[[Source], Expression | None]
"""How a method writes what no template can hold; None where it has nothing to write."""

_FILLED = Created | Found | Echo | Credential | Registered | OwnAddress
_HUNDREDTH_OF_A_DAY = 864
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class BodyView:
    """A body template at the top of the file: `name = Body({…})`."""

    name: str
    source: str


class BodyWriter:
    """Writes the bodies of one file and remembers what it used.

    `taken` are the names that no body may have. `markers` collects the engine's names that bodies
    need, `bodies` what belongs at the top of the file, `fills` whether methods fill some of it in.
    """

    def __init__(self, taken: frozenset[str]) -> None:
        self._taken = set(taken)
        self._written: dict[tuple[str, Expression], str] = {}
        self.markers: set[str] = set()
        self.bodies: list[BodyView] = []
        self.fills = False

    def arguments(
        self, task: PlannedTask, body: Node, fill: Fill, *, is_read: bool = False
    ) -> dict[str, Expression]:
        """The arguments that carry a body: `json=`, or `data=` with `files=` for parts.

        With `is_read` the method looks into the body, so that it cannot be JSON text already.
        """
        content_type = task.recipe.media_type or ""
        if isinstance(body, Upload):
            return {"data": f"{write(self._template(body, top=True))}[1]"}
        if is_multipart(content_type) and isinstance(body, ObjectNode):
            return self._parts(task, body, fill)
        if is_json(content_type):
            verb = "self.new" if is_read else "self.new_json"
            return {"json": self._new(task, body, "body", fill, verb)}
        suffix = "form" if is_form(content_type) else "body"
        if suffix == "form" and body == ObjectNode(()):
            return {}
        return {"data": self._new(task, body, suffix, fill)}

    def content_type(self, task: PlannedTask) -> str:
        """The Content-Type header that a request must name; "" where the client writes it."""
        content_type, body = task.recipe.media_type or "", task.recipe.body
        name = essence(content_type)
        if body is None or is_multipart(content_type):
            return ""
        if isinstance(body, Upload):
            return _printable(body.content_type)
        if is_json(content_type):
            return (
                "" if name in {"", "application/json"} or "*" in name else _printable(content_type)
            )
        if is_form(content_type) and isinstance(body, ObjectNode):
            return ""
        return (
            "text/plain"
            if name == "text/*"
            else _printable(content_type).replace("*", "octet-stream")
        )

    def inline(self, source: Source, fill: Fill) -> Expression:
        """A source within a method: values are picked or made there and then."""
        if isinstance(source, Pooled):
            distinct = distinct_values(source)
            if len(distinct) > 1:
                return call("self.pick", *(literal(value) for value in distinct))
            return literal(distinct[0])
        if isinstance(source, Constant):
            return literal(source.value)
        if isinstance(source, Unique | Clock):
            return call("self.value", self._template(source))
        if isinstance(source, Upload):
            return quoted(source.file_name)
        return fill(source) or "None"

    def _parts(self, task: PlannedTask, body: ObjectNode, fill: Fill) -> dict[str, Expression]:
        """Fields and files. `files` is there even if empty: it makes the client write parts."""
        files = [(name, part) for name, part in body.members if _is_file(part)]
        fields = tuple((name, part) for name, part in body.members if not _is_file(part))
        named: dict[str, Expression] = {}
        if fields:
            named["data"] = self._new(task, ObjectNode(fields), "form", fill)
        named["files"] = mapping([(name, self._template(part, top=True)) for name, part in files])
        return named

    def _new(
        self, task: PlannedTask, body: Node, suffix: str, fill: Fill, verb: str = "self.new"
    ) -> Expression:
        """A template at the top of the file, and the expression that makes a body of it.

        `verb` makes one that no values are put into. A short one of which nothing varies but the
        credentials is written where it is sent.
        """
        if isinstance(body, _FILLED):
            return fill(body) or "None"
        if body in (ObjectNode(()), ArrayNode(())):
            return self._template(body)
        if _is_of_credentials(body):
            return self._in_place(body, fill)
        template = self._template(body)
        name = self._written.get((task.name, template), "")
        if not name:
            name = self._written[task.name, template] = self._name(f"{task.name}_{suffix}")
            prefix = f"{name} = "
            source = write(call("Body", template), 0, len(prefix))
            self.bodies.append(BodyView(name, prefix + source))
        values = [(p, value) for p, s in _filled_in(body, "") if (value := fill(s)) is not None]
        if not values:
            return call(verb, name)
        self.fills = True
        return call("self.new", name, mapping(values))

    def _in_place(self, node: Node, fill: Fill) -> Expression:
        if isinstance(node, ObjectNode):
            return mapping([(name, self._in_place(inner, fill)) for name, inner in node.members])
        if isinstance(node, ArrayNode):
            return sequence([self._in_place(item, fill) for item in node.items])
        return self.inline(node, fill)

    def _name(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}_{number}"
        self._taken.add(name)
        return identifier(name)

    def _template(self, node: Node, *, top: bool = False) -> Expression:
        """A body template: plain data with the engine's markers where values vary.

        Files stand at the `top`: within JSON, all that can be sent of one is its name.
        """
        if isinstance(node, ObjectNode):
            return mapping([(name, self._template(inner)) for name, inner in node.members])
        if isinstance(node, ArrayNode):
            return sequence([self._template(item, top=top) for item in node.items])
        if isinstance(node, Constant):
            return literal(node.value)
        if isinstance(node, Pooled):
            return self._any_of(node.values)
        if isinstance(node, Unique):
            return self._unique(node)
        if isinstance(node, Clock):
            return self._clock(node)
        if isinstance(node, Upload):
            if not top:
                return quoted(node.file_name)
            content_type = quoted(_printable(node.content_type))
            if node.text is not None:
                return self._marker("file_of", content_type, text=literal(node.text))
            return self._marker("file_of", content_type, str(node.size))
        return "None"  # filled in by the method, from a resource

    def _any_of(self, values: Sequence[object]) -> Expression:
        """A choice; values that come again in the same order are written once."""
        texts = [repr(value) for value in values]
        period = next(p for p in range(1, len(texts) + 1) if _repeats(texts, p))
        if period == 1:
            return literal(values[0])
        return self._marker("any_of", *(literal(value) for value in values[:period]))

    def _unique(self, node: Unique) -> Expression:
        if node.style in {"uuid", "number"}:
            return self._marker(f"unique_{node.style}")
        limit = {} if node.max_length is None else {"max_length": str(node.max_length)}
        name = "unique_email" if node.style == "email" else "unique"
        return self._marker(name, literal(node.sample), **limit)

    def _clock(self, node: Clock) -> Expression:
        days, rest = divmod(node.offset_seconds, _DAY)
        offset = {"days": str(days)} if days else {}
        if rest % _HUNDREDTH_OF_A_DAY:
            offset = {"seconds": str(node.offset_seconds)}
        elif rest:
            offset = {"days": f"{node.offset_seconds / _DAY:.2f}".rstrip("0")}
        style = {} if node.format == "date-time" else {"format": quoted(node.format)}
        return self._marker("clock", **offset, **style)

    def _marker(self, name: str, *items: Expression, **named: Expression) -> Expression:
        self.markers.add(name)
        return call(name, *items, **named)


def _repeats(texts: Sequence[str], period: int) -> bool:
    whole = len(texts) % period == 0
    return whole and all(text == texts[index % period] for index, text in enumerate(texts))


def member(variable: str, pointer: str) -> Expression:
    """A member of a resource: `session["id"]`, or by pointer where it lies deeper."""
    simple = len(pointer) > 1 and "/" not in pointer[1:] and "~" not in pointer
    return subscript(variable, pointer[1:] if simple else pointer)


def distinct_values(source: Pooled) -> list[object]:
    """The values of a pool, each once."""
    return list({repr(value): value for value in source.values}.values())


def _is_of_credentials(body: Node) -> bool:
    """Whether a body is made of credentials, and otherwise of what is always the same."""
    sources = [slot.source for slot in Recipe(body=body).slots()]
    credentials = any(isinstance(source, Credential | Registered) for source in sources)
    return credentials and all(
        isinstance(source, Constant | Credential | Registered) for source in sources
    )


def _filled_in(node: Node, pointer: str) -> list[tuple[str, Source]]:
    """What methods put into a body, and where."""
    if isinstance(node, ObjectNode):
        pairs = [(f"{pointer}/{escape_pointer(name)}", inner) for name, inner in node.members]
    elif isinstance(node, ArrayNode):
        pairs = [(f"{pointer}/{index}", item) for index, item in enumerate(node.items)]
    else:
        return [(pointer, node)] if isinstance(node, _FILLED) else []
    return [found for where, inner in pairs for found in _filled_in(inner, where)]


def _is_file(node: Node) -> bool:
    if isinstance(node, ArrayNode):
        return bool(node.items) and all(isinstance(item, Upload) for item in node.items)
    return isinstance(node, Upload)


def _printable(text: str) -> str:
    """A content type without what would end or break a header."""
    return "".join(char for char in text if " " <= char <= "~")
