"""The command line at work: the real gateway, the real Locust, real signals."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psutil
import pytest
import requests

from tests.ports import unused_port
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = (sys.executable, "-P", "-m", "benchmark.cli")
ENDINGS = (
    ".json", ".html", ".log", "_locust.html", "_timeline.jsonl",
    "_stats.csv", "_stats_history.csv", "_failures.csv", "_exceptions.csv",
)  # fmt: skip

Start = Callable[..., subprocess.Popen[str]]


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a program is started with: this checkout can be imported from anywhere."""
    found = {"PYTHONPATH": str(ROOT), "VIRTUAL_ENV": sys.prefix, "BENCHMARK_NO_PROBE": "true"}
    return {**os.environ, **found, **(more or {})}


def call(
    *command: str, folder: Path, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end in a folder."""
    return subprocess.run(
        command, cwd=folder, env=environment(more), capture_output=True, text=True,
        timeout=PATIENCE, check=False,
    )  # fmt: skip


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts `stress-api …` and lets it run; what still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*PROGRAM, *arguments], cwd=tmp_path, env=environment(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(process)
        return process

    yield begin
    for process in started:
        with process:
            process.kill()


def load_has_begun(results: Path) -> Callable[[], bool]:
    """Whether a timeline in the folder has its first second with a request in it."""
    return lambda: any(
        '"requests":' in path.read_text() for path in results.glob("*_timeline.jsonl")
    )


def only_file(results: Path, ending: str, test_type: str = "*") -> Path:
    """The one file of the run with this ending."""
    (path,) = results.glob(f"benchmark_{test_type}_*[0-9]{ending}")
    return path


# ── runs to the end ───────────────────────────────────────────────────────────────────────────


def test_one_json_object_every_file_and_no_secret(gateway_url: str, tmp_path: Path) -> None:
    """One JSON object on stdout: stderr is empty, requests succeed, secrets are nowhere."""
    ran = call(
        *PROGRAM, "run", "--host", gateway_url, "-u", "10", "-r", "10", "-t", "3s", "--json",
        "--wait-time", "0.1-0.3", "--token", "hunter2-token", "--basic", "bob:hunter2-basic",
        "--header", "Authorization: Bearer hunter2-header", "--results-dir", "out",
        folder=tmp_path, more={"BENCHMARK_API_KEY": "hunter2-key"},
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    result = json.loads(ran.stdout)
    assert (result["status"], result["test_type"]) == ("completed", "dynamic")
    documented = [each for each in result["operations"] if "/accounts/" not in each["name"]]
    assert sum(each["requests"] for each in documented) > 50
    assert sum(each["failures"] for each in documented) == 0
    results = tmp_path / "out"
    for ending in ENDINGS:
        assert only_file(results, ending).stat().st_size > 0
    for pattern in ("api_discovery_*.json", "load_plan_*.json", "dynamic_locustfile_*.py"):
        assert len(list(results.glob(pattern))) == 1
    secrets = ("hunter2", b64encode(b"bob:hunter2-basic").decode())
    written = [path.read_bytes() for path in results.rglob("*") if path.is_file()]
    for text in (ran.stdout.encode(), *written):
        assert not [secret for secret in secrets if secret.encode() in text]


def test_file_environment_and_flags_meet_in_one_run(gateway_url: str, tmp_path: Path) -> None:
    """The flat command, in a folder with a benchmark.yaml and a package of the same name."""
    (tmp_path / "benchmark").mkdir()
    (tmp_path / "benchmark" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    (tmp_path / "benchmark.yaml").write_text(
        f"host: {gateway_url}\nresults-dir: kept\npresets:\n  smoke: {{users: 3, run_time: 1h}}\n"
    )
    ran = call(
        sys.executable, str(ROOT / "benchmark" / "run_benchmark.py"), "--test-type", "smoke",
        "--spawn-rate", "3", "--quiet", folder=tmp_path, more={"BENCHMARK_DURATION": "2"},
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "smoke run of" in ran.stdout
    result = json.loads(only_file(tmp_path / "kept", ".json").read_text())
    profile = {name: result["profile"][name] for name in ("users", "spawn_rate", "run_time")}
    assert profile == {"users": 3, "spawn_rate": 3, "run_time": 2}


def test_a_suite_by_shell_script_ends_with_one_table(gateway_url: str, tmp_path: Path) -> None:
    """Presets with and without a shape, in turn; each leaves its own result."""
    names = ("light", "stress", "spike", "quick")
    ran = call(
        str(ROOT / "benchmark" / "run_benchmark.sh"), "suite", "--host", gateway_url, "--users",
        "4", "--run-time", "2s", folder=tmp_path,
        more={"BENCHMARK_SUITE": ",".join(names), "BENCHMARK_RESULTS_DIR": str(tmp_path / "out")},
    )  # fmt: skip
    assert ran.returncode == 0
    table = ran.stdout[ran.stdout.rindex("Run  ") :]
    assert [line.split()[0] for line in table.splitlines()[2:] if line] == list(names)
    assert len(list((tmp_path / "out").glob("benchmark_*_stats.csv"))) == 4
    assert "\x1b" not in ran.stderr
    spike = json.loads(only_file(tmp_path / "out", ".json", "spike").read_text())
    assert spike["status"] == "completed"


def test_the_guided_demo_asks_nothing_without_a_terminal(tmp_path: Path) -> None:
    """It starts its own gateway, shows every step and the files, and leaves nothing running."""
    ran = call(
        str(ROOT / "benchmark" / "demo.sh"), "--run-time", "2s", "--results-dir", "out",
        folder=tmp_path,
    )  # fmt: skip
    assert ran.returncode == 0
    for part in ("Discover its API documents", "(ApiUser)", "Grade:", "report: "):
        assert part in ran.stdout
    url = re.search(r"listens on (http://\S+)\.\n", ran.stdout)
    assert url is not None
    with pytest.raises(requests.ConnectionError):
        requests.get(url[1], timeout=PATIENCE)
    assert only_file(tmp_path / "out", ".html").exists()


def test_on_a_terminal_there_is_a_bar(gateway_url: str, tmp_path: Path) -> None:
    """It moves, has users, requests per second, failures and p95, and is gone at the end."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*PROGRAM, "run", "--host", gateway_url, "-u", "3", "-r", "3", "-t", "3s",
         "--results-dir", "out"],
        cwd=tmp_path, env=environment({"TERM": "xterm", "COLUMNS": "120"}),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs,
    ) as process:  # fmt: skip
        os.close(theirs)
        seen = b""
        try:
            while part := os.read(ours, 65536):
                seen += part
        except OSError:  # how Linux says that the other side has closed the terminal
            pass
        os.close(ours)
    assert process.returncode == 0
    clean = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode())
    assert re.search(r"[12]/3 s .*3 users +\d+\.\d requests/s +0\.0% failed +p95 \d+ ms", clean)


# ── interrupted ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_keeps_its_results(
    gateway_url: str, tmp_path: Path, start: Start, number: signal.Signals
) -> None:
    """Ctrl-C and SIGTERM end the load in good order: every file, exit code 130.

    Thresholds are judged all the same, and change nothing of that.
    """
    process = start(
        "run", "--host", gateway_url, "-u", "3", "-r", "3", "--results-dir", "out",
        "--threshold", "rps>100000",
    )  # fmt: skip
    until(load_has_begun(tmp_path / "out"))
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "interrupted" in out
    assert "Stopping" in err
    for ending in ENDINGS:
        assert only_file(tmp_path / "out", ending).exists()
    result = json.loads(only_file(tmp_path / "out", ".json").read_text())
    assert result["status"] == "interrupted"
    assert result["totals"]["requests"] > 0
    assert [each["held"] for each in result["thresholds"]] == [False]


def test_a_second_ctrl_c_ends_it_at_once(tmp_path: Path, start: Start) -> None:
    """A target that does not answer cannot hold it, and what was measured stays."""
    release = threading.Event()
    with SlowApi(release, {"/openapi.json"}) as url:
        process = start(
            "run", "--host", url, "-u", "2", "-r", "2", "--spec", f"{url}/openapi.json",
            "--results-dir", "out",
        )  # fmt: skip
        until(lambda: any((tmp_path / "out").glob("*_timeline.jsonl")))
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        for line in process.stderr:
            if "Stopping" in line:
                break
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=PATIENCE)
        release.set()
    assert process.returncode == 130
    assert "interrupted" in out
    assert json.loads(only_file(tmp_path / "out", ".json").read_text())["status"] == "interrupted"
    timeline = only_file(tmp_path / "out", "_timeline.jsonl").read_text()
    assert '"kind":"end"' not in timeline  # users had ten seconds, and got none of them


def test_ctrl_c_during_discovery_is_one_line(start: Start) -> None:
    """Nothing was measured, so there is nothing to keep, and no traceback."""
    release = threading.Event()
    with SlowApi(release, set()) as url:
        process = start("run", "--host", url, "--results-dir", "out")
        assert process.stderr is not None
        assert process.stderr.readline().startswith("> Looking")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        release.set()
    assert (process.returncode, out, err) == (130, "", "error: Interrupted\n")


def test_the_load_ends_when_nobody_watches_it(
    gateway_url: str, tmp_path: Path, start: Start
) -> None:
    """Killed with SIGKILL, the command leaves no Locust behind, but a whole timeline."""
    process = start("run", "--host", gateway_url, "-u", "3", "-r", "3", "--results-dir", "out")
    until(load_has_begun(tmp_path / "out"))
    (locust,) = psutil.Process(process.pid).children()
    process.kill()
    process.wait()
    until(lambda: not locust.is_running())
    last = only_file(tmp_path / "out", "_timeline.jsonl").read_text().splitlines()[-1]
    assert json.loads(last)["kind"] == "end"


# ── the web page ──────────────────────────────────────────────────────────────────────────────


def test_the_web_page_has_file_and_host_and_ends_with_ctrl_c(
    gateway_url: str, tmp_path: Path, start: Start
) -> None:
    """It listens on 127.0.0.1 alone; a test started from it leaves a timeline; exit code 0."""
    port = unused_port()
    process = start(
        "run", "--interactive", "--host", gateway_url, "--results-dir", "out", "--",
        "--web-port", str(port),
    )  # fmt: skip
    assert process.stderr is not None
    line = until(lambda: next((each for each in process.stderr or () if "Open" in each), None))
    page = f"http://127.0.0.1:{port}"
    assert page in line
    assert gateway_url in requests.get(page, timeout=PATIENCE).text
    (locust,) = psutil.Process(process.pid).children()
    listening = [c.laddr for c in locust.net_connections() if c.status == psutil.CONN_LISTEN]
    assert listening == [("127.0.0.1", port)]
    load = {"user_count": "3", "spawn_rate": "3", "host": gateway_url}
    assert requests.post(f"{page}/swarm", data=load, timeout=PATIENCE).json()["success"]
    until(lambda: requests.get(f"{page}/stats/requests", timeout=PATIENCE).json()["stats"][1:])
    requests.get(f"{page}/stop", timeout=PATIENCE)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert '"kind":"end"' in only_file(tmp_path / "out", "_timeline.jsonl").read_text()
    assert only_file(tmp_path / "out", ".log").stat().st_size > 0


def test_a_taken_port_is_said_before_anything_is_asked(closed_url: str, tmp_path: Path) -> None:
    """Exit code 2, and the way to another port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        ran = call(
            *PROGRAM, "run", "--interactive", "--host", closed_url, "--", "--web-port", port,
            folder=tmp_path,
        )  # fmt: skip
    assert ran.returncode == 2
    assert ran.stderr.splitlines()[0].startswith(f"error: Port {port} is taken")
    assert "hint: " in ran.stderr


# ── what Locust refuses ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "arguments", "code", "word"),
    [
        ("import nowhere", [], 5, "No module named 'nowhere'"),
        ("x = (", [], 5, "SyntaxError"),
        ("x = 1", [], 5, "No User class found"),
        ("x = 1", ["--", "--nonsense"], 2, "--nonsense"),
    ],
)
def test_a_test_that_cannot_begin_is_said_in_two_lines(
    tmp_path: Path, text: str, arguments: list[str], code: int, word: str
) -> None:
    """What Locust said stands in the message, the rest in the log."""
    (tmp_path / "own.py").write_text(text)
    ran = call(
        *PROGRAM, "run", "-q", "--locustfile", "own.py", "--results-dir", "out", *arguments,
        folder=tmp_path,
    )  # fmt: skip
    assert ran.returncode == code
    assert [line.partition(":")[0] for line in ran.stderr.splitlines()] == ["error", "hint"]
    assert word in ran.stderr
    assert ran.stdout == ""


def test_a_locustfile_of_ones_own_runs_with_options_for_locust(
    gateway_url: str, tmp_path: Path
) -> None:
    """Plain Locust code; what stands after -- reaches Locust."""
    (tmp_path / "own.py").write_text(
        "from locust import HttpUser, tag, task\n\n\n"
        "class Own(HttpUser):\n"
        "    @tag('yes')\n    @task\n    def health(self): self.client.get('/health')\n\n"
        "    @tag('no')\n    @task\n    def other(self): self.client.get('/gateway/status')\n"
    )
    ran = call(
        *PROGRAM, "run", "--host", gateway_url, "--locustfile", "own.py", "-u", "1", "-t", "2s",
        "--json", "--results-dir", "out", "--", "--tags", "yes", folder=tmp_path,
    )  # fmt: skip
    assert ran.returncode == 0
    assert [each["name"] for each in json.loads(ran.stdout)["operations"]] == ["/health"]


def test_a_host_that_is_down_ends_the_static_scenarios_with_3(
    closed_url: str, tmp_path: Path
) -> None:
    """Their own exit code for it becomes ours, with what they said."""
    ran = call(
        *PROGRAM, "run", "-q", "--host", closed_url, "-t", "2s", "--results-dir", "out",
        "--locustfile", str(ROOT / "benchmark" / "locustfile.py"), folder=tmp_path,
    )  # fmt: skip
    assert ran.returncode == 3
    assert ran.stderr.startswith(f"error: {closed_url} does not answer")


# ── a target that does not answer ─────────────────────────────────────────────────────────────


class SlowApi:
    """A server that answers the document, and anything else only when it is released."""

    def __init__(self, release: threading.Event, quick: set[str]) -> None:
        self._release, self._quick = release, quick
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> str:
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._release.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()[0]
            except OSError:
                return
            self._threads.append(threading.Thread(target=self._answer, args=(connection,)))
            self._threads[-1].start()

    def _answer(self, connection: socket.socket) -> None:
        document = {
            "openapi": "3.0.3", "info": {"title": "Slow", "version": "1"},
            "paths": {"/things": {"get": {"responses": {"200": {"description": "ok"}}}}},
        }  # fmt: skip
        body = json.dumps(document).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        with connection:
            path = connection.recv(65536).split(b" ")[1:2]
            if not path or path[0].decode() not in self._quick:
                self._release.wait()
                return
            connection.sendall(f"{head}\r\nConnection: close\r\n\r\n".encode() + body)
