"""Settings come from defaults, file, environment and flags, and are checked once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmark.config import BENCHMARK_CONFIGS
from benchmark.errors import UsageError
from benchmark.settings import BenchmarkConfig, load_config


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def load(
    flags: dict[str, Any] | None = None,
    environment: dict[str, str] | None = None,
    file: str | None = None,
) -> BenchmarkConfig:
    """The settings from these three places, the file being `benchmark.yaml` in this folder."""
    if file is not None:
        Path("benchmark.yaml").write_text(file, encoding="utf-8")
    return load_config(flags or {}, environment=environment or {})


def refusal(
    flags: dict[str, Any] | None = None,
    environment: dict[str, str] | None = None,
    file: str | None = None,
) -> UsageError:
    """The error with which these settings are refused."""
    with pytest.raises(UsageError) as caught:
        load(flags, environment, file)
    return caught.value


# ── where they come from ──────────────────────────────────────────────────────────────────────


def test_flags_win_over_environment_over_file_over_defaults() -> None:
    """Each place is laid over the one before it."""
    assert load().users is None
    assert load(file="users: 2").users == 2
    assert load({}, {"BENCHMARK_USERS": "3"}, "users: 2").users == 3
    assert load({"users": "4"}, {"BENCHMARK_USERS": "3"}, "users: 2").users == 4


def test_duration_is_another_name_of_the_run_time() -> None:
    """BENCHMARK_DURATION=300 is seconds; BENCHMARK_RUN_TIME and flags win over it, a file not."""
    duration = {"BENCHMARK_DURATION": "300"}
    assert load({}, duration).run_time == 300
    assert load({}, duration, "run_time: 10s").run_time == 300
    assert load({}, {**duration, "BENCHMARK_RUN_TIME": "20s"}).run_time == 20
    assert load({"run_time": "5s"}, duration).run_time == 5


def test_only_our_own_variables_count() -> None:
    """A variable RUN_TIME or USERS of another program changes nothing, an empty one of ours too."""
    config = load({}, {"RUN_TIME": "7s", "USERS": "7", "BENCHMARK_USERS": "", "BENCHMARK_X": "1"})
    assert (config.run_time, config.users) == (None, None)


def test_every_option_has_a_variable() -> None:
    """BENCHMARK_<OPTION> sets it; in lists an item stands on a line."""
    config = load({}, {
        "BENCHMARK_HOST": "localhost:9", "BENCHMARK_TEST_TYPE": "light", "BENCHMARK_USERS": "3",
        "BENCHMARK_SPAWN_RATE": "1.5", "BENCHMARK_WAIT_TIME": "0-1", "BENCHMARK_SEED": "7",
        "BENCHMARK_RESULTS_DIR": "out", "BENCHMARK_SPEC": "a.json\nb.json", "BENCHMARK_APP": "m:a",
        "BENCHMARK_LOCUSTFILE": "own.py", "BENCHMARK_HEADER": "A: 1\nB: 2, 3",
        "BENCHMARK_TOKEN": "t", "BENCHMARK_BASIC": "u:p", "BENCHMARK_API_KEY": "k",
        "BENCHMARK_INSECURE": "true", "BENCHMARK_INCLUDE": "GET *", "BENCHMARK_EXCLUDE": "DELETE *",
        "BENCHMARK_TAG": "one,two", "BENCHMARK_READ_ONLY": "1", "BENCHMARK_ALLOW_HOST": "a, b",
        "BENCHMARK_LOCUST_ARGS": "--tags\nread", "BENCHMARK_SUITE": "light,quick",
    })  # fmt: skip
    assert config.host == "http://localhost:9"
    assert (config.test_type, config.users, config.spawn_rate) == ("light", 3, 1.5)
    assert (config.wait_time, config.seed) == ((0.0, 1.0), 7)
    assert (config.results_dir, config.locustfile) == (Path("out"), Path("own.py"))
    assert (config.spec, config.app) == (("a.json", "b.json"), "m:a")
    assert config.credentials.headers == (("A", "1"), ("B", "2, 3"))
    assert (config.token, config.basic, config.api_key) == ("t", "u:p", "k")
    assert (config.insecure, config.read_only) == (True, True)
    assert (config.include, config.exclude) == (("GET *",), ("DELETE *",))
    assert (config.tag, config.suite) == (("one", "two"), ("light", "quick"))
    assert config.allow_host == ("a", "b")
    assert config.locust_args == ("--tags", "read")


def test_names_in_a_file_may_be_written_like_flags() -> None:
    """`spawn-rate` is `spawn_rate`; numbers may stand for texts."""
    config = load(file="spawn-rate: 2\nrun-time: 1m\ntoken: 12345\nheader: ['A: b']\n")
    assert (config.spawn_rate, config.run_time, config.token) == (2, 60, "12345")
    assert config.header == ("A: b",)


def test_a_named_file_is_read_instead_of_the_one_here(tmp_path: Path) -> None:
    """--config wins over benchmark.yaml in the working folder."""
    Path("benchmark.yaml").write_text("users: 1")
    other = tmp_path / "other.yaml"
    other.write_text("users: 2")
    assert load_config({}, other, {}).users == 2


def test_made_directly_nothing_is_read_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that makes settings for others must not mix in its own environment or files."""
    Path("benchmark.yaml").write_text("users: 1")
    monkeypatch.setenv("BENCHMARK_TOKEN", "mine")
    config = BenchmarkConfig()
    assert (config.users, config.token) == (None, "")


def conditions(config: BenchmarkConfig) -> list[str]:
    """What the run must meet, as it was written."""
    return [each.text for each in (*config.threshold, *config.abort_on)]


def test_conditions_come_from_everywhere() -> None:
    """A flag for each, a line of the variable, an item of the file; also under `thresholds:`."""
    flags = {"threshold": ["p95<1s", "rps>9"], "abort_on": ["p95<2s for 5"]}
    assert conditions(load(flags)) == ["p95<1s", "rps>9", "p95<2s for 5s"]
    variables = {"BENCHMARK_THRESHOLD": "p95<1s\nrps>9", "BENCHMARK_ABORT_ON": "p95<2s for 5s"}
    assert conditions(load({}, variables)) == ["p95<1s", "rps>9", "p95<2s for 5s"]
    for name in ("threshold", "thresholds"):
        file = f"{name}: [p95<1s, failures<1%]\nabort-on: p95<2s for 5s"
        assert conditions(load(file=file)) == ["p95<1s", "failures<1%", "p95<2s for 5s"]


@pytest.mark.parametrize(
    "file",
    [
        "thresholds:\n  - GET /a: p95<1s\n  - rps>9\n",
        "thresholds:\n  - 'GET /a: p95<1s'\n  - 'rps>9'\n",
        "thresholds: |\n  GET /a: p95<1s\n  rps>9\n",
    ],
)
def test_an_operation_in_a_file_needs_no_quotation_marks(file: str) -> None:
    """YAML reads `GET /a: p95<1s` as a table, and people mean the condition."""
    assert conditions(load(file=file)) == ["GET /a: p95<1s", "rps>9"]


def test_conditions_in_a_file_may_be_a_table() -> None:
    """As in k6, with one condition or a list of them for each operation."""
    file = "thresholds:\n  GET /a: p95<1s\n  GET /b: [p95<2s, failures<1%]\n"
    expected = ["GET /a: p95<1s", "GET /b: p95<2s", "GET /b: failures<1%"]
    assert conditions(load(file=file)) == expected


# ── presets ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "users", "run_time", "shape"),
    [
        ("light", 5, 60, "hold"), ("medium", 20, 120, "hold"), ("heavy", 50, 300, "hold"),
        ("stress", 100, 600, "stress"), ("spike", 200, 180, "spike"), ("quick", 1, 10, "hold"),
    ],
)  # fmt: skip
def test_presets_have_the_promised_load(name: str, users: int, run_time: int, shape: str) -> None:
    """Users, seconds and shape of each test type."""
    profile = load({"test_type": name}).profile()
    assert (profile.users, profile.run_time, profile.shape) == (users, run_time, shape)
    assert profile.spawn_rate > 0


def test_what_is_given_is_laid_over_the_preset() -> None:
    """What is not given stays as the preset says."""
    profile = load({"test_type": "medium", "users": "3"}).profile()
    assert (profile.users, profile.spawn_rate, profile.run_time) == (3, 2, 120)


def test_a_preset_in_the_file_is_a_new_test_type() -> None:
    """It needs no more than what differs; without a spawn rate all users start at once."""
    text = "presets:\n  smoke: {users: 3, run_time: 5s, host: 'localhost:9'}\n  light: {users: 9}\n"
    config = load({"test_type": "smoke"}, file=text)
    profile = config.profile()
    assert (profile.name, profile.users, profile.spawn_rate, profile.run_time) == ("smoke", 3, 3, 5)
    assert config.base_url == "http://localhost:9"
    assert (config.profile("light").users, config.profile("light").run_time) == (9, 60)


def test_a_preset_in_the_configuration_is_a_new_test_type(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry of BENCHMARK_CONFIGS needs nothing else."""
    monkeypatch.setitem(BENCHMARK_CONFIGS, "nightly", {"users": 7, "run_time": "2m"})
    assert load({"test_type": "nightly"}).profile().run_time == 120
    assert "nightly" in refusal({"test_type": "nightli"}).hint


def test_a_mistake_in_the_configuration_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message leads to config.py, the preset and the value."""
    monkeypatch.setitem(BENCHMARK_CONFIGS, "nightly", {"users": 0})
    where = "benchmark/config.py: presets.nightly.users: 0 is not"
    assert refusal().message.startswith(where)
    assert refusal(file="presets: {smoke: {users: 1}}").message.startswith(where)


def test_a_suite_and_discovery_have_no_load_of_their_own() -> None:
    """They pass as test types, but not where one load is needed."""
    for name in ("suite", "discover"):
        with pytest.raises(UsageError, match="no load of its own"):
            load({"test_type": name}).profile()


def test_the_base_url_is_the_flag_or_the_preset() -> None:
    """A host that is given wins over the preset's."""
    assert load().base_url == "http://localhost:8000"
    assert load({"host": "http://localhost:1/api/"}).base_url == "http://localhost:1/api"
    assert load({"test_type": "suite"}).base_url == "http://localhost:8000"


def test_how_documents_are_read_can_be_set() -> None:
    """What is not set under `dynamic:` stays as in DYNAMIC_CONFIG."""
    dynamic = load(file="dynamic: {discovery_timeout: 5, max_endpoints_per_app: 3}").dynamic
    assert (dynamic.discovery_timeout, dynamic.max_endpoints_per_app) == (5, 3)
    assert (dynamic.enable_parameter_inference, dynamic.file_upload_size) == (True, 1024)


# ── what is refused ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("flags", "environment", "file", "where"),
    [
        ({"users": "0"}, {}, "", "--users: '0'"),
        ({"spawn_rate": "-1"}, {}, "", "--spawn-rate: '-1'"),
        ({"run_time": "5x"}, {}, "", "--run-time: '5x'"),
        ({"wait_time": "3-1"}, {}, "", "--wait-time: '3-1'"),
        ({"seed": "x"}, {}, "", "--seed: 'x'"),
        ({"host": "ftp://x"}, {}, "", "--host: 'ftp://x'"),
        ({"results_dir": "a,b"}, {}, "", "--results-dir: "),
        ({"locust_args": ("--users=5",)}, {}, "", "after --: --users"),
        ({}, {"BENCHMARK_USERS": "x"}, "", "BENCHMARK_USERS: 'x'"),
        ({}, {"BENCHMARK_DURATION": "x"}, "", "BENCHMARK_DURATION: 'x'"),
        ({}, {"BENCHMARK_INSECURE": "perhaps"}, "", "BENCHMARK_INSECURE: "),
        ({}, {}, "users: -1", "benchmark.yaml: users: -1"),
        ({}, {}, "userz: 1", "benchmark.yaml: userz is no setting"),
        ({}, {}, "1: 2", "benchmark.yaml: 1 is no setting"),
        ({}, {}, "spec: {a: b}", "benchmark.yaml: spec: "),
        ({}, {}, "seed:", "benchmark.yaml: seed: None"),
        ({}, {}, "thresholds: 5", "benchmark.yaml: thresholds: a list is needed"),
        ({}, {}, "thresholds: [p95]", "benchmark.yaml: thresholds: 'p95' is no threshold"),
        ({}, {}, "thresholds: {GET /a: {p95: 1}}", "benchmark.yaml: thresholds: a text is needed"),
        ({"threshold": ["p95<1"] * 1001}, {}, "", "--threshold: 1,001 conditions are too many"),
        ({}, {}, "thresholds: [[p95<1]]", "benchmark.yaml: thresholds: a text is needed"),
        ({}, {"BENCHMARK_THRESHOLD": "x<1"}, "", "BENCHMARK_THRESHOLD: 'x<1' is no threshold"),
        ({"abort_on": ["p95<1s"]}, {}, "", "--abort-on: 'p95<1s' does not say for how long"),
        ({}, {}, "token: [x]", "benchmark.yaml: token: "),
        ({}, {}, "presets: [1]", "benchmark.yaml: presets: "),
        ({}, {}, "presets: {smoke: 5}", "benchmark.yaml: presets.smoke: "),
        ({}, {}, "presets: {smoke: {user: 5}}", "benchmark.yaml: presets.smoke.user is no setting"),
        ({}, {}, "presets: {smoke: {shape: cone}}", "benchmark.yaml: presets.smoke.shape: "),
        ({}, {}, "presets: {../x: {users: 1}}", "benchmark.yaml: presets."),
        ({}, {}, "presets: {suite: {users: 1}}", "benchmark.yaml: presets.suite: "),
        ({}, {}, "dynamic: {discovery_timeout: 0}", "benchmark.yaml: dynamic.discovery_timeout: "),
        ({}, {}, "dynamic: {speed: 1}", "benchmark.yaml: dynamic.speed is no setting"),
        ({}, {}, "- 1", "benchmark.yaml must hold names and values"),
        ({}, {}, "a: [", "benchmark.yaml is no valid YAML, line 1"),
        ({}, {}, "a: !!python/name:os.system x", "benchmark.yaml is no valid YAML, line 1"),
        ({}, {}, "[" * 5000, "benchmark.yaml is no valid YAML"),
        ({"test_type": "huge"}, {}, "", "Unknown test type 'huge'"),
        ({"test_type": "suite"}, {"BENCHMARK_SUITE": "light,huge"}, "", "Unknown test type 'huge'"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(
    flags: dict[str, Any], environment: dict[str, str], file: str, where: str
) -> None:
    """The message begins with the flag, variable or file entry, and a next step goes with it."""
    error = refusal(flags, environment, file)
    assert error.message.startswith(where)
    assert error.hint
    assert "\n" not in error.message
    assert error.exit_code == 2


def test_a_misspelt_setting_gets_the_one_that_was_meant() -> None:
    """A list of all is for names that are like none."""
    assert refusal({}, {}, "userz: 1").hint == "did you mean users?"
    assert refusal({}, {}, "dynamic: {speed: 1}").hint.startswith("known are: ")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """It is not there, is a folder, or is no text."""
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(UsageError, match="cannot be read"):
            load_config({}, path, {})
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="UTF-8"):
        load_config({}, tmp_path / "binary.yaml", {})


def test_no_message_and_no_repr_shows_a_secret() -> None:
    """Neither where a value is refused nor where the settings are printed."""
    secrets = {"token": "hunter2", "basic": "u:hunter2", "api_key": "hunter2"}
    assert "hunter2" not in repr(load({**secrets, "header": ["X: hunter2"]}))
    assert "hunter2" not in str(refusal({"header": ["hunter2"]}))
    assert "hunter2" not in str(refusal({"token": ["hunter2"]}))
    assert "hunter2" not in str(refusal(file='token: "hunter2\nusers: 1'))
