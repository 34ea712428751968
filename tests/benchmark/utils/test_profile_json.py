"""The load of a run as it stands in timelines and results."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmark.models import LoadProfile, OpenModel, Stage
from benchmark.utils.checked_json import MalformedError
from benchmark.utils.timeline_lines import profile_from_json, profile_to_json

PLAIN: dict[str, Any] = {
    "name": "x", "users": 5, "spawn_rate": 1.0, "run_time": 60.0, "shape": "hold",
}  # fmt: skip
STAGES = (Stage(30, 50), Stage(120, 0.25), Stage(1, 0))
OPEN = OpenModel(50.0, "poisson", 2.5)


@pytest.mark.parametrize(
    "profile",
    [
        LoadProfile("x", 5, 1.0, 60.0),
        LoadProfile("x", 5, 1.0, 60.0, "spike", open_model=OPEN),
        LoadProfile("x", 50, 50.0, 151.0, "stages", (Stage(30, 50), Stage(121, 0))),
        LoadProfile("x", 100, 100.0, 151.0, "stages", STAGES, OPEN),
    ],
)
def test_what_is_written_is_read(profile: LoadProfile) -> None:
    """Every sort of load comes back as it was."""
    assert profile_from_json(json.loads(json.dumps(profile_to_json(profile)))) == profile


def test_a_plain_load_is_written_as_ever() -> None:
    """Nothing about stages or arrivals stands in it."""
    assert profile_to_json(LoadProfile("x", 5, 1.0, 60.0)) == PLAIN


@pytest.mark.parametrize(
    "wrong",
    [
        {"shape": "zigzag"},
        {"shape": ["hold"]},
        {"stages": "1s:5,oops"},
        {"stages": 5},
        {"stages": "1s:5," * 10_000},
        {"open_model": []},
        {"open_model": {"rate": 5, "arrivals": "sometimes", "max_start_delay": 1}},
        {"open_model": {"rate": "5", "arrivals": "poisson", "max_start_delay": 1}},
        {"open_model": {"rate": 5, "arrivals": "poisson"}},
    ],
)
def test_what_is_no_load_is_refused(wrong: dict[str, Any]) -> None:
    """A result may come from anywhere."""
    with pytest.raises(MalformedError):
        profile_from_json(PLAIN | wrong)
