"""What a person sees while a command works: stages, a live line or progress bar, warnings.

Everything here goes to stderr; data go to stdout. On a terminal the run has a progress bar,
elsewhere a plain line every ten seconds. Lines are written as they are; rich, which is slow to
import, is asked where a bar or a table is drawn.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from benchmark.utils.text_safety import clean_text

if TYPE_CHECKING:
    from rich.progress import Progress as ProgressBar

    from benchmark.models import Discovery, LoadPlan, LoadProfile
    from benchmark.utils.timeline import Progress as RunProgress

_PLAIN_LINE_SECONDS = 10.0
_FILE_WIDTH = 240
_DUMB_TERMINALS = ("dumb", "unknown")


class TerminalObserver:
    """Prints stages and the progress of a run to stderr; prints nothing when `quiet`."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._is_live = sys.stderr.isatty() and os.environ.get("TERM", "") not in _DUMB_TERMINALS
        self._bar: ProgressBar | None = None
        self._next_line = _PLAIN_LINE_SECONDS
        self._profile: LoadProfile | None = None
        self._quarter = 0

    def stage(self, text: str) -> None:
        """Print one sentence on a line of its own; a running bar ends first."""
        self.close()
        self._say(f"{typer.style('>', bold=True)} {clean_text(text)}")

    def running(self, profile: LoadProfile, progress: RunProgress) -> None:
        """Move the bar, or print a plain line now and then."""
        if profile is not self._profile:
            self.close()
            self._profile, self._next_line = profile, _PLAIN_LINE_SECONDS
        if self._quiet:
            return
        if self._is_live:
            self._move_bar(profile, progress)
        elif progress.elapsed >= self._next_line:
            self._next_line = progress.elapsed + _PLAIN_LINE_SECONDS
            self._say(f"  {progress.elapsed:4.0f} s  {_in_words(progress)}")

    def probing(self, done: int, total: int, verified: int) -> None:
        """Move the bar of the probe, or print a plain line at each quarter."""
        if self._quiet or not total:
            return
        words = f"{done} of {total} operations tried, {verified} verified"
        if self._is_live:
            self._move(total, done, "", words)
            if done >= total:
                self.close()
        elif (quarter := 4 * done // total) > self._quarter and done < total:
            self._quarter = quarter
            self._say(f"  {words}")

    def close(self) -> None:
        """End a bar that is still there."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _say(self, line: str) -> None:
        if not self._quiet:
            typer.echo(line, err=True)

    def _move_bar(self, profile: LoadProfile, now: RunProgress) -> None:
        clock = f"{now.elapsed:.0f}/{profile.run_time:.0f} s"
        self._move(profile.run_time, min(now.elapsed, profile.run_time), clock, _in_words(now))

    def _move(self, total: float, completed: float, clock: str, now: str) -> None:
        from rich.console import Console  # noqa: PLC0415  # slow to import, and seldom needed
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            Progress,
            TextColumn,
        )

        if self._bar is None:
            self._bar = Progress(
                TextColumn("{task.fields[clock]}"),
                BarColumn(bar_width=24),
                TextColumn("{task.fields[now]}"),
                console=Console(stderr=True, highlight=False),
                transient=True,
            )
            self._bar.add_task("run", total=total, clock="", now="starting")
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=completed, clock=clock, now=now)


def _in_words(progress: RunProgress) -> str:
    arrivals = progress.arrivals
    rates = f"{arrivals.achieved_rate:.1f} of {arrivals.asked_rate:.1f} iterations/s started  "
    return (
        f"{progress.users} users  {rates if arrivals.asked else ''}{progress.rps:.1f} requests/s  "
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


def print_note(message: str) -> None:
    """A remark in one line, on stderr."""
    typer.echo(f"note: {clean_text(message, 500)}", err=True)


def print_error(message: str, hint: str = "") -> None:
    """An error in one or two lines, on stderr."""
    typer.echo(f"error: {clean_text(message, 500)}", err=True)
    if hint:
        typer.echo(f"hint: {clean_text(hint, 500)}", err=True)


def print_discovery(discovery: Discovery, counts: dict[str, tuple[int, int]]) -> None:
    """A table of the applications found; `counts` maps names to (operations, skipped ones)."""
    from rich.console import Console  # noqa: PLC0415  # slow to import
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    base = discovery.base_url
    typer.secho(f"API documents of {clean_text(base)}", bold=True)
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("application", "prefix", "document"):
        table.add_column(heading, overflow="fold")
    for heading in ("operations", "skipped"):
        table.add_column(heading, justify="right")
    for document in discovery.documents:
        operations, skipped = counts.get(document.name, (0, 0))
        texts = (document.name, document.prefix or "/", document.openapi_url.removeprefix(base))
        cells = [escape(clean_text(text)) for text in texts]  # nothing in them is markup
        table.add_row(*cells, str(operations), str(skipped))
    # As wide as it needs where no terminal sets the width.
    Console(highlight=False, width=None if sys.stdout.isatty() else _FILE_WIDTH).print(table)
    for note in discovery.notes:
        typer.echo(f"note: {clean_text(note.where)}: {clean_text(note.message)}")


def print_plan(plan: LoadPlan) -> None:
    """How many operations take part, and for each one that does not, why."""
    tasks = list(plan.tasks())
    left_out = [(t.operation, t.readiness.reason) for t in tasks if not t.readiness.enabled]
    left_out += [(skip.key, skip.reason) for skip in plan.skipped]
    total = len(tasks) + len(plan.skipped)
    verified = sum(task.readiness.status == "verified" for task in tasks)
    proved = f"{verified} of {total} operations verified, " if verified else ""
    typer.echo(f"{proved}{total - len(left_out)} of {total} operations take part.")
    for operation, reason in left_out:
        typer.echo(f"  {clean_text(operation)}: {clean_text(reason)}")
    for task in tasks:
        if task.recipe.doubts:
            slots = ", ".join(task.recipe.doubts)
            note = f"no value fits the document, a near one is sent: {slots}"
            typer.echo(f"  note: {clean_text(task.operation)}: {clean_text(note)}")
