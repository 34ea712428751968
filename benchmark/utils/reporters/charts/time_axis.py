"""The time axis: seconds since the start as labels, in steps that people count in."""

from __future__ import annotations

from benchmark.utils.reporters.charts.scales import Tick

_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
_MOST_TICKS = 8
_NEARLY = 0.05  # of a step


def time_ticks(end: float) -> tuple[Tick, ...]:
    """Labels from the start to `end` seconds after it."""
    step = next((step for step in _STEPS if end / step <= _MOST_TICKS), end / _MOST_TICKS)
    count = min(int(end / step + _NEARLY), _MOST_TICKS)  # 39.98 s are 40 to those who look
    places = (min(n * step / end * 100, 100.0) for n in range(count + 1))
    return tuple(Tick(place, clock(n * step)) for n, place in enumerate(places))


def clock(elapsed: float) -> str:
    """A moment of the run: 0:05, 12:30, 1:00:00."""
    whole = round(elapsed)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
