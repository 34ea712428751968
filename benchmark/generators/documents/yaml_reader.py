"""Reads YAML as JSON would be read, from the parser's events: bounded, and without any tag's magic.

PyYAML's own constructor turns `no` into False, `2020-01-01` into a date and `010` into 8, builds
nested objects recursively, and writes aliases out where they are used. None of that is wanted for
a document from outside, so the values are built here, from the stream of events.
"""

from __future__ import annotations

import math
import re
import sys
from typing import Any, NoReturn

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_TEXT_TAGS = frozenset(
    {"!", *(_TAG + name for name in ("str", "binary", "timestamp", "python/str", "python/unicode"))}
)
_PLAIN_TAGS = frozenset(_TAG + name for name in ("null", "bool", "int", "float"))
# PyYAML writes a tuple as `!!python/tuple`; read as the list that it looks like, it is plain data.
_COLLECTION_TAGS = frozenset(
    {"!", *(_TAG + name for name in ("map", "seq", "set", "omap", "python/tuple", "python/dict"))}
)
_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_NUMBER_STARTS = frozenset("-.0123456789")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_NO_KEY = object()


class YamlProblem(Exception):  # noqa: N818 - it never leaves the readers; DocumentError is what does
    """Why a text is not read: one clause, the line and column from 1 (0: unknown), a next step."""

    def __init__(self, message: str, mark: Any = None, hint: str = "") -> None:
        super().__init__(message)
        self.line: int = mark.line + 1 if mark is not None else 0
        self.column: int = mark.column + 1 if mark is not None else 0
        self.hint = hint or "correct the document there"


def read_yaml(text: str, *, max_depth: int, max_nodes: int, max_alias_nodes: int) -> Any:
    """The value of the first YAML document in `text`, aliased parts shared.

    Raises YamlProblem for invalid YAML and for whatever passes one of the limits.
    """
    builder = _Builder(max_depth, max_nodes, max_alias_nodes)
    try:
        return builder.build(text)
    except yaml.reader.ReaderError:
        # Control characters are no YAML, but pasted descriptions hold them; a space does as well.
        again = _Builder(max_depth, max_nodes, max_alias_nodes)
        return again.build(_CONTROL.sub(" ", text))


class _Frame:
    """A collection that is being filled: its size and height so far, and the key that waits.

    `key` is None for a merge key.
    """

    __slots__ = ("anchor", "height", "key", "merges", "size", "target")

    def __init__(self, target: dict[str, Any] | list[Any], anchor: str | None) -> None:
        self.target = target
        self.anchor = anchor
        self.size = 1
        self.height = 1
        self.key: Any = _NO_KEY
        self.merges: list[Any] = []


class _Builder:
    def __init__(self, max_depth: int, max_nodes: int, max_alias_nodes: int) -> None:
        self._max_depth = max_depth
        self._max_nodes = max_nodes
        self._max_alias_nodes = max_alias_nodes
        self._nodes = 0
        self._alias_nodes = 0
        self._anchors: dict[str, tuple[Any, int, int]] = {}
        self._open_anchors: set[str] = set()
        self._stack: list[_Frame] = []
        self._result: Any = None

    def build(self, text: str) -> Any:
        loader = _LOADER(text)
        try:
            self._consume(loader)
        except yaml.reader.ReaderError:
            raise
        except yaml.MarkedYAMLError as error:
            message = " ".join(str(part) for part in (error.problem, error.context) if part)
            raise YamlProblem(f"invalid YAML, {message}", error.problem_mark) from error
        except yaml.YAMLError as error:
            raise YamlProblem(f"invalid YAML, {error}") from error
        finally:
            loader.dispose()
        return self._result

    def _consume(self, loader: Any) -> None:
        events = yaml.events
        while loader.check_event():
            event = loader.get_event()
            kind = type(event)
            if kind is events.ScalarEvent:
                self._scalar(event)
            elif kind is events.MappingStartEvent:
                self._open({}, event)
            elif kind is events.SequenceStartEvent:
                self._open([], event)
            elif kind in (events.MappingEndEvent, events.SequenceEndEvent):
                self._close(event)
            elif kind is events.AliasEvent:
                self._alias(event)
            elif kind is events.DocumentEndEvent:
                return

    def _scalar(self, event: Any) -> None:
        self._count(event)
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.key is _NO_KEY and isinstance(frame.target, dict):
            frame.key = event.value
            if event.anchor:
                self._anchors[event.anchor] = (event.value, 1, 0)
            if event.value == "<<" and not event.style:
                frame.key = None
            return
        value = self._value(event)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1, 0)
        self._add(value, 1, 0)

    def _value(self, event: Any) -> Any:
        text = event.value
        if event.tag is not None and event.tag not in _PLAIN_TAGS:
            if event.tag not in _TEXT_TAGS:
                _refuse_tag(event)
            return text
        if event.style and event.tag is None:
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if text[0] not in _NUMBER_STARTS or self._is_descriptive():
            return text
        if _INTEGER.fullmatch(text) and len(text) < 4000:
            return int(text)
        if _NUMBER.fullmatch(text):
            number = float(text)
            return number if math.isfinite(number) else math.copysign(sys.float_info.max, number)
        return text

    def _is_descriptive(self) -> bool:
        """Whether the place is the top or `info`, where a bare `3.0` or `1.10` is a version."""
        depth = len(self._stack)
        return depth == 1 or (depth == 2 and self._stack[0].key == "info")

    def _open(self, target: dict[str, Any] | list[Any], event: Any) -> None:
        self._count(event)
        if event.tag is not None and event.tag not in _COLLECTION_TAGS:
            _refuse_tag(event)
        if self._stack:
            frame = self._stack[-1]
            if frame.key is _NO_KEY and isinstance(frame.target, dict):
                _refuse_key(event)
        self._check_depth(event, 1)
        if event.anchor:
            self._open_anchors.add(event.anchor)
        self._stack.append(_Frame(target, event.anchor))

    def _close(self, event: Any) -> None:
        frame = self._stack.pop()
        for merged in frame.merges:
            _merge(frame.target, merged, event)
        if frame.anchor:
            self._open_anchors.discard(frame.anchor)
            self._anchors[frame.anchor] = (frame.target, frame.size, frame.height)
        self._add(frame.target, frame.size, frame.height)

    def _alias(self, event: Any) -> None:
        if event.anchor in self._open_anchors:
            raise YamlProblem(f"alias *{event.anchor} contains itself", event.start_mark)
        if event.anchor not in self._anchors:
            raise YamlProblem(f"alias *{event.anchor} names no anchor", event.start_mark)
        value, size, height = self._anchors[event.anchor]
        self._check_depth(event, height)
        self._alias_nodes += size
        if self._alias_nodes > self._max_alias_nodes:
            raise YamlProblem(
                f"its aliases stand for more than {self._max_alias_nodes:,} values",
                event.start_mark,
                "this looks like an attack; see DocumentLimits.max_alias_nodes",
            )
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.key is _NO_KEY and isinstance(frame.target, dict):
            if not isinstance(value, str):
                _refuse_key(event)
            frame.key = value
            return
        self._add(value, size, height)

    def _add(self, value: Any, size: int, height: int) -> None:
        if not self._stack:
            self._result = value
            return
        frame = self._stack[-1]
        frame.size += size
        frame.height = max(frame.height, height + 1)
        if isinstance(frame.target, list):
            frame.target.append(value)
            return
        if frame.key is None:
            frame.merges.append(value)
        else:
            frame.target[frame.key] = value
        frame.key = _NO_KEY

    def _check_depth(self, event: Any, height: int) -> None:
        if len(self._stack) + height > self._max_depth:
            raise YamlProblem(
                f"it is nested deeper than {self._max_depth} levels",
                event.start_mark,
                "no API document needs that; see DocumentLimits.max_depth",
            )

    def _count(self, event: Any) -> None:
        self._nodes += 1
        if self._nodes > self._max_nodes:
            raise YamlProblem(
                f"it has more than {self._max_nodes:,} values",
                event.start_mark,
                "see DocumentLimits.max_nodes",
            )


def _merge(target: dict[str, Any] | list[Any], merged: Any, event: Any) -> None:
    """The YAML merge key: members of other mappings, where this one has none of that name."""
    assert isinstance(target, dict)
    for source in merged if isinstance(merged, list) else [merged]:
        if not isinstance(source, dict):
            raise YamlProblem("a merge key (<<) names something else than a map", event.start_mark)
        for name, value in source.items():
            target.setdefault(name, value)


def _refuse_tag(event: Any) -> NoReturn:
    raise YamlProblem(
        f"the YAML tag {event.tag[:80]!r} is not allowed",
        event.start_mark,
        "remove the tag; only plain values are read",
    )


def _refuse_key(event: Any) -> NoReturn:
    raise YamlProblem("a key is a list or a map, and must be text", event.start_mark)
