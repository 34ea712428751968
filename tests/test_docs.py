"""The documentation says what the program does: options, settings and files are compared."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.config import BENCHMARK_CONFIGS, DYNAMIC_CONFIG

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = (
    "run",
    "discover",
    "generate",
    "health",
    "check",
    "demo",
    "capacity",
    "compare",
    "serve",
    "token",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_in_the_readme(command: str) -> None:
    """Whatever `--help` offers is explained in the README."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmark.cli", command, "--help"],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=600,
    )  # fmt: skip
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", done.stdout)) - {"--help"}
    assert options
    assert not {option for option in options if option not in README}


def test_the_presets_in_the_readme_are_those_of_the_configuration() -> None:
    """The table of test types gives each preset's users and seconds."""
    for name, preset in BENCHMARK_CONFIGS.items():
        row = re.search(rf"^\| `{name}` \| (\d+) \| [^|]+\| (\d+) s \|", README, re.MULTILINE)
        assert row, name
        assert (int(row[1]), f"{row[2]}s") == (preset["users"], preset["run_time"])


def test_the_settings_of_discovery_are_in_the_readme() -> None:
    """Every key of DYNAMIC_CONFIG is shown."""
    assert not [key for key in DYNAMIC_CONFIG if key not in README]


def test_links_to_files_lead_somewhere() -> None:
    """Relative links and pictures in the documents exist in the repository."""
    for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", text):
            assert (ROOT / target).exists(), f"{name}: {target}"
