"""Draws a text of a wanted length from a parsed pattern."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from benchmark.generators.parameter_generator.pattern_tree import Part


def draw_text(root: Part, random: Random, slack: int) -> str:
    """A text that is `slack` characters longer than the shortest one, where there is such a text.

    What the pattern asserts around it is not looked at.
    """
    return _draw(root, random, slack, {})


def _draw(part: Part, random: Random, slack: int, groups: dict[int, str]) -> str:
    slack = max(0, min(slack, part.slack))
    if part.kind == "chars":
        return random.choice(part.chars)
    if part.kind == "around":
        return ""
    if part.kind == "again":
        return groups.get(part.group, "")
    if part.kind == "branch":
        fitting = [
            branch
            for branch in part.parts
            if branch.shortest <= part.shortest + slack <= branch.shortest + branch.slack
        ]
        branch = random.choice(fitting or part.parts)
        return _draw(branch, random, part.shortest + slack - branch.shortest, groups)
    if part.kind == "repeat":
        return _draw_repeat(part, random, slack, groups)
    text = _draw_sequence(part.parts, random, slack, groups)
    if part.kind == "group":
        groups[part.group] = text
    return text


def _draw_repeat(part: Part, random: Random, slack: int, groups: dict[int, str]) -> str:
    body = part.parts[0]
    wanted = part.shortest + slack
    longest = body.shortest + body.slack
    if longest == 0:
        return ""
    least = max(part.least, -(-wanted // longest))
    most = min(part.most, wanted // body.shortest if body.shortest else max(least, wanted))
    times = random.randint(least, most) if most > least else least
    remaining = max(0, wanted - times * body.shortest)
    return _draw_sequence((body,) * times, random, remaining, groups)


def _draw_sequence(
    parts: Sequence[Part], random: Random, slack: int, groups: dict[int, str]
) -> str:
    """The parts' texts; the slack is divided among them so that none of it is left over."""
    room = sum(part.slack for part in parts)
    texts = []
    for part in parts:
        share = 0
        if part.slack:
            room -= part.slack
            share = random.randint(min(max(0, slack - room), part.slack), min(part.slack, slack))
            slack -= share
        texts.append(_draw(part, random, share, groups))
    return "".join(texts)
