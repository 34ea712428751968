"""What a person sees while a command works: stages, a live line or progress bar, warnings.

Everything here goes to stderr; data go to stdout. On a terminal the run has a progress bar,
elsewhere a plain line every ten seconds.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from benchmark.utils.text_safety import clean_text

if TYPE_CHECKING:
    from rich.progress import Progress as ProgressBar

    from benchmark.models import Discovery, LoadPlan, LoadProfile
    from benchmark.utils.timeline import Progress as RunProgress

_PLAIN_LINE_SECONDS = 10.0
_FILE_WIDTH = 240


class TerminalObserver:
    """Prints stages and the progress of a run to stderr; prints nothing when `quiet`."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._console = Console(stderr=True, quiet=quiet, highlight=False, soft_wrap=True)
        self._is_live = sys.stderr.isatty() and not self._console.is_dumb_terminal
        self._bar: ProgressBar | None = None
        self._next_line = _PLAIN_LINE_SECONDS
        self._profile: LoadProfile | None = None

    def stage(self, text: str) -> None:
        """Print one sentence on a line of its own; a running bar ends first."""
        self.close()
        self._console.print(f"[bold]>[/] {_plain(text)}")

    def running(self, profile: LoadProfile, progress: RunProgress) -> None:
        """Move the bar, or print a plain line now and then."""
        if profile is not self._profile:
            self.close()
            self._profile, self._next_line = profile, _PLAIN_LINE_SECONDS
        if self._is_live:
            self._move_bar(profile, progress)
        elif progress.elapsed >= self._next_line:
            self._next_line = progress.elapsed + _PLAIN_LINE_SECONDS
            self._console.print(f"  {progress.elapsed:4.0f} s  {_in_words(progress)}")

    def close(self) -> None:
        """End a bar that is still there."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _move_bar(self, profile: LoadProfile, now: RunProgress) -> None:
        from rich.progress import (  # noqa: PLC0415  # slow to import, and seldom needed
            BarColumn,
            Progress,
            TextColumn,
        )

        if self._bar is None:
            self._bar = Progress(
                TextColumn("{task.fields[clock]}"),
                BarColumn(bar_width=24),
                TextColumn("{task.fields[now]}"),
                console=self._console,
                transient=True,
            )
            self._bar.add_task("run", total=profile.run_time, clock="", now="starting")
            self._bar.start()
        self._bar.update(
            self._bar.task_ids[0],
            completed=min(now.elapsed, profile.run_time),
            clock=f"{now.elapsed:.0f}/{profile.run_time:.0f} s",
            now=_in_words(now),
        )


def _in_words(progress: RunProgress) -> str:
    return (
        f"{progress.users} users  {progress.rps:.1f} requests/s  "
        f"{progress.failure_share:.1%} failed  p95 {progress.p95:.0f} ms"
    )


@contextmanager
def watching(*, quiet: bool) -> Iterator[TerminalObserver]:
    """An observer whose bar is gone when the block ends, however it ends."""
    observer = TerminalObserver(quiet=quiet)
    try:
        yield observer
    finally:
        observer.close()


def set_up_logging(*, verbose: bool) -> None:
    """Warnings of the suite to stderr; with `verbose`, what discovery tried as well."""
    level = logging.DEBUG if verbose else logging.WARNING
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logger = logging.getLogger("benchmark")
    logger.handlers = [handler]
    logger.setLevel(level)


def print_error(message: str, hint: str = "") -> None:
    """An error in one or two lines, on stderr."""
    print(f"error: {clean_text(message, 500)}", file=sys.stderr)  # noqa: T201
    if hint:
        print(f"hint: {clean_text(hint, 500)}", file=sys.stderr)  # noqa: T201


def print_discovery(discovery: Discovery, counts: dict[str, tuple[int, int]]) -> None:
    """A table of the applications found; `counts` maps names to (operations, skipped ones)."""
    from rich.table import Table  # noqa: PLC0415  # slow to import

    console = _output()
    base = discovery.base_url
    console.print(f"API documents of {_plain(base)}", style="bold")
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("application", "prefix", "document"):
        table.add_column(heading, overflow="fold")
    for heading in ("operations", "skipped"):
        table.add_column(heading, justify="right")
    for document in discovery.documents:
        operations, skipped = counts.get(document.name, (0, 0))
        table.add_row(
            _plain(document.name),
            _plain(document.prefix or "/"),
            _plain(document.openapi_url.removeprefix(base)),
            str(operations),
            str(skipped),
        )
    console.print(table)
    for note in discovery.notes:
        console.print(f"note: {_plain(note.where)}: {_plain(note.message)}", soft_wrap=True)


def print_plan(plan: LoadPlan) -> None:
    """How many operations take part, and for each one that does not, why."""
    console = _output()
    tasks = list(plan.tasks())
    left_out = [(t.operation, t.readiness.reason) for t in tasks if not t.readiness.enabled]
    left_out += [(skip.key, skip.reason) for skip in plan.skipped]
    total = len(tasks) + len(plan.skipped)
    console.print(f"{total - len(left_out)} of {total} operations take part.")
    for operation, reason in left_out:
        console.print(f"  {_plain(operation)}: {_plain(reason)}", soft_wrap=True)
    for task in tasks:
        if task.recipe.doubts:
            slots = ", ".join(task.recipe.doubts)
            note = f"no value fits the document, a near one is sent: {slots}"
            console.print(f"  note: {_plain(task.operation)}: {_plain(note)}", soft_wrap=True)


def _output() -> Console:
    """Where data go; as wide as they need where no terminal sets the width."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _FILE_WIDTH)


def _plain(text: str) -> str:
    """Text from outside: nothing in it is markup or moves the cursor."""
    return escape(clean_text(text))
