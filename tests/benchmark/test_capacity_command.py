"""`stress-api capacity`: wrong usage, settings, and where its files go among results."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark import cli
from benchmark.capacity import plan_search
from benchmark.errors import UsageError
from benchmark.settings import BenchmarkConfig, load_config
from benchmark.utils.result_files import find_results


def ended_with(arguments: list[str]) -> int:
    """The exit code of the command."""
    with pytest.raises(SystemExit) as end:
        cli.main(["capacity", *arguments])
    assert isinstance(end.value.code, int)
    return end.value.code


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--slo", "p95"], "compares nothing"),
        (["--slo", "rps>100"], "what is looked for"),
        (["--min-rate", "0"], "--min-rate"),
        (["--max-rate", "2", "--min-rate", "5"], "--max-rate 2 is less than --min-rate 5"),
        (["--step-time", "5m", "--max-time", "1m"], "shorter than a single step"),
        (["--step-time", "soon"], "--step-time"),
        (["--users", "5"], "No such option"),
    ],
)
def test_wrong_usage_is_known_before_anything_is_sent(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Exit code 2, and what is wrong; the host does not even exist."""
    code = ended_with([*arguments, "--host", "http://127.0.0.1:9", "--results-dir", str(tmp_path)])
    assert code == 2
    assert says in capsys.readouterr().err


def test_a_target_that_is_not_there_has_its_exit_code(closed_url: str, tmp_path: Path) -> None:
    """As everywhere: 3."""
    options = ["--host", closed_url, "--locustfile", str(tmp_path / "test.py"), "--quiet"]
    (tmp_path / "test.py").write_text("", encoding="utf-8")
    assert ended_with([*options, "--results-dir", str(tmp_path)]) == 3


def test_settings_make_the_search() -> None:
    """From flags, environment or file alike."""
    environment = {"BENCHMARK_SLO": "p95<1s\nfailures<2%", "BENCHMARK_MAX_RATE": "500"}
    config = load_config({"step_time": "20s", "max_users": "77"}, environment=environment)
    search = plan_search(config)
    assert [each.text for each in search.load.objective] == ["p95<1s", "failures<2%"]
    assert (search.limits.step_seconds, search.limits.max_rate) == (20.0, 500.0)
    assert (search.max_users, search.is_default) == (77, False)
    assert plan_search(BenchmarkConfig()).is_default


def test_a_search_of_nothing_is_refused() -> None:
    """Made directly, settings are checked as well."""
    with pytest.raises(UsageError, match="less than"):
        plan_search(BenchmarkConfig(min_rate=5.0, max_rate=1.0))


def test_the_answer_is_no_result_of_a_run(tmp_path: Path) -> None:
    """In a folder of results it is passed over."""
    (tmp_path / "capacity_20260301_140500.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="no results"):
        find_results(tmp_path)
