"""The service's settings: environment variables with safe defaults, read once at the start.

Each field is a variable: `slots` is STRESS_API_SLOTS, those of `Limits` are STRESS_API_MAX_USERS and
so on; `database_url` is DATABASE_URL, the name that platforms know. A field's annotation names the
reader of what people write for it. What tokens, targets, addresses and origins may look like says
`access`, which reads them when the service starts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_origin, get_type_hints

from backend.database.connecting import checked_url, file_url
from benchmark.errors import UsageError

ROOT = Path(__file__).resolve().parent.parent
_CHECKOUT = ROOT if (ROOT / "pyproject.toml").is_file() else None
_PREFIX = "STRESS_API_"
_OF_KUBERNETES = re.compile(r"STRESS_API_(SERVICE_(HOST|PORT\w*)|PORT(_\d+_(TCP|UDP)\w*)?)")
"""What Kubernetes sets for a service that is called stress-api."""

_Number = TypeVar("_Number", int, float)
_LARGEST = 10**15


def _at_least(lowest: _Number, kind: Callable[[str], _Number]) -> Callable[[str], _Number]:
    """A reader of a number from `lowest` on; `kind` is int or float."""
    sort = "a whole number" if kind is int else "a number"

    def read(text: str) -> _Number:
        try:
            number = kind(text)
        except ValueError:
            raise UsageError(f"{text[:50]!r} is not {sort}", f"for example {lowest}") from None
        if not lowest <= number <= _LARGEST:
            raise UsageError(f"{text[:50]!r} is not {sort} from {lowest} to {_LARGEST}")
        return number

    return read


def _path(text: str) -> Path:
    """A path, from the working folder on; `~` is the home folder."""
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:  # there is no such home
        raise UsageError(f"{text!r} is no path here", "write it in full") from None


def _database_address(text: str) -> str:
    """The address of a database that is supported, as it was written."""
    checked_url(text)
    return text


def _items(text: str) -> tuple[str, ...]:
    """What stands between commas and space."""
    return tuple(item for item in re.split(r"[\s,]+", text) if item)


_WholeNumber = Annotated[int, _at_least(1, int)]
_PositiveNumber = Annotated[float, _at_least(0.1, float)]


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one test may ask for, and that the service bears.

    `max_duration` is in seconds, `max_request_rate` in requests per second whatever the test asked
    for, `max_body_bytes` is the size of a request to the service, `max_run_bytes` what the files of
    one run may hold, `max_memory_bytes` what its processes may.
    """

    max_users: _WholeNumber = 1_000
    max_request_rate: _PositiveNumber = 5_000.0
    max_duration: Annotated[float, _at_least(1, float)] = 3_600.0
    max_endpoints: _WholeNumber = 1_000
    max_body_bytes: _WholeNumber = 10_000_000
    max_runs_per_user: _WholeNumber = 10
    max_run_bytes: Annotated[int, _at_least(1_000_000, int)] = 1_000_000_000
    max_memory_bytes: Annotated[int, _at_least(200_000_000, int)] = 4_000_000_000


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """Everything that an operator decides. Made by `load_settings`; tests make it directly.

    `slots` tests run at once over all processes of the service, `queue_size` more may wait.
    `lease_seconds` after the last sign of life of a run's owner somebody else may recover it.
    `retention_days` and `retention_bytes` bound what the folders of ended runs keep on disk; what
    is in the database stays. `tokens` are lines `email:role:sha256`. `public_addresses` are hosts
    (`host`, `host:port`) at which the service is reached through a proxy: no test may go there.
    """

    database_url: Annotated[str, _database_address] = field(repr=False)
    runs_dir: Annotated[Path, _path]
    key_file: Annotated[Path, _path]
    tokens: Annotated[tuple[str, ...], _items] = field(default=(), repr=False)
    allowed_targets: Annotated[tuple[str, ...], _items] = ()
    slots: _WholeNumber = 1
    queue_size: Annotated[int, _at_least(0, int)] = 20
    lease_seconds: Annotated[float, _at_least(5, float)] = 20.0
    retention_days: _PositiveNumber = 90.0
    retention_bytes: Annotated[int, _at_least(0, int)] = 20_000_000_000
    requests_per_minute: _WholeNumber = 600
    starts_per_minute: _WholeNumber = 60
    cors_origins: Annotated[tuple[str, ...], _items] = ()
    public_addresses: Annotated[tuple[str, ...], _items] = ()
    limits: Limits = field(default_factory=Limits)


def load_settings(
    environ: Mapping[str, str] | None = None, checkout: Path | None = _CHECKOUT
) -> ServiceSettings:
    """The settings that the environment names, the process's own unless another is given.

    What is empty counts as not given. Data are kept in `checkout`, or where it is None in
    `stress-api-data` of the working folder. UsageError names the variable that is wrong, or that
    is none: a word misspelt must not leave a service open.
    """
    environ = os.environ if environ is None else environ
    given = {name: text.strip() for name, text in environ.items() if text.strip()}
    known = {*_readers(ServiceSettings), *_readers(Limits)}
    for name in given:
        if name.startswith(_PREFIX) and name not in known and not _OF_KUBERNETES.fullmatch(name):
            raise UsageError(f"{name} is no setting", f"known are: {', '.join(sorted(known))}")
    data = Path.cwd() / "stress-api-data" if checkout is None else checkout / "backend" / "data"
    runs = data / "runs" if checkout is None else checkout / "benchmark" / "results" / "service"
    places = {
        "database_url": file_url(data / "stress_api.db"),
        "runs_dir": runs,
        "key_file": data / "run_secrets.key",
    }
    limits = Limits(**_read(Limits, given))
    return ServiceSettings(**{**places, **_read(ServiceSettings, given), "limits": limits})


def _readers(settings: type[Any]) -> dict[str, tuple[str, Callable[[str], Any]]]:
    """Field and reader of each variable."""
    hints = get_type_hints(settings, include_extras=True)
    found = {}
    for name, hint in hints.items():
        if get_origin(hint) is Annotated:
            variable = "DATABASE_URL" if name == "database_url" else f"{_PREFIX}{name.upper()}"
            found[variable] = (name, hint.__metadata__[0])
    return found


def _read(settings: type[Any], given: Mapping[str, str]) -> dict[str, Any]:
    """What was given for the fields of one class."""
    values = {}
    for variable, (name, read) in _readers(settings).items():
        if variable in given:
            try:
                values[name] = read(given[variable])
            except UsageError as error:
                message = error.message
                if variable not in message:
                    message = f"{variable}: {message}"
                raise UsageError(message, error.hint) from None
    return values
