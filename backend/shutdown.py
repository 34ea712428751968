"""Says in time that the process is about to end.

A server waits for open answers before it tells the application to end. Streams of events would be
open for as long as a test runs, so they have to know before.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def announced_end(announce: Callable[[], None]) -> Iterator[None]:
    """Meanwhile `announce` is called as soon as the process is asked to end, and the server after.

    Where the server runs in another thread than the main one, no signal comes, and nothing happens.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[int, Any] = {number: signal.getsignal(number) for number in _SIGNALS}

    def on_signal(number: int, frame: FrameType | None) -> None:
        announce()
        handler = before[number]
        if callable(handler):
            handler(number, frame)

    for number, handler in before.items():
        if callable(handler):  # else nobody waits for the signal in order to end
            signal.signal(number, on_signal)
    try:
        yield
    finally:
        for number, handler in before.items():
            if signal.getsignal(number) is on_signal:
                signal.signal(number, handler)
