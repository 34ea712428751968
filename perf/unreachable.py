"""Reads `unreachable.yaml` and holds each of its entries against what recorders saw.

    <target>:
      METHOD /path:
        reason: redirects | switched-off | outside-service
        status: 302                  # what the operation answers
        evidence: text of the body   # found in a recorded answer of that status; may be ""
        note: why, in a sentence

An operation whose every answer is 3xx "redirects"; one that answers 405, 410, 501 or 503 is
"switched-off"; one that answers 5xx for want of something that is not there, and says so in the
evidence, needs an "outside-service". 400, 401, 403, 404 and 422 are never a reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from recorded import Answer, Traffic

FILE = Path(__file__).with_name("unreachable.yaml")
_SWITCHED_OFF = frozenset({405, 410, 501, 503})


@dataclass(frozen=True, slots=True)
class Judged:
    """The entries that hold for a target, and what is to be said against the others."""

    unreachable: frozenset[str]
    complaints: tuple[str, ...]


def judge(target: str, traffics: Sequence[Traffic], file: Path = FILE) -> Judged:
    """Check the entries of a target against the recorded answers of all its runs."""
    content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    entries: Mapping[str, Any] = content.get(target) or {}
    faults = {key: _fault(key, entry, traffics) for key, entry in entries.items()}
    return Judged(
        frozenset(key for key, fault in faults.items() if not fault),
        tuple(f"unreachable.yaml: {key}: {fault}" for key, fault in faults.items() if fault),
    )


def _fault(key: str, entry: Any, traffics: Sequence[Traffic]) -> str:
    """What is wrong with an entry, "" if nothing."""
    if not isinstance(entry, dict) or type(entry.get("status")) is not int:
        return "needs reason, status and evidence"
    status, evidence = entry["status"], str(entry.get("evidence") or "")
    if not any(key in each.operations for each in traffics):
        return "the document has no such operation"
    if any(key in each.reached for each in traffics):
        return "it was reached"
    answers = [answer for each in traffics for answer in each.answers.get(key, ())]
    if not answers:
        return "not called in this run, so nothing proves it"
    if not any(each.status == status and evidence in each.text for each in answers):
        seen = ", ".join(sorted({str(each.status) for each in answers}))
        return f"no recorded answer has status {status} and the text {evidence!r} (seen: {seen})"
    return _reason_fault(entry.get("reason"), status, evidence, answers)


def _reason_fault(reason: object, status: int, evidence: str, answers: list[Answer]) -> str:
    if reason == "redirects":
        all_redirect = all(300 <= each.status < 400 for each in answers)
        return "" if all_redirect else "not every answer is a redirect"
    if reason == "switched-off":
        return "" if status in _SWITCHED_OFF else f"{status} does not say that it is switched off"
    if reason == "outside-service":
        if status < 500:
            return f"{status} is no failure of an outside service"
        return "" if evidence else "an outside service needs evidence from the answer"
    return f"{reason!r} is no acceptable reason"
