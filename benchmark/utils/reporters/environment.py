"""Where the load comes from: versions, operating system, processors."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version

from benchmark import __version__


def describe_environment() -> dict[str, str]:
    """Labels and values for reports. The machine's name is left out: reports are passed around."""
    return {
        "stress-api": __version__,
        "Locust": _version_of("locust"),
        "Python": platform.python_version(),
        "System": f"{platform.system()} {platform.release()} ({platform.machine()})",
        "Processors": str(os.cpu_count() or "unknown"),
    }


def _version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
