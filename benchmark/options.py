"""The options of the command line: each one once, in the groups in which --help shows them.

A value is read and checked in `settings.py`, wherever it was written; here it is a text, a list of
texts, or a switch. Kept free of slow imports, so that --help is quick.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand


@dataclass(frozen=True, slots=True)
class Option:
    """One option: `flags` as they are typed, and what its value is called ("" for a switch)."""

    flags: str
    value: str
    help: str
    many: bool = False
    variable: str | None = None

    @property
    def name(self) -> str:
        """The setting, or the field of `Switches`, that it fills."""
        long = next(flag for flag in self.flags.split() if flag.startswith("--"))
        return long.removeprefix("--").replace("-", "_")

    def parameter(self, group: str) -> inspect.Parameter:
        """The option as typer understands it; one that was not given is None."""
        kind: Any = list[str] if self.many else str if self.value else bool
        info = typer.Option(
            *self.flags.split(),
            help=self.help,
            metavar=self.value or None,
            envvar=self.variable,
            show_envvar=False,
            rich_help_panel=group,
        )
        annotation = Annotated[kind | None, info]
        return inspect.Parameter(self.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


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


@dataclass(frozen=True, slots=True)
class Switches:
    """What says how one command behaves, and is no setting of a benchmark."""

    interactive: bool = False
    check_health: bool = False
    discover_only: bool = False
    config: Path | None = None
    output: Path | None = None
    yes: bool = False
    json: bool = False
    quiet: bool = False
    verbose: bool = False


ACTION = Group("What to do (default: discover, generate, run, report)", (
    Option("--discover-only", "", "only find the API documents; sends no load", variable="BENCHMARK_DISCOVER_ONLY"),
    Option("--check-health", "", "only say whether the host is up", variable="BENCHMARK_CHECK_HEALTH"),
    Option("--interactive", "", "open Locust's web page on port 8089 with the test", variable="BENCHMARK_INTERACTIVE"),
    Option("--locustfile", "FILE", "run this file instead of generating one"),
))  # fmt: skip

LOAD = Group("How much load", (
    Option("--test-type", "NAME", "light, medium, heavy, stress, spike, dynamic, quick, a preset of your own, suite (several in turn) or discover (default: dynamic)"),
    Option("--users -u", "NUMBER", "how many users (default: as the test type says)"),
    Option("--spawn-rate -r", "NUMBER", "how many users start per second"),
    Option("--run-time -t", "TIME", "how long: 90s, 5m or 1h30m"),
    Option("--wait-time", "MIN-MAX", "pause between two tasks of a user, in seconds (default: 1-3)"),
))  # fmt: skip
