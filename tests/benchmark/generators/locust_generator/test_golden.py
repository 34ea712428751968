"""The golden file: what the generator writes for a small realistic document, byte for byte.

After a change that is wanted: `python -m tests.renew_golden`, then review the difference.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.renew_golden import DATA, GOLDEN, golden_source


def test_the_generator_writes_the_golden_file() -> None:
    """Nothing of the file changes unseen."""
    assert golden_source() == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "command",
    [["check", "--isolated", "--select", "E,F,I,W"], ["format", "--isolated", "--check"]],
    ids=["lint", "format"],
)
def test_the_golden_file_is_as_a_person_would_have_left_it(command: list[str]) -> None:
    """Formatted, without unused or undefined names, without lines that are too long."""
    known = ["--config", 'lint.isort.known-first-party = ["benchmark"]']
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command, *known, "--line-length", "100", str(GOLDEN)],
        cwd=DATA, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
