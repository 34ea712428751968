"""What was typed: how it is divided, and the line that repeats it."""

from __future__ import annotations

import shlex

import pytest

from benchmark.command_line import what_was_typed


def test_arguments_are_divided_at_the_two_dashes() -> None:
    """What stands behind them belongs to Locust, further dashes too."""
    typed = what_was_typed("stress-api", ["run", "-u", "3", "--", "--tags", "a", "--", "b"], {})
    assert typed.own == ("run", "-u", "3")
    assert typed.for_locust == ("--tags", "a", "--", "b")
    assert typed.command == "stress-api run -u 3 -- --tags a -- b"


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["run", "--token", "s3cret"], 'stress-api run --token "$BENCHMARK_TOKEN"'),
        (["run", "--token=s3cret"], 'stress-api run --token "$BENCHMARK_TOKEN"'),
        (["run", "--basic", "ann:s3cret", "-q"], 'stress-api run --basic "$BENCHMARK_BASIC" -q'),
        (["run", "--api-key", "s3cret"], 'stress-api run --api-key "$BENCHMARK_API_KEY"'),
        (
            ["run", "--header", "A: s3cret", "--header", "B: s3cret", "-q"],
            'stress-api run --header "$BENCHMARK_HEADER" -q',
        ),
        (["run", "--token"], 'stress-api run --token "$BENCHMARK_TOKEN"'),
    ],
)
def test_secrets_are_variables(arguments: list[str], command: str) -> None:
    """However a secret is written, the variable that it belongs into stands in its place."""
    assert what_was_typed("stress-api", arguments, {}).command == command


def test_the_line_is_read_by_a_shell_as_it_was_typed() -> None:
    """Blanks, quotes and dollars mean themselves."""
    arguments = [
        "run",
        "--include",
        "GET /a b*",
        "--threshold",
        "p95<1s",
        "--exclude",
        "it's $HOME",
    ]
    assert shlex.split(what_was_typed("stress-api", arguments, {}).command)[1:] == arguments


def test_settings_of_the_environment_come_first() -> None:
    """They made the run what it was; a secret among them is named only."""
    environment = {
        "BENCHMARK_USERS": "20", "BENCHMARK_TOKEN": "s3cret", "BENCHMARK_EXCLUDE": "DELETE *",
        "BENCHMARK_TAG": " ", "HOME": "/root",
    }  # fmt: skip
    assert what_was_typed("run_benchmark.py", ["-q"], environment).command == (
        "BENCHMARK_EXCLUDE='DELETE *' BENCHMARK_TOKEN=\"$BENCHMARK_TOKEN\" BENCHMARK_USERS=20 "
        "python benchmark/run_benchmark.py -q"
    )
