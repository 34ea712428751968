"""Whether two sides can be compared at all, and what must be said beside the numbers."""

from __future__ import annotations

from collections.abc import Iterator

from benchmark.errors import UsageError
from benchmark.models import LoadProfile, OpenModel, RunResult
from benchmark.utils.comparison.runs import MeasuredRun, Side
from benchmark.utils.comparison.series import Key
from benchmark.utils.figures import plural
from benchmark.utils.text_safety import clean_text
from benchmark.utils.validity import judge_validity

LEAST_COMMON = 0.5
"""Less than this share of operations in common, at different addresses: these are two APIs."""
MOST_OPERATIONS = 5_000
"""More operations than these, as forged results may have, would take minutes."""


def require_comparable(base: Side, new: Side) -> None:
    """Raise UsageError where numbers side by side would mean nothing."""
    first = base.runs[0]
    for side in (base, new):
        for run in side.runs:
            _require_same_load(first.result, run.result, base.label, run.file or side.label)
            if not run.result.totals.requests:
                raise UsageError(f"{_name(run, side)}: no request was sent", "run it again")
    if not any(_succeeded(run.result) for side in (base, new) for run in side.runs):
        raise UsageError(
            f"no request succeeded, neither in {base.label} nor in {new.label}",
            "see the failures of a run: stress-api analyze RESULT",
        )
    _require_same_api(base, new)


def _require_same_load(base: RunResult, new: RunResult, base_name: str, new_name: str) -> None:
    for what, one, other in differences_of_load(base, new):
        raise UsageError(
            f"the loads differ ({what}): {one} in {base_name}, {other} in {new_name}",
            "latencies under different loads cannot be compared: repeat one run with the other's",
        )


def differences_of_load(base: RunResult, new: RunResult) -> Iterator[tuple[str, str, str]]:
    """What differs in the load that was asked for: its name, and how it was on both sides.

    Of a run without a known load, nothing; of unknown pauses, nothing about them.
    """
    one, other = base.profile, new.profile
    if not (one.users and other.users):
        return
    if (one.open_model is None) != (other.open_model is None):
        yield "model", _model(one), _model(other)
        return
    if one.open_model is not None and other.open_model is not None:
        if one.open_model.rate != other.open_model.rate:
            yield "rate", _rate(one.open_model), _rate(other.open_model)
        if one.open_model.arrivals != other.open_model.arrivals:
            yield "arrivals", one.open_model.arrivals, other.open_model.arrivals
    else:
        if one.users != other.users:
            yield "users", plural(one.users, "user"), plural(other.users, "user")
        if base.wait_time and new.wait_time and base.wait_time != new.wait_time:
            yield "pauses", _pauses(base.wait_time), _pauses(new.wait_time)
    if one.shape != other.shape or one.stages != other.stages:
        yield "shape", _shape(one), _shape(other)
    elif one.shape != "hold" and one.run_time != other.run_time:
        yield "run time", f"{one.run_time:g} s", f"{other.run_time:g} s"


def _model(profile: LoadProfile) -> str:
    return "closed" if profile.open_model is None else "open"


def _rate(open_model: OpenModel) -> str:
    return f"{open_model.rate:g} per second"


def _pauses(wait_time: tuple[float, float]) -> str:
    return "{:g}-{:g} s".format(*wait_time)


def _shape(profile: LoadProfile) -> str:
    return {"hold": "held", "stages": "other stages"}.get(profile.shape, profile.shape)


def _succeeded(result: RunResult) -> bool:
    return result.totals.failures < result.totals.requests


def _require_same_api(base: Side, new: Side) -> None:
    ours, theirs = operations_of(base), operations_of(new)
    common = len(ours & theirs)
    if common > MOST_OPERATIONS:
        raise UsageError(f"{common:,} operations are too many", f"at most {MOST_OPERATIONS:,}")
    where = [side.runs[0].result.base_url for side in (base, new)]
    other_place = where[0] != where[1]
    if common and not (other_place and common < LEAST_COMMON * min(len(ours), len(theirs))):
        return
    of = f"{common or 'none'} of {len(ours)} and {len(theirs)} operations"
    targets = f" ({where[0]} and {where[1]})" if other_place else ""
    raise UsageError(
        f"these are results of different APIs{targets}: {of} are in both",
        "compare runs against the same API",
    )


def operations_of(side: Side) -> set[Key]:
    """The operations that were called in any run of a side."""
    return {key for run in side.runs for key in run.series.operations}


def doubts(base: Side, new: Side) -> tuple[str, ...]:
    """What speaks against the numbers, in sentences without a full stop, each one once."""
    found = [*_between(base.runs[0].result, new.runs[0].result), *_on_both(base, new)]
    for side in (base, new):
        for run in side.runs:
            found += (f"{_name(run, side)}: {doubt}" for doubt in _of_run(run))
    return tuple(dict.fromkeys(found))


def _between(base: RunResult, new: RunResult) -> Iterator[str]:
    if base.base_url != new.base_url:
        yield (
            f"the targets are at different addresses, {base.base_url} and {new.base_url}: what "
            "differs between their machines and networks is in the numbers"
        )
    if not (base.profile.users and new.profile.users):
        yield "the load of a run is not known: see that both had the same"
    elif base.profile.open_model is None and None in (base.wait_time, new.wait_time):
        yield "how long the users paused is not known: see that they did the same in both"
    if base.started_at > new.started_at:
        yield "the new run is older than the base: see that they are in the right order"
    if len(base.processes) != len(new.processes) and base.processes and new.processes:
        yield (
            f"{plural(len(base.processes), 'process', 'processes')} sent the load of the base, "
            f"{len(new.processes)} that of the new run"
        )


def _on_both(base: Side, new: Side) -> Iterator[str]:
    known = {_identity(run.result) for run in base.runs}
    for run in new.runs:
        if _identity(run.result) in known:
            yield f"{_name(run, new)}: the same run stands on both sides, and cannot have changed"


def _identity(result: RunResult) -> tuple[object, ...]:
    totals = result.totals
    return result.base_url, result.started_at, totals.requests, totals.failures


def _of_run(run: MeasuredRun) -> Iterator[str]:
    result = run.result
    if result.status != "completed":
        reason = f" ({result.status_reason})" if result.status_reason else ""
        yield f"this run was {result.status}{reason}"
    validity = judge_validity(result)
    if validity.verdict != "valid":
        yield f"the measurement is {validity.verdict}: {'; '.join(validity.reasons)}"
    if run.steady.problem:
        yield run.steady.problem


def _name(run: MeasuredRun, side: Side) -> str:
    return clean_text(run.file or side.label)
