"""Says what is up and what is not: this installation, the host, its documents."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from benchmark.errors import BenchmarkError, LocustError
from benchmark.pipeline import discover, parse
from benchmark.runner import WEB_PORT, port_is_free, prepare_folder
from benchmark.settings import BenchmarkConfig
from benchmark.utils.text_safety import clean_text

_PACKAGES = ("locust", "requests", "jinja2", "yaml", "faker", "pandas", "typer", "fastapi")
_MIN_FREE_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `exit_code` is the command's if it is not ok."""

    name: str
    ok: bool
    detail: str
    hint: str = ""
    exit_code: int = 0

    def to_json(self) -> dict[str, object]:
        """The check as JSON."""
        return {"name": self.name, "ok": self.ok, "detail": self.detail, "hint": self.hint}


def check_installation(config: BenchmarkConfig) -> tuple[Check, ...]:
    """Python, packages, the results folder, and the port of Locust's web page."""
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    install = "pip install -r benchmark/requirements.txt"
    packages = Check(
        "packages",
        not missing,
        f"missing: {', '.join(missing)}" if missing else "all installed",
        install if missing else "",
        LocustError.exit_code,
    )
    port = "free" if port_is_free(WEB_PORT) else "taken: only --interactive needs it"
    return (
        Check("python", True, f"{platform.python_version()} ({sys.executable})"),
        packages,
        _results_folder(config),
        Check(f"port {WEB_PORT}", True, port),
    )


def check_target(config: BenchmarkConfig) -> tuple[Check, ...]:
    """Whether the host answers, and which documents it shows."""
    try:
        discovery = discover(config)
        specs = parse(discovery)
    except BenchmarkError as error:
        return (Check("target", False, error.message, error.hint, error.exit_code),)
    operations = {spec.application: len(spec.operations) for spec in specs}
    found = [
        Check(
            f"document {document.name}",
            True,
            f"{operations.get(document.name, 0)} operations, {document.openapi_url}",
        )
        for document in discovery.documents
    ]
    return (Check("target", True, f"{config.base_url} answers"), *found)


def print_checks(checks: Sequence[Check], out: TextIO) -> None:
    """One line for each check, and the next step below those that failed."""
    width = max(len(check.name) for check in checks)
    for check in checks:
        mark = "ok  " if check.ok else "FAIL"
        out.write(f"{mark}  {clean_text(check.name):<{width}}  {clean_text(check.detail)}\n")
        if check.hint:
            out.write(f"      {'':<{width}}  hint: {clean_text(check.hint)}\n")


def _results_folder(config: BenchmarkConfig) -> Check:
    try:
        prepare_folder(config.results_dir)
    except BenchmarkError as error:
        return Check("results folder", False, error.message, error.hint, error.exit_code)
    free = shutil.disk_usage(config.results_dir).free
    if free < _MIN_FREE_BYTES:
        detail = f"{config.results_dir}: only {free // 1_000_000} MB free"
        return Check("results folder", False, detail, "make room, or use --results-dir", 2)
    return Check("results folder", True, str(config.results_dir))
