"""The settings of one command: defaults < YAML file < environment < flags, checked once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AliasChoices, BeforeValidator, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

from benchmark import config as defaults
from benchmark.errors import UsageError
from benchmark.models import Credentials, LoadProfile, Target
from benchmark.setting_values import (
    checked_host,
    parse_duration,
    parse_wait_time,
    positive_int,
    positive_number,
    split_header,
)

ACTIONS = ("suite", "discover")
"""Values of --test-type that are no load profile."""

DEFAULT_FILE = "benchmark.yaml"
_DEFAULT_HOST = "http://localhost:8000"


def default_results_dir() -> Path:
    """`benchmark/results` in a checkout; `results` in the working folder where it is installed."""
    here = Path(__file__).resolve().parent
    is_checkout = (here.parent / "pyproject.toml").is_file()
    return here / "results" if is_checkout else Path.cwd() / "results"


def _items(value: Any) -> Any:
    """In the environment a list is one line per item; commas separate too where that is safe."""
    return (
        [line for line in value.splitlines() if line.strip()] if isinstance(value, str) else value
    )


def _header_lines(value: Any) -> Any:
    lines = _items(value)
    for line in lines if isinstance(lines, list | tuple) else ():
        split_header(str(line))
    return lines


def _comma_items(value: Any) -> Any:
    text = value.replace(",", "\n") if isinstance(value, str) else value
    return _items(text)


def _presets(given: Any) -> Any:
    return _laid_over(defaults.BENCHMARK_CONFIGS, given, "presets")


def _dynamic(given: Any) -> Any:
    unknown = set(given) - set(defaults.DYNAMIC_CONFIG) if isinstance(given, Mapping) else ()
    if unknown:
        known = ", ".join(defaults.DYNAMIC_CONFIG)
        raise UsageError(f"dynamic: unknown setting {min(unknown)!r}", f"known are: {known}")
    return _laid_over(defaults.DYNAMIC_CONFIG, given, "dynamic")


def _laid_over(table: Mapping[str, Any], given: Any, what: str) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise UsageError(f"{what}: a table of names and values is needed", "see the README")
    merged = dict(table)
    for name, value in given.items():
        before = merged.get(name)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            value = {**before, **value}  # noqa: PLW2901  # a partial preset keeps the rest
        merged[str(name)] = value
    return merged


Host = Annotated[str, BeforeValidator(lambda v: checked_host(v, "--host"))]
Seconds = Annotated[float, BeforeValidator(lambda v: parse_duration(v, "--run-time"))]
Pause = Annotated[
    tuple[float, float], NoDecode, BeforeValidator(lambda v: parse_wait_time(v, "--wait-time"))
]
Count = Annotated[int, BeforeValidator(lambda v: positive_int(v, "--users"))]
Rate = Annotated[float, BeforeValidator(lambda v: positive_number(v, "--spawn-rate"))]
Lines = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_items)]
Headers = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_header_lines)]
Commas = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_comma_items)]


class BenchmarkConfig(BaseSettings):
    """Everything that one command was asked to do. None means "as the preset says".

    `run_time` and `wait_time` are in seconds. Made by `load_config`.
    """

    model_config = SettingsConfigDict(
        env_prefix="BENCHMARK_", extra="forbid", frozen=True, env_ignore_empty=True
    )

    host: Host | None = None
    test_type: str = "dynamic"
    users: Count | None = None
    spawn_rate: Rate | None = None
    run_time: Seconds | None = Field(
        None,
        validation_alias=AliasChoices("run_time", "BENCHMARK_RUN_TIME", "BENCHMARK_DURATION"),
    )
    wait_time: Pause = (1.0, 3.0)
    seed: int = 42
    results_dir: Path = Field(default_factory=default_results_dir)
    spec: Lines = ()
    app: str | None = None
    locustfile: Path | None = None
    header: Headers = Field((), repr=False)
    token: str = Field("", repr=False)
    basic: str = Field("", repr=False)
    api_key: str = Field("", repr=False)
    insecure: bool = False
    include: Lines = ()
    exclude: Lines = ()
    tag: Commas = ()
    read_only: bool = False
    allow_host: Commas = ()
    locust_args: Lines = ()
    suite: Commas = defaults.SUITE
    presets: Annotated[dict[str, dict[str, Any]], BeforeValidator(_presets)] = Field(
        default_factory=lambda: dict(defaults.BENCHMARK_CONFIGS)
    )
    dynamic: Annotated[dict[str, Any], BeforeValidator(_dynamic)] = Field(
        default_factory=lambda: dict(defaults.DYNAMIC_CONFIG)
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # pydantic's interface
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # pydantic's interface
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, then the environment, then the YAML file."""
        return init_settings, env_settings, YamlConfigSettingsSource(settings_cls)

    @property
    def base_url(self) -> str:
        """The URL under test: the one given, else the preset's."""
        preset = self.presets.get(self.test_type) or {}
        return self.host or checked_host(preset.get("host") or _DEFAULT_HOST, "preset host")

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
        """The load of a test type, with what was given explicitly laid over the preset."""
        name = test_type or self.test_type
        preset = self.presets.get(name)
        if preset is None:
            known = ", ".join([*self.presets, *ACTIONS])
            raise UsageError(f"Unknown test type {name!r}", f"known are: {known}")
        users = self.users or positive_int(preset.get("users", 1), f"preset {name}: users")
        rate = self.spawn_rate or preset.get("spawn_rate", users)
        run_time = self.run_time or preset.get("run_time", 60)
        shape = preset.get("shape", "hold")
        if shape not in {"hold", "stress", "spike"}:
            raise UsageError(f"Preset {name}: unknown shape {shape!r}", "use hold, stress or spike")
        return LoadProfile(
            name=name,
            users=users,
            spawn_rate=positive_number(rate, f"preset {name}: spawn_rate"),
            run_time=parse_duration(run_time, f"preset {name}: run_time"),
            shape=shape,
        )


def load_config(flags: Mapping[str, Any], config_file: Path | None = None) -> BenchmarkConfig:
    """The settings of one command. `flags` holds what was given explicitly, and nothing else.

    Raises UsageError for an unknown name, a value that is no such thing, or an unreadable file.
    """
    path = config_file or (Path(DEFAULT_FILE) if Path(DEFAULT_FILE).is_file() else None)
    if config_file and not config_file.is_file():
        raise UsageError(f"No settings file {config_file}", "check --config")

    class _Config(BenchmarkConfig):
        model_config = SettingsConfigDict(yaml_file=path)

    try:
        loaded = _Config(**flags)
    except ValidationError as error:
        raise _usage_error(error, path) from error
    except yaml.YAMLError as error:
        place = " ".join(str(error).split())
        raise UsageError(f"{path} is no valid YAML: {place}", "mend the file") from error
    for name in loaded.suite if loaded.test_type == "suite" else (loaded.test_type,):
        if name != "discover":
            loaded.profile(name)
    if "," in str(loaded.results_dir):
        raise UsageError("--results-dir must not contain a comma", "Locust divides names at commas")
    return loaded


def _usage_error(error: ValidationError, path: Path | None) -> UsageError:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "settings"
    if first["type"] == "extra_forbidden":
        known = ", ".join(BenchmarkConfig.model_fields)
        return UsageError(f"{path}: unknown setting {name!r}", f"known are: {known}")
    return UsageError(f"{name.removeprefix('BENCHMARK_').lower()}: {first['msg']}", "see --help")
