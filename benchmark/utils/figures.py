"""How figures are written for people: units, digits and separators, the same in every output."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from benchmark.utils.text_safety import clean_text


def number(value: float) -> str:
    """About three significant digits, never an exponent: 0.43, 12.3, 124, 12,400."""
    size = abs(value)
    if size >= 100 or value == int(value):
        return f"{value:,.0f}"
    if size >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if size >= 0.005 else "<0.01"


def milliseconds(value: float) -> str:
    """A latency with its unit: 12.3 ms, 1.24 s."""
    return f"{number(value)} ms" if value < 1000 else f"{number(value / 1000)} s"


def percent(share: float) -> str:
    """A share of 0 to 1 in percent; only none at all is 0 %, and only all of it is 100 %."""
    if share <= 0:
        return "0 %"
    if share < 0.0001:
        return "<0.01 %"
    if 0.9995 <= share < 1:
        return ">99.9 %"
    return f"{share * 100:.2f} %" if share < 0.01 else f"{share * 100:.3g} %"


def size(count: float) -> str:
    """A number of bytes: 512 B, 1.4 kB, 12.3 MB (powers of 1000)."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{number(count)} {unit}"
        count /= 1000
    return f"{number(count)} TB"


def seconds(value: float) -> str:
    """A length of time: 0.4 s, 45 s, 2 min 5 s, 1 h 30 min."""
    if value < 60:
        return f"{value:.3g} s"
    whole = round(value)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    parts = ((hours, "h"), (minutes, "min"), (rest if not hours else 0, "s"))
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount)


def moment(value: datetime) -> str:
    """A point in time with its offset from UTC: 2026-03-01 14:05:09 +00:00."""
    return value.isoformat(sep=" ", timespec="seconds").replace("+", " +")


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its noun: 1 operation, 1,204 operations."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def statuses(counts: Mapping[str, int]) -> str:
    """Up to six HTTP statuses with their counts, most frequent first: 200 × 31, none × 4."""
    ordered = sorted(counts.items(), key=lambda item: -item[1])[:6]
    names = (("none" if code == "0" else clean_text(code, 20), count) for code, count in ordered)
    return ", ".join(f"{name} × {count:,}" for name, count in names)
