"""What recorders and runs wrote down, as figures: coverage, shares, first answers."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from target_servers import Server

_CENSUS_SECONDS = 15.0
_ANSWER_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that a recorder kept: its status, the request line, the first bytes of the body."""

    status: int
    request: str
    text: str


@dataclass(frozen=True, slots=True)
class Traffic:
    """One recorder's report. `answers` holds the first answer of each status, the first first."""

    operations: frozenset[str]
    reached: frozenset[str]
    answers: Mapping[str, tuple[Answer, ...]]
    requests: int
    good: int
    broken: int
    unanswered: int

    @property
    def share(self) -> float:
        """The share of requests that were answered with 2xx; 0 without requests."""
        return self.good / self.requests if self.requests else 0.0


def read_report(path: Path) -> Traffic:
    """A recorder's report."""
    report = json.loads(path.read_text(encoding="utf-8"))
    operations = report["by_operation"]
    return Traffic(
        operations=frozenset(operations),
        reached=frozenset(operations) - frozenset(report["never_2xx"]),
        answers={key: _answers(each["samples"]) for key, each in operations.items()},
        requests=report["requests"],
        good=report["classes"].get("2xx", 0),
        broken=report["classes"].get("5xx", 0),
        unanswered=report["no_response"],
    )


def _answers(samples: Mapping[str, Mapping[str, str]]) -> tuple[Answer, ...]:
    return tuple(
        Answer(int(status), sample["request"], " ".join(sample["response"].split()))
        for status, sample in samples.items()
    )


def valid_share(timeline: Path) -> tuple[int, int]:
    """Requests of a run, set-up and clean-up included, and those answered as verified."""
    sent = failed = 0
    for line in timeline.read_text(encoding="utf-8").splitlines():
        for operation in json.loads(line).get("operations", ()):
            sent += operation["requests"]
            failed += operation["failures"]
    return sent, sent - failed


def plain_share(stats: Path) -> tuple[int, int]:
    """The same from the `_stats.csv` of plain Locust."""
    with stats.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["Name"] == "Aggregated":
                sent = int(row["Request Count"])
                return sent, sent - int(row["Failure Count"])
    return 0, 0


def readiness(result: Mapping[str, Any], server: Server) -> dict[str, str]:
    """Why operations took no part, by operation as the recorder names it; "" for unknown reasons.

    One that took part and was never sent lacked what it needs.
    """
    base = base_path(server.document)
    found = {}
    for row in result.get("readiness", ()):
        method, _, path = row["operation"].partition(" ")
        reason = f"{row['status']}: {row['reason']}"
        if row["enabled"]:
            reason = "took part, but what it needs was never there"
        found[f"{method} {path.removeprefix(base)}"] = reason
    return found


def first_answer(key: str, traffics: Sequence[Traffic]) -> Answer | None:
    """The first answer that any of the recorders saw of an operation."""
    return next((each.answers[key][0] for each in traffics if each.answers.get(key)), None)


def credentials_live(server: Server) -> str:
    """Whether the credentials still count: "yes", "no", "none needed" or "unknown", and how seen.

    The proof is a documented GET without parameters that answers 2xx with them and 401 or 403
    without them; where there is none, the weaker one is any that does not answer 401 or 403.
    """
    if not server.headers:
        return "none needed"
    weak = refused = ""
    for path in _plain_gets(server):
        status = _status(server, path, with_headers=True)
        if status in (401, 403):
            refused = refused or f"GET {path} → {status}"
        elif 200 <= status < 300:
            if _status(server, path, with_headers=False) in (401, 403):
                return f"yes (GET {path} → {status}, refused without)"
            weak = weak or f"GET {path} → {status}"
    if refused:
        return f"no ({refused})"
    return f"yes ({weak}, open to all)" if weak else "unknown (no GET without parameters answers)"


def census(server: Server) -> dict[str, int]:
    """How many items the lists of a server hold, by operation; at most some seconds are spent."""
    counts: dict[str, int] = {}
    spent = 0.0
    for path in _plain_gets(server):
        try:
            answer = requests.get(
                server.origin + path, headers=dict(server.headers), timeout=_ANSWER_SECONDS
            )
            spent += answer.elapsed.total_seconds()
            if answer.ok and (number := _items(answer.json())) is not None:
                counts[f"GET {path}"] = number
        except (requests.RequestException, ValueError):
            spent += 0.1
        if spent > _CENSUS_SECONDS:
            break
    return counts


def _items(body: object) -> int | None:
    """The number of items of a list answer, wrapped or not; None for another answer."""
    if isinstance(body, list):
        return len(body)
    if isinstance(body, dict):
        totals = [body.get(name) for name in ("total", "count", "total_count")]
        told = [number for number in totals if type(number) is int]
        lists = [len(member) for member in body.values() if isinstance(member, list)]
        return max(told + lists, default=None)
    return None


def _plain_gets(server: Server) -> list[str]:
    """The paths, beyond the origin, of the documented GETs that can be called as they are."""
    base = base_path(server.document)
    found = []
    for path, item in server.document.get("paths", {}).items():
        get = item.get("get") if isinstance(item, dict) else None
        if not isinstance(get, dict) or "{" in path:
            continue
        parameters = [*item.get("parameters", ()), *get.get("parameters", ())]
        if not any(isinstance(each, dict) and each.get("required") for each in parameters):
            found.append(base + path)
    return found


def base_path(document: Mapping[str, Any]) -> str:
    """What stands before the paths of a document: `basePath`, or the path of its first server."""
    if "swagger" in document:
        return str(document.get("basePath") or "").rstrip("/")
    servers = document.get("servers") or [{}]
    return urlsplit(str(servers[0].get("url") or "")).path.rstrip("/")


def _status(server: Server, path: str, *, with_headers: bool) -> int:
    headers = dict(server.headers) if with_headers else {}
    try:
        with requests.get(
            server.origin + path, headers=headers, timeout=_ANSWER_SECONDS, stream=True,
            allow_redirects=False,
        ) as answer:  # fmt: skip
            return answer.status_code
    except requests.RequestException:
        return 0
