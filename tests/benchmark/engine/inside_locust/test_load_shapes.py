"""Load shapes: the stages of stress and spike, and how they are walked through."""

from __future__ import annotations

from itertools import pairwise

import pytest

from benchmark.engine.shapes import Stage, StagedShape, spike_stages, stress_stages


@pytest.mark.parametrize("users", [1, 2, 7, 100])
@pytest.mark.parametrize("run_time", [1, 2, 3, 4, 5, 60, 600])
@pytest.mark.parametrize("stages_of", [stress_stages, spike_stages])
def test_every_stage_is_seen_by_a_tick(stages_of, run_time: int, users: int) -> None:  # type: ignore[no-untyped-def]  # two functions
    """Stages last a second at least, the peak is all users, and the last ends with the run."""
    stages = stages_of(users, run_time)
    ends = [0.0, *(stage.end for stage in stages)]
    assert all(later - earlier >= 1 - 1e-9 for earlier, later in pairwise(ends))
    assert stages[-1].end == pytest.approx(run_time)
    assert max(stage.users for stage in stages) == users
    assert min(stage.users for stage in stages) >= 1


def test_stress_goes_up_in_equal_steps() -> None:
    """Five steps of the same length and height."""
    assert stress_stages(100, 600) == (
        Stage(120, 20), Stage(240, 40), Stage(360, 60), Stage(480, 80), Stage(600, 100),
    )  # fmt: skip


def test_a_spike_comes_and_goes() -> None:
    """A tenth of the users before and after the peak."""
    assert spike_stages(200, 180) == (Stage(60, 20), Stage(120, 200), Stage(180, 20))


def test_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage gives one answer throughout; a tick that is a hair early counts as on time."""
    shape = StagedShape(spike_stages(30, 3))
    answers = {0.0: (3, 3.0), 0.9: (3, 3.0), 0.99: (30, 27.0), 1.0: (30, 27.0), 2.0: (3, 27.0)}
    for elapsed, answer in answers.items():
        monkeypatch.setattr(shape, "get_run_time", lambda elapsed=elapsed: elapsed)
        assert shape.tick() == answer
    monkeypatch.setattr(shape, "get_run_time", lambda: 2.999)
    assert shape.tick() is None
