"""Waiting for a state, however long the machine takes to reach it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 120.0
"""Seconds after which a test gives up: many times what a slow and busy machine needs."""


def until(happened: Callable[[], T]) -> T:
    """What `happened` gives, as soon as that is true of it; a test that waits in vain fails.

    In an interpreter that gevent has patched, all greenlets go on meanwhile.
    """
    end, pause = time.monotonic() + PATIENCE, 0.002
    while not (found := happened()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(pause)
        pause = min(0.1, pause * 1.5)  # looking may cost something
    return found
