"""What reports for the terminal are made of: tables, headings, characters that it can show."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TextIO

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from benchmark.utils.text_safety import clean_text

PLAIN_WIDTH = 100
_PLAIN_BOX = box.Box("    \n    \n -- \n    \n    \n -- \n    \n    \n", ascii=True)
_TO_ASCII = str.maketrans(
    {"–": "-", "—": "-", "…": "...", "·": "-", "×": "x", "≤": "<=", "≥": ">=", "µ": "u"}
)


def write_parts(parts: Iterable[RenderableType], out: TextIO) -> None:
    """Renders for a terminal if `out` is one; else plainly, in characters that `out` can take."""
    if out.isatty():
        console = Console(file=out, markup=False, highlight=False, emoji=False)
        for part in parts:
            console.print(part)
        return
    buffer = io.StringIO()
    console = Console(
        file=buffer, width=PLAIN_WIDTH, markup=False, highlight=False, emoji=False, no_color=True
    )
    for part in parts:
        console.print(part)
    lines = (line.rstrip() for line in buffer.getvalue().translate(_TO_ASCII).splitlines())
    text = "\n".join(lines) + "\n"
    encoding = getattr(out, "encoding", None) or "utf-8"
    out.write(text.encode(encoding, "replace").decode(encoding))


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


def item(text: str) -> RenderableType:
    """One item of a list, wrapped beside its dash."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(overflow="fold")
    grid.add_row(Text("-"), Text(clean_text(text, 600)))
    return Padding(grid, (0, 0, 0, 1))
