"""The settings of a run from the body of a start request, within what the service allows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from backend.limits import Limits
from backend.request_words import RENAMED, in_words_of_requests
from benchmark.errors import UsageError
from benchmark.settings import BenchmarkConfig, load_config

_OF_THE_SERVICE = frozenset({"user_email", "session_id", "configuration_id"})
"""What says whose a test is, and nothing about the run."""

_SAME = (
    "strategy", "request_rate", "arrivals", "spawn_rate", "max_start_delay", "include", "exclude",
    "read_only", "seed", "abort_on", "endpoints",
)  # fmt: skip
_SETTINGS = {**{name: name for name in _SAME}, **RENAMED}
_LEAST_REHEARSAL = 0.5  # seconds
_FORMED = ("stages", "headers", "wait_time", "max_concurrent_users")


def run_config(
    request: Mapping[str, Any], limits: Limits, resolve: tuple[str, ...] = ()
) -> BenchmarkConfig:
    """What a start request asks of the pipeline; `resolve` pins addresses as "host:address".

    The words are those of a stress test's start; `max_concurrent_users` are users who go on by
    themselves or, where there is a rate, the most that serve it. Names that are null were not
    given: what is chosen then is cut to `limits`. Raises UsageError, in the words of the request,
    for what is wrong and for more than `limits` allow.
    """
    given = {name: value for name, value in request.items() if value is not None}
    unknown = given.keys() - _SETTINGS.keys() - set(_FORMED) - _OF_THE_SERVICE
    if unknown:
        known = ", ".join(sorted([*_SETTINGS, *_FORMED]))
        raise UsageError(f"a run has no setting {min(unknown)!r}", f"known are: {known}")
    if "target_url" not in given:
        raise UsageError("`target_url` is missing", "say which API is to be tested")
    try:
        config = load_config(
            {**_flags(given), "resolve": resolve, "max_request_rate": limits.max_request_rate},
            Path(os.devnull),  # neither a file of this folder nor our environment speaks here
            {},
        )
        config = _in_proportion(_chosen_within(config, limits))
        _require_allowed(config, limits)
    except UsageError as error:
        message, hint = (in_words_of_requests(text) for text in (error.message, error.hint))
        raise UsageError(message, hint) from error
    return config


def secrets_of(request: Mapping[str, Any]) -> tuple[str, ...]:
    """Every text of a start request that must not appear in any output: the headers' values.

    Of one such as "Bearer abc" it is "abc" as well.
    """
    headers = request.get("headers")
    values = [str(each) for each in headers.values()] if isinstance(headers, Mapping) else []
    values += [value.partition(" ")[2].strip() for value in values]
    return tuple(value for value in values if value)


def _flags(given: Mapping[str, Any]) -> dict[str, Any]:
    """The request as `load_config` takes it."""
    flags = {_SETTINGS[name]: value for name, value in given.items() if name in _SETTINGS}
    stages = given.get("stages")
    if stages is not None:
        flags["stages"] = [_stage_text(stage) for stage in _list(stages, "stages")]
    if "headers" in given:
        headers = given["headers"]
        if not isinstance(headers, Mapping):
            raise UsageError("`headers` are names and values", 'for example {"X-Tenant": "7"}')
        flags["header"] = [f"{name}: {value}" for name, value in headers.items()]
    if "wait_time" in given:
        pauses = given["wait_time"]
        both = pauses if isinstance(pauses, list | tuple) else [pauses]
        flags["wait_time"] = "-".join(_seconds(pause) for pause in both)
    if "max_concurrent_users" in given:
        is_open = "request_rate" in given or "/s" in "".join(flags.get("stages", ()))
        flags["max_users" if is_open else "users"] = given["max_concurrent_users"]
        if stages is not None and not is_open:
            del flags["users"]  # the stages say it; more than this is refused below
            _require_peak(stages, given["max_concurrent_users"])
    return flags


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise UsageError(f"`{name}` must be a list", "for example [first, second]")
    return list(value)


def _stage_text(stage: Any) -> str:
    """A stage as it is written on the command line; a text is one already."""
    if isinstance(stage, str):
        return stage
    if not isinstance(stage, Mapping):
        raise UsageError("a stage is a table", 'for example {"duration": 30, "users": 50}')
    duration, users, rate = (stage.get(name) for name in ("duration", "users", "request_rate"))
    if (users is None) == (rate is None):
        raise UsageError("a stage has either `users` or `request_rate`", "leave out one of them")
    target = f"{users}" if rate is None else f"{_fixed(rate)}/s"
    return f"{_seconds(duration)}s:{target}"


def _seconds(value: Any) -> str:
    """A number of seconds; what is none stays as it is, for those who refuse it."""
    return _fixed(value) if isinstance(value, int | float) else str(value)


def _fixed(number: Any) -> str:
    """A number without an exponent."""
    if isinstance(number, bool) or not isinstance(number, int | float):
        return str(number)
    try:
        return f"{number:.6f}".rstrip("0").rstrip(".")
    except OverflowError:
        return "a number too large"


def _require_peak(stages: Any, most: Any) -> None:
    peak = max((s.get("users") or 0 for s in stages if isinstance(s, Mapping)), default=0)
    if isinstance(most, int) and isinstance(peak, int) and peak > most:
        raise UsageError(
            f"`stages` ask for {peak:,} users, and `max_concurrent_users` allows {most:,}",
            "leave out `max_concurrent_users`",
        )


def _chosen_within(config: BenchmarkConfig, limits: Limits) -> BenchmarkConfig:
    """Users and duration that the request does not say are no more than the service allows."""
    profile = config.profile()
    users = min(profile.users, limits.max_users)
    if profile.open_model is not None:
        config = replace(config, max_users=config.max_users or users)
    elif not profile.stages:
        config = replace(config, users=config.users or users)
    if not profile.stages:
        seconds = min(profile.run_time, limits.max_duration)
        config = replace(config, run_time=config.run_time or seconds)
    return config


def _in_proportion(config: BenchmarkConfig) -> BenchmarkConfig:
    """Users start at once unless it is said, and a rehearsal takes a third of the load at most.

    There is none before a load of a second: it would take several to start and say nothing.
    """
    profile = config.profile()
    if config.spawn_rate is None and profile.open_model is None and not profile.stages:
        config = replace(config, spawn_rate=float(profile.users))
    seconds = min(config.dynamic.rehearsal_seconds, round(profile.run_time / 3, 1))
    if seconds < _LEAST_REHEARSAL:
        seconds = 0.0
    return replace(config, dynamic=replace(config.dynamic, rehearsal_seconds=seconds))


def _require_allowed(config: BenchmarkConfig, limits: Limits) -> None:
    """Raise UsageError where a run is more than the service allows, or contradicts itself."""
    profile = config.profile()
    if profile.users > limits.max_users:
        raise _too_much(f"{profile.users:,} users", f"{limits.max_users:,}", "--users", "USERS")
    if profile.run_time > limits.max_duration:
        asked, most = f"{profile.run_time:g} seconds", f"{limits.max_duration:g}"
        raise _too_much(asked, most, "--stages" if profile.stages else "--run-time", "DURATION")
    model = profile.open_model
    if model is not None and model.rate > limits.max_request_rate:
        asked, most = f"{model.rate:g} iterations per second", f"{limits.max_request_rate:g}"
        option = "--stages" if profile.stages else "--request-rate"
        raise _too_much(asked, most, option, "REQUEST_RATE")
    if len(config.endpoints) > limits.max_endpoints:
        asked = f"{len(config.endpoints):,} endpoints"
        raise _too_much(asked, f"{limits.max_endpoints:,}", "--endpoints", "ENDPOINTS")


def _too_much(asked: str, most: str, option: str, setting: str) -> UsageError:
    problem = f"{option}: {asked} are more than this service allows"
    return UsageError(problem, f"at most {most}; its operator sets STRESS_API_MAX_{setting}")
