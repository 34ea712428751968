"""The command line: `stress-api run | discover | generate | analyze | health | check | demo`.

Options become settings, the pipeline does the work, a reporter prints, an exit code is returned.
Modules that are slow to import are imported by the command that needs them, so that `--help` is
quick.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmark.errors import BenchmarkError

if TYPE_CHECKING:
    from benchmark.models import Report
    from benchmark.settings import BenchmarkConfig

app = typer.Typer(
    name="stress-api",
    help="Point it at an HTTP API and get a load test with a verdict, without writing a line.",
    epilog="Example: stress-api run --host http://localhost:8000 --users 20 --run-time 60s",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

INTERRUPTED = 130

# ── options, each one once ────────────────────────────────────────────────────────────────────

Host = Annotated[str | None, typer.Option("--host", "-H", help="base URL of the API under test")]
Spec = Annotated[
    list[str] | None,
    typer.Option("--spec", help="OpenAPI document, file or URL; skips the search (repeatable)"),
]
AppOption = Annotated[
    str | None,
    typer.Option("--app", metavar="MODULE:ATTRIBUTE", help="read the documents from an ASGI app"),
]
HeaderOption = Annotated[
    list[str] | None, typer.Option("--header", metavar="'K: V'", help="sent with every request")
]
Token = Annotated[str | None, typer.Option("--token", help="bearer token (or BENCHMARK_TOKEN)")]
Basic = Annotated[
    str | None, typer.Option("--basic", metavar="USER:PASSWORD", help="HTTP basic credentials")
]
ApiKey = Annotated[
    str | None, typer.Option("--api-key", help="API key, sent where the document says")
]
Insecure = Annotated[bool | None, typer.Option("--insecure", help="do not verify TLS certificates")]
Include = Annotated[
    list[str] | None,
    typer.Option("--include", metavar="GLOB", help="only operations like 'GET /items*'"),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option("--exclude", metavar="GLOB", help="no operations like 'DELETE *'"),
]
Tag = Annotated[list[str] | None, typer.Option("--tag", help="only operations with this tag")]
ReadOnly = Annotated[bool | None, typer.Option("--read-only", help="only GET, HEAD and OPTIONS")]
AllowHost = Annotated[
    list[str] | None,
    typer.Option("--allow-host", metavar="HOST", help="a further host that may be contacted"),
]
ResultsDir = Annotated[Path | None, typer.Option("--results-dir", help="where results go")]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", envvar="BENCHMARK_CONFIG", help="settings file (benchmark.yaml)"),
]
Seed = Annotated[int | None, typer.Option("--seed", help="for repeatable values (42)")]
WaitTime = Annotated[
    str | None,
    typer.Option("--wait-time", metavar="MIN-MAX", help="pause between tasks in seconds (1-3)"),
]
JsonFlag = Annotated[
    bool, typer.Option("--json", envvar="BENCHMARK_JSON", help="print one JSON object, no text")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", envvar="BENCHMARK_QUIET", help="no progress")]
Verbose = Annotated[
    bool,
    typer.Option("--verbose", "-v", envvar="BENCHMARK_VERBOSE", help="say what is tried"),
]


# ── commands ──────────────────────────────────────────────────────────────────────────────────


@app.command()
def run(
    host: Host = None,
    test_type: Annotated[
        str | None,
        typer.Option(
            "--test-type",
            help="light, medium, heavy, stress, spike, dynamic, quick, suite or discover",
        ),
    ] = None,
    users: Annotated[str | None, typer.Option("--users", "-u", help="how many users")] = None,
    spawn_rate: Annotated[
        str | None, typer.Option("--spawn-rate", "-r", help="users started per second")
    ] = None,
    run_time: Annotated[
        str | None, typer.Option("--run-time", "-t", help="how long: 90s, 5m, 1h30m")
    ] = None,
    wait_time: WaitTime = None,
    interactive: Annotated[
        bool, typer.Option("--interactive", help="open Locust's web page on port 8089")
    ] = False,
    check_health: Annotated[
        bool, typer.Option("--check-health", help="say whether the host is up, and end")
    ] = False,
    discover_only: Annotated[
        bool, typer.Option("--discover-only", help="find the API documents, send no load")
    ] = False,
    locustfile: Annotated[
        Path | None, typer.Option("--locustfile", help="run this file instead of generating one")
    ] = None,
    spec: Spec = None,
    app_: AppOption = None,
    header: HeaderOption = None,
    token: Token = None,
    basic: Basic = None,
    api_key: ApiKey = None,
    insecure: Insecure = None,
    include: Include = None,
    exclude: Exclude = None,
    tag: Tag = None,
    read_only: ReadOnly = None,
    allow_host: AllowHost = None,
    results_dir: ResultsDir = None,
    config: ConfigFile = None,
    seed: Seed = None,
    as_json: JsonFlag = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    locust_args: Annotated[
        list[str] | None, typer.Argument(metavar="[-- LOCUST_ARGS]", help="passed on to Locust")
    ] = None,
) -> None:
    """Discover the API, generate a load test, run it and report.

    Settings come from flags, from BENCHMARK_<OPTION> in the environment, and from benchmark.yaml.
    """
    flags = {k: v for k, v in locals().items() if k not in _COMMAND_ONLY}
    with _outcome(verbose=verbose):
        settings = _settings({**flags, "app": app_}, config)
        if check_health:
            _health(settings, as_json=as_json)
        elif discover_only or settings.test_type == "discover":
            _discover(settings, as_json=as_json, quiet=quiet)
        elif interactive:
            _interact(settings, quiet=quiet)
        else:
            _run(settings, as_json=as_json, quiet=quiet)


_COMMAND_ONLY = frozenset(
    "interactive check_health discover_only config as_json quiet verbose app_ output".split()
)


@app.command()
def discover(
    host: Host = None,
    spec: Spec = None,
    app_: AppOption = None,
    header: HeaderOption = None,
    token: Token = None,
    basic: Basic = None,
    api_key: ApiKey = None,
    insecure: Insecure = None,
    allow_host: AllowHost = None,
    results_dir: ResultsDir = None,
    config: ConfigFile = None,
    as_json: JsonFlag = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Find the API documents of a host and list the applications. Sends no load."""
    flags = {k: v for k, v in locals().items() if k not in _COMMAND_ONLY}
    with _outcome(verbose=verbose):
        settings = _settings({**flags, "app": app_}, config)
        _discover(settings, as_json=as_json, quiet=quiet)


@app.command()
def generate(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="where the locustfile goes")
    ] = None,
    host: Host = None,
    spec: Spec = None,
    app_: AppOption = None,
    header: HeaderOption = None,
    token: Token = None,
    basic: Basic = None,
    api_key: ApiKey = None,
    insecure: Insecure = None,
    include: Include = None,
    exclude: Exclude = None,
    tag: Tag = None,
    read_only: ReadOnly = None,
    allow_host: AllowHost = None,
    results_dir: ResultsDir = None,
    config: ConfigFile = None,
    seed: Seed = None,
    wait_time: WaitTime = None,
    as_json: JsonFlag = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write the locustfile of an API without running it; with --spec it needs no server."""
    flags = {k: v for k, v in locals().items() if k not in _COMMAND_ONLY}
    with _outcome(verbose=verbose):
        from benchmark import pipeline  # noqa: PLC0415  # slow to import
        from benchmark.console import print_plan, watching  # noqa: PLC0415

        settings = _settings({**flags, "app": app_}, config)
        with watching(quiet=quiet or as_json) as observer:
            prepared = pipeline.generate(settings, output, observer)
        if as_json:
            _print_json(
                {"locustfile": str(prepared.locustfile), "files": list(map(str, prepared.files))}
            )
        elif prepared.plan is not None:
            print_plan(prepared.plan)
            typer.echo(prepared.locustfile)


@app.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
def analyze(arguments: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Read old results again and print the verdict; several at once make a table."""
    from benchmark.utils.analyze_results import main as analyze_main  # noqa: PLC0415

    raise typer.Exit(analyze_main(arguments or []))


@app.command()
def health(
    host: Host = None,
    header: HeaderOption = None,
    token: Token = None,
    basic: Basic = None,
    api_key: ApiKey = None,
    insecure: Insecure = None,
    config: ConfigFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Say whether the host is up, and which API documents it shows."""
    flags = {k: v for k, v in locals().items() if k not in _COMMAND_ONLY}
    with _outcome():
        _health(_settings(flags, config), as_json=as_json)


@app.command()
def check(
    host: Host = None,
    header: HeaderOption = None,
    token: Token = None,
    basic: Basic = None,
    api_key: ApiKey = None,
    insecure: Insecure = None,
    results_dir: ResultsDir = None,
    config: ConfigFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Say whether everything is in place here (packages, folders, ports) and at the host."""
    flags = {k: v for k, v in locals().items() if k not in _COMMAND_ONLY}
    with _outcome():
        _health(_settings(flags, config), as_json=as_json, installation=True)


@app.command()
def demo(
    yes: Annotated[bool, typer.Option("--yes", help="ask nothing")] = False,
    run_time: Annotated[str, typer.Option("--run-time", "-t", help="how long")] = "20s",
) -> None:
    """Start the demo gateway, discover it, show the generated file, run it for 20 s, report."""
    with _outcome():
        from benchmark.guided_demo import run_demo  # noqa: PLC0415  # slow to import

        run_demo(ask=not yes and sys.stdin.isatty(), run_time=run_time)


# ── what commands share ───────────────────────────────────────────────────────────────────────


def _settings(flags: dict[str, Any], config_file: Path | None) -> BenchmarkConfig:
    from benchmark.settings import load_config  # noqa: PLC0415  # slow to import

    given = {name: value for name, value in flags.items() if value not in (None, [], ())}
    return load_config(given, config_file)


def _run(settings: BenchmarkConfig, *, as_json: bool, quiet: bool) -> None:
    from benchmark import pipeline  # noqa: PLC0415  # slow to import
    from benchmark.console import watching  # noqa: PLC0415
    from benchmark.utils.reporters.environment import describe_environment  # noqa: PLC0415
    from benchmark.utils.reporters.text import write_suite, write_text  # noqa: PLC0415
    from benchmark.utils.results import result_to_json  # noqa: PLC0415

    with watching(quiet=quiet or as_json) as observer:
        reports = pipeline.run_benchmark(settings, observer)
    if as_json:
        environment = describe_environment()
        results = [result_to_json(report, environment) for report in reports]
        _print_json(results[0] if settings.test_type != "suite" else {"results": results})
    else:
        for report in reports:
            write_text(report, sys.stdout)
        if len(reports) > 1:
            write_suite(reports, sys.stdout)
    _exit_for(reports)


def _exit_for(reports: tuple[Report, ...]) -> None:
    statuses = {report.result.status for report in reports}
    if "interrupted" in statuses:
        raise typer.Exit(INTERRUPTED)
    if "failed" in statuses:
        raise typer.Exit(5)


def _discover(settings: BenchmarkConfig, *, as_json: bool, quiet: bool) -> None:
    from benchmark import pipeline  # noqa: PLC0415  # slow to import
    from benchmark.console import print_discovery, watching  # noqa: PLC0415

    with watching(quiet=quiet or as_json) as observer:
        observer.stage(f"Looking for API documents at {settings.base_url}")
        discovery = pipeline.discover(settings)
        specs = pipeline.parse(discovery)
        stamp = pipeline.time_stamp()
        path = pipeline.write_discovery(settings.results_dir, stamp, discovery, specs)
    if as_json:
        typer.echo(path.read_text(encoding="utf-8"), nl=False)
    else:
        counts = {s.application: (len(s.operations), len(s.skipped)) for s in specs}
        print_discovery(discovery, counts)
        typer.echo(path)


def _interact(settings: BenchmarkConfig, *, quiet: bool) -> None:
    from benchmark import pipeline  # noqa: PLC0415  # slow to import
    from benchmark.console import watching  # noqa: PLC0415

    with watching(quiet=quiet) as observer:
        pipeline.interact(settings, observer)


def _health(settings: BenchmarkConfig, *, as_json: bool, installation: bool = False) -> None:
    from benchmark.health import check_installation, check_target, print_checks  # noqa: PLC0415

    checks = (*(check_installation(settings) if installation else ()), *check_target(settings))
    if as_json:
        _print_json({"ok": all(c.ok for c in checks), "checks": [c.to_json() for c in checks]})
    else:
        print_checks(checks, sys.stdout)
    failed = [c for c in checks if not c.ok]
    if failed:
        raise typer.Exit(failed[0].exit_code)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


@contextmanager
def _outcome(*, verbose: bool = False) -> Iterator[None]:
    """Turn errors into messages and exit codes, at the one place where commands end."""
    from benchmark.console import print_error, set_up_logging  # noqa: PLC0415  # slow to import

    set_up_logging(verbose=verbose)
    before = signal.signal(signal.SIGTERM, _raise_interrupt)
    try:
        yield
    except BenchmarkError as error:
        print_error(error.message, error.hint)
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt:
        print_error("Interrupted")
        raise typer.Exit(INTERRUPTED) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def _raise_interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main(command: Callable[..., Any] = app) -> None:
    """The console script: run a command and leave with its exit code."""
    command()


if __name__ == "__main__":
    main()
