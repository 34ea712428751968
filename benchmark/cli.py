"""The command line: `stress-api run | discover | generate | analyze | compare | history | …`.

Options become settings, the pipeline does the work, a reporter prints, an exit code is returned.
Modules that are slow to import are imported by the command that needs them, so that `--help` is
quick.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from benchmark import __version__
from benchmark.command_line import what_was_typed
from benchmark.commands import (
    add_analyze,
    add_capacity,
    add_compare,
    add_history,
    add_serve,
    add_token,
)
from benchmark.commands.frame import command, print_json, say_error
from benchmark.errors import BenchmarkError, LocustError, UsageError
from benchmark.help_page import GroupedCommand, Program
from benchmark.options import (
    ACTION,
    BASELINE,
    CONDITIONS,
    CONTENT,
    CREDENTIALS,
    FILES,
    GRAPH,
    LOAD,
    OPEN,
    OUTPUT,
    TARGET,
    YES,
    Switches,
)

if TYPE_CHECKING:
    from benchmark.settings import BenchmarkConfig

_LOOK: dict[str, Any] = {
    "add_completion": False,
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}

app = typer.Typer(
    name="stress-api",
    cls=Program,
    help="Point it at an HTTP API and get a load test with a verdict, without writing a line.",
    epilog=(
        "stress-api discover --host http://localhost:8000\n"
        "stress-api run --host http://localhost:8000 --users 20 --run-time 60s\n"
        "stress-api COMMAND --help"
    ),
    no_args_is_help=True,
    **_LOOK,
)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The console script `stress-api`: run a command and leave with its exit code."""
    sys.exit(_run_program(app, "stress-api", sys.argv[1:] if arguments is None else arguments))


def main_flat(arguments: Sequence[str] | None = None) -> NoReturn:
    """`run_benchmark.py`: the options of `stress-api run` without a command before them."""
    flat = typer.Typer(**_LOOK)
    examples = (
        "python benchmark/run_benchmark.py --test-type light --host http://localhost:8000\n"
        "python benchmark/run_benchmark.py --test-type dynamic --users 20 --run-time 60s\n"
        "python benchmark/run_benchmark.py --discover-only"
    )
    flat.command(cls=GroupedCommand, options_metavar=_RUN_OPTIONS, epilog=examples)(run)
    given = sys.argv[1:] if arguments is None else arguments
    sys.exit(_run_program(flat, "run_benchmark.py", given))


def _run_program(program: typer.Typer, name: str, arguments: Sequence[str]) -> int:
    """Hand the arguments before `--` to typer, and remember those behind it for Locust."""
    typed = what_was_typed(name, arguments, os.environ)
    own = list(typed.own)
    try:
        code = program(args=own, prog_name=name, standalone_mode=False, obj=typed)
    except typer.TyperException as error:  # an unknown option or command
        if not own:
            sys.stderr.write(error.format_message() + "\n")  # the help page
        else:
            path = getattr(getattr(error, "ctx", None), "command_path", name)
            say_error(error.format_message(), f"see {path} --help")
        return UsageError.exit_code
    except ModuleNotFoundError as error:
        sys.stderr.write(  # plainly, since the package that prints errors may be missing too
            f"error: the package {error.name} is not installed for {sys.executable}\n"
            "hint: ./benchmark/run_benchmark.sh install, "
            "or pip install -r benchmark/requirements.txt\n"
        )
        return LocustError.exit_code
    return code if isinstance(code, int) else 0


# ── commands ──────────────────────────────────────────────────────────────────────────────────

_RUN_OPTIONS = "[OPTIONS] [-- LOCUST_ARGS]"


@app.command(
    cls=GroupedCommand,
    options_metavar=_RUN_OPTIONS,
    epilog=(
        "stress-api run --host http://localhost:8000 --test-type light\n"
        "stress-api run --users 20 --run-time 60s --exclude 'DELETE *'\n"
        "stress-api run --locustfile benchmark/locustfile.py -- --equal-weights"
    ),
)
@command(
    *(LOAD, OPEN, CONDITIONS, BASELINE, ACTION, TARGET, CREDENTIALS, CONTENT),
    *(FILES.without("output"), OUTPUT),
)
def run(config: BenchmarkConfig, switches: Switches) -> None:
    """Discover the API, generate a load test, run it and report.

    Every option can also be given as BENCHMARK_<OPTION> in the environment or in benchmark.yaml.
    What stands after -- is passed on to Locust.
    """
    if switches.check_health:
        _health(config, switches)
    elif switches.discover_only or config.test_type == "discover":
        _discover(config, switches)
    elif switches.interactive:
        _interact(config, switches)
    else:
        _run(config, switches)


@app.command(cls=GroupedCommand, epilog="stress-api discover --host http://localhost:8000 --graph")
@command(TARGET, GRAPH, CREDENTIALS, FILES.without("output"), OUTPUT)
def discover(config: BenchmarkConfig, switches: Switches) -> None:
    """Find the API documents of a host; sends no load."""
    _discover(config, switches)


@app.command(cls=GroupedCommand, epilog="stress-api generate --spec openapi.json -o locustfile.py")
@command(TARGET, CREDENTIALS, CONTENT.without("locustfile"), LOAD.only("wait_time"), FILES, OUTPUT)
def generate(config: BenchmarkConfig, switches: Switches) -> None:
    """Write the locustfile of an API and end.

    With --spec it needs no server.
    """
    from benchmark import pipeline  # noqa: PLC0415  # slow to import
    from benchmark.console import print_plan, watching  # noqa: PLC0415

    with watching(quiet=switches.quiet or switches.json) as observer:
        prepared = pipeline.generate(config, switches.output, observer)
    if switches.json:
        files = [str(path) for path in prepared.files]
        print_json({"locustfile": str(prepared.locustfile), "files": files})
    elif prepared.plan is not None:
        print_plan(prepared.plan)
        typer.echo(prepared.locustfile)


add_capacity(app)
add_analyze(app)
add_compare(app)
add_history(app)


@app.command(cls=GroupedCommand, epilog="stress-api health --host http://localhost:8000")
@command(TARGET, CREDENTIALS, FILES.only("config"), OUTPUT.without("quiet"))
def health(config: BenchmarkConfig, switches: Switches) -> None:
    """Say whether the host is up and which documents it shows."""
    _health(config, switches)


@app.command(cls=GroupedCommand, epilog="stress-api check --host http://localhost:8000")
@command(TARGET, CREDENTIALS, FILES.without("output"), OUTPUT.without("quiet"))
def check(config: BenchmarkConfig, switches: Switches) -> None:
    """Say whether everything is in place, here and at the host.

    It looks at Python, the packages, the results folder and the port of the web page.
    """
    _health(config, switches, installation=True)


@app.command(cls=GroupedCommand, epilog="stress-api demo --yes")
@command(YES, LOAD.only("run_time"), FILES.only("results_dir"))
def demo(config: BenchmarkConfig, switches: Switches) -> None:
    """Show the whole way at a small API, in half a minute."""
    from benchmark.commands.demo import run_demo  # noqa: PLC0415  # slow to import

    run_demo(config, ask=not switches.yes and sys.stdin.isatty())


add_serve(app)
add_token(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"stress-api {__version__}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[  # its callback does it
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    pass


# ── what commands share ───────────────────────────────────────────────────────────────────────


def _run(config: BenchmarkConfig, switches: Switches) -> None:
    from benchmark import pipeline  # noqa: PLC0415  # slow to import
    from benchmark.commands.conclusion import conclude  # noqa: PLC0415
    from benchmark.console import watching  # noqa: PLC0415
    from benchmark.utils.reporters.comparison import write_comparison_text  # noqa: PLC0415
    from benchmark.utils.reporters.text import write_suite, write_text  # noqa: PLC0415
    from benchmark.utils.results import result_to_json  # noqa: PLC0415

    with watching(quiet=switches.quiet or switches.json) as observer:
        try:
            reports = pipeline.run_benchmark(config, observer)
        except pipeline.UnwrittenReportsError as error:
            if not switches.json:
                write_text(error.report, sys.stdout)
            say_error(
                f"The reports cannot be written to {config.results_dir}: {error.strerror}",
                f"make room, then: stress-api analyze {error.report.files['timeline']}",
            )
            raise typer.Exit(BenchmarkError.exit_code) from error
    if switches.json:
        results = [result_to_json(report) for report in reports]
        print_json(results[0] if config.test_type != "suite" else {"results": results})
    else:
        for report in reports:
            write_text(report, sys.stdout)
            if report.comparison is not None:
                write_comparison_text(report.comparison, sys.stdout)
        if len(reports) > 1:
            write_suite(reports, sys.stdout)
    raise typer.Exit(conclude(reports))


def _discover(config: BenchmarkConfig, switches: Switches) -> None:
    from benchmark import outputs, pipeline  # noqa: PLC0415  # slow to import
    from benchmark.console import print_discovery, watching  # noqa: PLC0415

    if switches.graph and switches.json:
        raise UsageError("--graph and --json both print", "give --graph-file FILE for the graph")
    with watching(quiet=switches.quiet or switches.json) as observer:
        observer.stage(pipeline.where_from(config))
        discovery = pipeline.discover(config)
        specs = pipeline.parse(discovery)
        stamp = outputs.time_stamp()
        path = outputs.write_discovery(config.results_dir, stamp, discovery, specs)
        if switches.graph_file is not None:
            outputs.write_graph(pipeline.analyse(specs), switches.graph_file)
    if switches.json:
        typer.echo(path.read_text(encoding="utf-8"), nl=False)
    else:
        counts = {s.application: (len(s.operations), len(s.skipped)) for s in specs}
        print_discovery(discovery, counts)
        if switches.graph:
            typer.echo(pipeline.graph_text(specs) or "No operation makes what another one needs.")
        typer.echo(path)


def _interact(config: BenchmarkConfig, switches: Switches) -> None:
    from benchmark import pipeline  # noqa: PLC0415  # slow to import
    from benchmark.console import watching  # noqa: PLC0415

    with watching(quiet=switches.quiet) as observer:
        pipeline.interact(config, observer)


def _health(config: BenchmarkConfig, switches: Switches, *, installation: bool = False) -> None:
    from benchmark.commands.health import check_all, check_target, print_checks  # noqa: PLC0415

    checks = check_all(config) if installation else check_target(config)
    if switches.json:
        print_json({"ok": all(c.ok for c in checks), "checks": [c.to_json() for c in checks]})
    else:
        print_checks(checks, sys.stdout)
    failed = [c for c in checks if not c.ok]
    if failed:
        raise typer.Exit(failed[0].exit_code)


if __name__ == "__main__":
    main()
