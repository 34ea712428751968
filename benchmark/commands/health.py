"""Says what is up and what is not: this installation, the host, its documents."""

from __future__ import annotations

import platform
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TextIO

from benchmark.errors import BenchmarkError, LocustError
from benchmark.run_files import prepare_folder
from benchmark.runner import WEB_PORT, port_is_free
from benchmark.settings import BenchmarkConfig
from benchmark.utils.figures import plural
from benchmark.utils.text_safety import clean_text

_REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements.txt"
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


def check_all(config: BenchmarkConfig) -> tuple[Check, ...]:
    """Installation and host; without the packages nothing can be asked of the host."""
    here = check_installation(config)
    packages_missing = any(c.exit_code == LocustError.exit_code and not c.ok for c in here)
    return here if packages_missing else (*here, *check_target(config))


def check_installation(config: BenchmarkConfig) -> tuple[Check, ...]:
    """Python, packages, the results folder, and the port of Locust's web page."""
    needed = re.findall(r"^[A-Za-z0-9._-]+", _REQUIREMENTS.read_text(encoding="utf-8"), re.M)
    missing = [name for name in needed if not _is_installed(name)]
    packages = Check(
        "packages",
        not missing,
        f"missing: {', '.join(missing)}" if missing else f"all {len(needed)} installed",
        f"pip install -r {_REQUIREMENTS}" if missing else "",
        LocustError.exit_code,
    )
    port = "free" if port_is_free(WEB_PORT) else "taken: only --interactive needs it"
    return (
        Check("python", True, f"{platform.python_version()} ({sys.executable})"),
        packages,
        _results_folder(config),
        Check(f"port {WEB_PORT}", True, port),
    )


def _is_installed(distribution: str) -> bool:
    try:
        metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True


def check_target(config: BenchmarkConfig) -> tuple[Check, ...]:
    """Whether the host answers, and which documents it shows."""
    from benchmark.pipeline import discover, parse, reach  # noqa: PLC0415  # may lack a package

    try:
        target = Check("target", True, f"{config.base_url} {reach(config)}")
    except BenchmarkError as error:
        return (_failed("target", error),)
    try:
        discovery = discover(config)
        specs = parse(discovery)
    except BenchmarkError as error:
        return (target, _failed("documents", error))
    operations = {spec.application: len(spec.operations) for spec in specs}
    found = [
        Check(
            f"document {document.name}",
            True,
            f"{plural(operations.get(document.name, 0), 'operation')}, {document.openapi_url}",
        )
        for document in discovery.documents
    ]
    return (target, *found)


def print_checks(checks: Sequence[Check], out: TextIO) -> None:
    """One line for each check, and the next step below those that failed."""
    width = max(len(check.name) for check in checks)
    for check in checks:
        mark = "ok  " if check.ok else "FAIL"
        out.write(f"{mark}  {clean_text(check.name):<{width}}  {clean_text(check.detail)}\n")
        if check.hint:
            out.write(f"      {'':<{width}}  hint: {clean_text(check.hint)}\n")


def _failed(name: str, error: BenchmarkError) -> Check:
    return Check(name, False, error.message, error.hint, error.exit_code)


def _results_folder(config: BenchmarkConfig) -> Check:
    try:
        prepare_folder(config.results_dir)
    except BenchmarkError as error:
        return _failed("results folder", error)
    free = shutil.disk_usage(config.results_dir).free
    if free < _MIN_FREE_BYTES:
        detail = f"{config.results_dir}: only {free // 1_000_000} MB free"
        return Check("results folder", False, detail, "make room, or use --results-dir", 2)
    return Check("results folder", True, str(config.results_dir))
