"""Waits between two steps until the target is as quick as it was before the first one."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

PATIENCE = 30.0
"""Seconds after which a target that is not as quick as before counts as one in distress."""

_FIRST_ASKED = 5
_PAUSE = 0.25
_SLOWER, _SLOWER_BY = 3.0, 0.05  # so many times, or so many seconds: less is noise

Ask = Callable[[], float | None]
"""Asks the target for something once; the seconds until its answer, None where there was none."""


def usual_seconds(ask: Ask) -> float | None:
    """How long an answer of the target takes without load; None where one does not come."""
    taken = [ask() for _ in range(_FIRST_ASKED)]
    answered = [each for each in taken if each is not None]
    return median(answered) if len(answered) == len(taken) else None


def drain(ask: Ask, usual: float, patience: float = PATIENCE) -> float | None:
    """Wait until two answers in a row are as quick as usual.

    The seconds that it took, None where they were over.
    """
    began = time.monotonic()
    quick = 0
    while True:
        taken = ask()
        waited = time.monotonic() - began
        quick = quick + 1 if taken is not None and _is_quick(taken, usual) else 0
        if quick == 2:
            return waited
        if waited >= patience:
            return None
        if not quick:
            time.sleep(_PAUSE)


def _is_quick(taken: float, usual: float) -> bool:
    return taken <= max(_SLOWER * usual, usual + _SLOWER_BY)
