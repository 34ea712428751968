"""Looks at a step while it runs: whether the target is in distress, or the end clear already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from benchmark.capacity.evidence import is_overwhelming
from benchmark.capacity.objective import latency_limit, samples_of
from benchmark.models import Threshold
from benchmark.models.load import ASKED
from benchmark.utils.figures import percent, plural
from benchmark.utils.timeline_lines import SecondLine

WINDOW = 5
"""Seconds of which distress must be seen in each kind, so that a hiccup is none."""

FAILING_SHARE = 0.95
"""More than what a target sheds that protects itself: nearly nothing is answered well."""

UNANSWERED_SHARE = 0.5
LEAST = 5
"""Requests, or iterations, without which nothing is said."""

LOST_SECONDS = 4
"""Measured seconds without which a step is never given up."""

_EXHAUSTED = {"descriptors_exhausted": "file descriptors", "ports_exhausted": "local ports"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a step should end now. `kind` says whose trouble it is, and what follows."""

    kind: Literal["distress", "generator", "hopeless"]
    reason: str


def trouble_in(
    objective: Sequence[Threshold], seconds: Sequence[SecondLine], warm_up: int
) -> Trouble | None:
    """What speaks for ending a step that has run for these seconds; None where nothing does.

    The first `warm_up` seconds count for distress alone.
    """
    return (
        _exhausted(seconds) or _distress(objective, seconds) or _lost(objective, seconds, warm_up)
    )


def _exhausted(seconds: Sequence[SecondLine]) -> Trouble | None:
    for counter, what in _EXHAUSTED.items():
        if any(line.counters.get(counter) for line in seconds):
            return Trouble("generator", f"the generator ran out of {what}")
    return None


def _distress(objective: Sequence[Threshold], seconds: Sequence[SecondLine]) -> Trouble | None:
    recent = seconds[-WINDOW:]
    if len(recent) < WINDOW:
        return None
    load = [each for line in recent for each in line.operations if each.role == "load"]
    requests = sum(each.requests for each in load)
    unanswered = sum(each.statuses.get("0", 0) for each in load)
    if requests >= LEAST and unanswered >= UNANSWERED_SHARE * requests:
        return Trouble("distress", f"{percent(unanswered / requests)} of the requests got no answer"
                       f"{_commonest(recent)}")  # fmt: skip
    failures = sum(each.failures for each in load)
    if requests >= LEAST and failures >= FAILING_SHARE * requests:
        return Trouble("distress", f"{percent(failures / requests)} of the requests failed"
                       f"{_commonest(recent)}")  # fmt: skip
    return _stall(objective, seconds)


def _stall(objective: Sequence[Threshold], seconds: Sequence[SecondLine]) -> Trouble | None:
    """Whether nothing at all was answered, for longer than the objective lets any request take."""
    patience = max(WINDOW, round(2 * latency_limit(objective) / 1000))
    recent = seconds[-patience:]
    if len(recent) < patience or any(line.skipped for line in recent):
        return None
    requests = sum(each.requests for line in recent for each in line.operations)
    asked = sum(line.counters.get(ASKED, 0) for line in recent)
    if requests or asked < LEAST:
        return None
    return Trouble("distress", f"no request was answered for {plural(patience, 'second')}")


def _lost(
    objective: Sequence[Threshold], seconds: Sequence[SecondLine], warm_up: int
) -> Trouble | None:
    judged = seconds[warm_up:]
    if len(judged) < LOST_SECONDS:
        return None
    if any(is_overwhelming(sample) for sample in samples_of(objective, judged)):
        return Trouble("hopeless", "it was clear before the end")
    return None


def _commonest(seconds: Sequence[SecondLine]) -> str:
    errors: Counter[str] = Counter()
    for line in seconds:
        for each in line.operations:
            for error in each.errors:
                errors[error.message] += error.count
    return f", most often: {errors.most_common(1)[0][0]}" if errors else ""
