"""Judges from a pattern's tree how long a text can be that is matched without fear.

A backtracking engine needs exponential time where a text can be divided among nested repetitions in
many ways, and a power of the text's length where neighbouring repetitions can trade characters.
"""

from __future__ import annotations

from benchmark.generators.parameter_generator import limits
from benchmark.generators.parameter_generator.pattern_tree import Part

_LENGTHS = (limits.MAX_PATTERN_TEXT, 3_000, 1_000, 500, 200, 100, 50, 30, limits.MAX_RISKY_TEXT)


def longest_match(root: Part) -> int:
    """Characters of the longest text that can be matched in bounded time; 0 for none."""
    if _is_risky(root):
        return limits.MAX_RISKY_TEXT if len(_variable(root)) < limits.MAX_RISKY_TEXT else 0
    ways = _ways(root, set())
    for length in _LENGTHS:
        steps = length
        for most in ways:
            steps *= min(most, length)
            if steps > limits.MAX_MATCH_STEPS:
                break
        else:
            return length
    return 0


def _ways(part: Part, follow: set[str]) -> list[int]:
    """How often each repetition could end, for those that can run into what follows them."""
    found = []
    if part.is_variable and part.everywhere() & follow:
        found.append(part.most - part.least + 1)
    if part.kind == "repeat":
        body = part.parts[0]
        return found + _ways(body, follow | body.first())
    if part.kind == "branch":
        return [way for branch in part.parts for way in _ways(branch, follow)]
    if part.kind == "around":
        return [way for inner in part.parts for way in _ways(inner, set())]
    for inner in reversed(part.parts):
        found += _ways(inner, follow)
        follow = inner.first() | (set() if inner.shortest else follow)
    return found


def _is_risky(part: Part) -> bool:
    """Whether a text could be divided among nested repetitions in exponentially many ways."""
    if part.kind == "repeat" and part.most > 1 and _is_ambiguous(part.parts[0]):
        return True
    return any(map(_is_risky, part.parts))


def _is_ambiguous(body: Part) -> bool:
    """Whether a repetition of the body may find its end in more than one place.

    Not if its repetitions cannot run over a character that each turn begins or ends with.
    """
    inner = _variable(body)
    if any(_variable(repeat.parts[0]) for repeat in inner) or _has_unclear_branch(body):
        return True
    if not inner:
        return False
    running = set[str]().union(*(repeat.everywhere() for repeat in inner))
    flat = _flattened(body)
    return not any(
        edge.kind == "chars" and not running & set(edge.covers) for edge in (flat[0], flat[-1])
    )


def _has_unclear_branch(part: Part) -> bool:
    """Whether two branches can begin with the same character."""
    if part.kind == "branch":
        seen: set[str] = set()
        for branch in part.parts:
            first = branch.first()
            if branch.shortest == 0 or not first or seen & first:
                return True
            seen |= first
    return any(map(_has_unclear_branch, part.parts))


def _variable(part: Part) -> list[Part]:
    found = [part] if part.is_variable else []
    for inner in part.parts:
        found += _variable(inner)
    return found


def _flattened(part: Part) -> list[Part]:
    if part.kind in {"sequence", "group"}:
        return [one for inner in part.parts for one in _flattened(inner)]
    return [part]
