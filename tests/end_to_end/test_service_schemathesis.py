"""Schemathesis against the service's own document: no server error, every answer as documented."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.settings import Limits
from tests.services import RunningService, hold_slot, running_service, service_settings

pytestmark = pytest.mark.end_to_end

_SECONDS = 20
_SECONDS_OF_CHILDREN = 12
_CHILDREN = ("validate_target", "list_endpoints", "generate_sample_data")
_JUDGED = (
    *("start_test", "start_stress_test", "create_configuration", "change_configuration"),
    *_CHILDREN,
)
_ENDLESS = "watch_stress_test"  # a test that waits has a stream that does not end
_CONFIG = """
[[operations]]
include-operation-id = ["{judged}"]
# What contradicts itself, or is not there, in a way that no schema says is refused, rightly.
checks.positive_data_acceptance.enabled = false
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service whose only place is taken, so that whatever is started waits."""
    settings = service_settings(
        tmp_path_factory.mktemp("schemathesis"),
        queue_size=100_000,
        limits=Limits(max_runs_per_user=100_000),
    )
    hold_slot(settings)
    with running_service(settings) as running:
        yield running


def run(service: RunningService, folder: Path, seconds: int, *options: str) -> None:
    """Run schemathesis for so long at most; it must find nothing."""
    (folder / "schemathesis.toml").write_text(_CONFIG.format(judged='", "'.join(_JUDGED)))
    command = [
        *(sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"),
        *("run", f"{service.url}/openapi.json", "--url", service.url),
        *("--seed", "1", "--no-shrink", "--request-timeout", "30", "--max-time", str(seconds)),
        *("--suppress-health-check", "all", "--exclude-operation-id", _ENDLESS),
        *options,
    ]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=10 * seconds
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    cases = re.search(r"(\d+) generated", done.stdout)
    assert cases, done.stdout[-2000:]
    assert int(cases[1]) > 0  # how many depends on the machine


def test_every_answer_is_as_documented(service: RunningService, tmp_path: Path) -> None:
    """Valid and invalid requests of every route that answers at once."""
    excluded = [part for name in _CHILDREN for part in ("--exclude-operation-id", name)]
    run(service, tmp_path, _SECONDS, "--max-examples", "4", *excluded)


def test_targets_are_looked_at_as_documented(service: RunningService, tmp_path: Path) -> None:
    """The routes that look at targets and documents, in child processes."""
    included = [part for name in _CHILDREN for part in ("--include-operation-id", name)]
    options = ("--max-examples", "3", "--phases", "examples,fuzzing", *included)
    run(service, tmp_path, _SECONDS_OF_CHILDREN, *options)
