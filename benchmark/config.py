"""Presets: how much load each test type is, and how an API is discovered. Edit freely.

    BENCHMARK_CONFIGS   test type → load; an entry that you add is a new `--test-type` at once
    DYNAMIC_CONFIG      how an API is discovered and read

The same can be said in `benchmark.yaml` (or `--config FILE`) under `presets:` and `dynamic:`.
How flags, environment and file are laid over these is in `settings.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

BENCHMARK_CONFIGS: dict[str, dict[str, Any]] = {
    "light": {
        "users": 5, "spawn_rate": 1, "run_time": "60s", "host": "http://localhost:8000",
        "description": "a few users, to see that all is well under load",
    },
    "medium": {
        "users": 20, "spawn_rate": 2, "run_time": "120s", "host": "http://localhost:8000",
        "description": "an ordinary working day",
    },
    "heavy": {
        "users": 50, "spawn_rate": 5, "run_time": "300s", "host": "http://localhost:8000",
        "description": "a busy day",
    },
    "stress": {
        "users": 100, "spawn_rate": 10, "run_time": "600s", "host": "http://localhost:8000",
        "shape": "stress", "description": "five equal steps up to all users",
    },
    "spike": {
        "users": 200, "spawn_rate": 50, "run_time": "180s", "host": "http://localhost:8000",
        "shape": "spike", "description": "a tenth of the users, a sudden peak, and recovery",
    },
    "dynamic": {
        "users": 10, "spawn_rate": 2, "run_time": "60s", "host": "http://localhost:8000",
        "description": "a short test of everything that was discovered",
    },
    "quick": {
        "users": 1, "spawn_rate": 1, "run_time": "10s", "host": "http://localhost:8000",
        "description": "one user, to see that the test itself works",
    },
}  # fmt: skip
"""`spawn_rate` is in users per second; `shape` is hold (the default), stress or spike."""

DYNAMIC_CONFIG: dict[str, Any] = {
    "discovery_timeout": 30,  # seconds for the whole discovery
    "max_endpoints_per_app": None,  # None: all of them
    "enable_parameter_inference": True,  # values by name ("email", "city"), not by type alone
    "file_upload_size": 1024,  # bytes
    "probe_requests_per_operation": 12,  # pooled: what one does not need, another may spend
    "probe_seconds": 180,  # for the whole probe, clean-up aside
    "rehearsal_seconds": 10,  # 0: no rehearsal
}

SUITE: tuple[str, ...] = ("light", "medium", "heavy")
"""The test types that `--test-type suite` runs, one after the other."""


def default_results_dir() -> Path:
    """`benchmark/results` in a checkout; `results` in the working folder where it is installed."""
    here = Path(__file__).resolve().parent
    is_checkout = (here.parent / "pyproject.toml").is_file()
    return here / "results" if is_checkout else Path.cwd() / "results"
