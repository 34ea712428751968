"""Comparisons as Markdown, for a pull request or the summary of a job."""

from __future__ import annotations

import re
from collections.abc import Sequence

from benchmark.models import Answer, Comparison, OperationChange
from benchmark.utils import comparison_words as words
from benchmark.utils.text_safety import clean_text

_SIGNS: dict[Answer, str] = {
    "regressed": "🔴 regressed",
    "improved": "🟢 improved",
    "equivalent": "⚪ equivalent",
    "cannot tell": "❔ cannot tell",
}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~@])")
_MAX_ROWS = 100


def comparison_markdown(comparisons: Sequence[Comparison]) -> str:
    """The comparisons one after the other: verdict, changes, and the rest folded away."""
    return "\n".join("\n".join(_lines(each)) + "\n" for each in comparisons)


def _lines(comparison: Comparison) -> list[str]:
    changed = [e for e in words.ordered(comparison) if e.answer in ("regressed", "improved")]
    rest = [e for e in words.ordered(comparison) if e not in changed]
    lines = [f"### {_SIGNS[comparison.answer]}: {_safe(words.headline(comparison))}", ""]
    for name, side in (("Base", comparison.base), ("New", comparison.new)):
        lines.append(f"- {name} {_safe(side.label)}: {_safe(words.side_in_words(side))}")
    lines += [f"- ⚠️ {_safe(note)}" for note in comparison.notes]
    for title, names in (
        ("Only in the base", comparison.only_in_base),
        ("Only in the new run", comparison.only_in_new),
    ):
        if names:
            lines.append(f"- {title}: {', '.join(_safe(name) for name in names[:_MAX_ROWS])}")
    lines.append("")
    if changed:
        lines += [*_table(changed), ""]
    if rest:
        lines += ["<details>", f"<summary>{len(rest)} without a change that is certain</summary>"]
        lines += ["", *_table(rest), "", "</details>", ""]
    return [*lines, f"<sub>{_safe(words.explanation(comparison))}</sub>"]


def _table(changes: Sequence[OperationChange]) -> list[str]:
    metrics = [
        metric
        for metric in words.NAMES
        if any(c.metric == metric for e in changes for c in e.changes)
    ]
    lines = [
        f"| operation | {' | '.join(words.NAMES[m] for m in metrics)} | verdict |",
        f"|---|{'---|' * len(metrics)}---|",
    ]
    for each in changes[:_MAX_ROWS]:
        cells = {
            change.metric: _safe(
                f"{words.value(change.metric, change.base)} → "
                f"{words.value(change.metric, change.new)} ({words.shift(change)})"
            )
            for change in each.changes
        }
        figures = " | ".join(cells.get(metric, "") for metric in metrics)
        verdict = words.answer_in_words(each) + (f": {each.reason}" if each.reason else "")
        lines.append(f"| {_safe(words.name_of(each))} | {figures} | {_safe(verdict)} |")
    if len(changes) > _MAX_ROWS:
        lines.append(f"| … and {len(changes) - _MAX_ROWS} more | {'| ' * len(metrics)}|")
    return lines


def _safe(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", clean_text(text, 600))
