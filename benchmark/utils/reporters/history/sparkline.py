"""A series in one line of characters."""

from __future__ import annotations

from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"
PLAIN = "12345678"
"""For outputs that cannot show blocks."""
_ROOM = 0.15
"""The whole height stands for at least this share of the highest value: noise looks like noise."""


def sparkline(
    values: Sequence[float | None], begins: Sequence[int] = (), levels: str = BLOCKS
) -> str:
    """One character for each value, "·" where there is none; "|" where a new level begins."""
    known = [value for value in values if value is not None]
    if not known:
        return "·" * len(values)
    lowest, highest = min(known), max(known)
    height = max(highest - lowest, _ROOM * highest)
    middle = (lowest + highest) / 2
    bottom = max(middle - height / 2, 0.0)
    parts = []
    for position, value in enumerate(values):
        if position in begins:
            parts.append("|")
        if value is None:
            parts.append("·")
        else:
            share = (value - bottom) / height if height else 0.0
            parts.append(levels[min(int(share * len(levels)), len(levels) - 1)])
    return "".join(parts)
