"""The load generators: how each is put to work, and how many requests it says it sent."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_HERE = Path(__file__).resolve().parent
TIMELINE = "timeline.jsonl"
"""What the timeline is called in the folder of a run."""
LOCUSTFILES = _HERE / "locustfiles"
BODY = '{"name":"amber","email":"user4242@example.com","count":42,"state":"open","price":42.4}'
"""What generators send that cannot make a body."""


@dataclass(frozen=True, slots=True)
class Load:
    """So many users without a pause, for so many whole seconds, all at the same `case`.

    `case` is "get", "post" or "mixed"; `url` is the server's without a path. `cafile` is the
    certificate to trust, None over plain HTTP. `locustfile` is what Locust runs. `tree` is the
    checkout whose engine is measured; files are written to `folder`.
    """

    case: str
    url: str
    users: int
    seconds: int
    locustfile: Path
    tree: Path
    folder: Path
    cafile: Path | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """How a generator is started. `environment` is what it has besides ours."""

    words: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sent:
    """What a generator says of its requests."""

    requests: int
    failures: int


@dataclass(frozen=True, slots=True)
class Generator:
    """A load generator. `sent` reads its report, given its load and what it printed.

    `program` must be installed; `makes_bodies` is False where each POST sends the same bytes.
    """

    name: str
    program: str
    command: Callable[[Load], Command]
    sent: Callable[[Load, str], Sent]
    makes_bodies: bool = True

    @property
    def is_installed(self) -> bool:
        """Whether its program is there."""
        return shutil.which(self.program) is not None


# ── Locust ────────────────────────────────────────────────────────────────────────────────────────


def locust(user: str, *, recorded: bool = False) -> Generator:
    """A user class under Locust.

    When `recorded`, Locust has the engine's hooks and writes the timeline, as stress-api runs it.
    """
    name = f"{user}, recorded" if recorded else user

    def command(load: Load) -> Command:
        timeline = ["--timeline", str(load.folder / TIMELINE)]
        return Command(
            [
                *(sys.executable, "-m", "benchmark.engine" if recorded else "locust"),
                *("-f", str(load.locustfile), "--host", load.url, "--headless", "--only-summary"),
                *("-u", str(load.users), "-r", str(load.users), "-t", f"{load.seconds}s"),
                *("--json-file", str(load.folder / "locust"), "--exit-code-on-error", "0"),
                *(timeline if recorded else []),
            ],
            {
                "PERF_USER": user,
                "PERF_CASE": load.case,
                "PYTHONDONTWRITEBYTECODE": "1",
                **(trusting(load.cafile) if load.cafile else {}),
            },
        )

    return Generator(name, sys.executable, command, _locust_sent)


def trusting(cafile: Path) -> dict[str, str]:
    """The environment that makes a certificate the one to trust."""
    return {name: str(cafile) for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")}


def _locust_sent(load: Load, _: str) -> Sent:
    rows = json.loads((load.folder / "locust.json").read_text(encoding="utf-8"))
    return Sent(
        sum(row["num_requests"] for row in rows),
        sum(row["num_failures"] for row in rows),
    )


# ── others ────────────────────────────────────────────────────────────────────────────────────────


def _k6_command(load: Load) -> Command:
    return Command(
        [
            *("k6", "run", "--quiet", "--no-usage-report", "--address", "127.0.0.1:0"),
            *("--summary-export", str(load.folder / "k6.json"), str(_HERE / "k6.js")),
        ],
        {
            "TARGET": f"{load.url}/json",
            "CASE": load.case,
            "USERS": str(load.users),
            "SECONDS": str(load.seconds),
        },
    )


def _k6_sent(load: Load, _: str) -> Sent:
    metrics = json.loads((load.folder / "k6.json").read_text(encoding="utf-8"))["metrics"]
    # k6 counts a failure as a "pass" of the rate "http_req_failed".
    return Sent(int(metrics["http_reqs"]["count"]), int(metrics["http_req_failed"]["passes"]))


def _hey_command(load: Load) -> Command:
    body = ["-m", "POST", "-T", "application/json", "-d", BODY] if load.case == "post" else []
    amount = ["-z", f"{load.seconds}s", "-c", str(load.users), "-cpus", "1"]
    return Command(["hey", *amount, *body, f"{load.url}/json"])


def _hey_sent(_: Load, printed: str) -> Sent:
    return hey_sent(printed)


def hey_sent(printed: str) -> Sent:
    """The requests in hey's summary; it lists statuses and errors, each with its number."""
    statuses = [
        (int(status), int(number))
        for status, number in re.findall(r"\[(\d{3})\]\s+(\d+) responses", printed)
    ]
    errors = sum(map(int, re.findall(r"^\s+\[(\d+)\]\t(?!\d+ responses)", printed, re.MULTILINE)))
    answered = sum(number for _, number in statuses)
    good = sum(number for status, number in statuses if status < 400)
    return Sent(answered + errors, answered - good + errors)


def _wrk_command(load: Load) -> Command:
    script = []
    if load.case == "post":
        lua = load.folder / "post.lua"
        lua.write_text(
            'wrk.method = "POST"\n'
            'wrk.headers["Content-Type"] = "application/json"\n'
            f"wrk.body = '{BODY}'\n",
            encoding="utf-8",
        )
        script = ["-s", str(lua)]
    amount = ["-t", "1", "-c", str(load.users), "-d", f"{load.seconds}s"]
    return Command(["wrk", *amount, *script, f"{load.url}/json"])


def _wrk_sent(_: Load, printed: str) -> Sent:
    return wrk_sent(printed)


def wrk_sent(printed: str) -> Sent:
    """The requests in wrk's summary."""
    total = re.search(r"(\d+) requests in ", printed)
    if total is None:
        raise ValueError(f"not a summary of wrk: {printed[-200:]}")
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", printed)
    errors = re.search(r"connect (\d+), read (\d+), write (\d+), timeout (\d+)", printed)
    failures = int(refused[1]) if refused else 0
    lost = sum(map(int, errors.groups())) if errors else 0
    return Sent(int(total[1]), failures + lost)


OURS = locust("RapidHttpUser")
OURS_RECORDED = locust("RapidHttpUser", recorded=True)
FAST = locust("FastHttpUser")
EVERY = (
    OURS,
    OURS_RECORDED,
    FAST,
    locust("HttpUser"),
    Generator("k6", "k6", _k6_command, _k6_sent),
    Generator("hey", "hey", _hey_command, _hey_sent, makes_bodies=False),
    Generator("wrk", "wrk", _wrk_command, _wrk_sent, makes_bodies=False),
)


def environment_of(command: Command) -> dict[str, str]:
    """The whole environment of a generator: ours without proxies, and its own."""
    kept = {
        name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")
    }
    return {**kept, **command.environment}
