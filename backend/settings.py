"""The service's settings: environment variables with safe defaults, read once at the start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmark.errors import UsageError

ROOT = Path(__file__).resolve().parent.parent
_IS_CHECKOUT = (ROOT / "pyproject.toml").is_file()


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one test may ask for, and that the service bears.

    `max_duration` is in seconds, `max_request_rate` in requests per second whatever the test asked
    for, `max_body_bytes` is the size of a request to the service, `max_run_bytes` what the files of
    one run may hold, `max_memory_bytes` what its processes may.
    """

    max_users: int = 1_000
    max_request_rate: float = 5_000.0
    max_duration: float = 3_600.0
    max_endpoints: int = 1_000
    max_body_bytes: int = 10_000_000
    max_runs_per_user: int = 10
    max_run_bytes: int = 1_000_000_000
    max_memory_bytes: int = 4_000_000_000


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """Everything that an operator decides. Made by `load_settings`; tests make it directly.

    `slots` tests run at once over all processes of the service, `queue_size` more may wait.
    `lease_seconds` after the last sign of life of a run's owner somebody else may recover it.
    `retention_days` and `retention_bytes` bound what the folders of ended runs keep on disk; what
    is in the database stays. `tokens` are lines `email:role:sha256`.
    """

    database_url: str
    runs_dir: Path
    key_file: Path
    tokens: tuple[str, ...] = field(default=(), repr=False)
    allowed_targets: tuple[str, ...] = ()
    slots: int = 1
    queue_size: int = 20
    lease_seconds: float = 20.0
    retention_days: float = 90.0
    retention_bytes: int = 20_000_000_000
    requests_per_minute: int = 600
    starts_per_minute: int = 60
    cors_origins: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
