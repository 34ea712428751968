"""`stress-api token`: a token for somebody who shall use the service."""

from __future__ import annotations

from typing import Annotated

import typer

from benchmark.commands import frame
from benchmark.help_page import GroupedCommand

_EXAMPLES = "stress-api token ann@example.com\nstress-api token ops@example.com --role admin"


def add_token(app: typer.Typer) -> None:
    """Add the command to the program."""

    @app.command(cls=GroupedCommand, epilog=_EXAMPLES)
    def token(
        email: Annotated[
            str, typer.Argument(metavar="EMAIL", show_default=False, help="whose the token is")
        ],
        role: Annotated[
            str,
            typer.Option(
                metavar="NAME",
                show_default=False,
                rich_help_panel="Token",
                help="user (sees own tests only) or admin (sees all) (default: user)",
            ),
        ] = "user",
        as_json: Annotated[
            bool,
            typer.Option(
                "--json", rich_help_panel="Token", help="print one JSON object and nothing else"
            ),
        ] = False,
    ) -> None:
        """Make a token for the service; it is shown this once."""
        with frame.outcome():
            print_new_token(email, role, as_json=as_json)


def print_new_token(email: str, role: str, *, as_json: bool = False) -> None:
    """Print a new token, and the line that lets the service know it.

    Raises UsageError for what is no e-mail address or role.
    """
    from benchmark.utils.service_tokens import SETTING, new_token  # noqa: PLC0415  # for this only

    token, line = new_token(email, role)
    if as_json:
        frame.print_json({"token": token, "line": str(line)})
        return
    typer.echo(
        f"For {line.email}, who keeps it; it is shown this once:\n"
        f"    {token}\n"
        f"For the service, in {SETTING} (commas between several), then restart it:\n"
        f"    {line}\n"
        "To use it:\n"
        "    curl -H 'Authorization: Bearer <token>' http://localhost:8000/api/test-results/filter"
    )
