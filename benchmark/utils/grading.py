"""The grade of a run: throughput, mean latency and failures, each judged only where it is fair."""

from __future__ import annotations

from benchmark.models import Criterion, GradeName, RunResult
from benchmark.utils.figures import milliseconds, number, plural

THROUGHPUT = "Requests per second"
LATENCY = "Mean latency"
FAILURES = "Failures"

GOOD_RPS, ACCEPTABLE_RPS = 100.0, 50.0
GOOD_MS, ACCEPTABLE_MS, POOR_MS = 200.0, 500.0, 1000.0
GOOD_PERCENT, ACCEPTABLE_PERCENT, POOR_PERCENT = 1.0, 5.0, 10.0

_NEARLY_ALL = 0.9
_WORST_FIRST: tuple[GradeName, ...] = ("Poor", "Below acceptable", "Acceptable", "Good")


def judge(result: RunResult) -> tuple[Criterion, ...]:
    """The criteria of the grade, judged."""
    return _throughput(result), _latency(result), _failures(result)


def overall_grade(criteria: tuple[Criterion, ...]) -> GradeName:
    """The worst verdict of the criteria that could be judged; "Not judged" if none could."""
    verdicts = {criterion.verdict for criterion in criteria}
    return next((grade for grade in _WORST_FIRST if grade in verdicts), "Not judged")


def _latency(result: RunResult) -> Criterion:
    mean = result.totals.latency.mean
    verdict, why = _unless_pointless(result, _below(mean, GOOD_MS, ACCEPTABLE_MS, POOR_MS))
    rule = "Good below 200 ms, Acceptable below 500 ms, Poor above 1 s"
    return Criterion(LATENCY, mean, "ms", verdict, why or rule)


def _failures(result: RunResult) -> Criterion:
    rule = "Good below 1 %, Acceptable below 5 %, Poor above 10 %"
    if not result.totals.requests:
        return Criterion(FAILURES, 0.0, "%", "Not judged", "No request was sent")
    measured = result.totals.failure_share * 100
    verdict = _below(measured, GOOD_PERCENT, ACCEPTABLE_PERCENT, POOR_PERCENT)
    return Criterion(FAILURES, measured, "%", verdict, rule)


def _throughput(result: RunResult) -> Criterion:
    rps = result.rps
    rule = "Good above 100, Acceptable above 50, Poor below 50"
    verdict, why = _unless_pointless(result, _above(rps, GOOD_RPS, ACCEPTABLE_RPS))
    if verdict not in ("Good", "Not judged"):
        why = _why_it_could_not_be_more(result)
        verdict = "Not judged" if why else verdict
    return Criterion(THROUGHPUT, rps, "requests/s", verdict, why or rule)


def _below(measured: float, good: float, acceptable: float, poor: float) -> GradeName:
    if measured < good:
        return "Good"
    if measured < acceptable:
        return "Acceptable"
    return "Poor" if measured > poor else "Below acceptable"


def _above(measured: float, good: float, acceptable: float) -> GradeName:
    if measured > good:
        return "Good"
    if measured > acceptable:
        return "Acceptable"
    return "Poor" if measured < acceptable else "Below acceptable"


def _unless_pointless(result: RunResult, verdict: GradeName) -> tuple[GradeName, str]:
    """The verdict, or why a speed says nothing: there is none, or it is the speed of failing."""
    if not result.totals.requests:
        return "Not judged", "No request was sent"
    if result.totals.failures >= result.totals.requests:
        return "Not judged", "No request succeeded, and how fast requests fail says nothing"
    return verdict, ""


# ── What the users could have offered ─────────────────────────────────────────────────────────────


def users_on_average(result: RunResult) -> float:
    """The users of a run, averaged over its time; those asked for where no timeline tells."""
    weighted, before = 0.0, 0.0
    for second in result.timeline:
        weighted += second.users * (second.elapsed - before)
        before = second.elapsed
    return weighted / before if weighted > 0 and before > 0 else float(result.profile.users)


def users_at_peak(result: RunResult) -> int:
    """The most users that ran at once; those asked for where no timeline tells."""
    return max((second.users for second in result.timeline), default=result.profile.users)


def users_in_words(result: RunResult) -> str:
    """How many users ran: "20 users", or "9 of 30 users" where the ramp did not come to its end."""
    asked, peak = result.profile.users, users_at_peak(result)
    if not asked:
        return "users unknown"
    return f"{peak} of {plural(asked, 'user')}" if peak < asked else plural(asked, "user")


def rate_limit_in_words(result: RunResult) -> str:
    """That the target limited the rate, and what the users did then; "" if it did not."""
    count = result.totals.rate_limited
    if not count:
        return ""
    said = f"The target limited the rate: {plural(count, 'answer')} 429"
    waited = result.counters.get("rate_limited", 0)
    return f"{said}; the users waited as long as they were told" if waited else said


def arrivals_in_words(result: RunResult) -> str:
    """What became of the iterations of an open run, and how it felt to a visitor; "" elsewhere."""
    if (arrivals := result.arrivals) is None or result.profile.open_model is None:
        return ""
    schedule = result.totals.latency_from_schedule
    felt = ", ".join(f"p{p} {milliseconds(schedule.percentile(p))}" for p in (50, 95, 99))
    return (
        f"{number(arrivals.achieved_rate)} of {number(arrivals.asked_rate)} iterations per second "
        f"started ({result.profile.open_model.arrivals} arrivals), {arrivals.dropped:,} dropped, "
        f"{arrivals.missed:,} missed" + (f"; from schedule {felt}" if schedule.counts else "")
    )


def wanted_rps(rps: float) -> float:
    """What the next better verdict on throughput asks for, in requests per second."""
    return GOOD_RPS if rps > ACCEPTABLE_RPS else ACCEPTABLE_RPS


def fair_latency(result: RunResult) -> float:
    """The latency in milliseconds that a closed loop of users may be excused with.

    Never more than the next better verdict on throughput grants a request: a target that is slower
    than that has itself to blame for the requests that its users could not send.
    """
    granted = GOOD_MS if result.rps > ACCEPTABLE_RPS else ACCEPTABLE_MS
    return min(result.totals.latency.mean, granted)


def _why_it_could_not_be_more(result: RunResult) -> str:
    """Why no better throughput was possible whatever the target did; "" if it was possible.

    A user sends, waits for the answer, pauses, and sends again: users / (pause + latency) requests
    per second at most, with one request for each pause. In the open model it is the rate.
    """
    if limited := rate_limit_in_words(result):
        return limited
    if not result.profile.users:
        return "How many users ran and how long they paused is not known"
    if (arrivals := result.arrivals) is not None:
        asked = arrivals.asked_rate
        if asked > wanted_rps(result.rps):
            return ""
        return f"No more than {number(asked)} iterations per second were asked for"
    peak, users = users_at_peak(result), users_on_average(result)
    if users >= _NEARLY_ALL * peak:  # a short ramp is not worth a sentence
        users = float(peak)
    latency = fair_latency(result)
    if result.wait_time is None:
        return "How long the users paused is not known, so how much they could offer is not either"
    shortest, longest = result.wait_time
    cycle = (shortest + longest) / 2 + latency / 1000
    if cycle <= 0 or users / cycle > wanted_rps(result.rps):
        return ""
    ceiling = users / cycle
    more = result.rps > ceiling
    bound = "about" if more else "at most"
    reason = "; first tasks have no pause, and some tasks send several requests" if more else ""
    return (
        f"{_users(result, users)} {_pauses(shortest, longest)} plus {milliseconds(latency)} per "
        f"request can offer {bound} {number(ceiling)} requests per second{reason}"
    )


def _users(result: RunResult, average: float) -> str:
    peak = users_at_peak(result)
    if average >= peak:
        return plural(round(average), "user")
    return f"{number(average)} users on average ({peak} at the peak)"


def _pauses(shortest: float, longest: float) -> str:
    if longest <= 0:
        return "without pauses"
    if shortest == longest:
        return f"pausing {longest:g} s"
    return f"pausing {shortest:g}–{longest:g} s ({(shortest + longest) / 2:g} s on average)"
