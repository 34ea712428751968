"""The shell scripts and `run_benchmark.py`: what they say where Python is not as it should be."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUN = "benchmark/run_benchmark.sh"

OLD = """#!/bin/sh
case "$1" in --version) echo "Python 3.9.2" ;; *) exit 1 ;; esac
"""
BARE = f"""#!/bin/sh
case "$*" in *ensurepip*|*find_spec*) exit 1 ;; *) exec {sys.executable} "$@" ;; esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout without an environment: scripts and the folders they look for."""
    folder = tmp_path / "a checkout"
    for name in ("scripts", "benchmark"):
        (folder / name).mkdir(parents=True)
        for file in (ROOT / name).iterdir():
            if file.is_file() and (name == "scripts" or file.suffix in {".sh", ".py"}):
                shutil.copy(file, folder / name)
    return folder


def run(
    checkout: Path, *command: str, pythons: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a script where only these Pythons exist: name → text of the program."""
    tools = checkout.parent / "bin"
    tools.mkdir(exist_ok=True)
    for tool in ("bash", "sh", "dirname", "env", "cat"):
        path = shutil.which(tool)
        assert path is not None
        (tools / tool).unlink(missing_ok=True)
        (tools / tool).symlink_to(path)
    for name, text in (pythons or {}).items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    return subprocess.run(
        command, cwd=checkout, env={"PATH": str(tools)}, capture_output=True, text=True, check=False
    )


def lines(ran: subprocess.CompletedProcess[str]) -> list[str]:
    """What was said on stderr; stdout must be empty."""
    assert ran.stdout == ""
    return ran.stderr.splitlines()


@pytest.mark.parametrize(
    ("pythons", "message"),
    [
        ({}, "error: no Python was found"),
        ({"python3": OLD}, "error: Python 3.9.2 is too old"),
        ({"python3": OLD, "python": OLD}, "error: Python 3.9.2 is too old"),
        ({"python3": BARE}, "error: python3 cannot make environments: its venv module is missing"),
        ({"python3": OLD, "python3.12": BARE}, "error: python3.12 cannot make environments"),
    ],
)
def test_without_a_good_python_nothing_is_installed(
    checkout: Path, pythons: dict[str, str], message: str
) -> None:
    """Two lines say what is wrong and what to do; nothing is left behind."""
    for command in ([f"./{RUN}", "install"], ["./scripts/setup"]):
        ran = run(checkout, *command, pythons=pythons)
        said = lines(ran)
        assert ran.returncode == 2
        assert said[0].startswith(message)
        assert said[1].startswith("hint: ")
        assert len(said) == 2
        assert not (checkout / ".venv").exists()


def test_a_python_may_be_named(checkout: Path) -> None:
    """PYTHON wins over what stands in PATH; here it is too old as well."""
    (checkout / "mine").write_text(OLD.replace("3.9.2", "3.8.0"))
    (checkout / "mine").chmod(0o755)
    ran = run(checkout, "env", f"PYTHON={checkout}/mine", "./scripts/setup")
    assert "Python 3.8.0 is too old" in lines(ran)[0]


@pytest.mark.parametrize("command", ["light", "health", "check", "discover", "interactive"])
@pytest.mark.parametrize("pythons", [{}, {"python3": OLD}, {"python3": BARE}])
def test_without_an_installation_the_way_to_it_is_said(
    checkout: Path, command: str, pythons: dict[str, str]
) -> None:
    """The hint can be copied and run."""
    ran = run(checkout, f"./{RUN}", command, "--host", "http://localhost:1", pythons=pythons)
    assert ran.returncode == 5
    assert lines(ran) == [
        "error: stress-api is not installed: no Python 3.11+ with its packages was found",
        f"hint: {checkout}/{RUN} install",
    ]


def test_an_environment_that_does_not_start_is_not_called_missing(checkout: Path) -> None:
    """Its Python was removed, or cannot read its own folder: what it says is passed on."""
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho first >&2\necho 'cannot decode' >&2\nexit 1\n")
    python.chmod(0o755)
    ran = run(checkout, str(checkout / RUN), "check")
    assert ran.returncode == 5
    assert lines(ran)[0] == f"error: {python} does not start: cannot decode"
    assert "run_benchmark.sh install" in lines(ran)[1]


def test_usage_needs_no_python(checkout: Path) -> None:
    """Help lists every command; an option in its place, and an unknown one, are refused."""
    page = run(checkout, f"./{RUN}")
    assert page.returncode == 0
    for command in ("install", "health", "check", "light", "spike", "suite", "interactive"):
        assert command in page.stdout
    for command in ([f"./{RUN}", "--host", "x"], ["./scripts/setup", "--fast"]):
        ran = run(checkout, *command)
        assert ran.returncode == 2
        assert [line.partition(":")[0] for line in lines(ran)] == ["error", "hint"]


def test_an_installed_python_is_found_and_gets_every_option(tmp_path: Path) -> None:
    """The active environment comes first; what is wrong is said by the program itself."""
    ran = subprocess.run(
        [f"{ROOT}/{RUN}", "light", "--users", "0"], cwd=tmp_path, check=False,
        env={**os.environ, "VIRTUAL_ENV": sys.prefix}, capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 2
    assert ran.stderr.startswith("error: --users: '0'")


def test_a_folder_named_benchmark_is_not_taken_for_ours(tmp_path: Path) -> None:
    """Users stand in projects that have such a folder, even such a package."""
    (tmp_path / "benchmark").mkdir()
    (tmp_path / "benchmark" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    environment = {**os.environ, "VIRTUAL_ENV": sys.prefix}
    for command in (
        [f"{ROOT}/{RUN}", "check", "--users"],
        [f"{ROOT}/benchmark/demo.sh", "--users"],
        [sys.executable, f"{ROOT}/benchmark/run_benchmark.py", "--users"],
    ):
        ran = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 2
        assert "--users" in ran.stderr


def test_a_python_that_is_too_old_is_told_so() -> None:
    """`run_benchmark.py` says it before it imports or parses anything that is new."""
    source = (ROOT / "benchmark" / "run_benchmark.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 6))
    code = (
        "import runpy, sys; sys.version_info = (3, 10, 4, 'final', 0)\n"
        "runpy.run_path('benchmark/run_benchmark.py', run_name='__main__')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 2
    assert lines(ran)[0] == "error: Python 3.10 is too old: stress-api needs 3.11 or newer"
    assert lines(ran)[1].startswith("hint: install Python 3.11 or newer")
