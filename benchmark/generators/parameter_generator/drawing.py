"""Draws a value that satisfies its rules.

What a value looks like (which members, how many items, which branch) follows from the rules and the
level alone, so that several samples of one schema have the same shape; only scalars are random.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmark.generators.parameter_generator import limits
from benchmark.generators.parameter_generator.checks import Verdicts, satisfies, text_fits
from benchmark.generators.parameter_generator.documented import Documented
from benchmark.generators.parameter_generator.members import Level, Members, Place, kind_of
from benchmark.generators.parameter_generator.names import (
    days_of,
    likely_true,
    meaning_of,
    moment_format,
    tokens_of,
    upload_type,
)
from benchmark.generators.parameter_generator.numbers import draw_number
from benchmark.generators.parameter_generator.reading import identical
from benchmark.generators.parameter_generator.rules import Rules
from benchmark.generators.parameter_generator.schemas import Schemas
from benchmark.generators.parameter_generator.siblings import arrange
from benchmark.generators.parameter_generator.strings import draw_string
from benchmark.generators.parameter_generator.words import Words
from benchmark.models import Upload
from benchmark.wire.sample_files import file_name

__all__ = ["MISSING", "Drawing", "Level", "is_binary"]

MISSING: Any = object()
"""Stands for "no value", since None is a value."""

_EVERY_LEVEL: tuple[Level, ...] = ("typical", "full", "minimal")
_UNIQUE_TRIES = 30


class Drawing:
    """One value in the making: its level, its place in a row of samples, and what it has cost.

    `index` is the sample's number, or None for a single value. With `files`, binary members become
    `Upload`s; `encoding` gives the content types of those that are members of the root.
    """

    def __init__(
        self,
        *,
        schemas: Schemas,
        members: Members,
        documented: Documented,
        words: Words,
        level: Level = "typical",
        index: int | None = None,
        infer: bool = True,
        files: bool = True,
        file_size: int = 1_024,
        encoding: Mapping[str, str] | None = None,
    ) -> None:
        self._schemas = schemas
        self._members = members
        self._documented = documented
        self._words = words
        self._level: Level = level
        self._index = index
        self._infer = infer
        self._files = files
        self._file_size = file_size
        self._encoding = encoding or {}
        self._nodes = 0
        self._attempts = 0
        self._scattered = False
        self._text = 0
        # Parts are checked where they are made and again in all that they become part of.
        self._verdicts: Verdicts = {}

    def draw(self, rules: Rules, name: str) -> Any:
        """A value that satisfies the rules; where none could be found, the nearest attempt."""
        nearest = MISSING
        for level in dict.fromkeys((self._level, *_EVERY_LEVEL)):
            self._level, self._nodes = level, 0
            value = self._value(rules, name, 0, frozenset())
            if self._fits(value, rules):
                return value
            nearest = value if nearest is MISSING else nearest
        return nearest

    def _value(
        self,
        rules: Rules,
        name: str,
        depth: int,
        ancestors: frozenset[str],
        hint: Any = MISSING,
    ) -> Any:
        self._nodes += 1
        if depth > limits.MAX_DEPTH or self._nodes > limits.MAX_NODES:
            return _empty(rules)
        if hint is not MISSING and self._fits(hint, rules):
            return hint
        value = self._documented_value(rules, name)
        if value is not MISSING:
            return value
        inside = ancestors.union(rules.names) if rules.names else ancestors
        if rules.discriminators:
            rules = self._members.subtype(rules)
        if rules.choices or rules.conditions or rules.forbidden:
            return self._composed(rules, name, depth, ancestors, inside)
        kind = kind_of(rules)
        if kind == "object":
            return self._object(rules, depth, inside)
        if kind == "array":
            return self._array(rules, name, depth, inside)
        return self._scalar(kind, rules, name, depth)

    def _documented_value(self, rules: Rules, name: str) -> Any:
        """What the document gives as value, enum or example; MISSING if it gives nothing."""
        values = self._documented.values(rules, self._level)
        if not values:
            return MISSING
        if self._index is None:
            return values[0] if rules.enum is None else self._words.random.choice(values)
        if self._index >= len(values) and self._infer and rules.enum is None and not rules.defaults:
            return self._varied(values[self._index % len(values)], rules, name, 0)
        return values[self._index % len(values)]

    def _varied(self, value: Any, rules: Rules, name: str, depth: int) -> Any:
        """An example with the texts renewed that every user of an API would write differently."""
        if depth > limits.MAX_DEPTH:
            return value
        if isinstance(value, Mapping):
            varied = {
                key: self._varied(member, self._schemas.member(rules, key), key, depth + 1)
                for key, member in value.items()
            }
            return varied if self._fits(varied, rules) else value
        meaning = meaning_of(name) if isinstance(value, str) else None
        if meaning is None or not meaning.free or rules.enum is not None or rules.choices:
            return value
        fresh = draw_string(self._words, rules, name, infer=True)
        return fresh if self._fits(fresh, rules) else value

    def _fits(self, value: Any, rules: Rules) -> bool:
        return satisfies(value, rules, self._schemas, 0, self._verdicts)

    # ── Choices ───────────────────────────────────────────────────────────────────────────────────

    def _composed(
        self,
        rules: Rules,
        name: str,
        depth: int,
        ancestors: frozenset[str],
        inside: frozenset[str],
    ) -> Any:
        """A value of the first option that yields one, at this level or at another one.

        What yielded one before comes first. Where nothing did, one draw is enough.
        """
        nearest = MISSING
        asked = self._level
        place = Place(rules, depth, inside, self._files)
        hopeless = place in self._members.hopeless
        for level, option in self._tries(place):
            for _ in range(1 if hopeless else limits.ATTEMPTS_PER_BRANCH):
                self._level = level
                value = self._value(option, name, depth, ancestors)
                self._level = asked
                if self._fits(value, rules):
                    self._members.worked[place, asked] = level, option
                    return value
                nearest = value if nearest is MISSING else nearest
                self._attempts += 1
                if hopeless or self._attempts > limits.MAX_ATTEMPTS:
                    return nearest
        if self._nodes <= limits.MAX_NODES:
            self._members.hopeless.add(place)
        return nearest

    def _tries(self, place: Place) -> dict[tuple[Level, Rules], None]:
        """The levels and options to try, the likeliest first."""
        worked = self._members.worked.get((place, self._level))
        levels = dict.fromkeys((self._level, *_EVERY_LEVEL))
        options = self._members.preferred(place.rules, place.inside)
        every = [(level, option) for level in levels for option in options]
        return dict.fromkeys(every if worked is None else [worked, *every])

    # ── Objects and arrays ────────────────────────────────────────────────────────────────────────

    def _object(self, rules: Rules, depth: int, inside: frozenset[str]) -> dict[str, Any]:
        rules, chosen = self._members.of(rules, self._level, depth, inside, self._words)
        hints = self._documented.parts(rules)
        value = {
            key: self._value(member, key, depth + 1, inside, hints.get(key, MISSING))
            for key, member in chosen
        }
        if depth == 0 and self._encoding:
            self._retyped(value)
        if self._infer:
            by_name = dict(chosen)
            arrange(value, lambda key, new: self._fits(new, by_name[key]))
        return value

    def _retyped(self, value: dict[str, Any]) -> None:
        """Gives files of the root the content type that the body's `encoding` names."""
        for key, content_type in self._encoding.items():
            if isinstance(value.get(key), Upload):
                value[key] = self._upload(content_type)
            elif isinstance(value.get(key), list):
                value[key] = [
                    self._upload(content_type) if isinstance(item, Upload) else item
                    for item in value[key]
                ]

    def _array(self, rules: Rules, name: str, depth: int, inside: frozenset[str]) -> list[Any]:
        items: list[Any] = []
        length = self._members.length(rules, self._level, depth, inside)
        for index in range(length):
            if self._nodes > limits.MAX_NODES:
                break
            item_rules = self._members.item(rules, index)
            item = self._item(item_rules, name, depth, inside, items if rules.unique else [])
            if item is MISSING:
                break
            items.append(item)
        return items

    def _item(
        self, rules: Rules, name: str, depth: int, inside: frozenset[str], taken: Sequence[Any]
    ) -> Any:
        """An item that is not yet taken, or MISSING."""
        asked = self._index
        try:
            for attempt in range(_UNIQUE_TRIES):
                # Later attempts look further along the documented values, then anywhere.
                if taken and self._index is not None:
                    self._index = None if attempt > len(taken) else (asked or 0) + attempt + 1
                self._scattered = attempt > _UNIQUE_TRIES // 2
                value = self._value(rules, name, depth + 1, inside)
                if not any(identical(value, other) for other in taken):
                    return value
                if kind_of(rules) == "boolean":
                    value = not value
                    if not any(identical(value, other) for other in taken):
                        return value
            return MISSING
        finally:
            self._index = asked
            self._scattered = False

    # ── Scalars ───────────────────────────────────────────────────────────────────────────────────

    def _scalar(self, kind: str, rules: Rules, name: str, depth: int) -> Any:
        if kind == "string":
            if self._files and is_binary(rules):
                return self._upload(rules.content_type or upload_type(name))
            return self._string(rules, name)
        if kind in {"integer", "number"}:
            return self._number(rules, name, kind == "integer")
        if kind == "boolean":
            return likely_true(name) if self._infer and name else self._words.random.random() < 0.5
        if kind == "null":
            return None
        # Nothing is said of the value: a text fits anywhere but at the root, where JSON APIs want
        # an object.
        return {} if depth == 0 and not name else self._string(rules, name)

    def _string(self, rules: Rules, name: str) -> str:
        if self._scattered:
            text = f"{self._words.slug()}-{self._words.token(6)}"
            if text_fits(text, rules):
                return text
        text = draw_string(self._words, rules, name, self._infer)
        self._text += len(text)
        return text if self._text <= limits.MAX_TOTAL_TEXT else text[:1]

    def _number(self, rules: Rules, name: str, integer: bool) -> int | float:
        wanted: tuple[float, float] | None = None
        if self._scattered:
            wanted = (1, 1_000_000)
        elif self._infer and name:
            meaning = meaning_of(name)
            if meaning is not None and meaning.numbers is not None:
                wanted = meaning.numbers
            elif moment_format(name):
                seconds = self._words.moment(days_of(name) or (0, 0)).timestamp()
                in_milliseconds = {"ms", "millis", "milliseconds"}.intersection(tokens_of(name))
                seconds *= 1_000 if in_milliseconds else 1
                wanted = (seconds, seconds)
        return draw_number(self._words.random, rules, integer, wanted)

    def _upload(self, content_type: str) -> Upload:
        content_type = content_type.partition(",")[0].partition(";")[0].strip().lower()
        return Upload(file_name(content_type), content_type, self._file_size)


def is_binary(rules: Rules) -> bool:
    """Whether a string is the content of a file."""
    return rules.format == "binary" or bool(rules.content_type and not rules.content_encoding)


def _empty(rules: Rules) -> Any:
    """What stands where a value became too large or too deep."""
    empty: dict[str, Any] = {
        "object": {},
        "array": [],
        "string": "",
        "integer": 0,
        "number": 0,
        "boolean": False,
    }
    return empty.get(kind_of(rules))
