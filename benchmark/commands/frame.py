"""What every command shares: options become settings, errors become messages and exit codes."""

from __future__ import annotations

import errno
import inspect
import logging
import signal
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from benchmark.errors import INTERRUPTED, BenchmarkError, UsageError
from benchmark.options import ACTION, CAPACITY, Group, Switches
from benchmark.utils.json_document import json_document
from benchmark.utils.text_safety import clean_text

if TYPE_CHECKING:
    from benchmark.settings import BenchmarkConfig

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})

Command = Callable[["BenchmarkConfig", Switches], None]


def command(*groups: Group) -> Callable[[Command], Callable[..., None]]:
    """Make of `function(config, switches)` what typer takes: a parameter for each option."""

    def decorate(function: Command) -> Callable[..., None]:
        def call(context: typer.Context, **given: Any) -> None:
            values = {name: value for name, value in given.items() if value not in (None, [])}
            with outcome(verbose="verbose" in values):
                if context.obj.for_locust and not {ACTION, CAPACITY} & {*groups}:
                    raise UsageError(
                        f"{context.command_path} passes nothing on to Locust",
                        "arguments after -- belong to the command run",
                    )
                if context.obj.for_locust:
                    values["locust_args"] = context.obj.for_locust
                config, switches = _read(values)
                taken = {option.name for group in groups for option in group.options}
                _say_unused(config, switches, taken)
                function(replace(config, command=context.obj.command), switches)

        context = inspect.Parameter(
            "context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context
        )
        options = [option for group in groups for option in group.parameters()]
        call.__signature__ = inspect.Signature([context, *options])  # type: ignore[attr-defined] # read by typer
        call.__name__, call.__doc__ = function.__name__, function.__doc__
        return call

    return decorate


def _say_unused(config: BenchmarkConfig, switches: Switches, taken: Collection[str]) -> None:
    """Say which options are passed over. Raises UsageError for those that must not be."""
    from benchmark.console import print_note  # noqa: PLC0415  # slow to import
    from benchmark.unused_options import require_one_action, unused_options  # noqa: PLC0415

    require_one_action(config, switches)
    for sentence in unused_options(config, switches, taken):
        if not switches.quiet:
            print_note(sentence)


def results_dir() -> Path:
    """Where results are, by the settings of file and environment."""
    return _read({})[0].results_dir


def _read(values: Mapping[str, Any]) -> tuple[BenchmarkConfig, Switches]:
    from benchmark.settings import load_config  # noqa: PLC0415  # slow to import

    own = Switches.__dataclass_fields__
    switches = {name: value for name, value in values.items() if name in own}
    for name in {"config", "output", "graph_file"} & switches.keys():
        switches[name] = Path(switches[name]).expanduser()
    settings = {name: value for name, value in values.items() if name not in own}
    config = load_config(settings, switches.get("config"))
    return config, Switches(**switches)


def print_json(value: Any) -> None:
    """Print one JSON value on stdout."""
    typer.echo(json_document(value), nl=False)


def write_file(path: Path, text: str, option: str) -> None:
    """Write a file that an option named, whole or not at all. Raises UsageError if it cannot."""
    from benchmark.utils.whole_files import replace_file  # noqa: PLC0415  # slow to import

    try:
        replace_file(path.expanduser(), text)
    except (OSError, RuntimeError) as error:  # the latter where ~ means nobody
        reason = getattr(error, "strerror", None) or error
        problem = f"{clean_text(path)} cannot be written ({reason})"
        raise UsageError(problem, f"choose another {option}") from error


def say_error(message: str, hint: str = "") -> None:
    """Print what happened, and what to do next, on stderr."""
    from benchmark.console import print_error  # noqa: PLC0415  # slow to import

    print_error(message, hint)


@contextmanager
def outcome(*, verbose: bool = False) -> Iterator[None]:
    """Turn errors into messages and exit codes, at the one place where commands end."""
    before = signal.signal(signal.SIGTERM, _raise_interrupt)
    try:
        from benchmark.console import set_up_logging  # noqa: PLC0415  # slow to import

        set_up_logging(verbose=verbose)
        yield
    except BenchmarkError as error:
        say_error(error.message, error.hint)
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt:
        say_error("Interrupted")
        raise typer.Exit(INTERRUPTED) from None
    except (typer.Exit, BrokenPipeError, ModuleNotFoundError):
        raise
    except OSError as error:
        if error.errno not in _FULL:
            raise _unforeseen(error) from error
        where = f"{error.filename}: " if error.filename else ""
        say_error(
            f"{where}{error.strerror}", "make room there, or choose another folder (--results-dir)"
        )
        raise typer.Exit(BenchmarkError.exit_code) from error
    except Exception as error:  # the last net: a traceback helps no user
        raise _unforeseen(error) from error
    finally:
        signal.signal(signal.SIGTERM, before)


def _unforeseen(error: Exception) -> typer.Exit:
    logging.getLogger(__name__).debug("It happened here:", exc_info=error)
    say_error(f"{type(error).__name__}: {error}", "add --verbose to see where; please report it")
    return typer.Exit(BenchmarkError.exit_code)


def _raise_interrupt(*_: object) -> None:
    raise KeyboardInterrupt("SIGTERM")
