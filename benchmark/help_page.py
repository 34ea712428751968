"""Commands as typer takes them: how --help looks, and values left as they were written.

Typer would convert every value, given or not, with an adapter of pydantic's. That takes longer than
the rest of a command's start, and `settings.py` checks all values anyway.
"""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup, TyperOption

_REST = "Output"  # --help itself


class WrittenOption(TyperOption):
    """An option whose value is the text that was written, or True for a switch."""

    def process_value(self, ctx: Any, value: Any) -> Any:
        """The value as it is; typer converts only a switch from the environment, a text."""
        if self.is_bool_flag and isinstance(value, str):
            return super().process_value(ctx, value)
        return value


class GroupedCommand(TyperCommand):
    """A command whose help shows each group of options under its own heading."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for parameter in self.params:
            if isinstance(parameter, TyperOption):  # typer makes them, and asks for no class
                parameter.__class__ = WrittenOption

    def get_help_option(self, ctx: Any) -> Any:
        """The option --help, which is off unless it is given."""
        return _off_by_default(super().get_help_option(ctx))

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments and options."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if parameter.param_type_name == "argument":  # typer adds its Python type
                sections["Arguments"] = [(parameter.metavar or "", getattr(parameter, "help", ""))]
            elif record is not None:
                title = getattr(parameter, "rich_help_panel", None) or _REST
                sections.setdefault(title, []).append(record)
        for title, records in sections.items():
            with formatter.section(title):
                formatter.write_dl(records)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  # typer's interface
        """Write the examples."""
        _write_examples(self.epilog, formatter)


class Program(TyperGroup):
    """The program above its commands."""

    def get_help_option(self, ctx: Any) -> Any:
        """The option --help, which is off unless it is given."""
        return _off_by_default(super().get_help_option(ctx))

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  # typer's interface
        """Write the examples."""
        _write_examples(self.epilog, formatter)


def _off_by_default(option: TyperOption | None) -> TyperOption | None:
    """A switch that is False, where typer's None would have to be converted."""
    if option is not None:
        option.default = False
    return option


def _write_examples(text: str | None, formatter: Any) -> None:
    lines = (text or "").splitlines()
    if lines:
        with formatter.section("Examples"):
            for line in lines:
                formatter.write(f"{'':>{formatter.current_indent}}{line}\n")
    formatter.write("\n")
