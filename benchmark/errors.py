"""The errors that can end a command, and the exit code that each one stands for.

    BenchmarkError                 5  the run could not be done
    ├── UsageError                 2  an option, a setting or a file name is wrong
    ├── TargetError                3  the target is not reachable, or nothing was found there
    ├── DocumentError              4  what should be an OpenAPI document cannot be used
    └── LocustError                5  Locust is missing, did not start, or broke

Exit code 1 (`UNMET`) is no error: the run was done, and a threshold of it failed or a condition
stopped it. 130 (`INTERRUPTED`) follows Ctrl-C and SIGTERM.

A single operation that cannot be used is not an error but a value (`models.SkippedOperation`).
Errors are caught once, at the entrances (command line, service).
"""

from __future__ import annotations

UNMET = 1
"""Exit code after a run that did not meet its conditions. All its files are written."""

INTERRUPTED = 130
"""Exit code after Ctrl-C or SIGTERM. Results so far are kept."""


class BenchmarkError(Exception):
    """Something that ends the command: what happened and where, and what to do next.

    `message` is one sentence without a final line break; `hint` is the next step, or "".
    """

    exit_code = 5

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\nhint: {self.hint}" if self.hint else self.message


class UsageError(BenchmarkError):
    """An option, a setting or a file name that was given is wrong."""

    exit_code = 2


class TargetError(BenchmarkError):
    """The target does not answer, or nothing was discovered there."""

    exit_code = 3


class DocumentError(BenchmarkError):
    """A document was found or given, but it is no usable OpenAPI document."""

    exit_code = 4


class LocustError(BenchmarkError):
    """Locust is missing, could not be started, or ended with an error of its own."""

    exit_code = 5
