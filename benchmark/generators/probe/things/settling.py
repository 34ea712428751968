"""Waits for what was just made: until it can be read, and until what was accepted is done."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from math import ceil

from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.things.holdings import Held
from benchmark.models import Recipe

SETTLE_DELAYS = (0.2, 0.3, 0.5, 1.0, 1.0)
"""Seconds between the tries to use a thing that was just made."""

WORK_DELAYS = (*SETTLE_DELAYS, 1.0, 1.0)
"""The same for a thing whose making was only accepted (202): five seconds in all."""

MARGIN = 1.5
"""Under load things take longer: by how much more the load waits."""

_JUST_MADE = 5.0


def after_settling(
    prober: Prober,
    case: Case,
    recipe: Recipe,
    index: int,
    resources: Mapping[str, Held],
    outcome: Outcome,
) -> Outcome:
    """The outcome of the same request a little later, where what it needs was made just now.

    How long that took is noted in the kind, for the load to wait as long.
    """
    now = time.monotonic()
    new = [held for held in resources.values() if held.own and now - held.made_at < _JUST_MADE]
    new = [held for held in new if held.kind not in prober.prompt and _may_settle(held, outcome)]
    if not new:
        return outcome
    refusal = outcome.verdict.name
    for delay in WORK_DELAYS if any(held.is_accepted for held in new) else SETTLE_DELAYS:
        time.sleep(delay)
        case.allowance += 1  # waiting is not searching
        outcome = prober.send_with(case, recipe, resources, index)
        if outcome.verdict.name != refusal:
            for held in new:
                taken = ceil((time.monotonic() - held.made_at) * 10 * MARGIN) / 10
                known = prober.kinds[held.kind]
                slowest = max(known.settle_seconds, taken)
                prober.kinds[held.kind] = replace(known, settle_seconds=slowest)
            return outcome
    prober.prompt.update(held.kind for held in new)
    return outcome


def _may_settle(held: Held, outcome: Outcome) -> bool:
    """Whether waiting may help: any thing may be missing at first, work may be in the way."""
    if outcome.verdict.name == "missing":
        return True
    return held.is_accepted and outcome.verdict.name == "conflict"
