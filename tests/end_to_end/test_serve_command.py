"""`stress-api serve` as a program: who is let in, with which settings it starts, how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from benchmark.utils.service_tokens import new_token
from tests.ports import unused_port
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.end_to_end


@contextmanager
def serving(
    folder: Path, *options: str, **settings: str
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """URL and process of a service whose data are in the folder; it is ended afterwards."""
    port = unused_port()
    command = [sys.executable, "-m", "benchmark.cli", "serve", "--port", str(port), *options]
    own = {name: text for name, text in os.environ.items() if not name.startswith("STRESS_API_")}
    places = {
        "DATABASE_URL": f"sqlite:///{folder}/service.db",
        "STRESS_API_KEY_FILE": str(folder / "key"),
        "STRESS_API_RUNS_DIR": str(folder / "runs"),
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=log, env={**own, **places, **settings}
        )
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.poll() is None, (folder / "log").read_text()[-3000:]
        try:
            return requests.get(f"{url}/health/live", timeout=60).ok
        except requests.ConnectionError:
            return False

    try:
        until(answers)
        yield url, process
    finally:
        process.terminate()
        process.wait()


@pytest.mark.parametrize("options", [(), ("--workers", "2"), ("--reload",)])
def test_it_serves_this_machine_and_ends_when_told(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    """With one process, several, or one that is watched; forwarding headers deceive none."""
    with serving(tmp_path, *options) as (url, process):
        assert requests.get(f"{url}/health", timeout=60).json()["status"] == "ok"
        assert requests.get(f"{url}/api/sessions", timeout=60).status_code == 200
        for headers in ({"X-Forwarded-For": "127.0.0.1"}, {"Host": "stress.example"}):
            answer = requests.get(f"{url}/api/sessions", headers=headers, timeout=60)
            assert answer.status_code == 403
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
        itself = requests.post(f"{url}/api/validate-target", json={"target_url": url}, timeout=60)
        assert itself.status_code == 403
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0


def test_several_workers_count_together(tmp_path: Path) -> None:
    """Whichever answers tells the requests of all; what they share for that goes with them."""
    shared = tmp_path / "shared"
    shared.mkdir()
    counted = 'stress_api_http_requests_total{method="GET",route="/api/sessions",status="200"} 12.0'
    with serving(tmp_path, "--workers", "2", TMPDIR=str(shared)) as (url, process):
        for _ in range(12):
            assert requests.get(f"{url}/api/sessions", timeout=60).ok
        for _ in range(6):
            assert counted in requests.get(f"{url}/metrics", timeout=60).text.splitlines()
        assert [folder.name[:19] for folder in shared.iterdir()] == ["stress-api-metrics-"]
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0
    assert list(shared.iterdir()) == []


def test_it_serves_those_who_have_a_token(tmp_path: Path) -> None:
    """Everybody else is refused with 401, and targets are those of the list."""
    token, line = new_token("ann@example.com")
    settings = {"STRESS_API_TOKENS": str(line), "STRESS_API_ALLOWED_TARGETS": "api.example.com"}
    with serving(tmp_path, **settings) as (url, _):
        assert requests.get(f"{url}/health", timeout=60).status_code == 200
        assert requests.get(f"{url}/api/sessions", timeout=60).status_code == 401
        own = {"Authorization": f"Bearer {token}"}
        assert requests.get(f"{url}/api/sessions", headers=own, timeout=60).status_code == 200
        refused = requests.post(
            f"{url}/api/stress-test/start",
            json={"target_url": "http://127.0.0.1:9", "max_concurrent_users": 1, "duration": 5},
            headers=own,
            timeout=60,
        )
        assert refused.status_code == 403
        assert "STRESS_API_ALLOWED_TARGETS" in refused.json()["hint"]


@pytest.mark.parametrize("options", [(), ("--workers", "2")])
def test_a_wrong_setting_ends_the_start(tmp_path: Path, options: tuple[str, ...]) -> None:
    """With a message that names it, no traceback, and exit code 5: it ended by itself."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmark.cli", "serve", "--port", "0", *options],
        check=False, cwd=ROOT, capture_output=True, text=True, timeout=600,
        env={**os.environ, "STRESS_API_ALLOWED_TARGETS": "http://a/", "STRESS_API_TOKENS": "",
             "DATABASE_URL": f"sqlite:///{tmp_path}/service.db"},
    )  # fmt: skip
    assert done.returncode == 5
    assert "error: STRESS_API_ALLOWED_TARGETS" in done.stderr
    assert "Traceback" not in done.stderr
