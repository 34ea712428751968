"""The answer in sentences: the same in every output, and never more than what was measured."""

from __future__ import annotations

from benchmark.models import Capacity, CapacityStep, ConditionResult, FirstToBreak
from benchmark.utils.figures import milliseconds, percent, seconds
from benchmark.utils.text_safety import clean_text

UNIT = "iterations per second"

_KINDS = {"service": "", "schedule": " from schedule", "iterations": ""}


def headline(capacity: Capacity) -> str:
    """The answer: one number, or why there is none."""
    rate = capacity.rate
    if rate is None:
        return _no_answer(capacity)
    if capacity.is_exact:
        return f"{rate_text(rate)} {UNIT}"
    return f"At least {rate_text(rate)} {UNIT}"


def explanation(capacity: Capacity) -> str:
    """One or two sentences: how exact the answer is, and what was the limit."""
    reason = clean_text(capacity.reason, 200)
    tested = _tested(capacity)
    match capacity.ending:
        case "found":
            return f"{_interval(capacity)} {tested}"
        case "highest":
            return f"The objective held at the highest rate that was allowed (--max-rate). {tested}"
        case "generator":
            return (
                "The generator, not the target, was the limit: "
                f"{reason}. Spread the load over more processes (--processes), or let nothing else "
                f"run on this machine. {tested}"
            )
        case "users":
            return f"The number of users, not the target, was the limit: {reason} (--max-users)."
        case "distress":
            return f"The search stopped at once, because the target was in distress: {reason}."
        case "time":
            below = f" At {rate_text(capacity.below)} it broke." if capacity.below else ""
            return f"Time was up after {seconds(capacity.duration)} (--max-time).{below} {tested}"
        case "lowest":
            return "Nothing lower is tried (--min-rate)."
        case "interrupted":
            return f"The search was interrupted ({reason}); this is what was known by then."
        case "failed":
            return f"Locust failed: {reason}. This is what was known by then."


def _no_answer(capacity: Capacity) -> str:
    lowest = min((step.rate for step in capacity.steps), default=None)
    if capacity.ending == "lowest" and lowest is not None:
        return f"Even {rate_text(lowest)} {UNIT} broke the objective"
    return "No answer: no rate was found that meets the objective"


def _interval(capacity: Capacity) -> str:
    low, high = capacity.at_least, capacity.below
    if high is None:
        return f"The true one lies above {rate_text(low)}."
    return f"The true one lies between {rate_text(low)} and {rate_text(high)}."


def _tested(capacity: Capacity) -> str:
    if capacity.rate is None:
        return ""
    if not capacity.confirmed:
        return "It was not confirmed in a longer window."
    longer = [step for step in capacity.steps if step.purpose == "confirm"]
    longest = max(step.seconds for step in longer if step.rate == capacity.rate)
    return f"It was confirmed in a window of {seconds(longest)}."


def objective_in_words(capacity: Capacity) -> str:
    """The conditions, and whether anybody asked for them."""
    conditions = ", ".join(clean_text(each) for each in capacity.objective)
    why_these = " (the default, since no --slo was given)" if capacity.is_default else ""
    return f"{conditions}{why_these}"


def first_in_words(first: FirstToBreak) -> str:
    """What broke first, where, and by how much."""
    measured = value_text(first.condition, first.measured)
    before = value_text(first.condition, first.before)
    earlier = "" if first.before is None else f", {before} at the highest rate that held"
    share = f"; {percent(first.share)} of what spoke against it" if first.share < 1 else ""
    return (
        f"{clean_text(first.operation)}: {clean_text(first.condition)} broke at "
        f"{rate_text(first.rate)}/s with {measured}{earlier}{share}"
    )


def why(step: CapacityStep) -> str:
    """Why a step did not hold, "" where it did."""
    if step.verdict == "held":
        return ""
    if step.verdict != "broken":
        return clean_text(step.reason, 160)
    broken = [each for each in step.conditions if not each.held]
    return condition_in_words(broken[0]) if broken else ""


def condition_in_words(result: ConditionResult) -> str:
    """One broken condition with what was measured."""
    of = f"{clean_text(result.operation)}: " if result.operation else ""
    condition = clean_text(result.condition.rpartition(":")[2].strip())
    measured = value_text(result.condition, result.measured)
    return f"{of}{condition}, measured {measured}{_KINDS[result.kind]}"


def value_text(condition: str, value: float | None) -> str:
    """A measured value in the unit of its condition."""
    if value is None:
        return "nothing"
    return percent(value) if condition.endswith("%") else milliseconds(value)


def rate_text(rate: float) -> str:
    """A rate with the digits that it was tried with."""
    return f"{rate:,.10g}"
