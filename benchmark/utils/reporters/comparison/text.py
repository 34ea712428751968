"""A comparison for the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from benchmark.models import Answer, Comparison, OperationChange
from benchmark.utils import comparison_words as words
from benchmark.utils.reporters.terminal import heading, item, table, write_parts
from benchmark.utils.text_safety import clean_text

_STYLES: dict[Answer, str] = {
    "regressed": "bold red",
    "improved": "bold green",
    "equivalent": "green",
    "cannot tell": "dim",
}
_MAX_ROWS = 60
_MAX_NOTES = 20
_PLAIN = str.maketrans({"→": "->", "−": "-"})


def write_comparison_text(comparison: Comparison, out: TextIO) -> None:
    """Writes a comparison: the verdict first, then every operation, then what limits it."""
    write_parts(_parts(comparison), out)


def _parts(comparison: Comparison) -> Iterable[RenderableType]:
    yield Text()
    line = Text("Comparison: ", style="bold")
    line.append(comparison.answer, style=_STYLES[comparison.answer])
    line.append(f" · {words.headline(comparison)}".translate(_PLAIN))
    yield line
    for name, side in (("base", comparison.base), ("new", comparison.new)):
        yield Text(f"{name:4}  {clean_text(side.label, 60)}: {words.side_in_words(side)}")
    for note in comparison.notes[:_MAX_NOTES]:
        yield item(f"Mind: {note}")
    yield heading("Operations", "change from base to new, with its 95 % interval")
    yield _operations(comparison)
    for title, names in (
        ("Only in the base", comparison.only_in_base),
        ("Only in the new run", comparison.only_in_new),
    ):
        if names:
            yield heading(title)
            yield item(", ".join(names[:_MAX_ROWS]))
    yield Text()
    yield Text(words.explanation(comparison), style="dim")
    yield Text()


def _operations(comparison: Comparison) -> Table:
    rows = table("Operation", "Change", "Verdict", folded="Operation")
    changes = words.ordered(comparison)
    for each in changes[:_MAX_ROWS]:
        rows.add_row(
            Text(words.name_of(each)),
            Text(_figures(each)),
            Text(_verdict(comparison, each), style=_STYLES[each.answer]),
        )
    if len(changes) > _MAX_ROWS:
        rows.add_row(
            Text(f"… and {len(changes) - _MAX_ROWS} more (--html, --json)"), Text(), Text()
        )
    return rows


def _figures(change: OperationChange) -> str:
    lines = [
        words.change_in_words(each)
        for each in change.changes
        if not (each.metric == "failures" and each.base == each.new == 0)
    ]
    return "\n".join(lines).translate(_PLAIN)


def _verdict(comparison: Comparison, change: OperationChange) -> str:
    verdict, reason = words.answer_in_words(change), words.own_reason(comparison, change)
    return f"{verdict}: {clean_text(reason)}" if reason else verdict
