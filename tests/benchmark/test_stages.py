"""Stages as people write them, those of the presets, and what is refused."""

from __future__ import annotations

import contextlib
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.curve import Curve
from benchmark.errors import UsageError
from benchmark.models import Stage
from benchmark.stages import (
    MAX_STAGES,
    PRESET_SHAPES,
    Stages,
    parse_stages,
    spike_stages,
    stress_stages,
)


def test_users_and_rates() -> None:
    """A duration and a target for each stage; `/s` makes the targets rates."""
    users = parse_stages("30s:50, 2m:200 ,30s:0")
    assert users == Stages((Stage(30, 50), Stage(120, 200), Stage(30, 0)), per_second=False)
    assert (users.seconds, users.peak, str(users)) == (180, 200, "30s:50,120s:200,30s:0")
    rates = parse_stages("1h30m:0.5/s,10:7/s,")
    assert rates == Stages((Stage(5400, 0.5), Stage(10, 7)), per_second=True)
    assert str(rates) == "5400s:0.5/s,10s:7/s"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "'' is no stage"),
        ("50", "'50' is no stage"),
        ("30s:50,,1s:1", "'' is no stage"),
        ("30x:50", "'30x:50' is no stage"),
        (":50", "':50' is no stage"),
        ("-5s:50", "'-5s:50' is no stage"),
        ("30s:", "neither a number of users nor a rate"),
        ("30s:many", "'many' is neither a number of users nor a rate"),
        ("30s:-1", "'-1' is neither a number of users nor a rate"),
        ("30s:1e9", "neither a number of users nor a rate"),
        ("30s:nan", "neither a number of users nor a rate"),
        ("٣s:5", "is no stage"),
        ("0.5s:50", "a stage lasts whole seconds, 1s at least"),
        ("0s:50", "a stage lasts whole seconds, 1s at least"),
        ("500ms:50", "is no stage"),
        ("1.5s:50", "a stage lasts whole seconds, 1s at least"),
        ("30s:2.5", "there are no parts of users"),
        ("30s:50,30s:50/s", "some stages are users and some are rates"),
        ("30s:0,10s:0", "no stage asks for any load"),
        ("30s:2000000", "that is too much"),
        ("30s:2000000/s", "that is too much"),
        ("999999999h:1", "the stages last too long"),
        ("1s:1," * (MAX_STAGES + 1), "1001 stages are too many"),
    ],
)
def test_what_is_no_stage_is_said(text: str, said: str) -> None:
    """The message names the part that is wrong, and a hint how to write it."""
    with pytest.raises(UsageError) as refusal:
        parse_stages(text)
    assert said in refusal.value.message
    assert refusal.value.hint


@given(
    st.lists(
        st.tuples(st.integers(1, 5000), st.integers(1, 10**9).map(lambda n: n / 1000)),
        min_size=1, max_size=20,
    )
)  # fmt: skip
def test_stages_are_read_as_they_are_written(stages: list[tuple[int, float]]) -> None:
    """The text of stages gives the same stages."""
    made = Stages(tuple(Stage(float(s), t) for s, t in stages), per_second=True)
    assert parse_stages(str(made)) == made


@given(st.text(max_size=40))
def test_any_text_is_stages_or_refused(text: str) -> None:
    """Nothing else happens."""
    with contextlib.suppress(UsageError):
        assert parse_stages(text).peak > 0


# ── presets ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("peak", [0.5, 1, 2, 7, 100])
@pytest.mark.parametrize("run_time", [1, 2, 3, 4, 5, 60, 600])
@pytest.mark.parametrize("shape", sorted(PRESET_SHAPES))
def test_every_level_lasts_a_second_at_least(shape: str, run_time: int, peak: float) -> None:
    """The highest is the peak, the last ends with the run, and there is always some load."""
    stages = PRESET_SHAPES[shape](peak, run_time)
    lengths = [stage.seconds for stage in stages if stage.seconds]
    assert all(seconds >= 1 - 1e-9 for seconds in lengths)
    assert list(accumulate(lengths))[-1] == pytest.approx(run_time)
    assert max(stage.target for stage in stages) == peak
    assert min(stage.target for stage in stages) > 0


def test_stress_goes_up_in_equal_steps() -> None:
    """Five steps of the same length and height, without ramps between them."""
    curve = Curve((stage.seconds, stage.target) for stage in stress_stages(100, 600))
    values = [curve.before(moment) for moment in (1, 120, 121, 240, 241, 360, 480, 481, 600)]
    assert values == [20, 20, 40, 40, 60, 60, 80, 100, 100]


def test_a_spike_comes_and_goes() -> None:
    """A tenth before and after the peak."""
    curve = Curve((stage.seconds, stage.target) for stage in spike_stages(200, 180))
    assert [curve.before(moment) for moment in (60, 61, 120, 121, 180)] == [20, 200, 200, 20, 20]
