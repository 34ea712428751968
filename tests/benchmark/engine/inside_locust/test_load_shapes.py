"""The load shape: how a curve of users is asked for, second by second."""

from __future__ import annotations

import pytest

from benchmark.curve import Curve
from benchmark.engine.shapes import CurveShape
from benchmark.models import Stage
from benchmark.stages import parse_stages, spike_stages, stress_stages


def answers(
    stages: tuple[Stage, ...], moments: list[float], monkeypatch: pytest.MonkeyPatch
) -> list[int | None]:
    """The users that are asked for at some moments."""
    shape = CurveShape(Curve((stage.seconds, stage.target) for stage in stages))
    given: list[int | None] = []
    for moment in moments:
        monkeypatch.setattr(shape, "get_run_time", lambda moment=moment: moment)
        tick = shape.tick()
        given.append(tick[0] if tick else None)
        assert tick is None or tick[1] >= shape.curve.peak  # any change is made at once
    return given


def test_a_ramp_is_climbed_in_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a stage leads to is there in its last second."""
    stages = parse_stages("4s:10,2s:10,2s:0").stages
    ticks = [float(second) for second in range(9)]
    assert answers(stages, ticks, monkeypatch) == [2, 5, 8, 10, 10, 10, 5, 0, None]


def test_ticks_that_come_a_little_late_or_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """They count for the second in which they were meant to come."""
    stages = spike_stages(30, 3)
    moments = [0.0, 0.9, 0.99, 1.0, 1.004, 2.0, 2.1, 2.97, 3.2]
    assert answers(stages, moments, monkeypatch) == [3, 3, 30, 30, 30, 3, 3, None, None]


def test_steps_come_with_the_tick_that_they_fall_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a second earlier, although a ramp looks that far ahead."""
    moments = [0.0, 119.0, 120.0, 239.0, 240.0, 599.0, 600.0]
    assert answers(stress_stages(100, 600), moments, monkeypatch) == [20, 20, 40, 40, 60, 100, None]


@pytest.mark.parametrize("users", [1, 2, 7])
@pytest.mark.parametrize("run_time", [1, 2, 3, 5, 9])
def test_small_presets_have_a_user_all_the_time(
    users: int, run_time: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every level is seen by a tick, the peak too."""
    ticks = [float(second) for second in range(run_time)]
    for stages_of in (stress_stages, spike_stages):
        given = answers(stages_of(users, run_time), ticks, monkeypatch)
        assert max(each or 0 for each in given) == users
        assert min(each or 0 for each in given) >= 1
