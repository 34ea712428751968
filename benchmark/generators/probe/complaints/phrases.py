"""The form of the tables: what a phrase looks like and which rule it means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from benchmark.generators.probe.complaints.complaint import Rule

NUMBER = r"(?P<number>-?\d[\d_,]{0,20}(?:\.\d{1,20})?)"
SECOND = r"(?P<second>-?\d[\d_,]{0,20}(?:\.\d{1,20})?)"
NAME = r"[\"'`<(\[:]{0,2}(?P<field>[A-Za-z_$@][\w$@.\-\[\]]{0,80})[\"'`>)\]]{0,2}"
"""A field, quoted in any way."""
QUOTED = r"[\"'`](?P<field>[^\"'`]{1,80})[\"'`]"
"""A field in quotation marks."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A regular expression, and the rules that it means.

    What stands before the match names the field, unless the group `field` does. The value of the
    first rule is the group `number`, `list`, `type`, `format`, `text` or `noun`, that of a second
    one `second`; without such a group it is `value`. `step` is added to a number. `whole` means
    that the phrase is about the body itself.
    """

    rules: tuple[Rule, ...]
    pattern: re.Pattern[str]
    value: Any = None
    step: int = 0
    whole: bool = False


def phrase(
    rule: Rule | tuple[Rule, ...],
    pattern: str,
    value: Any = None,
    *,
    step: int = 0,
    whole: bool = False,
) -> Phrase:
    """A phrase that is found whatever its letters' case."""
    rules = rule if isinstance(rule, tuple) else (rule,)
    return Phrase(rules, re.compile(pattern, re.IGNORECASE), value, step, whole)
