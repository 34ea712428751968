"""The machine: which core is whose, how many files may be open, what a process has used."""

from __future__ import annotations

import os
import platform
import resource
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

_QUIET = 0.5  # load average of a machine with nothing else to do
_MISSING_TASKSET = (
    "taskset is missing: processes cannot be pinned (Debian: apt-get install util-linux)"
)


@dataclass(frozen=True, slots=True)
class Cores:
    """The core of the load generator and that of the server."""

    generator: int
    server: int


def two_cores() -> Cores:
    """The last two cores that this process may use. Exits where there is only one."""
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) < 2:
        sys.exit("two cores are needed: one for the generator, one for the server")
    if shutil.which("taskset") is None:
        sys.exit(_MISSING_TASKSET)
    return Cores(generator=usable[-2], server=usable[-1])


def pinned(command: Sequence[str], core: int | None) -> list[str]:
    """The command that runs `command` and all it starts on one core; None is on any."""
    if core is None:
        return list(command)
    return ["taskset", "--cpu-list", str(core), *command]


def raise_descriptor_limit() -> int:
    """Allow as many open files as the hard limit does, for children too; returns that number."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def cpu_seconds(pid: int) -> float:
    """The processor time that a process and its children have used; 0 when it has ended."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        times = [each.cpu_times() for each in family]
    except psutil.Error:
        return 0.0
    return float(sum(each.user + each.system for each in times))


def resident_bytes(pid: int) -> int:
    """The memory of a process and its children that is in RAM; 0 when it has ended."""
    try:
        process = psutil.Process(pid)
        return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)])
    except psutil.Error:
        return 0


def description() -> str:
    """The machine in one line, for the head of a table; where others keep it busy it says so."""
    load = os.getloadavg()[0]
    name = platform.processor() or platform.machine()
    with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123 - no file of ours
        for line in lines:
            if line.startswith("model name"):
                name = line.partition(":")[2].strip()
                break
    return (
        f"{os.cpu_count()} cores of {name}, Linux {platform.release()}, "
        f"Python {platform.python_version()}, {time.strftime('%Y-%m-%d %H:%M')}, load average "
        f"{load:.1f} before{' (BUSY: figures are preliminary)' if load > _QUIET else ''}"
    )
