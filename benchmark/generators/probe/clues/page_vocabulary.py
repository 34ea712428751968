"""Names of choices in the pages that a server delivers beside its API.

"'x' is not a valid choice" says nothing of the valid ones, and some documents do not, either. Where
the server also serves the pages that use the API, their scripts hold the choices: constants of one
style that stand close together (`a="FullTime",b="PartTime",c="Freelance"`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

MAX_GROUPS = 24
"""How many groups of names are tried."""

_MAX_GAP = 24  # between two names of one group
_SIZES = range(3, 25)
_NAME = re.compile(r"""["']([A-Za-z][A-Za-z0-9_-]{3,40})["']""")
_STYLES = (
    re.compile(r"[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]+)+\Z"),  # PascalCase of several words
    re.compile(r"[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*\Z"),  # UPPER_CASE
    re.compile(r"[a-z][a-z0-9]+(?:_[a-z0-9]+)+\Z"),  # snake_case
)


def page_vocabulary(scripts: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Groups of names in the scripts of the server's pages, the likeliest choices first."""
    groups = dict.fromkeys(group for text in scripts for group in groups_of_names(text))
    ranked = sorted(groups, key=lambda group: _style(group[0]))
    return tuple(ranked[:MAX_GROUPS])


def groups_of_names(text: str) -> Iterator[tuple[str, ...]]:
    """The names in a script that stand close together and are written in one style."""
    found = [(m.start(), m.end(), m[1]) for m in _NAME.finditer(text)]
    names = [each for each in found if _style(each[2]) < len(_STYLES)]
    marks = [0]
    for before, after in pairwise(names):
        apart = after[0] - before[1] > _MAX_GAP or _style(before[2]) != _style(after[2])
        marks.append(marks[-1] + apart)
    for _, members in groupby(zip(marks, names, strict=False), key=lambda pair: pair[0]):
        group = tuple(dict.fromkeys(name for _, (_, _, name) in members))
        if len(group) in _SIZES:
            yield group


def _style(name: str) -> int:
    """The number of a name's style; names of no style come last."""
    return next((n for n, style in enumerate(_STYLES) if style.match(name)), len(_STYLES))
