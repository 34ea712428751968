"""The load that options add up to, and which of them exclude each other."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.errors import UsageError
from benchmark.models import LoadProfile, OpenModel, Stage
from benchmark.settings import load_config


def profile(test_type: str = "light", **flags: Any) -> LoadProfile:
    """The load of a test type (5 users for 60 s) with options."""
    return load_config({"test_type": test_type, **flags}, None, {}).profile()


def test_a_rate_makes_a_run_open() -> None:
    """All users are there from the start: those of the preset, or two for each per second."""
    assert profile(request_rate="2") == LoadProfile(
        "light", 5, 5.0, 60.0, open_model=OpenModel(2.0, "constant", 10.0)
    )
    assert profile(request_rate="100/s").users == 200
    assert profile(request_rate=0.3, users=1).users == 1
    assert profile(request_rate=100, users=500).users == 500
    more = profile(request_rate=10, max_users=7, arrivals="poisson", max_start_delay="0.5")
    assert (more.users, more.open_model) == (7, OpenModel(10.0, "poisson", 0.5))


def test_presets_scale_a_rate_as_they_scale_users() -> None:
    """A spike of 50 per second is one of the rate."""
    spike = profile("spike", request_rate=50, run_time="9s")
    assert (spike.shape, spike.users, spike.run_time) == ("spike", 200, 9.0)
    assert spike.open_model == OpenModel(50.0)


def test_stages_of_users() -> None:
    """They say how many users there are, how they come, and how long it takes."""
    made = profile(stages="30s:50,2m:200,30s:0")
    stages = (Stage(30, 50), Stage(120, 200), Stage(30, 0))
    assert made == LoadProfile("light", 200, 200.0, 180.0, "stages", stages)


def test_stages_of_rates() -> None:
    """Users are as many as the highest rate needs, or as is said."""
    made = profile("spike", stages=["10s:20/s", "5s:20/s"])
    assert (made.shape, made.users, made.run_time) == ("stages", 200, 15.0)
    assert made.open_model == OpenModel(20.0)
    assert profile(stages="10s:20/s", users=100).users == 100
    assert profile(stages="10s:20/s", max_users=30).users == 30


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"stages": "9s:5", "run_time": "9s"}, "--stages and --run-time both say how long"),
        ({"stages": "9s:5", "users": 5}, "--stages and --users both say how many users"),
        ({"stages": "9s:5", "spawn_rate": 5}, "--spawn-rate has no meaning here: users come and"),
        ({"stages": "9s:5/s", "spawn_rate": 5}, "--spawn-rate has no meaning here"),
        ({"stages": "9s:5", "request_rate": 5}, "--stages and --request-rate both say"),
        ({"stages": "9s:5/s", "request_rate": 5}, "--stages and --request-rate both say"),
        ({"request_rate": 5, "spawn_rate": 5}, "--spawn-rate has no meaning here: all users"),
        ({"arrivals": "poisson"}, "--arrivals needs a rate"),
        ({"max_users": 9}, "--max-users needs a rate"),
        ({"stages": "9s:5", "max_start_delay": 9}, "--max-start-delay needs a rate"),
        ({"request_rate": 900_000}, "1,800,000 users are more than can run"),
    ],
)
def test_what_excludes_each_other_is_refused(flags: dict[str, Any], said: str) -> None:
    """The message names both options, and the hint which one to leave out."""
    with pytest.raises(UsageError) as refusal:
        profile(**flags)
    assert said in refusal.value.message
    assert refusal.value.hint


def test_a_suite_has_no_stages_but_may_have_a_rate() -> None:
    """Stages are the load of one run."""
    suite = load_config({"test_type": "suite", "request_rate": 5}, None, {})
    assert [suite.profile(name).run_time for name in suite.suite] == [60, 120, 300]
    staged = load_config({"test_type": "suite", "stages": "9s:5"}, None, {})
    with pytest.raises(UsageError, match="suite runs several"):
        staged.profile("light")


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"request_rate": "0"}, "--request-rate: '0' is not a number above 0"),
        ({"request_rate": "fast"}, "--request-rate: 'fast' is not a number above 0"),
        ({"request_rate": "nan"}, "--request-rate: 'nan' is not a number above 0"),
        ({"request_rate": "2000000"}, "--request-rate: '2000000' is too much"),
        ({"arrivals": "even"}, "--arrivals: 'even' is not known here"),
        ({"max_users": "0"}, "--max-users: '0' is not a whole number of at least 1"),
        ({"max_start_delay": "-1"}, "--max-start-delay: '-1' is not a number above 0"),
        ({"stages": "0.5s:50"}, "--stages: '0.5s:50': a stage lasts whole seconds"),
        ({"stages": [["9s:5"]]}, "--stages: a text is needed"),
    ],
)
def test_values_are_checked(flags: dict[str, Any], said: str) -> None:
    """Every message begins with the option."""
    with pytest.raises(UsageError) as refusal:
        load_config(flags, None, {})
    assert said in refusal.value.message


def test_file_and_environment(tmp_path: Any) -> None:
    """The same in YAML, where stages may be a list, and as BENCHMARK_<OPTION>."""
    path = tmp_path / "b.yaml"
    path.write_text("stages: ['10s:5/s', '5s:0/s']\nmax-users: 3\n")
    config = load_config({}, path, {"BENCHMARK_ARRIVALS": "poisson"})
    made = config.profile("light")
    assert (made.run_time, made.users, made.open_model) == (15, 3, OpenModel(5.0, "poisson"))
    rate = load_config({}, None, {"BENCHMARK_REQUEST_RATE": "12.5"})
    assert rate.profile("light").open_model == OpenModel(12.5)
