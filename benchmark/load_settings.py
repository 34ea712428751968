"""The load of one run from what was asked for: presets, stages, rates, and what excludes what."""

from __future__ import annotations

from math import ceil
from typing import Protocol

from benchmark.errors import UsageError
from benchmark.models import ArrivalKind, LoadProfile, OpenModel, ShapeName
from benchmark.stages import MAX_USERS, Stages

USERS_PER_RATE = 2
"""Users for each iteration per second, unless it is said: enough for iterations of two seconds."""

MAX_START_DELAY = 10.0
"""Seconds after its time at which an iteration is dropped, unless another number is given."""


# The settings say what they are made of elsewhere; these are the ones that are asked for here.
# ruff: noqa: D102


class AskedLoad(Protocol):
    """The settings that make up a load; None where nothing was said. See `BenchmarkConfig`."""

    @property
    def test_type(self) -> str: ...
    @property
    def users(self) -> int | None: ...
    @property
    def spawn_rate(self) -> float | None: ...
    @property
    def run_time(self) -> float | None: ...
    @property
    def stages(self) -> Stages | None: ...
    @property
    def request_rate(self) -> float | None: ...
    @property
    def arrivals(self) -> ArrivalKind | None: ...
    @property
    def max_users(self) -> int | None: ...
    @property
    def max_start_delay(self) -> float | None: ...


class PresetLoad(Protocol):
    """The load of a test type. See `benchmark.settings.Preset`."""

    @property
    def users(self) -> int: ...
    @property
    def spawn_rate(self) -> float | None: ...
    @property
    def run_time(self) -> float: ...
    @property
    def shape(self) -> ShapeName: ...


def load_profile(config: AskedLoad, name: str, preset: PresetLoad) -> LoadProfile:
    """The load of one test type: what was given explicitly, laid over its preset.

    Raises UsageError for settings that contradict each other.
    """
    _refuse_contradictions(config)
    stages = config.stages
    open_model = _open_model(config)
    users = _users(config, preset, open_model)
    return LoadProfile(
        name=name,
        users=users,
        # In the open model all users are there from the start; stages have ramps of their own.
        spawn_rate=float(users)
        if open_model or stages
        else config.spawn_rate or preset.spawn_rate or float(users),
        run_time=stages.seconds if stages else config.run_time or preset.run_time,
        shape="stages" if stages else preset.shape,
        stages=stages.stages if stages else (),
        open_model=open_model,
    )


def load_in_words(profile: LoadProfile) -> str:
    """How much load a profile is, and for how long."""
    users = f"{profile.users} user{'s' if profile.users != 1 else ''}"
    if (open_model := profile.open_model) is not None:
        up_to = "up to " if profile.shape != "hold" else ""
        rate = f"{up_to}{open_model.rate:g} iterations per second"
        return f"{rate} by at most {users} for {profile.run_time:g} s"
    up_to = "up to " if profile.stages else ""
    return f"{up_to}{users} for {profile.run_time:g} s"


def _open_model(config: AskedLoad) -> OpenModel | None:
    stages = config.stages
    rate = stages.peak if stages and stages.per_second else config.request_rate
    if rate is None:
        return None
    return OpenModel(
        rate=rate,
        arrivals=config.arrivals or "constant",
        max_start_delay=config.max_start_delay or MAX_START_DELAY,
    )


def _users(config: AskedLoad, preset: PresetLoad, open_model: OpenModel | None) -> int:
    users = config.users or preset.users
    if open_model is not None:
        users = config.max_users or max(users, ceil(USERS_PER_RATE * open_model.rate))
    elif config.stages:
        users = int(config.stages.peak)
    if users > MAX_USERS:
        problem = f"{users:,} users are more than can run"
        raise UsageError(problem, f"give --max-users, {MAX_USERS:,} at most")
    return users


def _refuse_contradictions(config: AskedLoad) -> None:
    """Raise UsageError where two settings answer the same question, or one has no meaning."""
    stages, rate = config.stages, config.request_rate
    if stages and config.test_type == "suite":
        raise UsageError(
            "--stages is the load of one run, and suite runs several", "choose one --test-type"
        )
    if stages and rate is not None:
        raise UsageError(
            "--stages and --request-rate both say how much load there is",
            "write the stages as rates, '30s:50/s,2m:200/s', and leave out --request-rate",
        )
    if stages and config.run_time is not None:
        raise UsageError(
            "--stages and --run-time both say how long the run lasts",
            "leave out --run-time (in the environment: BENCHMARK_DURATION)",
        )
    if stages and not stages.per_second and config.users is not None:
        raise UsageError(
            "--stages and --users both say how many users there are", "leave out --users"
        )
    is_open = rate is not None or bool(stages and stages.per_second)
    if config.spawn_rate is not None and (stages or is_open):
        why = "users come and go as the stages say" if stages else "all users are there at once"
        raise UsageError(f"--spawn-rate has no meaning here: {why}", "leave out --spawn-rate")
    if is_open:
        return
    for name in ("arrivals", "max_users", "max_start_delay"):
        if getattr(config, name) is not None:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(
                f"{option} needs a rate",
                "give --request-rate, or stages of rates: --stages '30s:50/s'",
            )
