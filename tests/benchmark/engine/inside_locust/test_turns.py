"""Costly beginnings take turns, and a slow one holds nobody up."""

from __future__ import annotations

import gevent
import pytest
from gevent.event import Event

from benchmark.engine.http_client.turns import Turns


def at_work(turns: Turns, number: int, until: Event) -> tuple[list[int], list[gevent.Greenlet]]:
    """So many that want a turn and keep it `until`; those that got one, in their order."""
    began: list[int] = []

    def work(place: int) -> None:
        with turns.turn():
            began.append(place)
            until.wait()

    greenlets = [gevent.spawn(work, place) for place in range(number)]
    gevent.sleep(0)
    return began, greenlets


def test_no_more_than_so_many_begin_at_once() -> None:
    """The others wait, and come in the order in which they asked."""
    until = Event()
    began, greenlets = at_work(Turns(2, seconds=60), 5, until)
    assert began == [0, 1]
    until.set()
    gevent.joinall(greenlets, raise_error=True)
    assert began == [0, 1, 2, 3, 4]


def test_who_is_slow_holds_nobody_up() -> None:
    """Where nobody comes to an end, all get their turn all the same."""
    until = Event()
    began, greenlets = at_work(Turns(2, seconds=0.01), 5, until)
    with gevent.Timeout(10):
        while len(began) < 5:
            gevent.sleep(0.005)
    until.set()
    gevent.joinall(greenlets, raise_error=True)
    assert began == [0, 1, 2, 3, 4]


def test_a_turn_ends_once() -> None:
    """Neither a late end nor an error, nor a wait that is broken off, adds or takes a turn."""
    turns = Turns(1, seconds=0.01)
    with pytest.raises(ZeroDivisionError), turns.turn():
        _ = gevent.sleep(0.03) or 1 // 0
    until = Event()
    began, greenlets = at_work(Turns(1, seconds=60), 3, until)
    greenlets[1].kill()
    until.set()
    gevent.joinall(greenlets)
    assert began == [0, 2]
    with turns.turn():
        pass
