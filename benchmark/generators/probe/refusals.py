"""Says in words why an operation is not verified."""

from __future__ import annotations

import json
from typing import Any

from benchmark.generators.probe.cases import Case
from benchmark.generators.probe.complaints.pages import page_text
from benchmark.generators.probe.requests.judging import answer_value

MAX_WORDS = 160
"""How many characters of a server's message are quoted."""

MAX_PAGE = 64 * 1024
"""How many characters of a page are read to find what it says."""

FORBIDDEN = 403

_TELLING = ("detail", "message", "error_description", "error", "title", "errors", "reason")


def in_words(case: Case, *, lets_in: bool = False) -> str:
    """One sentence without a full stop: what kept the operation from succeeding twice.

    `lets_in` says that the credentials in use open other operations: then 403 is about the thing.
    """
    last = case.told or case.last
    if last is None:
        return case.reason or "not tried: the probe's budget was spent"
    if last.verdict.is_good:
        return case.reason or "succeeded once only"
    if last.lacking:
        return f"no {last.lacking} could be made or found"
    if last.reply is None:
        return last.verdict.reason or "the server did not answer"
    said = server_words(case)
    status = last.reply.status
    if last.verdict.name == "denied":
        said = said or (f": {last.verdict.reason}" if last.verdict.reason else "")
        is_other = lets_in and status == FORBIDDEN
        return f"{'not permitted' if is_other else 'needs credentials'}: {status}{said}"
    if last.verdict.name == "absent":
        return f"not served: {status}{said}"
    worked = "succeeded once, then " if case.works else ""
    return f"{worked}the server says {status}{said}"


def server_words(case: Case) -> str:
    """The server's own message on the last answer, as `: message`; "" where there is none."""
    shown = case.told or case.last
    reply = shown.reply if shown else None
    if reply is None or not reply.body:
        return ""
    answer = answer_value(reply)
    text = _telling(answer) if answer is not None else page_text(reply.text[:MAX_PAGE])
    plain = " ".join(text.split())
    if len(plain) > MAX_WORDS:
        plain = f"{plain[: MAX_WORDS - 1].rstrip()}…"
    return f": {plain}" if plain else ""


def _telling(answer: Any, depth: int = 0) -> str:
    if isinstance(answer, str):
        return answer
    if isinstance(answer, dict) and depth < 4:
        for name in _TELLING:
            if answer.get(name):
                return _telling(answer[name], depth + 1)
    if isinstance(answer, list) and answer and depth < 4:
        return "; ".join(_telling(item, depth + 1) for item in answer[:3])
    return json.dumps(answer)[:400]
