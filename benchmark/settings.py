"""The settings of one command: defaults < YAML file < environment < flags, checked once."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from benchmark import config as defaults
from benchmark.config import default_results_dir
from benchmark.errors import UsageError
from benchmark.models import Credentials, LoadProfile, Target
from benchmark.setting_values import (
    checked_basic,
    checked_host,
    checked_locust_argument,
    parse_duration,
    parse_wait_time,
    positive_int,
    positive_number,
    split_header,
    whole_number,
)

ACTIONS = ("suite", "discover")
"""Values of --test-type that are no load profile."""

DEFAULT_FILE = "benchmark.yaml"
_DEFAULT_HOST = "http://localhost:8000"
_PRESET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")  # it becomes part of file names


# ── the kinds of values ───────────────────────────────────────────────────────────────────────


def _read_by(read: Callable[[Any], Any]) -> BeforeValidator:
    """A check of pydantic's from a function that raises UsageError."""

    def check(value: Any) -> Any:
        try:
            return read(value)
        except UsageError as error:
            raise PydanticCustomError(
                "usage", "{problem}", {"problem": error.message, "hint": error.hint}
            ) from error

    return BeforeValidator(check)


def _lines(value: Any) -> Any:
    """In the environment a list is one line for each item."""
    if not isinstance(value, str):
        return value
    return [line.strip() for line in value.splitlines() if line.strip()]


def _comma_items(value: Any) -> Any:
    return _lines(value.replace(",", "\n")) if isinstance(value, str) else value


def _header_lines(value: Any) -> Any:
    lines = _lines(value)
    for line in lines if isinstance(lines, list | tuple) else ():
        split_header(str(line))
    return lines


def _locust_arguments(value: Any) -> Any:
    arguments = _lines(value)
    for argument in arguments if isinstance(arguments, list | tuple) else ():
        checked_locust_argument(str(argument))
    return arguments


def _folder(value: Any) -> Any:
    if "," in str(value):
        raise UsageError("the folder must not contain a comma", "Locust divides names at commas")
    return Path(value).expanduser() if isinstance(value, str) else value


def _over(table: Mapping[str, Any]) -> Callable[[Any], Any]:
    """Lays what was given over a table of defaults; an inner table that is partial keeps the rest.

    Tables of `config.py` are looked at anew each time, since a user may add to them.
    """

    def lay(given: Any) -> Any:
        if not isinstance(given, Mapping):
            raise UsageError("a table of names and values is needed", "see the README")
        merged = dict(table)
        for name, value in given.items():
            before = merged.get(name)
            if isinstance(before, Mapping) and isinstance(value, Mapping):
                merged[name] = {**before, **value}
            else:
                merged[name] = value
        return merged

    return lay


def _preset_name(value: Any) -> str:
    name = str(value)
    if name in ACTIONS or not _PRESET_NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be the name of a preset", "use letters, digits, dot, - and _"
        )
    return name


Host = Annotated[str, _read_by(checked_host)]
Seconds = Annotated[float, _read_by(parse_duration)]
Pause = Annotated[tuple[float, float], _read_by(parse_wait_time)]
Count = Annotated[int, _read_by(positive_int)]
Rate = Annotated[float, _read_by(positive_number)]
Lines = Annotated[tuple[str, ...], _read_by(_lines)]
Headers = Annotated[tuple[str, ...], _read_by(_header_lines)]
LocustArguments = Annotated[tuple[str, ...], _read_by(_locust_arguments)]
Commas = Annotated[tuple[str, ...], _read_by(_comma_items)]
PresetName = Annotated[str, _read_by(_preset_name)]


# ── the settings ──────────────────────────────────────────────────────────────────────────────


class Preset(BaseModel):
    """The load of one test type, as it stands in BENCHMARK_CONFIGS or under `presets:`.

    `spawn_rate` is in users per second (None: all at once), `run_time` in seconds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    users: Count = 1
    spawn_rate: Rate | None = None
    run_time: Seconds = 60.0
    host: Host = _DEFAULT_HOST
    shape: Literal["hold", "stress", "spike"] = "hold"
    description: str = ""


class DynamicConfig(BaseModel):
    """How an API is discovered and read: DYNAMIC_CONFIG, or `dynamic:` in the file.

    `discovery_timeout` is in seconds, `file_upload_size` in bytes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    discovery_timeout: PositiveFloat
    max_endpoints_per_app: PositiveInt | None
    enable_parameter_inference: bool
    file_upload_size: Annotated[NonNegativeInt, Field(le=1_000_000_000)]


class BenchmarkConfig(BaseModel):
    """Everything that one command was asked to do. None means "as the preset says".

    `run_time` and `wait_time` are in seconds. The command line makes it with `load_config`; made
    directly, it reads neither the environment nor a file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    host: Host | None = None
    test_type: str = "dynamic"
    users: Count | None = None
    spawn_rate: Rate | None = None
    run_time: Seconds | None = None
    wait_time: Pause = (1.0, 3.0)
    seed: Annotated[int, _read_by(whole_number)] = 42
    results_dir: Annotated[Path, _read_by(_folder)] = Field(default_factory=default_results_dir)
    spec: Lines = ()
    app: str | None = None
    locustfile: Path | None = None
    header: Headers = Field(default=(), repr=False)
    token: str = Field(default="", repr=False)
    basic: Annotated[str, _read_by(checked_basic)] = Field(default="", repr=False)
    api_key: str = Field(default="", repr=False)
    insecure: bool = False
    include: Lines = ()
    exclude: Lines = ()
    tag: Commas = ()
    read_only: bool = False
    allow_host: Commas = ()
    locust_args: LocustArguments = ()
    suite: Commas = defaults.SUITE
    presets: Annotated[dict[PresetName, Preset], _read_by(_over(defaults.BENCHMARK_CONFIGS))] = (
        Field(default_factory=dict, validate_default=True)
    )
    dynamic: Annotated[DynamicConfig, _read_by(_over(defaults.DYNAMIC_CONFIG))] = Field(
        default_factory=dict, validate_default=True
    )

    @property
    def base_url(self) -> str:
        """The URL under test: the one given, else the preset's."""
        preset = self.presets.get(self.test_type)
        return self.host or (preset.host if preset else _DEFAULT_HOST)

    @property
    def credentials(self) -> Credentials:
        """What was given to sign in with."""
        pairs = tuple(split_header(line) for line in self.header)
        return Credentials(self.token, self.basic, self.api_key, pairs)

    @property
    def target(self) -> Target:
        """Where discovery goes, with what, and where else it may go."""
        return Target(self.base_url, self.credentials, self.allow_host, not self.insecure)

    def profile(self, test_type: str | None = None) -> LoadProfile:
        """The load of a test type, with what was given explicitly laid over the preset.

        Raises UsageError for a name that is no preset.
        """
        name = test_type or self.test_type
        preset = self.presets.get(name)
        if preset is None:
            known = ", ".join(self.presets)
            problem = "stands for no load of its own" if name in ACTIONS else "is no test type"
            raise UsageError(f"{name!r} {problem}", f"known are: {known}")
        users = self.users or preset.users
        return LoadProfile(
            name=name,
            users=users,
            spawn_rate=self.spawn_rate or preset.spawn_rate or float(users),
            run_time=self.run_time or preset.run_time,
            shape=preset.shape,
        )


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
    try:
        config = BenchmarkConfig(**{name: value for name, value, _ in given})
    except ValidationError as error:
        raise _usage_error(error, {name: where for name, _, where in given}) from error
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
    names += [(name, f"BENCHMARK_{name.upper()}") for name in BenchmarkConfig.model_fields]
    for name, variable in names:
        value = environment.get(variable, "")
        if value.strip() and name not in {"presets", "dynamic"}:
            yield name, value, variable


def _from_file(path: Path) -> Iterator[Given]:
    """What a YAML file sets; `spawn-rate` and `spawn_rate` are the same."""
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
        yield str(name).replace("-", "_"), value, f"{path}: {name}"


def _usage_error(error: ValidationError, places: Mapping[str, str]) -> UsageError:
    """The first problem in words, with the place where the value was written."""
    first = error.errors()[0]
    name, *inner = (str(key) for key in first["loc"] if key != "[key]")
    where = ".".join([places.get(name, f"benchmark/config.py: {name}"), *inner])
    if first["type"] == "extra_forbidden":
        models: dict[str, type[BaseModel]] = {"presets": Preset, "dynamic": DynamicConfig}
        known = ", ".join(models.get(name, BenchmarkConfig).model_fields)
        return UsageError(f"{where} is no setting", f"known are: {known}")
    hint = str(first.get("ctx", {}).get("hint", "see --help"))
    return UsageError(f"{where}: {first['msg']}", hint)
