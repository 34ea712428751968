"""Ends a run early where a condition on its last seconds no longer holds (`--abort-on`)."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import gevent

from benchmark.abort_conditions import AbortWatch, breach_in_words, parse_abort_condition
from benchmark.engine.stopping import end_test
from benchmark.errors import UsageError

_AT_ONCE = 10  # steps of judging: a fraction of a millisecond
_PAUSE = 0.001  # seconds; with none at all the loop would not look for arrived data

logger = logging.getLogger(__name__)


def add_abort_option(parser: Any) -> None:
    """Add the option, which may be given several times."""
    parser.add_argument(
        "--abort-on", metavar="CONDITION", action="append", default=[], type=_checked,
        help="end the test where this no longer holds: 'p95<500ms for 10s' (needs --timeline)",
        include_in_web_ui=False,
    )  # fmt: skip


def _checked(text: str) -> str:
    """The condition as it was written: Locust sends the values of options to workers."""
    try:
        return parse_abort_condition(text).text
    except UsageError as problem:
        raise argparse.ArgumentTypeError(f"{problem.message}; {problem.hint}") from problem


class Aborting:
    """Judges each second of a test, in the process that writes its timeline."""

    def __init__(self, environment: Any, conditions: Sequence[str]) -> None:
        self._environment = environment
        self._conditions = [parse_abort_condition(text) for text in conditions]
        self._watch = AbortWatch(self._conditions)

    def begin(self) -> None:
        """A test begins, perhaps not the first one."""
        self._watch = AbortWatch(self._conditions)

    def full_load(self, elapsed: float) -> None:
        """All users are there, so many seconds after the start."""
        self._watch.full_load(elapsed)

    def reason_to_end(self, line: Mapping[str, Any]) -> str:
        """What no longer holds after the second of this line of the timeline; "" if all does."""
        if not self._conditions:
            return ""
        for step, breach in enumerate(self._watch.judge(line), start=1):
            if breach is not None:
                return breach_in_words(breach)
            if step % _AT_ONCE == 0:
                gevent.sleep(_PAUSE)
        return ""

    def end(self, reason: str) -> None:
        """End the test in order."""
        logger.warning("The run is aborted: %s", reason)
        end_test(self._environment)
