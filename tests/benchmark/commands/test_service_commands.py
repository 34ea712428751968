"""`stress-api token` and `stress-api serve`: what they print, refuse, start and end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmark import cli
from benchmark.commands import serve as serving_command
from benchmark.utils.service_tokens import digest_of, new_token, read_token_lines

ROOT = Path(__file__).resolve().parents[3]


class Ran:
    """What one command printed and returned."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `stress-api` in this process, without tokens in its environment."""
    monkeypatch.delenv("STRESS_API_TOKENS", raising=False)

    def run(*arguments: str) -> Ran:
        with pytest.raises(SystemExit) as end:
            cli.main(arguments)
        code = end.value.code
        assert isinstance(code, int)
        return Ran(code, *capsys.readouterr())

    return run


# ── token ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", [(), ("--role", "user"), ("--role", "admin")])
def test_a_token_is_shown_once_with_its_line(call: Any, role: tuple[str, ...]) -> None:
    """The line lets the service know the token, and tells nobody what it is."""
    ran = call("token", "Ann@Example.com", *role)
    assert ran.code == 0
    (token,) = re.findall(r"stress_\S+", ran.out)
    (text,) = re.findall(r"ann@example\.com:\w+:\w{64}", ran.out)
    (line,) = read_token_lines([text])
    assert line.digest == digest_of(token)
    assert line.role == (role[1] if role else "user")
    assert "STRESS_API_TOKENS" in ran.out


def test_a_token_for_programs(call: Any) -> None:
    """One JSON object."""
    ran = call("token", "ann@example.com", "--json")
    made = json.loads(ran.out)
    assert read_token_lines([made["line"]])[0].digest == digest_of(made["token"])


@pytest.mark.parametrize(
    "arguments", [("ann",), (), ("ann@example.com", "--role", "boss"), ("a@b.c", "d@e.f")]
)
def test_wrong_usage_of_token(call: Any, arguments: tuple[str, ...]) -> None:
    """Exit code 2, a message and what to do."""
    ran = call("token", *arguments)
    assert ran.code == 2
    assert "hint:" in ran.err
    assert not ran.out


# ── serve ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "stress.example"])
def test_others_are_not_served_without_tokens(call: Any, host: str) -> None:
    """Every request of theirs would be refused, so the command is."""
    ran = call("serve", "--host", host)
    assert ran.code == 2
    assert "STRESS_API_TOKENS" in ran.err
    assert "stress-api token" in ran.err


@pytest.mark.parametrize(
    "arguments",
    [("--port", "x"), ("--port", "65536"), ("--port", "-1"), ("--workers", "0"),
     ("--workers", "65"), ("--reload", "--workers", "2"), ("--host", "192.0.2.1.5"), ("extra",)],
)  # fmt: skip
def test_wrong_usage_of_serve(call: Any, arguments: tuple[str, ...]) -> None:
    """Exit code 2, a message and what to do."""
    ran = call("serve", *arguments)
    assert ran.code == 2
    assert "hint:" in ran.err


def test_wrong_tokens_are_named_before_anything_starts(
    call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By their number."""
    monkeypatch.setenv("STRESS_API_TOKENS", f"{new_token('a@b.c')[1]},nonsense")
    ran = call("serve")
    assert ran.code == 2
    assert "entry 2" in ran.err


def test_a_port_that_is_taken(call: Any) -> None:
    """Is named, with what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = call("serve", "--port", str(port))
    assert ran.code == 2
    assert f"port {port}" in ran.err
    assert "--port" in ran.err


def test_missing_packages_are_named(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs them."""
    monkeypatch.setattr(serving_command, "_PACKAGES", ("fastapi", "no_such_package_here"))
    ran = call("serve")
    assert ran.code == 5
    assert "no_such_package_here" in ran.err
    assert "fastapi" not in ran.err.split("hint:")[0].rpartition(":")[2]
    assert "backend/requirements.txt" in ran.err


def test_uvicorn_believes_no_headers_about_the_peer() -> None:
    """Else a header would make anybody a peer on this machine."""
    command = serving_command._command("127.0.0.1", 8000, workers=2, reload=False)
    assert "--no-proxy-headers" in command
    assert command[command.index("--workers") + 1] == "2"
    reloading = serving_command._command("127.0.0.1", 8000, workers=1, reload=True)
    watched = [
        reloading[place + 1] for place, word in enumerate(reloading) if word == "--reload-dir"
    ]
    assert watched == [str(ROOT / "backend")]


STAND_IN = """
import sys
sys.path.insert(0, {root!r})
from benchmark.commands import serve
serve._command = lambda *_, **__: [sys.executable, "-u", "-c", {child!r}]
serve._require_packages = lambda: None
assert "backend" not in sys.modules
sys.exit(serve.run_service("127.0.0.1", 0))
"""
WAITING = """
import signal, sys
signal.signal(signal.SIGINT, lambda *_: print("interrupted"))
signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
print("ready")
while True:
    signal.pause()
"""


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_end_the_child_in_order(number: signal.Signals) -> None:
    """Each becomes one SIGTERM for the server, which is waited for."""
    script = STAND_IN.format(
        root=str(ROOT),
        child=WAITING.replace('sys.exit("terminated")', "(print('bye'), sys.exit(0))"),
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.read() == "bye\n"
        assert process.wait() == 0


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_a_server_that_ends_by_itself_is_an_error(
    call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 5; its own lines stand above."""
    command = [sys.executable, "-c", "raise SystemExit(3)"]
    monkeypatch.setattr(serving_command, "_command", lambda *_, **__: command)
    monkeypatch.setattr(serving_command, "_require_packages", lambda: None)
    ran = call("serve", "--port", "0")
    assert ran.code == 5
    assert "code 3" in ran.err
