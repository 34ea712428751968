"""Ctrl-C and SIGTERM, held back where they must not strike in the middle of something.

Raised anywhere, they could leave a process behind that nobody watches, or half a file.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_NAMES = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}


class _Holder:
    """A handler that remembers what came."""

    def __init__(self) -> None:
        self.came: list[str] = []

    def __call__(self, number: int, _frame: object) -> None:
        self.came.append(_NAMES[signal.Signals(number)])


@contextmanager
def held_interrupts() -> Iterator[list[str]]:
    """Collect interrupts, by their names, in place of being interrupted.

    What is left in the list at the end goes to such a block around this one; where there is none,
    KeyboardInterrupt is raised. What that block already held is in the list from the beginning. A
    signal that is ignored stays so. In other threads than the main one no signal comes, and the
    list stays empty.
    """
    if threading.current_thread() is not threading.main_thread():
        yield []
        return
    holder = _Holder()
    before = {number: signal.getsignal(number) for number in _NAMES}
    outer = next((each for each in before.values() if isinstance(each, _Holder)), None)
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, holder)
    if outer is not None:
        holder.came[:0] = outer.came
        outer.came.clear()
    try:
        yield holder.came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if outer is not None:
            outer.came.extend(holder.came)
    if outer is None and holder.came:
        raise KeyboardInterrupt(holder.came[0])


@contextmanager
def interrupts_wait(*, forget: bool) -> Iterator[None]:
    """Hold interrupts back while results are written.

    One that came is raised at the end, unless `forget` says that the command ends anyway.
    """
    with held_interrupts() as came:
        yield
        if forget:
            came.clear()
