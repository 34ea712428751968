"""The options of the command line: each one once, in the groups in which --help shows them.

Here an option is a text, a list of texts or a switch; what its value must be is checked in
`settings.py`, wherever it was written. Nothing slow is imported, so that --help is quick.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its flags as they are typed, and what its value is called ("" for a switch)."""

    flags: str
    value: str
    help: str
    many: bool = False

    @property
    def name(self) -> str:
        """The setting, or the field of `Switches`, that it fills."""
        return self.flags.split()[0].removeprefix("--").replace("-", "_")

    def parameter(self, group: str) -> inspect.Parameter:
        """The option as typer understands it; the value of one that was not given is None."""
        kind: Any = list[str] if self.many else str if self.value else bool
        is_switch = self.name in Switches.__dataclass_fields__  # settings read their own variable
        info = typer.Option(
            *self.flags.split(),
            help=self.help,
            metavar=self.value or None,
            envvar=f"BENCHMARK_{self.name.upper()}" if is_switch else None,
            show_envvar=False,
            rich_help_panel=group,
        )
        return inspect.Parameter(
            self.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[kind | None, info],
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Options that belong together, under one heading."""

    title: str
    options: tuple[Option, ...]

    def parameters(self) -> Iterator[inspect.Parameter]:
        """Its options as typer understands them."""
        return (option.parameter(self.title) for option in self.options)

    def only(self, *names: str) -> Group:
        """The same heading with some of its options."""
        return Group(self.title, tuple(each for each in self.options if each.name in names))

    def without(self, *names: str) -> Group:
        """The same heading without some of its options."""
        return Group(self.title, tuple(each for each in self.options if each.name not in names))


@dataclass(frozen=True, slots=True)
class Switches:
    """What says how one command behaves, and is no setting of a benchmark."""

    discover_only: bool = False
    check_health: bool = False
    interactive: bool = False
    graph: bool = False
    graph_file: Path | None = None
    config: Path | None = None
    output: Path | None = None
    yes: bool = False
    json: bool = False
    quiet: bool = False
    verbose: bool = False


LOAD = Group(
    "Load",
    (
        Option(
            "--test-type",
            "NAME",
            "light, medium, heavy, stress, spike, dynamic (the default), quick, a preset of "
            "yours, suite (several in turn), or discover",
        ),
        Option("--users -u", "NUMBER", "how many users (default: as the test type says)"),
        Option("--spawn-rate -r", "NUMBER", "how many users start per second"),
        Option("--run-time -t", "TIME", "how long, as in 90s, 5m or 1h30m"),
        Option(
            "--stages",
            "STAGES",
            "ramps instead: '30s:50,2m:200,30s:0' go to 50 users, to 200 and to none; as rates "
            "'30s:50/s,2m:200/s'. Replaces --users, --spawn-rate and --run-time",
        ),
        Option("--wait-time", "MIN-MAX", "a user's pause between tasks, in seconds (default: 1-3)"),
        Option("--processes", "NUMBER", "how many processes of this machine share the users"),
    ),
)

OPEN = Group(
    "Open model (iterations start at a rate, however slow the answers are)",
    (
        Option(
            "--request-rate",
            "NUMBER",
            "iterations (calls of a task) started per second; stress and spike scale it. All users "
            "are there from the start and do not pause",
        ),
        Option("--arrivals", "NAME", "constant (the default) or poisson: evenly, or at random"),
        Option(
            "--max-users",
            "NUMBER",
            "how many may be at work at once (default: --users or twice the rate, what is more)",
        ),
        Option(
            "--max-start-delay",
            "SECONDS",
            "drop an iteration that no user was free for in this time (default: 10)",
        ),
    ),
)

CONDITIONS = Group(
    "Conditions (exit code 1 where one does not hold)",
    (
        Option(
            "--threshold",
            "CONDITION",
            "what the run must meet: 'p95<500ms', 'failures<1%', 'rps>100', or of an operation "
            "'GET /users/{id}: p99<1s' (repeatable)",
            many=True,
        ),
        Option(
            "--max-request-rate",
            "NUMBER",
            "stop the run when more requests per second than this are sent",
        ),
        Option(
            "--abort-on",
            "CONDITION",
            "stop the run as soon as this does not hold over a time: 'p95<500ms for 10s' "
            "(repeatable)",
            many=True,
        ),
    ),
)

CAPACITY = Group(
    "Search",
    (
        Option(
            "--slo",
            "CONDITION",
            "what must hold: 'p95<300ms', 'failures<1%', 'GET /users/{id}: p99<1s' (repeatable; "
            "default: p95<500ms and failures<1%)",
            many=True,
        ),
        Option("--min-rate", "NUMBER", "the lowest rate to try, in iterations per second (1)"),
        Option("--max-rate", "NUMBER", "the highest rate to try (default: until something breaks)"),
        Option("--step-time", "TIME", "how long each rate is measured (default: 10s)"),
        Option("--max-time", "TIME", "how long the search may take (default: 10m)"),
    ),
)

BASELINE = Group(
    "Comparison (exit code 1 where something regressed)",
    (
        Option(
            "--baseline",
            "RESULT",
            "afterwards, say what changed since this result: a file, or several runs as in compare",
        ),
        Option("--margin", "PERCENT", "a change up to this is none (default: 5%)"),
    ),
)

ACTION = Group(
    "Instead of a run",
    (
        Option("--discover-only", "", "find the API documents and end; sends no load"),
        Option("--check-health", "", "say whether the host is up and end"),
        Option("--interactive", "", "open Locust's web page on port 8089 with the test"),
    ),
)

TARGET = Group(
    "Target",
    (
        Option("--host -H", "URL", "base URL of the API (default: http://localhost:8000)"),
        Option(
            "--spec",
            "FILE_OR_URL",
            "OpenAPI document to use instead of searching (repeatable)",
            many=True,
        ),
        Option("--app", "MODULE:ATTRIBUTE", "ASGI application to take the documents from"),
        Option(
            "--allow-host", "HOST", "another host that may be contacted (repeatable)", many=True
        ),
        Option(
            "--resolve",
            "HOST:ADDRESS",
            "reach this host at this address, whatever the name service says (repeatable)",
            many=True,
        ),
        Option("--insecure", "", "accept any TLS certificate"),
    ),
)

CREDENTIALS = Group(
    "Signing in (safer in the environment: BENCHMARK_TOKEN and so on)",
    (
        Option("--token", "TOKEN", "bearer token"),
        Option("--basic", "USER:PASSWORD", "user and password of HTTP Basic"),
        Option("--api-key", "KEY", "API key, sent where the document says"),
        Option("--header", "'NAME: VALUE'", "sent with every request (repeatable)", many=True),
        Option("--auth-per-user", "", "every user signs in for itself (default: once a process)"),
    ),
)

GRAPH = Group(
    "Data flow",
    (
        Option("--graph", "", "also print which operations make what others need"),
        Option("--graph-file", "FILE", "write it as Mermaid (.mmd) or DOT (.dot)"),
    ),
)

CONTENT = Group(
    "Test",
    (
        Option(
            "--endpoints",
            "'METHOD PATH [WEIGHT]'",
            "only these, in this proportion: 'GET /users 2' (repeatable; a path may hold values: "
            "'GET /users/7?full=true'; without a document they are called as they stand)",
            many=True,
        ),
        Option("--include", "GLOB", "only such operations: 'GET /items*' (repeatable)", many=True),
        Option("--exclude", "GLOB", "no such operations: 'DELETE *' (repeatable)", many=True),
        Option("--tag", "TAG", "only operations with this tag (repeatable)", many=True),
        Option("--read-only", "", "only GET, HEAD and OPTIONS"),
        Option("--strategy", "NAME", "a user's next task: sequential, interleaved or random"),
        Option("--no-probe", "", "trust the document: do not try operations before the load"),
        Option("--include-unverified", "", "also call operations that the probe could not verify"),
        Option("--seed", "NUMBER", "another number makes other values (default: 42)"),
        Option("--locustfile", "FILE", "run this file instead of generating one"),
    ),
)

FILES = Group(
    "Files",
    (
        Option("--results-dir", "FOLDER", "where results go (default: benchmark/results)"),
        Option("--output -o", "FILE", "where the locustfile goes (default: the results folder)"),
        Option("--config", "FILE", "settings file (default: benchmark.yaml, if there is one)"),
    ),
)

OUTPUT = Group(
    "Output",
    (
        Option("--json", "", "print one JSON object and nothing else"),
        Option("--quiet -q", "", "no progress, only the result"),
        Option("--verbose -v", "", "say what is tried, and why"),
    ),
)

YES = Group("Demo", (Option("--yes -y", "", "ask nothing"),))
