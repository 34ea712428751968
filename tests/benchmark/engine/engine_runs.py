"""Starts `python -m benchmark.engine` with a locustfile of a test, and reads what it wrote."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import urlopen

from benchmark.utils.timeline import Timeline, TimelineReader, read_timeline
from tests.waiting import PATIENCE, until

ROOT = Path(__file__).resolve().parents[3]

SHOP_USER = """
from locust import constant, tag, task

from benchmark.engine import ApiUser, Body, any_of, deletes, unique

order_body = Body({"name": unique("order"), "size": any_of(1, 2)})


class ShopUser(ApiUser):
    wait_time = constant(0.02)

    @task(3)
    def create_order(self):
        reply = self.client.post("/orders", json=self.new(order_body))
        self.keep("order", reply, at="/order")

    @task(30)
    def read_order(self):
        order = self.need("order", self.create_order)
        self.client.get("/orders/{id}", path={"id": order["id"]})

    @task(1)
    @deletes("order")
    def delete_order(self):
        order = self.take("order", self.create_order)
        self.client.delete("/orders/{id}", path={"id": order["id"]})

    @task(3)
    def add_line(self):
        order = self.need("order", self.create_order)
        reply = self.client.post("/orders/{id}/lines", path={"id": order["id"]}, json={"n": 1})
        self.keep("line", reply, order)

    @task(1)
    @deletes("line")
    def delete_line(self):
        line = self.take("line", self.add_line)
        path = {"id": line.of("order")["id"], "line": line["id"]}
        self.client.delete("/orders/{id}/lines/{line}", path=path)

    @tag("goods")
    @task(1)
    def read_good(self):
        good = self.find("good", "/goods", at="/goods")
        self.client.get("/goods/{id}", path={"id": good["id"]})

    @task(1)
    def read_what_nobody_has(self):
        good = self.find("good", "/goods", at="/nothing")
        self.client.get("/nothing/{id}", path={"id": good["id"]})
"""
"""A locustfile as the generator writes them, for `small_api.Shop`."""


@dataclass
class Run:
    """An engine process and its files."""

    process: subprocess.Popen[str]
    path: Path

    def wait(self) -> tuple[int, str]:
        """The exit code and what was printed; the process is killed where it does not end."""
        try:
            printed, _ = self.process.communicate(timeout=PATIENCE)
        finally:
            self.process.kill()
        return self.process.returncode, printed

    def timeline(self) -> Timeline:
        """What the timeline file says."""
        return read_timeline(self.path)

    def wait_until(self, happened: Callable[[Timeline], bool]) -> None:
        """Wait until the growing timeline shows something."""

        def shows() -> bool:
            reader = TimelineReader(self.path)  # anew: a second test starts the file anew
            reader.read_new()
            return not reader.is_empty and happened(reader.timeline())

        until(shows)


def engine_command(
    source: str, folder: Path, host: str, *options: str, run_time: int = 2, users: int = 3
) -> list[str]:
    """The command of a headless run with a timeline."""
    locustfile = folder / "locustfile_of_test.py"
    locustfile.write_text(source)
    profile: dict[str, Any] = {
        "name": "t", "users": users, "spawn_rate": users, "run_time": run_time, "shape": "hold",
    }  # fmt: skip
    return [
        sys.executable, "-m", "benchmark.engine", "-f", str(locustfile), "--host", host,
        "--headless", "--only-summary", "-u", str(users), "-r", str(users), "-t", f"{run_time}s",
        "--stop-timeout", "5", "--timeline", str(folder / "timeline.jsonl"),
        "--timeline-facts", json.dumps({"profile": profile}),
        "--exit-code-on-error", "0", *options,
    ]  # fmt: skip


def start_engine(source: str, folder: Path, host: str, *options: str, **more: Any) -> Run:
    """A started run. `more` is `run_time` and `users`."""
    return start(engine_command(source, folder, host, *options, **more), folder)


def start(command: list[str], folder: Path, **environment: str) -> Run:
    """A started process whose output is collected."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Run(process, folder / "timeline.jsonl")


def ask_page(url: str, **form: str) -> None:
    """Ask Locust's page, by POST, once it is open."""
    until(lambda: is_open(url))
    with urlopen(url, urlencode(form).encode(), timeout=PATIENCE):
        pass


def is_open(url: str) -> bool:
    """Whether somebody listens at the address."""
    parts = urlsplit(url)
    with suppress(OSError), socket.create_connection((parts.hostname, parts.port)):
        return True
    return False
