"""The settings of a run are those that a start request asks for, within the service's limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backend.limits import Limits
from backend.supervisor.run_config import run_config, secrets_of
from benchmark.errors import UsageError

URL = "http://127.0.0.1:8001"
LIMITS = Limits()


def config_of(**request: Any) -> Any:
    """The settings that a request for our target asks for."""
    return run_config({"target_url": URL, **request}, LIMITS)


def test_the_example_of_the_interface_is_an_open_load_of_two_endpoints() -> None:
    """`request_rate` are iterations per second, `max_concurrent_users` the most that serve them."""
    config = config_of(
        strategy="interleaved",
        max_concurrent_users=100,
        request_rate=10,
        duration=60,
        endpoints=[
            {"path": "/users", "method": "GET", "weight": 2.0},
            {"path": "/products", "method": "GET", "weight": 1.0},
        ],
        headers={"Authorization": "Bearer your-token"},
    )
    profile = config.profile()
    assert profile.open_model is not None
    assert (profile.open_model.rate, profile.users, profile.run_time) == (10, 100, 60)
    assert config.strategy == "interleaved"
    assert [each.key for each in config.endpoints] == ["GET /users", "GET /products"]
    assert [each.weight for each in config.endpoints] == [2.0, 1.0]
    assert config.credentials.headers == (("Authorization", "Bearer your-token"),)
    assert config.base_url == URL


def test_without_a_rate_users_go_on_by_themselves_and_start_at_once() -> None:
    """`max_concurrent_users` are then the users."""
    profile = config_of(max_concurrent_users=30, duration=90.5).profile()
    assert (profile.users, profile.spawn_rate, profile.run_time) == (30, 30.0, 90.5)
    assert profile.open_model is None


def test_a_rate_of_starting_is_kept() -> None:
    """Who wants users to come one after the other, says so."""
    assert config_of(max_concurrent_users=30, spawn_rate=2).profile().spawn_rate == 2


def test_stages_are_of_users_or_of_rates() -> None:
    """They say how long the test is, and with users how many there are."""
    users = config_of(stages=[{"duration": 30, "users": 50}, {"duration": 10, "users": 0}])
    assert (users.profile().users, users.profile().run_time) == (50, 40)
    rates = config_of(
        stages=[{"duration": 30, "request_rate": 2.5}, {"duration": 10, "request_rate": 8}],
        max_concurrent_users=7,
    ).profile()
    assert rates.open_model is not None
    assert (rates.open_model.rate, rates.users, rates.run_time) == (8, 7, 40)


def test_users_of_stages_may_have_a_ceiling_that_holds() -> None:
    """One that the stages exceed is refused."""
    stages = [{"duration": 30, "users": 50}]
    assert config_of(stages=stages, max_concurrent_users=50).profile().users == 50
    with pytest.raises(UsageError, match="allows 49"):
        config_of(stages=stages, max_concurrent_users=49)


def test_conditions_and_filters_reach_the_pipeline() -> None:
    """Each under its own name."""
    config = config_of(
        thresholds=["p95<500ms"], abort_on=["failures<50% for 10s"], include=["GET *"],
        exclude=["*/admin*"], read_only=True, seed=7, wait_time=[0.5, 2], arrivals=None,
    )  # fmt: skip
    assert [each.text for each in config.threshold] == ["p95<500ms"]
    assert [each.text for each in config.abort_on] == ["failures<50% for 10s"]
    assert (config.include, config.exclude) == (("GET *",), ("*/admin*",))
    assert (config.read_only, config.seed, config.wait_time) == (True, 7, (0.5, 2.0))


def test_pinned_addresses_and_the_cap_of_the_rate_reach_the_pipeline() -> None:
    """What was checked is what is called, and no faster than allowed."""
    request = {"target_url": "http://api.example.com"}
    config = run_config(request, Limits(max_request_rate=70), ("api.example.com:127.0.0.1",))
    assert config.target.addresses == (("api.example.com", "127.0.0.1"),)
    assert config.max_request_rate == 70


def test_a_rehearsal_is_no_longer_than_a_third_of_the_load() -> None:
    """A short test has a short one, and a very short one has none."""
    assert config_of(duration=1).dynamic.rehearsal_seconds == 0
    assert config_of(duration=2).dynamic.rehearsal_seconds == 0.7
    assert config_of(duration=6).dynamic.rehearsal_seconds == 2
    assert config_of(duration=600).dynamic.rehearsal_seconds == 10


@pytest.mark.parametrize(
    ("limits", "request_", "users"),
    [
        (LIMITS, {}, 10),
        (Limits(max_users=9), {}, 9),
        (LIMITS, {"request_rate": 4}, 10),
        (LIMITS, {"request_rate": 100}, 200),
        (Limits(max_users=9), {"request_rate": 100}, 9),
        (Limits(max_users=9), {"stages": [{"duration": 9, "request_rate": 100}]}, 9),
        (Limits(max_users=9, max_request_rate=100_000), {"request_rate": 100_000}, 9),
    ],
)
def test_what_is_left_out_is_chosen_within_the_limits(
    limits: Limits, request_: dict[str, Any], users: int
) -> None:
    """Ten users, or two for each iteration per second of a rate, but never more than allowed."""
    assert run_config({"target_url": URL, **request_}, limits).profile().users == users


def test_a_duration_that_is_left_out_is_chosen_within_the_limit() -> None:
    """A minute, or what is allowed."""
    assert config_of().profile().run_time == 60
    short = run_config({"target_url": URL}, Limits(max_duration=20))
    assert short.profile().run_time == 20


@pytest.mark.parametrize(
    ("limits", "request_", "field"),
    [
        (Limits(max_users=9), {"max_concurrent_users": 10}, "`max_concurrent_users`: 10 users"),
        (Limits(max_users=9), {"stages": [{"duration": 5, "users": 10}]}, "10 users"),
        (Limits(max_users=9), {"request_rate": 1, "max_concurrent_users": 10}, "10 users"),
        (Limits(max_duration=59), {"duration": 60}, "`duration`: 60 seconds"),
        (Limits(max_duration=59), {"stages": [{"duration": 60, "users": 5}]}, "`stages`: 60"),
        (Limits(max_request_rate=9), {"request_rate": 10}, "`request_rate`: 10 iter"),
        (
            Limits(max_request_rate=9),
            {"stages": [{"duration": 60, "request_rate": 10}]},
            "`stages`: 10 iter",
        ),
        (
            Limits(max_endpoints=1),
            {"endpoints": [{"path": "/a"}, {"path": "/b"}]},
            "`endpoints`: 2 endpoints",
        ),
    ],
)
def test_more_than_the_service_allows_is_refused(
    limits: Limits, request_: dict[str, Any], field: str
) -> None:
    """Whoever asks, and however they say it: with the name of the field that asks for too much."""
    with pytest.raises(UsageError) as caught:
        run_config({"target_url": URL, **request_}, limits)
    assert field in caught.value.message
    assert "allows" in caught.value.message


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"duration": 5, "stages": [{"duration": 5, "users": 5}]}, ("`stages`", "`duration`")),
        ({"max_start_delay": 5}, ("`max_start_delay`", "`request_rate`")),
        ({"users_": 5}, ("'users_'", "max_concurrent_users")),
        ({"app": "os:environ"}, ("'app'",)),
        ({"locustfile": "/etc/passwd"}, ("'locustfile'",)),
        ({"spec": ["/etc/passwd"]}, ("'spec'",)),
        ({"thresholds": ["p95 quickly"]}, ("`thresholds`",)),
        ({"strategy": "wild"}, ("`strategy`",)),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_request(
    request_: dict[str, Any], words: tuple[str, ...]
) -> None:
    """No option of a command line is spoken of, and nothing of the machine can be named."""
    with pytest.raises(UsageError) as caught:
        config_of(**request_)
    text = str(caught.value)
    assert all(word in text for word in words)
    assert "--" not in text


HOSTILE: tuple[Any, ...] = (
    True, -1, 0, 10**400, 1e308, float("nan"), float("inf"), "", "x" * 5000, "\0", [], {}, [[]],
    [None], {"a": None}, [{"duration": {}}], [{"path": []}], {"\r\nX": "y"}, {"X": "y\r\nZ: 1"},
)  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "target_url", "strategy", "max_concurrent_users", "request_rate", "duration", "stages",
        "arrivals", "spawn_rate", "wait_time", "endpoints", "headers", "include", "exclude",
        "read_only", "thresholds", "abort_on", "seed", "tags", "max_start_delay",
    ],
)  # fmt: skip
def test_hostile_values_are_refused_or_harmless(name: str) -> None:
    """Whatever a value is, the answer is settings within the limits, or a refusal in words."""
    for value in HOSTILE:
        try:
            config = run_config({"target_url": URL, name: value}, LIMITS)
        except UsageError:
            continue
        profile = config.profile()
        assert profile.users <= LIMITS.max_users
        assert profile.run_time <= LIMITS.max_duration


def test_neither_files_nor_environment_of_the_service_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A settings file where the service stands is for the command line."""
    (tmp_path / "benchmark.yaml").write_text("users: 77\ntoken: mine\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BENCHMARK_TOKEN", "mine")
    monkeypatch.setenv("BENCHMARK_USERS", "88")
    config = config_of()
    assert config.profile().users == 10
    assert config.token == ""


def test_the_values_of_headers_are_secrets() -> None:
    """So is what stands behind a scheme."""
    request = {"headers": {"Authorization": "Bearer abc", "X-Key": "k7", "X-None": ""}}
    assert set(secrets_of(request)) == {"Bearer abc", "abc", "k7"}
    assert secrets_of({"headers": "no table"}) == ()
