"""Comparisons as Markdown, for a pull request or the summary of a job."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.models import Answer, Comparison, OperationChange
from benchmark.utils import comparison_words as words
from benchmark.utils.reporters.markdown_text import plain

_SIGNS: dict[Answer, str] = {
    "regressed": "🔴 regressed",
    "improved": "🟢 improved",
    "equivalent": "⚪ equivalent",
    "cannot tell": "❔ cannot tell",
}
_MAX_ROWS = 100


def comparison_markdown(comparisons: Sequence[Comparison]) -> str:
    """The comparisons one after the other: verdict, changes, and the rest folded away."""
    return "\n".join("\n".join(_lines(each)) + "\n" for each in comparisons)


def _lines(comparison: Comparison) -> list[str]:
    changed = words.changed(comparison)
    rest = [e for e in words.ordered(comparison) if e not in changed]
    lines = [f"### {_SIGNS[comparison.answer]}: {plain(words.headline(comparison), 600)}", ""]
    for name, side in (("Base", comparison.base), ("New", comparison.new)):
        lines.append(f"- {name} {plain(side.label)}: {plain(words.side_in_words(side))}")
    lines += [f"- ⚠️ {plain(note, 600)}" for note in comparison.notes]
    for title, names in (
        ("Only in the base", comparison.only_in_base),
        ("Only in the new run", comparison.only_in_new),
    ):
        if names:
            lines.append(f"- {title}: {', '.join(plain(name) for name in names[:_MAX_ROWS])}")
    lines.append("")
    if changed:
        lines += [*_table(comparison, changed), ""]
    if rest:
        lines += ["<details>", f"<summary>{len(rest)} without a change that is certain</summary>"]
        lines += ["", *_table(comparison, rest), "", "</details>", ""]
    return [*lines, f"<sub>{plain(words.explanation(comparison))}</sub>"]


def _table(comparison: Comparison, changes: Sequence[OperationChange]) -> list[str]:
    metrics = words.shown_metrics(changes)
    lines = [
        f"| operation | {' | '.join(words.NAMES[m] for m in metrics)} | verdict |",
        f"|---|{'---|' * len(metrics)}---|",
    ]
    for each in changes[:_MAX_ROWS]:
        cells = {
            change.metric: plain(
                f"{words.value(change.metric, change.base)} → "
                f"{words.value(change.metric, change.new)} ({words.shift(change)})"
            )
            for change in each.changes
        }
        figures = " | ".join(cells.get(metric, "") for metric in metrics)
        reason = words.own_reason(comparison, each)
        verdict = words.answer_in_words(each) + (f": {reason}" if reason else "")
        lines.append(f"| {plain(words.name_of(each))} | {figures} | {plain(verdict)} |")
    if len(changes) > _MAX_ROWS:
        lines.append(f"| … and {len(changes) - _MAX_ROWS} more | {'| ' * len(metrics)}|")
    return lines
