"""`stress-api capacity`: how much load an API bears before an objective breaks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from benchmark.commands import frame
from benchmark.errors import INTERRUPTED, UNMET, LocustError
from benchmark.help_page import GroupedCommand
from benchmark.options import (
    CAPACITY,
    CONTENT,
    CREDENTIALS,
    FILES,
    LOAD,
    OPEN,
    OUTPUT,
    TARGET,
    Switches,
)

if TYPE_CHECKING:
    from benchmark.settings import BenchmarkConfig

_EXAMPLES = (
    "stress-api capacity --host http://localhost:8000 --slo 'p95<300ms' --slo 'failures<1%'\n"
    "stress-api capacity --slo 'GET /users/{id}: p99<1s' --arrivals poisson --max-time 30m"
)


def add_capacity(app: typer.Typer) -> None:
    """Add the command to the program."""
    open_model = OPEN.without("request_rate")
    groups = (
        CAPACITY,
        open_model,
        LOAD.only("processes"),
        TARGET,
        CREDENTIALS,
        CONTENT,
        FILES.without("output"),
        OUTPUT,
    )
    app.command(
        cls=GroupedCommand,
        name="capacity",
        options_metavar="[OPTIONS] [-- LOCUST_ARGS]",
        epilog=_EXAMPLES,
    )(frame.command(*groups)(capacity))


def capacity(config: BenchmarkConfig, switches: Switches) -> None:
    """Find the highest rate that meets an objective (SLO).

    Iterations per second double, then close in on the rate at which it breaks; the answer is
    confirmed in a longer window. It stops at once when the target is in distress.
    """
    from benchmark import pipeline  # noqa: PLC0415  # slow to import
    from benchmark.console import watching  # noqa: PLC0415
    from benchmark.utils.reporters.capacity import capacity_to_json, write_capacity_text  # noqa: PLC0415

    with watching(quiet=switches.quiet or switches.json) as observer:
        report = pipeline.find_capacity(config, observer)
    if switches.json:
        document = capacity_to_json(report.capacity, report.environment, report.files)
        frame.print_json(document)
    else:
        write_capacity_text(report.capacity, report.files, sys.stdout)
    match report.capacity.ending:
        case "interrupted":
            raise typer.Exit(INTERRUPTED)
        case "failed":
            raise typer.Exit(LocustError.exit_code)
    if report.capacity.rate is None:
        raise typer.Exit(UNMET)
