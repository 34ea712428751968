"""Where the load comes from: versions, operating system, processors, memory."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version

from benchmark import __version__
from benchmark.utils.figures import size


def describe_environment() -> dict[str, str]:
    """Labels and values for reports. The machine's name is left out: reports are passed around."""
    return {
        "stress-api": __version__,
        "Locust": _version_of("locust"),
        "gevent": _version_of("gevent"),
        "Python": platform.python_version(),
        "System": f"{platform.system()} {platform.release()} ({platform.machine()})",
        "Processors": _processors(),
        "Memory": _memory(),
    }


def _processors() -> str:
    """How many this process may use, of how many there are where it may not use all."""
    there = os.cpu_count() or 0
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else there
    return str(there or "unknown") if usable == there else f"{usable} of {there}"


def _memory() -> str:
    try:
        return size(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, OSError, ValueError):  # not a POSIX system, or it does not say
        return "unknown"


def _version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
