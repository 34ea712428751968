"""How --help looks: options under the headings of their groups, examples as they were written."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup

_REST = "Output"  # --help itself


class GroupedCommand(TyperCommand):
    """A command whose help shows each group of options under its own heading."""

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
        """The option --help, with a value where it is not given.

        Typer would otherwise import pydantic to convert None, before it shows a command's help.
        """
        option = super().get_help_option(ctx)
        if option is not None:
            option.default = False
        return option

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  # typer's interface
        """Write the examples."""
        _write_examples(self.epilog, formatter)


def _write_examples(text: str | None, formatter: Any) -> None:
    lines = (text or "").splitlines()
    if lines:
        with formatter.section("Examples"):
            for line in lines:
                formatter.write(f"{'':>{formatter.current_indent}}{line}\n")
    formatter.write("\n")
