"""`stress-api compare`: what changed between results."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.commands import frame
from benchmark.errors import UsageError
from benchmark.help_page import GroupedCommand

if TYPE_CHECKING:
    from benchmark.models import Comparison

REGRESSED = 1
"""Exit code where something got worse by more than the margin."""
_EXAMPLES = (
    "stress-api compare before.json after.json\n"
    "stress-api compare before1.json,before2.json after1.json,after2.json\n"
    "stress-api compare results/main results/branch --markdown summary.md"
)


def add_compare(app: typer.Typer) -> None:
    """Add the command to the program."""

    @app.command(cls=GroupedCommand, epilog=_EXAMPLES)
    def compare(
        results: Annotated[
            list[str] | None,
            typer.Argument(
                metavar="BASE NEW [NEW…]",
                show_default=False,
                help="each a result (.json or _timeline.jsonl), its stem, or several runs of the "
                "same thing: a folder of them, or names with commas between. Every NEW is compared "
                "with BASE",
            ),
        ] = None,
        margin: Annotated[
            str | None,
            typer.Option(metavar="PERCENT", help="a change up to this is none (default: 5%)"),
        ] = None,
        html: Annotated[
            str | None, typer.Option(metavar="FILE", help="also write a page for people")
        ] = None,
        markdown: Annotated[
            str | None,
            typer.Option(metavar="FILE", help="also write Markdown, for a pull request (-: print)"),
        ] = None,
        as_json: Annotated[
            bool, typer.Option("--json", help="print one JSON object and nothing else")
        ] = False,
    ) -> None:
        """Say what got slower or faster between results.

        The answer comes with its certainty; the exit code is 1 where something regressed.
        """
        with frame.outcome():
            code = compare_results(
                results or [], margin=margin, html=html, markdown=markdown, as_json=as_json
            )
            raise typer.Exit(code)


def compare_results(
    names: Sequence[str],
    *,
    margin: str | None = None,
    html: str | None = None,
    markdown: str | None = None,
    as_json: bool = False,
) -> int:
    """Compare, print and write; the exit code. Raises UsageError for what cannot be compared."""
    from benchmark import pipeline  # noqa: PLC0415  # slow to import
    from benchmark.setting_values import checked_margin  # noqa: PLC0415
    from benchmark.utils.reporters import comparison as reporters  # noqa: PLC0415

    if len(names) < 2:
        raise UsageError(
            "compare needs two results: a base, and what is new",
            "for example: stress-api compare before.json after.json",
        )
    if as_json and markdown == "-":
        raise UsageError(
            "--json and --markdown - both print", "give one of them, or --markdown FILE"
        )
    share = checked_margin(margin) if margin is not None else None
    comparisons = pipeline.compare(names[0], names[1:], share)
    if html is not None:
        page = reporters.render_comparison_html(comparisons)
        frame.write_file(Path(html), page, "--html")
    if markdown not in (None, "-"):
        summary = reporters.comparison_markdown(comparisons)
        frame.write_file(Path(str(markdown)), summary, "--markdown")
    if as_json:
        frame.print_json(reporters.comparisons_to_json(comparisons))
    elif markdown == "-":
        sys.stdout.write(reporters.comparison_markdown(comparisons))
    else:
        for comparison in comparisons:
            reporters.write_comparison_text(comparison, sys.stdout)
    return exit_code(comparisons)


def exit_code(comparisons: Sequence[Comparison]) -> int:
    """1 where something regressed, else 0."""
    return REGRESSED if any(each.answer == "regressed" for each in comparisons) else 0
