"""Finds out whether the target died during a run: from some second on nothing was answered."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.models import Second
from benchmark.utils.figures import seconds as in_words

LEAST_SECONDS = 3.0
"""How long nothing must be answered: a restart, or a lost second, is not the end."""
LEAST_REQUESTS = 5
"""How many requests must have gone without an answer meanwhile."""


def silence_at_end(seconds: Sequence[Second]) -> float | None:
    """The second after which no request got an answer any more, though some did before.

    None where that is not so, or was so for a moment only.
    """
    requests = 0
    end = 0.0
    for second in reversed(seconds):
        if not second.requests:
            continue
        end = end or second.elapsed
        if second.unanswered < second.requests:
            long = end - second.elapsed >= LEAST_SECONDS and requests >= LEAST_REQUESTS
            return second.elapsed if long else None
        requests += second.requests
    return None  # it never answered: nothing died


def stopped_answering(silence: float) -> str:
    """The finding in words; `silence` is what `silence_at_end` gave."""
    return f"the target stopped answering after {in_words(silence)}"
