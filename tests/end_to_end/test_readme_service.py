"""What the README says of the service: every command of its section, typed as it stands there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from served import Service, running_service

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl"),
]

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")

_CURL = """\
#!{python}
# Stands before the real curl: other ports, and a note of each call.
import json, pathlib, subprocess, sys
folder = pathlib.Path({folder!r})
arguments = []
for argument in sys.argv[1:]:
    for written, real in {ports!r}.items():
        argument = argument.replace(f"localhost:{{written}}", f"127.0.0.1:{{real}}")
    arguments.append(argument)
head = folder / "head"
command = [{curl!r}, "--silent", "--show-error", "--dump-header", str(head), *arguments]
done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
body = done.stdout
if "-o" in arguments:
    body = pathlib.Path(arguments[arguments.index("-o") + 1]).read_bytes()
url = next(argument for argument in arguments if argument.startswith("http"))
status = int(head.read_text().split()[1])
number = len(list(folder.glob("call_*")))
method = "POST" if "-d" in arguments or "POST" in arguments else "GET"
call = dict(method=method, url=url, status=status, body=body.decode("utf-8", "replace"))
(folder / f"call_{{number:03}}.json").write_text(json.dumps(call))
sys.stdout.buffer.write(done.stdout)
sys.exit(done.returncode)
"""


@dataclass(frozen=True)
class Call:
    """One call of curl."""

    method: str
    path: str
    query: str
    status: int
    body: str

    @property
    def json(self) -> Any:
        """The answer's body."""
        return json.loads(self.body)


def blocks() -> list[str]:
    """The commands of the README's section on the service, block by block."""
    section = README.partition("\n## The service\n")[2].partition("\n## ")[0]
    return re.findall(r"```bash\n(.*?)```", section, re.DOTALL)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that runs one test at a time.

    So the one that is started from a configuration, whose target is not there, waits until it is
    stopped, behind the one before it, which takes more than a minute.
    """
    folder = tmp_path_factory.mktemp("readme")
    with running_service(folder, STRESS_API_SLOTS="1") as service:
        yield service


@pytest.fixture(scope="module")
def calls(
    service: Service, gateway_url: str, tmp_path_factory: pytest.TempPathFactory
) -> list[Call]:
    """What each call of curl in the section answered, in their order."""
    folder = tmp_path_factory.mktemp("typed")
    ports = {8000: service.port, 8001: urlsplit(gateway_url).port}
    tools = folder / "tools"
    tools.mkdir()
    curl = tools / "curl"
    curl.write_text(
        _CURL.format(
            python=sys.executable, folder=str(folder), ports=ports, curl=shutil.which("curl")
        )
    )
    curl.chmod(0o755)
    typed = [block for block in blocks() if "uvicorn" not in block]
    script = "set -e\n" + "\n".join(f"( {b} )" if b.startswith("cd ") else b for b in typed)
    # The repository's folder is where people type; what they download must not stay in it.
    script = script.replace("-o report.html", f"-o {folder / 'report.html'}")
    path = f"{tools}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=ROOT, env={**service.environment, "PATH": path},
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, (done.stderr[-3000:], service.last_words())
    found = []
    for file in sorted(folder.glob("call_*.json")):
        call = json.loads(file.read_text())
        parts = urlsplit(call["url"])
        found.append(Call(call["method"], parts.path, parts.query, call["status"], call["body"]))
    return found


def only(calls: list[Call], pattern: str) -> Call:
    """The call whose path matches; the last, where there are several."""
    found = [call for call in calls if re.fullmatch(pattern, call.path)]
    assert found, pattern
    return found[-1]


def test_every_call_succeeds(calls: list[Call]) -> None:
    """As many calls as the section has, each with a 2xx."""
    assert len(calls) == sum(block.count("curl ") for block in blocks())
    assert [call for call in calls if not 200 <= call.status < 300] == []


def test_the_target_is_looked_at(calls: list[Call]) -> None:
    """Health, validation, endpoints and sample data say what the section promises."""
    health = only(calls, "/health").json
    assert health["status"] == "ok"
    assert health["runs"]["free_slots"] == 1
    valid = only(calls, "/api/validate-target").json
    assert valid["reachable"]
    assert valid["usable"]
    assert "Demo gateway" in {each["title"] for each in valid["documents"]}
    endpoints = only(calls, "/api/openapi-endpoints").json
    keys = {(each["method"], each["path"]) for each in endpoints["endpoints"]}
    assert ("POST", "/api/v1/documents/sessions") in keys
    samples = only(calls, "/api/generate-sample-data").json["samples"]
    assert len(samples) == 2


def test_the_test_is_started_watched_and_read(calls: list[Call]) -> None:
    """The started test is the one whose events, results and report follow."""
    started = next(call for call in calls if call.path == "/api/stress-test/start").json
    test_id = started["test_id"]
    assert started["status"] in ("pending", "running")
    events = only(calls, f"/api/stress-test/{test_id}/events").body
    assert events.count("event: progress") >= 10
    assert "event: end" in events
    results = only(calls, f"/api/stress-test/{test_id}/results").json
    assert results["status"] == "completed"
    assert results["user_email"] == "user1@example.com"
    assert results["results"]["requests"] == pytest.approx(600, abs=60)
    assert results["results"]["failures"] == 0
    assert {each["path"] for each in results["endpoints"]} == {
        "/gateway/services", "/api/v1/documents/",
    }  # fmt: skip
    assert {each["threshold"] for each in results["thresholds"]} == {"p95<250ms", "failures<1%"}
    assert "your-token" not in json.dumps(results)
    report = only(calls, f"/api/stress-test/{test_id}/artifacts/report").body
    assert report.lstrip().lower().startswith("<!doctype html")


def test_configurations_are_made_started_and_stopped(calls: list[Call]) -> None:
    """The new configuration is among the user's, and the one that was started is stopped."""
    assert only(calls, "/api/test/start").json["kind"] == "test"
    made = only(calls, "/api/sessions/configuration").json
    assert made["configuration_name"] == "Reading mix"
    sessions = only(calls, "/api/user/user1@example.com/sessions").json["items"]
    assert "Before the release" in {each["session_name"] for each in sessions}
    again = [call for call in calls if call.path == "/api/stress-test/start"][-1].json
    assert again["configuration_id"] == 1
    stopped = only(calls, f"/api/stress-test/{again['test_id']}/stop").json
    assert stopped["test_id"] == again["test_id"]


def test_results_are_found_and_compared(calls: list[Call]) -> None:
    """The filter example returns rows after the scripts have run, and two of them compare."""
    found = next(call for call in calls if "session_id=1" in call.query).json
    assert found["total"] >= 10
    assert len(found["items"]) == 10
    for each in found["items"]:
        assert each["user_email"] == "user1@example.com"
        assert each["status"] == "completed"
        assert each["response_times_ms"]["p95"] > 0
    whole = only(calls, "/api/test-results/[0-9a-f-]{36}").json
    assert whole["document"]["schema_version"] == 3
    comparison = only(calls, "/api/test-results/[0-9a-f-]{36}/compare/[0-9a-f-]{36}")
    assert "upload" in comparison.body


def test_what_was_stopped_ends(service: Service, calls: list[Call]) -> None:
    """The test that the section stops has that status soon; the other one is ended here."""
    starts = [call.json["test_id"] for call in calls if call.path.endswith("/start")]
    for test_id in starts[1:]:
        service.ask("POST", f"/api/stress-test/{test_id}/stop")
    ends = [service.wait_until_final(test_id) for test_id in starts[1:]]
    reasons = [each["status_reason"] for each in ends]
    assert {each["status"] for each in ends} == {"stopped"}, reasons
