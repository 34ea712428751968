"""What reports for the terminal are made of: tables, headings, characters that it can show."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TextIO

from rich import box
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from benchmark.utils.text_safety import clean_text

PLAIN_WIDTH = 100
_WIDEST = 1000
_PLAIN_BOX = box.Box("    \n    \n -- \n    \n    \n -- \n    \n    \n", ascii=True)
_TO_ASCII = str.maketrans(
    {"–": "-", "—": "-", "…": "...", "·": "-", "×": "x", "≤": "<=", "≥": ">=", "µ": "u"}
)


def write_parts(parts: Iterable[RenderableType], out: TextIO) -> None:
    """Renders for a terminal if `out` is one; else plainly, in characters that `out` can take."""
    if out.isatty():
        console = Console(file=out, markup=False, highlight=False, emoji=False)
        for part in parts:
            _print(part, console, out)
        return
    buffer = io.StringIO()
    console = Console(
        file=buffer, width=PLAIN_WIDTH, markup=False, highlight=False, emoji=False, no_color=True
    )
    for part in parts:
        console.print(part, soft_wrap=_is_whole(part))
    lines = (line.rstrip() for line in buffer.getvalue().translate(_TO_ASCII).splitlines())
    text = "\n".join(lines) + "\n"
    encoding = getattr(out, "encoding", None) or "utf-8"
    out.write(text.encode(encoding, "replace").decode(encoding))


def _print(part: RenderableType, console: Console, out: TextIO) -> None:
    """A part as wide as the terminal; a table that needs more is broken there, not cut off."""
    if isinstance(part, Table):
        unlimited = console.options.update(max_width=_WIDEST)
        lines = Segment.split_lines(console.render(part))
        least = max(
            Measurement.get(console, unlimited, part).minimum, *map(Segment.get_line_length, lines)
        )
        if least > console.width:
            wide = Console(file=out, width=least, markup=False, highlight=False, emoji=False)
            wide.print(part)
            return
    console.print(part, soft_wrap=_is_whole(part))


def _is_whole(part: RenderableType) -> bool:
    return isinstance(part, Text) and bool(part.no_wrap)


def table(*columns: str, numeric: Sequence[str] = (), folded: str = "") -> Table:
    """An empty table; `numeric` columns stand right, and `folded` is the one that gives way."""
    made = Table(
        box=_PLAIN_BOX, show_edge=False, pad_edge=False, padding=(0, 1), header_style="bold"
    )
    for column in columns:
        made.add_column(
            Text(column),
            justify="right" if column in numeric else "left",
            no_wrap=column in numeric,
            overflow="fold",
            min_width=24 if column == folded else None,
        )
    return made


def heading(title: str, note: str = "") -> Text:
    """A line above a part, with a note in brackets."""
    line = Text("\n")
    line.append(title, style="bold")
    if note:
        line.append(f" ({note})", style="dim")
    return line


def path_item(label: str, path: object) -> RenderableType:
    """An item that names a file; it is never broken, so that its path can be copied."""
    return Text(f" - {clean_text(label)}: {clean_text(path, 4096)}", no_wrap=True)


def item(text: str) -> RenderableType:
    """One item of a list, wrapped beside its dash."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(overflow="fold")
    grid.add_row(Text("-"), Text(clean_text(text, 600)))
    return Padding(grid, (0, 0, 0, 1))
