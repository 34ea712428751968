"""Keeps values within bounds and lengths that a server told, changing them as little as needed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from benchmark.models import ArrayNode, Constant, Node, Pooled, Unique

MAX_LENGTH = 10_000
"""Characters that a text is made longer to at most."""

MAX_ITEMS = 100
"""Items that an array is filled up to at most."""

MAX_NUMBER = 2**63
"""Bounds beyond it are ignored."""


def mapped(node: Node | None, change: Callable[[Any], Any]) -> Node | None:
    """A source with its plain values changed; others stay."""
    if isinstance(node, Constant):
        return Constant(change(node.value))
    if isinstance(node, Pooled):
        values = tuple(change(value) for value in node.values)
        alike = all(v == values[0] and type(v) is type(values[0]) for v in values)
        return Constant(values[0]) if alike else Pooled(values)
    return node


def number_of(value: Any) -> int | float | None:
    """The number that a value is or spells."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value if abs(value) < MAX_NUMBER else None
    if isinstance(value, str) and len(value) <= 30:
        try:
            return int(value)
        except ValueError:
            pass
        try:
            read = float(value)
        except ValueError:
            return None
        return read if math.isfinite(read) else None
    return None


def bounded(node: Node | None, rule: str, bound: Any) -> Node | None:
    """Numbers, also spelt ones, within a bound; None where there are no numbers."""
    limit = number_of(bound)
    if limit is None:
        return None
    if isinstance(node, Unique) and node.style == "number":
        node = Constant(node.sample)
    values = [node.value] if isinstance(node, Constant) else []
    values = list(node.values) if isinstance(node, Pooled) else values
    if not values or any(number_of(value) is None for value in values):
        return None
    return mapped(node, lambda value: _like(value, _within(number_of(value) or 0, rule, limit)))


def _within(number: int | float, rule: str, limit: int | float) -> int | float:
    if rule == "minimum":
        return max(number, limit)
    if rule == "maximum":
        return min(number, limit)
    if rule == "exclusive_minimum":
        return number if number > limit else limit + 1
    if rule == "exclusive_maximum":
        below = 0.5 if limit == 1 else limit - 1  # shares of a whole lie between 0 and 1
        return number if number < limit else below
    if limit <= 0:
        return number
    step = Fraction(str(limit))
    nearest = max(1, math.ceil(Fraction(str(number)) / step)) * step
    return int(nearest) if nearest.denominator == 1 else float(nearest)


def _like(value: Any, number: int | float) -> Any:
    return str(number) if isinstance(value, str) else number


def lengthened(node: Node | None, least: Any) -> Node | None:
    """Texts of at least so many characters, of the same characters; None where there is no text."""

    def longer(text: Any) -> Any:
        text = text if isinstance(text, str) else str(text)
        wanted = least if isinstance(least, int) else max(8, 2 * len(text))
        wanted = min(wanted, MAX_LENGTH)
        if len(text) >= wanted:
            return text
        name, at, domain = text.rpartition("@")
        if at:
            return longer_part(name, wanted - len(domain) - 1) + at + domain
        return longer_part(text, wanted)

    def longer_part(text: str, wanted: int) -> str:
        source = text.strip() or "value"
        return (source * (wanted // len(source) + 1))[: max(wanted, len(source))]

    if isinstance(node, Unique):
        limit = node.max_length
        if isinstance(least, int) and limit is not None and limit < least:
            limit = least
        if node.style in {"uuid", "number"}:
            return Unique(longer(str(node.sample)), "text", limit)
        return replace(node, sample=longer(node.sample), max_length=limit)
    return mapped(node, longer) if _has_texts(node) else None


def shortened(node: Node | None, most: Any) -> Node | None:
    """Texts of at most so many characters; None where there is no text."""

    def shorter(text: Any) -> Any:
        limit = most if isinstance(most, int) and most >= 0 else len(text) // 2
        if len(text) <= limit:
            return text
        name, at, domain = text.rpartition("@")
        if at and limit > len(domain) + 1:
            return name[: limit - len(domain) - 1] + at + domain
        if at and limit >= len("a@b.co"):
            return ("a" * max(1, limit - len("@b.co")))[: limit - len("@b.co")] + "@b.co"
        return text[:limit].rstrip() or text[:limit]

    if isinstance(node, Unique):
        limit = most if isinstance(most, int) and most > 0 else 12
        limit = min(limit, node.max_length) if node.max_length else limit
        if limit == node.max_length:
            limit = max(1, limit if isinstance(most, int) else limit // 2)
        style = "text" if node.style in {"uuid", "number"} else node.style
        return Unique(shorter(str(node.sample)), style, limit)
    return mapped(node, shorter) if _has_texts(node) else None


def filled(node: Node | None, least: Any, made: Callable[[], Node]) -> Node | None:
    """An array of at least so many items, new ones made where it has none to repeat."""
    wanted = min(least if isinstance(least, int) else 1, MAX_ITEMS)
    if isinstance(node, ArrayNode):
        items = list(node.items)
        while len(items) < wanted:
            items.append(made())
        return ArrayNode(tuple(items))
    return None


def cut(node: Node | None, most: Any) -> Node | None:
    """An array of at most so many items."""
    if isinstance(node, ArrayNode):
        limit = most if isinstance(most, int) and most >= 0 else len(node.items) // 2
        return ArrayNode(node.items[:limit])
    return None


def _has_texts(node: Node | None) -> bool:
    if isinstance(node, Constant):
        return isinstance(node.value, str)
    return isinstance(node, Pooled) and all(isinstance(value, str) for value in node.values)
