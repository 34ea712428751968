"""Options that were given and cannot count, because of others: refused, or said."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from benchmark.errors import UsageError
from benchmark.options import (
    BASELINE,
    CONDITIONS,
    CONTENT,
    LOAD,
    OPEN,
    Group,
    Switches,
)
from benchmark.settings import BenchmarkConfig

Applies = Callable[[BenchmarkConfig, Switches], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """Where options do not count, and why. The sentence begins with the option and "is not used: ".

    What a person typed is refused where `is_refused`, since the run would be another one than was
    asked for, and said elsewhere. What stands in the environment or in a file is for many
    commands: it is said where `is_general_said`, and passed over elsewhere.
    """

    names: frozenset[str]
    applies: Applies
    why: str
    is_refused: bool
    is_general_said: bool = False


def unused_options(
    config: BenchmarkConfig, switches: Switches, taken: Collection[str]
) -> Iterator[str]:
    """A sentence for each option that was given and is passed over.

    `taken` are the names of the options that the command takes; what others say in a file or in the
    environment is for other commands. Raises UsageError for an option that must not be passed over.
    """
    config = _of_command(config, taken)
    said: set[str] = set()
    for rule in _RULES:
        if not rule.applies(config, switches):
            continue
        for name, where in config.written.items():
            if name not in rule.names or name in said:
                continue
            said.add(name)
            is_typed = where.startswith("--")
            if is_typed and rule.is_refused:
                raise UsageError(f"{where} is not used here: {rule.why}", f"leave out {where}")
            if is_typed or rule.is_general_said:
                yield f"{where} is not used here: {rule.why}"


def require_one_action(config: BenchmarkConfig, switches: Switches) -> None:
    """Raise UsageError where two things were asked for instead of a run."""
    asked = {
        "--check-health": switches.check_health,
        "--discover-only": switches.discover_only or config.test_type == "discover",
        "--interactive": switches.interactive,
    }
    actions = [name for name, given in asked.items() if given]
    if len(actions) > 1:
        raise UsageError(f"{actions[0]} and {actions[1]} exclude each other", "give one of them")


def _of_command(config: BenchmarkConfig, taken: Collection[str]) -> BenchmarkConfig:
    """The settings of this command alone."""
    written = {name: where for name, where in config.written.items() if name in taken}
    others = {"presets": config.presets, "written": written}
    return BenchmarkConfig(**{name: getattr(config, name) for name in written} | others)


def _sends_no_load(config: BenchmarkConfig, switches: Switches) -> bool:
    return switches.check_health or switches.discover_only or config.test_type == "discover"


def _runs_own_file(config: BenchmarkConfig, switches: Switches) -> bool:
    return config.locustfile is not None and not _sends_no_load(config, switches)


def _is_open(config: BenchmarkConfig, switches: Switches) -> bool:
    rate = config.request_rate is not None or bool(config.stages and config.stages.per_second)
    return rate and not _sends_no_load(config, switches)


def _has_shape(config: BenchmarkConfig, _: Switches) -> bool:
    preset = config.presets.get(config.test_type)
    return preset is not None and preset.shape != "hold" and config.stages is None


def _names(*groups: Group) -> frozenset[str]:
    return frozenset(option.name for group in groups for option in group.options)


# Endpoints are refused already; and nothing is probed of an own file, as --no-probe asks.
_OF_GENERATED = _names(CONTENT) - {"locustfile", "seed", "endpoints", "no_probe"}
_RULES = (
    Rule(
        _names(LOAD, OPEN, CONDITIONS, BASELINE, CONTENT) - {"test_type"},
        _sends_no_load,
        "no load is sent",
        is_refused=False,
    ),
    Rule(
        _OF_GENERATED | {"wait_time", "spec", "app", "allow_host", "auth_per_user"},
        _runs_own_file,
        "a file of --locustfile runs as it is, and this is for generated tests",
        is_refused=True,
        is_general_said=True,
    ),
    Rule(
        frozenset({"spec", "app"}),
        lambda config, _: bool(config.spec and config.app),
        "--spec and --app both say where the documents come from",
        is_refused=True,
        is_general_said=True,
    ),
    Rule(
        frozenset({"run_time", "max_request_rate"}) | _names(BASELINE) | {"threshold"},
        lambda _, switches: switches.interactive,
        "the load of --interactive is started and stopped on Locust's web page",
        is_refused=False,
    ),
    Rule(
        frozenset({"test_type"}),
        lambda config, switches: switches.interactive and _has_shape(config, switches),
        "the web page holds its users; only their number is taken from the test type",
        is_refused=False,
        is_general_said=True,
    ),
    Rule(
        frozenset({"margin"}),
        lambda config, _: config.baseline is None,
        "it belongs to a comparison, and there is no --baseline",
        is_refused=True,
    ),
    Rule(
        frozenset({"wait_time"}),
        _is_open,
        "users do not pause where iterations start at a rate",
        is_refused=True,
        is_general_said=True,
    ),
    Rule(
        frozenset({"users"}),
        lambda config, switches: config.max_users is not None and _is_open(config, switches),
        "--max-users says how many users there are",
        is_refused=True,
    ),
    Rule(
        frozenset({"spawn_rate"}),
        _has_shape,
        "users of this test type come as its shape says",
        is_refused=False,
    ),
    Rule(
        frozenset({"include_unverified", "auth_per_user"}),
        lambda config, _: config.no_probe,
        "with --no-probe nothing is tried, neither operations nor a sign-in",
        is_refused=False,
    ),
)
