"""What to do next: concrete advice for each criterion that failed, naming the operations."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from statistics import median

from benchmark.models import Criterion, OperationStats, RunResult
from benchmark.utils.figures import milliseconds, number, percent, plural, size
from benchmark.utils.grading import (
    ACCEPTABLE_RPS,
    FAILURES,
    GOOD_MS,
    GOOD_RPS,
    LATENCY,
    THROUGHPUT,
    fair_latency,
    rate_limit_in_words,
    users_on_average,
    wanted_rps,
)
from benchmark.utils.silence import silence_at_end, stopped_answering
from benchmark.utils.text_safety import clean_text

_LARGE_ANSWER = 100_000  # bytes; from here on serialising and sending is a cost of its own
_HEADROOM = 1.25  # a run has a ramp, and users never send at the ideal rate
_UNEVEN = 5.0  # p95 this many times p50: most requests are quick, some wait for something
_GROWTH = 1.5  # latency this many times higher with more users: requests queue

_STATUS_IN_MESSAGE = re.compile(r"\b([45]\d\d) (?:Client|Server) Error\b")

_ADVICE_BY_STATUS = {
    "0": "no answer came: is the target up, and does it accept this many connections?",
    "400": "the requests are not valid for it: correct its values in the generated file",
    "401": "it needs credentials: give --token, --basic, --api-key or --header",
    "403": "these credentials may not do this: use an account that may",
    "404": "what it asks for does not exist: its ids must come from data that this run made",
    "405": "the document names a method that the target does not offer",
    "409": "it conflicts with data that is there: its values must be unique",
    "413": "its body is larger than the target takes",
    "415": "the target wants another media type",
    "422": "the requests are not valid for it: correct its values in the generated file",
    "429": "the target limits the rate: raise the limit for the test, or use fewer users",
    "500": "the target breaks: its log of this time names the error",
    "502": "a server behind the target does not answer: look at its log and its workers",
    "503": "the target is overloaded or not ready: add workers, or use fewer users",
    "504": "a server behind the target is too slow: look for what it waits for",
}

FEW_REQUESTS = 100
"""Below so many requests percentiles, and with them the grade, mean little."""


def slowest_operations(result: RunResult, count: int = 5) -> tuple[OperationStats, ...]:
    """The operations with the highest p95, highest first."""
    called = (each for each in result.operations if each.requests)
    return tuple(sorted(called, key=lambda each: -each.latency.percentile(95))[:count])


def most_failing_operations(result: RunResult, count: int = 5) -> tuple[OperationStats, ...]:
    """The operations with the most failures, most first; those without any are left out."""
    failing = (each for each in result.operations if each.failures)
    return tuple(sorted(failing, key=lambda each: (-each.failures, -each.failure_share))[:count])


def give_tips(result: RunResult, criteria: tuple[Criterion, ...]) -> tuple[str, ...]:
    """Advice in the order of urgency: failures, latency, throughput, then the test itself."""
    wanting = {each.name for each in criteria if each.verdict not in ("Good", "Not judged")}
    unjudged = {each.name for each in criteria if each.verdict == "Not judged"}
    tips: list[str] = []
    if (silence := silence_at_end(result.timeline)) is not None:
        tips.append(
            f"{stopped_answering(silence).capitalize()}: nothing after that is a measurement of "
            "it; its log of this time says why it ended."
        )
    if not result.totals.requests:
        tips.append(
            "No request was sent: look into the run's log, and at the operations that were skipped."
        )
    elif result.totals.requests < FEW_REQUESTS:
        tips.append(
            f"Only {plural(result.totals.requests, 'request')}: too few to rely on the grade; run "
            "longer (--run-time) or with more users (--users)."
        )
    if FAILURES in wanting:
        tips.extend(_failure_tips(result))
    tips.extend(_dropped_tips(result))
    if limited := rate_limit_in_words(result):
        tips.append(
            f"{limited}: this is the throughput of the limit, so raise it for the test, or take it "
            "as the result."
        )
    if LATENCY in wanting:
        tips.extend(_latency_tips(result))
    if THROUGHPUT in wanting:
        tips.extend(_throughput_tips(result, latency_is_good=LATENCY not in wanting))
    dropped = result.arrivals is not None and result.arrivals.dropped > 0
    if THROUGHPUT in unjudged and result.totals.failures < result.totals.requests and not dropped:
        tips.extend(_offer_more(result))
    tips.extend(_coverage_tips(result))
    return tuple(tips)


def _failure_tips(result: RunResult) -> Iterator[str]:
    for each in most_failing_operations(result, 3):
        message = next(
            (f.message for f in result.failures if (f.method, f.name) == (each.method, each.name)),
            "",
        )
        worst = _worst_status(each, message)
        how = ", mostly without an answer" if worst == "0" else f", mostly with status {worst}"
        said = f" ({clean_text(message, 120)})" if message else ""
        yield (
            f"{_key(each)}: {each.failures:,} of {plural(each.requests, 'request')} failed"
            f"{how if worst else ''}{said}: {_advice(worst)}."
        )


def _dropped_tips(result: RunResult) -> Iterator[str]:
    arrivals = result.arrivals
    if arrivals is None or not arrivals.dropped:
        return
    yield (
        f"{plural(arrivals.dropped, 'iteration')} of {arrivals.asked:,} found no free user and "
        f"{'was' if arrivals.dropped == 1 else 'were'} dropped: if more users (--max-users, now "
        f"{result.profile.users:,}) do not help, the target does not bear this rate; "
        "stress-api capacity finds the one that it bears."
    )


def _worst_status(operation: OperationStats, message: str) -> str:
    """The most frequent status of failures, "0" for no answer, "" where none was kept or is meant.

    Plain Locust keeps no statuses, but names them in its messages.
    """
    failed = {code: n for code, n in operation.statuses.items() if not code.startswith(("2", "3"))}
    if operation.statuses:
        return clean_text(max(failed, key=lambda code: failed[code], default=""), 20)
    named = _STATUS_IN_MESSAGE.search(message)
    return named[1] if named else ""


def _advice(status: str) -> str:
    if status in _ADVICE_BY_STATUS:
        return _ADVICE_BY_STATUS[status]
    if status.startswith("5"):
        return "the target breaks: its log of this time names the error"
    if status.startswith("4"):
        return "the target refuses it: compare the request with what its document asks for"
    return "compare what it answers with what its document promises"


def _latency_tips(result: RunResult) -> Iterator[str]:
    costs = {_key(each): _cost(each) for each in result.operations}
    everything = sum(costs.values()) or 1.0
    slow = [each for each in result.operations if each.latency.mean >= GOOD_MS]
    for each in sorted(slow, key=_cost, reverse=True)[:3]:
        p50, p95 = each.latency.percentile(50), each.latency.percentile(95)
        yield (
            f"{_key(each)}: {plural(each.requests, 'request')} with p95 {milliseconds(p95)} and "
            f"p50 {milliseconds(p50)}, {percent(costs[_key(each)] / everything)} of all waiting: "
            f"{_cause(each, p50, p95)}."
        )
    growth = _growth_with_users(result)
    if growth:
        yield growth


def _cause(operation: OperationStats, p50: float, p95: float) -> str:
    answer = operation.received / operation.requests if operation.requests else 0.0
    if p95 > _UNEVEN * p50:
        return (
            "most answers are quick and a few wait long, so look for locks, a connection pool that "
            "is too small, cold caches or a slow dependency"
        )
    if answer > _LARGE_ANSWER:
        return f"answers of {size(answer)} on average, so offer pages, fewer fields or compression"
    return (
        "it is slow every time, so profile it: queries without an index or one per item, calls to "
        "other services, blocking work in an async handler"
    )


def _growth_with_users(result: RunResult) -> str:
    """Compares the seconds with few users with those with many."""
    seconds = [each for each in result.timeline if each.requests]
    peak = max((each.users for each in seconds), default=0)
    few = [each for each in seconds if each.users <= peak / 3]
    many = [each for each in seconds if each.users >= peak * 0.9]
    if len(few) < 3 or len(many) < 3:
        return ""
    before = median(each.p50 or 0.0 for each in few)
    after = median(each.p50 or 0.0 for each in many)
    if before <= 0 or after < _GROWTH * before:
        return ""
    return (
        f"The median latency grew from {milliseconds(before)} with up to "
        f"{max(each.users for each in few)} users to {milliseconds(after)} with {peak}: requests "
        "queue, so add workers or find what they wait for together (a pool, a lock, one processor)."
    )


def _throughput_tips(result: RunResult, *, latency_is_good: bool) -> Iterator[str]:
    wanted = f"{number(result.rps)} requests per second where more than {GOOD_RPS:g} is Good"
    if not latency_is_good and result.operations:
        worst = max(result.operations, key=_cost)
        yield f"{wanted}: users spend most of their time waiting for {_key(worst)}; start there."
    elif users_on_average(result) < 0.7 * result.profile.users:
        yield (
            f"{wanted}, but only {number(users_on_average(result))} of {result.profile.users} "
            "users ran on average: give the run more time, or a higher --spawn-rate."
        )
    else:
        is_open = result.profile.open_model is not None
        more = "raise --max-users" if is_open else "add users or shorten --wait-time"
        yield (
            f"{wanted} although answers are quick: {more}, and watch the processor of the machine "
            "that sends the load."
        )


def _offer_more(result: RunResult) -> Iterator[str]:
    if not result.profile.users or not result.totals.requests:
        return
    rps = wanted_rps(result.rps)
    level = "Acceptable" if rps == ACCEPTABLE_RPS else "Good"
    wanted = f"To have throughput judged, offer more than {rps:g} requests per second ({level})"
    if result.profile.open_model is not None:
        yield f"{wanted}: --request-rate {math.ceil(_HEADROOM * rps)}."
        return
    if result.wait_time is None:
        yield f"{wanted}: more --users, or shorter pauses in the locustfile."
        return
    pause = sum(result.wait_time) / 2
    users = math.ceil(_HEADROOM * rps * (pause + fair_latency(result) / 1000))
    if users > result.profile.users:
        yield f"{wanted}: --users {users} with the same pauses, or a shorter --wait-time."


def _coverage_tips(result: RunResult) -> Iterator[str]:
    if result.skipped_tasks:
        task, count = max(result.skipped_tasks.items(), key=lambda item: item[1])
        yield (
            f"{plural(sum(result.skipped_tasks.values()), 'task')} sent nothing, most often "
            f"{clean_text(task, 160)} ({plural(count, 'time')})."
        )
    called = {_key(each) for each in result.operations if each.requests}
    planned = [each.operation for each in result.readiness if each.readiness.enabled]
    missed = [operation for operation in planned if operation not in called]
    if missed and called:
        yield (
            f"{plural(len(missed), 'operation')} of {len(planned)} had no turn, such as "
            f"{clean_text(missed[0], 120)}: run longer or with more users, unless what they need "
            "could not be made."
        )


def _cost(operation: OperationStats) -> float:
    return operation.latency.percentile(95) * operation.requests


def _key(operation: OperationStats) -> str:
    return clean_text(f"{operation.method} {operation.name}".strip(), 120)
