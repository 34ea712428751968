"""Compiles, starts and ends the server that knows the truth, precise_server.c."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import truth
from .compiling import compile_c
from .machine import pinned
from .processes import running, wait_until

_SOURCE = Path(__file__).resolve().parent / "precise_server.c"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How it answers: sleeps are lognormal with this median in milliseconds, 0 to answer at once.

    After `stall_after` seconds it answers nothing for `stall` seconds.
    """

    median: float = 0.0
    sigma: float = 0.5
    seed: int = 42
    stall_after: float = 0.0
    stall: float = 0.0


@dataclass(frozen=True, slots=True)
class PreciseServer:
    """A running server; its log can be read when it has ended."""

    url: str
    pid: int
    log: Path

    def truth(self) -> truth.Truth:
        """What it saw."""
        return truth.read_log(self.log)


def compiled(folder: Path) -> Path:
    """The program, made with the machine's C compiler. Exits where there is none."""
    return compile_c(_SOURCE, folder)


@contextmanager
def serving(
    program: Path, folder: Path, core: int, behaviour: Behaviour
) -> Iterator[PreciseServer]:
    """The server on its core; when the block ends it ends and has written its log."""
    log, printed = folder / "truth.log", folder / "precise_server.port"
    log.unlink(missing_ok=True)
    words = [
        *(str(program), str(log), str(behaviour.median), str(behaviour.sigma)),
        *(str(behaviour.seed), str(behaviour.stall_after), str(behaviour.stall)),
    ]
    with running(pinned(words, core), printed) as process:
        wait_until("the server", lambda: printed.read_bytes().endswith(b"\n"), process, printed)
        port = int(printed.read_text(encoding="utf-8"))
        yield PreciseServer(f"http://127.0.0.1:{port}", process.pid, log)
