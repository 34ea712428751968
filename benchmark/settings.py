"""The settings of one command: defaults < YAML file < environment < flags, checked once."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_origin, get_type_hints

from benchmark import config as defaults
from benchmark.abort_conditions import parse_abort_condition
from benchmark.asked_endpoints import read_endpoints
from benchmark.config import default_results_dir
from benchmark.errors import UsageError
from benchmark.load_settings import load_profile
from benchmark.models import (
    AbortCondition,
    ArrivalKind,
    AskedEndpoint,
    Credentials,
    LoadProfile,
    StrategyName,
    Target,
    Threshold,
)
from benchmark.pinned_hosts import split_pin
from benchmark.setting_values import (
    checked_basic,
    checked_folder,
    checked_header,
    checked_host,
    checked_locust_argument,
    checked_margin,
    checked_path,
    checked_pins,
    checked_rate,
    checked_stages,
    checked_text,
    comma_items,
    condition_items,
    line_items,
    not_negative,
    one_of,
    optional,
    parse_duration,
    parse_wait_time,
    positive_int,
    positive_number,
    size,
    split_header,
    switch,
    whole_number,
)
from benchmark.stages import MAX_RATE, Stages
from benchmark.thresholds import parse_threshold

ACTIONS = ("suite", "discover")
"""Values of --test-type that are no load profile."""

DEFAULT_FILE = "benchmark.yaml"
_DEFAULT_HOST = "http://localhost:8000"
_DEFAULTS_FILE = "benchmark/config.py"
_PRESET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")  # it becomes part of file names
_MAX_UPLOAD = 1_000_000_000


# ── the settings ──────────────────────────────────────────────────────────────────────────────


Lines = Annotated[tuple[str, ...], line_items()]
Commas = Annotated[tuple[str, ...], comma_items]
"""An annotation holds the reader of what people write for that setting."""


@dataclass(frozen=True, slots=True)
class Preset:
    """The load of one test type, as it stands in BENCHMARK_CONFIGS or under `presets:`.

    `spawn_rate` is in users per second (None: all at once), `run_time` in seconds.
    """

    users: Annotated[int, positive_int] = 1
    spawn_rate: Annotated[float | None, optional(positive_number)] = None
    run_time: Annotated[float, parse_duration] = 60.0
    host: Annotated[str, checked_host] = _DEFAULT_HOST
    shape: Annotated[Literal["hold", "stress", "spike"], one_of("hold", "stress", "spike")] = "hold"
    description: Annotated[str, checked_text] = ""


@dataclass(frozen=True, slots=True)
class DynamicConfig:
    """How an API is discovered and read: DYNAMIC_CONFIG, or `dynamic:` in the file.

    `discovery_timeout`, `probe_seconds` and `rehearsal_seconds` are in seconds, `file_upload_size`
    in bytes.
    """

    discovery_timeout: Annotated[float, positive_number]
    max_endpoints_per_app: Annotated[int | None, optional(positive_int)]
    enable_parameter_inference: Annotated[bool, switch]
    file_upload_size: Annotated[int, size(_MAX_UPLOAD)]
    probe_requests_per_operation: Annotated[int, positive_int]
    probe_seconds: Annotated[float, positive_number]
    rehearsal_seconds: Annotated[float, not_negative]


@dataclass(frozen=True, slots=True)
class BenchmarkConfig:
    """Everything that one command was asked to do. None means "as the preset says".

    `run_time`, `wait_time`, `max_start_delay`, `step_time` and `max_time` are in seconds,
    `request_rate`, `min_rate` and `max_rate` in iterations per second; a run whose requests per
    second exceed `max_request_rate` is stopped. `command` is the line that
    asked for it, for results, and `written` says where each setting was written that was; these are
    no settings that people write. `load_config` makes it from what
    people write, and checks that; made directly, it takes values as they are, and reads neither the
    environment nor a file.
    """

    host: Annotated[str | None, optional(checked_host)] = None
    test_type: Annotated[str, checked_text] = "dynamic"
    users: Annotated[int | None, optional(positive_int)] = None
    spawn_rate: Annotated[float | None, optional(positive_number)] = None
    run_time: Annotated[float | None, optional(parse_duration)] = None
    stages: Annotated[Stages | None, optional(checked_stages)] = None
    request_rate: Annotated[float | None, optional(checked_rate)] = None
    arrivals: Annotated[ArrivalKind | None, optional(one_of("constant", "poisson"))] = None
    max_users: Annotated[int | None, optional(positive_int)] = None
    max_start_delay: Annotated[float | None, optional(positive_number)] = None
    slo: Lines = ()
    min_rate: Annotated[float, checked_rate] = 1.0
    max_rate: Annotated[float, checked_rate] = MAX_RATE
    step_time: Annotated[float, parse_duration] = 10.0
    max_time: Annotated[float, parse_duration] = 600.0
    wait_time: Annotated[tuple[float, float], parse_wait_time] = (1.0, 3.0)
    seed: Annotated[int, whole_number] = 42
    results_dir: Annotated[Path, checked_folder] = field(default_factory=default_results_dir)
    spec: Lines = ()
    app: Annotated[str | None, optional(checked_text)] = None
    locustfile: Annotated[Path | None, optional(checked_path)] = None
    header: Annotated[tuple[str, ...], line_items(checked_header)] = field(default=(), repr=False)
    token: Annotated[str, checked_text] = field(default="", repr=False)
    basic: Annotated[str, checked_basic] = field(default="", repr=False)
    api_key: Annotated[str, checked_text] = field(default="", repr=False)
    insecure: Annotated[bool, switch] = False
    include: Lines = ()
    exclude: Lines = ()
    endpoints: Annotated[tuple[AskedEndpoint, ...], read_endpoints] = ()
    tag: Commas = ()
    read_only: Annotated[bool, switch] = False
    strategy: Annotated[StrategyName, one_of("sequential", "interleaved", "random")] = "random"
    no_probe: Annotated[bool, switch] = False
    include_unverified: Annotated[bool, switch] = False
    auth_per_user: Annotated[bool, switch] = False
    allow_host: Commas = ()
    resolve: Annotated[tuple[str, ...], checked_pins] = ()
    max_request_rate: Annotated[float | None, optional(checked_rate)] = None
    processes: Annotated[int, positive_int] = 1
    threshold: Annotated[tuple[Threshold, ...], condition_items(parse_threshold)] = ()
    abort_on: Annotated[tuple[AbortCondition, ...], condition_items(parse_abort_condition)] = ()
    baseline: Annotated[str | None, optional(checked_text)] = None
    margin: Annotated[float | None, optional(checked_margin)] = None
    locust_args: Annotated[tuple[str, ...], line_items(checked_locust_argument)] = ()
    suite: Commas = defaults.SUITE
    command: str = field(default="", repr=False)
    written: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    presets: Mapping[str, Preset] = field(default_factory=lambda: _presets({}, ""))
    dynamic: DynamicConfig = field(default_factory=lambda: _dynamic({}, ""))

    @property
    def base_url(self) -> str:
        """The URL under test: the one given, else the preset's."""
        preset = self.presets.get(self.test_type)
        return self.host or (preset.host if preset else _DEFAULT_HOST)

    @property
    def pauses(self) -> tuple[float, float] | None:
        """The shortest and the longest pause of the users; None where a file of theirs decides."""
        return self.wait_time if self.locustfile is None else None

    @property
    def credentials(self) -> Credentials:
        """What was given to sign in with."""
        pairs = tuple(split_header(line) for line in self.header)
        return Credentials(self.token, self.basic, self.api_key, pairs)

    @property
    def target(self) -> Target:
        """Where discovery goes, with what, and where else it may go."""
        pins = tuple(split_pin(pin) for pin in self.resolve)
        secure = not self.insecure
        return Target(self.base_url, self.credentials, self.allow_host, secure, pins)

    def profile(self, test_type: str | None = None) -> LoadProfile:
        """The load of a test type, with what was given explicitly laid over the preset.

        Raises UsageError for a name that is no preset, and for settings that exclude each other.
        """
        name = test_type or self.test_type
        preset = self.presets.get(name)
        if preset is None:
            known = ", ".join(self.presets)
            problem = "stands for no load of its own" if name in ACTIONS else "is no test type"
            raise UsageError(f"{name!r} {problem}", f"known are: {known}")
        return load_profile(self, name, preset)


# ── from where they come ──────────────────────────────────────────────────────────────────────

Given = tuple[str, Any, str]
"""A setting's name, its value, and where it was written, as an error message says it."""


def load_config(
    flags: Mapping[str, Any],
    config_file: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> BenchmarkConfig:
    """The settings of one command. `flags` holds what was given explicitly, and nothing else.

    Raises UsageError for an unknown name, a value that is no such thing, or an unreadable file.
    """
    path = config_file or (Path(DEFAULT_FILE) if Path(DEFAULT_FILE).is_file() else None)
    given = [
        *(_from_file(path) if path else ()),
        *_from_environment(environment),
        *((name, value, _flag(name)) for name, value in flags.items()),
    ]
    written = {name: (value, where) for name, value, where in given}
    config = BenchmarkConfig(
        **{name: _read_setting(name, value, where) for name, (value, where) in written.items()},
        written={name: where for name, (_, where) in written.items()},
    )
    _check_test_types(config)
    return config


def _flag(name: str) -> str:
    return "after --" if name == "locust_args" else f"--{name.replace('_', '-')}"


def _check_test_types(config: BenchmarkConfig) -> None:
    if config.test_type == "discover":
        return
    for name in config.suite if config.test_type == "suite" else (config.test_type,):
        if name not in config.presets:
            known = ", ".join([*config.presets, *ACTIONS])
            raise UsageError(f"Unknown test type {name!r}", f"known are: {known}")


def _from_environment(environment: Mapping[str, str]) -> Iterator[Given]:
    """BENCHMARK_<OPTION> of every option; BENCHMARK_DURATION is another name of the run time."""
    names = [("run_time", "BENCHMARK_DURATION")]
    names += [(name, f"BENCHMARK_{name.upper()}") for name in _READERS]
    for name, variable in names:
        value = environment.get(variable, "")
        if value.strip():
            yield name, value, variable


def _from_file(path: Path) -> Iterator[Given]:
    """What a YAML file sets; `spawn-rate` and `spawn_rate`, `thresholds` and `threshold` agree."""
    import yaml  # noqa: PLC0415  # slow to import, and few have a file

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise UsageError(f"{path} cannot be read: {reason}", "check --config") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)  # its own text quotes the line: not for secrets
        place = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise UsageError(f"{path} is no valid YAML{place}: {problem}", "mend the file") from error
    if not isinstance(content, dict | None):
        raise UsageError(f"{path} must hold names and values", "a line for each: users: 20")
    for name, value in (content or {}).items():
        setting = "threshold" if name == "thresholds" else str(name).replace("-", "_")
        yield setting, value, f"{path}: {name}"


# ── how they are read ─────────────────────────────────────────────────────────────────────────

Table = TypeVar("Table", Preset, DynamicConfig)


def _readers_of(kind: type) -> dict[str, Callable[[Any], Any]]:
    hints = get_type_hints(kind, include_extras=True)
    return {
        name: hint.__metadata__[0] for name, hint in hints.items() if get_origin(hint) is Annotated
    }


_READERS = _readers_of(BenchmarkConfig)


def _read_setting(name: str, value: Any, where: str) -> Any:
    """The value of a setting of `BenchmarkConfig`; `where` it was written begins every message."""
    if name == "presets":
        return _presets(value, where)
    if name == "dynamic":
        return _dynamic(value, where)
    if name not in _READERS:
        ours = ("command", "written")
        known = [each.name for each in fields(BenchmarkConfig) if each.name not in ours]
        raise UsageError(f"{where} is no setting", _known(name, known))
    return _read(_READERS[name], value, where)


def _presets(given: Any, where: str) -> dict[str, Preset]:
    """The presets of `config.py`, which a user may have changed, and those given laid over them.

    A given one that is partial keeps the rest of the one before.
    """
    _require_table(given, where)
    presets = {}
    for key, table in {**defaults.BENCHMARK_CONFIGS, **given}.items():
        place = f"{where if key in given else f'{_DEFAULTS_FILE}: presets'}.{key}"
        name = _read(_preset_name, key, place)
        _require_table(table, place)
        before = defaults.BENCHMARK_CONFIGS.get(key, {})
        presets[name] = _read_table(Preset, {**before, **table}, place)
    return presets


def _dynamic(given: Any, where: str) -> DynamicConfig:
    """DYNAMIC_CONFIG of `config.py` with what was given laid over it."""
    _require_table(given, where)
    place = where if given else f"{_DEFAULTS_FILE}: dynamic"
    return _read_table(DynamicConfig, {**defaults.DYNAMIC_CONFIG, **given}, place)


def _require_table(value: Any, where: str) -> None:
    if not isinstance(value, Mapping):
        raise UsageError(f"{where}: a table of names and values is needed", "see the README")


def _read_table(kind: type[Table], given: Mapping[Any, Any], where: str) -> Table:
    readers = _readers_of(kind)
    for name in given:
        if name not in readers:
            raise UsageError(f"{where}.{name} is no setting", _known(name, readers))
    return kind(**{name: _read(readers[name], given[name], f"{where}.{name}") for name in given})


def _known(name: Any, names: Collection[str]) -> str:
    near = get_close_matches(str(name), names, n=1)
    return f"did you mean {near[0]}?" if near else f"known are: {', '.join(names)}"


def _read(read: Callable[[Any], Any], value: Any, where: str) -> Any:
    try:
        return read(value)
    except UsageError as error:
        raise UsageError(f"{where}: {error.message}", error.hint) from error


def _preset_name(value: Any) -> str:
    name = str(value)
    if name in ACTIONS or not _PRESET_NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be the name of a preset", "use letters, digits, dot, - and _"
        )
    return name
