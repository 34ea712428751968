"""Ctrl-C and SIGTERM, held back where they must not strike."""

from __future__ import annotations

import os
import signal

import pytest

from benchmark.interrupts import held_interrupts, interrupts_wait


def _interrupt(number: signal.Signals = signal.SIGINT) -> None:
    os.kill(os.getpid(), number)


def test_interrupts_are_collected_by_name() -> None:
    """Whoever takes them out of the list has heeded them."""
    with held_interrupts() as came:
        _interrupt()
        _interrupt(signal.SIGTERM)
        assert came == ["Ctrl-C", "SIGTERM"]
        came.clear()


def test_what_nobody_heeded_is_raised_at_the_end() -> None:
    """An interrupt is never lost, and the handlers are as before."""
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    def hold() -> None:
        with held_interrupts():
            _interrupt()

    with pytest.raises(KeyboardInterrupt, match="Ctrl-C"):
        hold()
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_a_block_within_hands_on_what_it_did_not_heed() -> None:
    """And begins with what the outer one has not heeded yet."""
    with held_interrupts() as outer:
        _interrupt()
        with held_interrupts() as inner:
            assert inner == ["Ctrl-C"]
            assert outer == []
            _interrupt(signal.SIGTERM)
            inner.pop(0)
        assert outer == ["SIGTERM"]
        with interrupts_wait(forget=False):
            _interrupt()
        assert outer == ["SIGTERM", "Ctrl-C"]
        outer.clear()


def test_a_signal_that_is_ignored_stays_so() -> None:
    """A shell has programs in the background ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with held_interrupts() as came:
            _interrupt()
            assert came == []
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_error_is_not_hidden_by_an_interrupt() -> None:
    """It says what happened; the interrupt came too late."""

    def fail() -> None:
        with held_interrupts():
            _interrupt()
            raise ValueError("what happened")

    with pytest.raises(ValueError, match="what happened"):
        fail()
