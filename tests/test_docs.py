"""The documentation says what the program does: options, settings and files are compared."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from benchmark.config import BENCHMARK_CONFIGS, DYNAMIC_CONFIG
from benchmark.generators.locust_generator.source_guard import MARKERS, VERBS

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
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")):
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_every_word_of_generated_files_is_explained() -> None:
    """Whoever edits one finds each verb of a task and each marker of a body."""
    text = (ROOT / "docs" / "generated-file.md").read_text(encoding="utf-8")
    assert not [verb for verb in VERBS if f"self.{verb}(" not in text]
    assert not [marker for marker in MARKERS if f"{marker}" not in text]


def test_the_example_for_continuous_integration_can_be_read() -> None:
    """It is YAML, its commands have only options that exist, and so has the container."""
    text = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    example = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert example
    steps = yaml.safe_load(example[1])["jobs"]["load"]["steps"]
    commands = " ".join(step.get("run", "") for step in steps) + text.partition("```dockerfile")[0]
    for command in re.findall(r"stress-api run ([^\n`]*(?:\\\n[^\n`]*)*)", commands):
        for option in re.findall(r"--[a-z-]+", command):
            assert option in README, option
