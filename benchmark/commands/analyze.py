"""`stress-api analyze`: old results, read again."""

from __future__ import annotations

from typing import Annotated

import typer

from benchmark.commands import frame
from benchmark.errors import UsageError
from benchmark.help_page import GroupedCommand

_FORMS = "text (the default), json, markdown, junit, csv or openmetrics"


def add_analyze(app: typer.Typer) -> None:
    """Add the command to the program."""

    @app.command(cls=GroupedCommand, epilog="stress-api analyze benchmark/results")
    def analyze(
        results: Annotated[
            list[str] | None,
            typer.Argument(
                metavar="RESULT",
                show_default=False,
                help="a result (.json), the _timeline.jsonl of a run that was killed, a prefix of "
                "Locust's --csv, or a folder (default: the newest result)",
            ),
        ] = None,
        results_dir: Annotated[
            str | None,
            typer.Option("--results-dir", metavar="FOLDER", help="where results are looked for"),
        ] = None,
        threshold: Annotated[
            list[str] | None,
            typer.Option(
                metavar="CONDITION",
                help="what each must meet, instead of what it was asked to then",
            ),
        ] = None,
        form: Annotated[str | None, typer.Option("--format", metavar="NAME", help=_FORMS)] = None,
        as_json: Annotated[bool, typer.Option("--json", help="the same as --format json")] = False,
    ) -> None:
        """Read old results again: the verdict on one, a table of several."""
        with frame.outcome():
            from benchmark.utils.analyze_results import FORMATS, main  # noqa: PLC0415  # slow

            if form not in {None, *FORMATS}:
                known = f"known are: {', '.join(FORMATS)}"
                raise UsageError(f"--format: {form!r} is not known here", known)
            folder = results_dir or str(frame.results_dir())
            options = ["--results-dir", folder]
            options += ["--json"] if as_json else []
            options += [f"--format={form}"] if form is not None else []
            options += [f"--threshold={each}" for each in threshold or ()]
            raise typer.Exit(main([*options, "--", *(results or [])]))
