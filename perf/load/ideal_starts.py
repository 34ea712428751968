"""How late the machine itself wakes a program that only sleeps; see ideal_starts.c."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .compiling import compile_c
from .machine import pinned

_SOURCE = Path(__file__).resolve().parent / "ideal_starts.c"
_SECONDS = 4


def ideal_lateness(folder: Path, core: int | None, rate: float) -> float:
    """The p99, in milliseconds, of so many starts per second on a core."""
    program = folder / _SOURCE.stem
    if not program.exists():
        compile_c(_SOURCE, folder)
    words = pinned([str(program), str(rate), str(_SECONDS)], core)
    done = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603 - no shell
    _, p99, _ = (float(word) for word in done.stdout.split())
    return p99
