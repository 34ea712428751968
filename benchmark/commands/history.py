"""`stress-api history`: what the runs of a folder show beside each other."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.commands import frame
from benchmark.errors import UsageError
from benchmark.help_page import GroupedCommand
from benchmark.utils.text_safety import clean_text

if TYPE_CHECKING:
    from benchmark.models import MetricName

_EXAMPLES = (
    "stress-api history\n"
    "stress-api history results --last 30 --metric p95,failures --html history.html"
)


def add_history(app: typer.Typer) -> None:
    """Add the command to the program."""

    @app.command(cls=GroupedCommand, epilog=_EXAMPLES)
    def history(
        folder: Annotated[
            str | None,
            typer.Argument(
                metavar="FOLDER", show_default=False, help="results (default: the results folder)"
            ),
        ] = None,
        target: Annotated[
            str, typer.Option(metavar="TEXT", help="runs of this target: a part of its URL, a glob")
        ] = "",
        test_type: Annotated[str, typer.Option(metavar="NAME", help="runs of this test type")] = "",
        last: Annotated[str, typer.Option(metavar="N", help="the last N runs of each test")] = "",
        metric: Annotated[
            list[str] | None,
            typer.Option(metavar="NAME", help="p50, p95, p99, rps, failures (repeatable; all)"),
        ] = None,
        html: Annotated[
            str | None, typer.Option(metavar="FILE", help="also write a page with charts")
        ] = None,
        as_json: Annotated[
            bool, typer.Option("--json", help="print one JSON object and nothing else")
        ] = False,
        as_markdown: Annotated[bool, typer.Option("--markdown", help="print Markdown")] = False,
    ) -> None:
        """Show how results changed from run to run."""
        with frame.outcome():
            show_history(
                Path(folder).expanduser() if folder else frame.results_dir(),
                metrics=metric or (),
                target=target,
                test_type=test_type,
                last=last,
                html=Path(html).expanduser() if html else None,
                as_json=as_json,
                as_markdown=as_markdown,
            )


def show_history(
    folder: Path,
    *,
    metrics: Sequence[str] = (),
    target: str = "",
    test_type: str = "",
    last: str = "",
    html: Path | None = None,
    as_json: bool = False,
    as_markdown: bool = False,
) -> None:
    """Print the history in a folder, and write it as a page where `html` says so.

    Raises UsageError for what is no metric or no number, and where nothing can be read or written.
    """
    from benchmark.utils.history import read_history  # noqa: PLC0415  # slow to import
    from benchmark.utils.reporters import history as reporters  # noqa: PLC0415

    if as_json and as_markdown:
        raise UsageError("--json and --markdown exclude each other", "give one of them")
    history = read_history(
        folder,
        metrics=_metrics(metrics),
        target=target,
        test_type=test_type,
        last=_last(last),
    )
    if html is not None:
        frame.write_file(html, reporters.render_history(history), "--html")
    if as_json:
        frame.print_json(reporters.history_to_json(history))
    elif as_markdown:
        reporters.write_history_markdown(history, sys.stdout)
    else:
        reporters.write_history_text(history, sys.stdout)


def _metrics(names: Sequence[str]) -> tuple[MetricName, ...]:
    """The metrics of these names, or all without any; several may stand in one, with commas."""
    from benchmark.models import METRICS  # noqa: PLC0415  # --help imports this file

    written = [part.strip() for name in names for part in name.split(",")]
    for name in written:
        if name not in METRICS:
            raise UsageError(
                f"--metric: {clean_text(name, 40)!r} is no metric", f"give {', '.join(METRICS)}"
            )
    return tuple(metric for metric in METRICS if metric in written) if written else METRICS


def _last(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 7 and int(text)):
        raise UsageError(
            f"--last: {clean_text(text, 40)!r} is not a number of runs", "give 30, for example"
        )
    return int(text)
