"""Requests at the same time, in threads that nobody waits for when the program is to end.

Those of concurrent.futures are joined when the interpreter ends: a target that does not answer
would keep it alive after Ctrl-C.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def begin(call: Callable[[], Result]) -> Future[Result]:
    """Call a function in a thread of its own."""
    future: Future[Result] = Future()

    def work() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # whoever asks for the result gets it
            future.set_exception(error)

    threading.Thread(target=work, daemon=True, name="discovery").start()
    return future


def each_in_threads(
    call: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Iterator[tuple[Item, Result]]:
    """Every item with its result, as they come; at most so many `workers` at a time."""
    waiting = iter(items)
    running: dict[Future[Result], Item] = {}
    while True:
        for item in waiting:
            running[begin(lambda item=item: call(item))] = item  # type: ignore[misc] # no inference
            if len(running) >= workers:
                break
        if not running:
            return
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            yield running.pop(future), future.result()
