"""Says in words why an operation is not verified."""

from __future__ import annotations

import json
import re
from typing import Any

from benchmark.generators.probe.cases import Case
from benchmark.generators.probe.judging import answer_value

MAX_WORDS = 160
"""How many characters of a server's message are quoted."""

_TAG = re.compile(r"<[^>]{0,200}>")
_TELLING = ("detail", "message", "error_description", "error", "title", "errors", "reason")


def in_words(case: Case) -> str:
    """One sentence without a full stop: what kept the operation from succeeding twice."""
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
        return f"needs credentials: {status}{said}"
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
    text = _telling(answer) if answer is not None else _TAG.sub(" ", reply.text[:4000])
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
