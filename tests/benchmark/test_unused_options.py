"""Options that cannot count beside others: refused where they were typed, said elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmark import cli
from benchmark.errors import UsageError
from benchmark.options import (
    BASELINE,
    CONDITIONS,
    CONTENT,
    CREDENTIALS,
    LOAD,
    OPEN,
    TARGET,
    Switches,
)
from benchmark.settings import load_config
from benchmark.unused_options import require_one_action, unused_options

OF_RUN = {
    option.name
    for group in (LOAD, OPEN, CONDITIONS, BASELINE, TARGET, CREDENTIALS, CONTENT)
    for option in group.options
}


def said(
    flags: Mapping[str, object],
    switches: Switches | None = None,
    environment: Mapping[str, str] | None = None,
) -> list[str]:
    """What is said of a run with these flags."""
    config = load_config(flags, environment=environment or {})
    return list(unused_options(config, switches or Switches(), OF_RUN))


def test_what_counts_is_not_spoken_of() -> None:
    """An ordinary run, an open one and one of an own file say nothing."""
    assert (
        said({"users": "5", "wait_time": "1-2", "include": ["GET *"], "strategy": "random"}) == []
    )
    assert said({"request_rate": "5", "max_users": "9", "arrivals": "poisson"}) == []
    assert said({"locustfile": "f.py", "no_probe": True}) == []
    assert said({"locustfile": "f.py", "users": "5", "seed": "3", "token": "t", "host": "a"}) == []


OWN = {"locustfile": "f.py"}


@pytest.mark.parametrize(
    ("flags", "option"),
    [
        ({**OWN, "wait_time": "1-2"}, "--wait-time"),
        ({**OWN, "spec": ["a.json"]}, "--spec"),
        ({**OWN, "app": "a:b"}, "--app"),
        ({**OWN, "include": ["GET *"]}, "--include"),
        ({**OWN, "exclude": ["GET *"]}, "--exclude"),
        ({**OWN, "tag": ["a"]}, "--tag"),
        ({**OWN, "read_only": True}, "--read-only"),
        ({**OWN, "strategy": "random"}, "--strategy"),
        ({**OWN, "include_unverified": True}, "--include-unverified"),
        ({**OWN, "auth_per_user": True}, "--auth-per-user"),
        ({**OWN, "allow_host": ["a"]}, "--allow-host"),
        ({"spec": ["a.json"], "app": "a:b"}, "--spec"),
        ({"margin": "3%"}, "--margin"),
        ({"request_rate": "5", "wait_time": "1-2"}, "--wait-time"),
        ({"stages": "9s:5/s", "wait_time": "1-2"}, "--wait-time"),
        ({"request_rate": "5", "users": "5", "max_users": "9"}, "--users"),
    ],
)
def test_a_run_that_would_be_another_one_is_refused(
    flags: Mapping[str, object], option: str
) -> None:
    """What was typed for this run must count; the message names the option and why it cannot."""
    with pytest.raises(UsageError, match=f"^{option} is not used here: ") as caught:
        said(flags)
    assert option in caught.value.hint


@pytest.mark.parametrize(
    ("flags", "switches", "option"),
    [
        ({"users": "5"}, Switches(discover_only=True), "--users"),
        ({"test_type": "discover", "threshold": ["p95<1s"]}, Switches(), "--threshold"),
        ({"wait_time": "1-2"}, Switches(check_health=True), "--wait-time"),
        ({"run_time": "5s"}, Switches(interactive=True), "--run-time"),
        ({"baseline": "a.json"}, Switches(interactive=True), "--baseline"),
        ({"test_type": "stress"}, Switches(interactive=True), "--test-type"),
        ({"test_type": "spike", "spawn_rate": "2"}, Switches(), "--spawn-rate"),
        ({"no_probe": True, "include_unverified": True}, Switches(), "--include-unverified"),
    ],
)
def test_what_does_no_harm_is_said(
    flags: Mapping[str, object], switches: Switches, option: str
) -> None:
    """One sentence, and the command goes on."""
    assert [sentence.split()[0] for sentence in said(flags, switches)] == [option]


def test_what_stands_in_the_environment_is_never_refused() -> None:
    """It is for many commands: said where a run is another one by it, passed over elsewhere."""
    pauses = {"BENCHMARK_WAIT_TIME": "1-2", "BENCHMARK_USERS": "5"}
    assert [each.split()[0] for each in said(OWN, environment=pauses)] == ["BENCHMARK_WAIT_TIME"]
    assert said({}, Switches(discover_only=True), pauses) == []


def test_settings_of_other_commands_are_no_matter() -> None:
    """A locustfile in the environment says nothing to a command that only discovers."""
    config = load_config({"spec": ["a.json"]}, environment={"BENCHMARK_LOCUSTFILE": "f.py"})
    assert list(unused_options(config, Switches(), {"spec", "host"})) == []


def test_only_one_thing_is_done_instead_of_a_run() -> None:
    """Two of them are refused, and none is chosen in silence."""
    config = load_config({}, environment={})
    require_one_action(config, Switches(discover_only=True))
    with pytest.raises(UsageError, match="--check-health and --interactive exclude each other"):
        require_one_action(config, Switches(check_health=True, interactive=True))


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--locustfile", "f.py", "--wait-time", "1-2"],
        ["capacity", "--locustfile", "f.py", "--include", "GET *"],
        ["discover", "--graph", "--json"],
        ["compare", "a.json", "b.json", "--json", "--markdown", "-"],
        ["analyze", "a.json", "--json", "--format", "csv"],
    ],
)
def test_commands_end_with_2(
    arguments: list[str],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The command line refuses, and says what."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("error: --")


def test_a_note_goes_to_stderr(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that what is printed for programs stays whole; --quiet leaves it out."""
    monkeypatch.chdir(tmp_path)
    closed = ["run", "--check-health", "--host", "http://127.0.0.1:9", "--users", "5"]
    for more, words in (([], "note: --users is not used here"), (["--quiet"], "")):
        with pytest.raises(SystemExit):
            cli.main([*closed, *more])
        assert words in (error := capsys.readouterr().err)
        assert bool(error) is bool(words)
