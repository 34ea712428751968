"""The command line with several processes, and with a worker on another machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).resolve().parents[2]

SERVER = """
import json, signal, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

seen = {"requests": 0, "tokens": []}

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        seen["requests"] += 1
        token = self.headers.get("Authorization", "")
        if token not in seen["tokens"]:
            seen["tokens"].append(token)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass

def end(*_):
    print(json.dumps(seen), flush=True)
    sys.exit(0)

signal.signal(signal.SIGTERM, end)
server = ThreadingHTTPServer((sys.argv[1], 0), Handler)
server.daemon_threads = True
print(server.server_port, flush=True)
server.serve_forever()
"""
"""Counts requests and notes the credentials; prints its port, and in the end what it saw."""

LOCUSTFILE = """
from locust import constant, task
from benchmark.engine import RapidHttpUser

class Reader(RapidHttpUser):
    wait_time = constant(0.02)

    @task
    def read(self):
        self.client.get("/items/{id}", path={"id": 7})
"""


@contextmanager
def counting_server(address: str, *prefix: str) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """The URL of a server, and what it saw once the block is left; `prefix` says where it runs."""
    seen: list[dict[str, object]] = []
    with subprocess.Popen(
        [*prefix, sys.executable, "-c", SERVER, address], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield f"http://{address}:{int(process.stdout.readline())}", seen
        finally:
            process.terminate()
            seen.append(json.loads(process.stdout.readline()))


def run_command(folder: Path, host: str, *options: str, prefix: tuple[str, ...] = ()) -> list[str]:
    """The command of a run of the locustfile above."""
    locustfile = folder / "locustfile_of_test.py"
    locustfile.write_text(LOCUSTFILE, encoding="utf-8")
    return [
        *prefix, sys.executable, str(ROOT / "benchmark" / "run_benchmark.py"), "--host", host,
        "--locustfile", str(locustfile), "--results-dir", str(folder / "results"),
        "--test-type", "quick", "--users", "6", "--spawn-rate", "6", "--json", *options,
    ]  # fmt: skip


def test_processes_of_this_machine(tmp_path: Path) -> None:
    """--processes: the result has every request, each process's health, and a verdict first."""
    with counting_server("127.0.0.1") as (host, seen):
        ended = subprocess.run(
            run_command(tmp_path, host, "--run-time", "4s", "--processes", "2"),
            cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    result = json.loads(ended.stdout)
    assert result["totals"]["requests"] == seen[0]["requests"]
    assert {each["process"] for each in result["generator"]["processes"]} == {
        "worker 0", "worker 1",
    }  # fmt: skip
    assert result["validity"]["verdict"] in {"valid", "suspect", "invalid"}
    assert result["generator"]["counters"]["connections_opened"] == 6
    (operation,) = result["blocks"][0]["operations"]
    assert (operation["method"], operation["name"]) == ("GET", "/items/{id}")

    assert max(second["users"] for second in result["timeline"]) == 6


def run_ip(*arguments: str) -> None:
    """`ip …`, which must succeed."""
    subprocess.run(["ip", *arguments], check=True, capture_output=True, timeout=600)


@contextmanager
def two_machines() -> Iterator[tuple[str, str, str]]:
    """Two network namespaces with a cable between them: their names, the first one's address."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("needs root and iproute2")
    first, second = (f"sa{os.getpid()}{end}" for end in "ab")
    try:
        run_ip("netns", "add", first)
        run_ip("netns", "add", second)
        run_ip("link", "add", first, "netns", first, "type", "veth",
               "peer", "name", second, "netns", second)  # fmt: skip
    except subprocess.CalledProcessError as problem:
        _remove(first, second)
        pytest.skip(f"no network namespaces here: {problem.stderr.decode().strip()}")
    try:
        for namespace, address in ((first, "10.213.7.1"), (second, "10.213.7.2")):
            run_ip("-n", namespace, "address", "add", f"{address}/24", "dev", namespace)
            run_ip("-n", namespace, "link", "set", namespace, "up")
            run_ip("-n", namespace, "link", "set", "lo", "up")
        yield first, second, "10.213.7.1"
    finally:
        _remove(first, second)


def _remove(*namespaces: str) -> None:
    for namespace in namespaces:
        subprocess.run(
            ["ip", "netns", "delete", namespace], check=False, capture_output=True, timeout=600
        )


def test_a_worker_of_another_machine(tmp_path: Path) -> None:
    """It connects to the master, sends all of the load with its own secret, and ends with it."""
    with two_machines() as (here, there, address):
        on_master = ("ip", "netns", "exec", here)
        on_worker = ("ip", "netns", "exec", there)
        with counting_server(address, *on_master) as (host, seen):
            master = subprocess.Popen(
                run_command(
                    tmp_path, host, "--run-time", "4s", "--", "--master", "--expect-workers", "1",
                    "--master-bind-port", "5600", prefix=on_master,
                ),
                cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
            worker = subprocess.Popen(
                [
                    *on_worker, sys.executable, "-m", "benchmark.engine", "--worker",
                    "--master-host", address, "--master-port", "5600",
                    "--locustfile", str(tmp_path / "locustfile_of_test.py"),
                ],
                cwd=ROOT, env={**os.environ, "BENCHMARK_TOKEN": "of-the-worker"},
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
            try:
                printed, problems = master.communicate(timeout=600)
                said, _ = worker.communicate(timeout=600)
            finally:
                for process in (master, worker):
                    process.kill()
                    process.wait()
    assert master.returncode == 0, problems
    assert worker.returncode == 0, said
    result = json.loads(printed)
    assert result["totals"]["failures"] == 0
    assert result["totals"]["requests"] == seen[0]["requests"]
    assert seen[0]["tokens"] == ["Bearer of-the-worker"]
    assert "of-the-worker" not in printed + problems + said
    assert [each["process"] for each in result["generator"]["processes"]] == ["worker 0"]
    assert max(second["users"] for second in result["timeline"]) == 6
