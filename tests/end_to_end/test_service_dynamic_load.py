"""The suite's own dynamic test finds its way through the service's API."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from served import processes_below

pytestmark = pytest.mark.end_to_end

LEAST_SHARE = 0.95
_PROGRAM = Path(__file__).with_name("alone_with_the_gateway.py")
_ALONE = ["unshare", "--map-root-user", "--net"]


def _can_be_alone() -> bool:
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return False
    done = subprocess.run([*_ALONE, "ip", "link"], check=False, capture_output=True)
    return done.returncode == 0


def _only(folder: Path, pattern: str) -> dict[str, object]:
    (path,) = folder.glob(pattern)
    document: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return document


def _missing(folder: Path) -> tuple[dict[str, str], int]:
    """What one whole run did not reach, with the reasons; and how many operations there are."""
    folder.mkdir()
    done = subprocess.run(
        [*_ALONE, sys.executable, str(_PROGRAM), str(folder)],
        cwd=_PROGRAM.parents[2],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    assert processes_below(folder) == ()
    results = folder / "results"
    users = _only(results, "load_plan_*.json")["users"]
    assert isinstance(users, list)
    planned = {task["operation"]: task["readiness"] for user in users for task in user["tasks"]}
    operations = _only(results, "benchmark_dynamic_*[0-9].json")["operations"]
    assert isinstance(operations, list)
    good = {
        f"{each['method']} {each['name']}"
        for each in operations
        if each["requests"] > each["failures"]
    }
    reached = {key for key, readiness in planned.items() if readiness["enabled"] and key in good}
    return {key: planned[key]["reason"] for key in planned.keys() - reached}, len(planned)


def test_nearly_all_operations_are_called_with_success(tmp_path: Path) -> None:
    """Of what the document lists, the load calls 95 % and gets answers that are good."""
    if not _can_be_alone():
        pytest.skip("no network of its own can be made here (unshare --net)")
    missing, number = _missing(tmp_path / "run")
    assert number >= 26
    assert len(missing) <= (1 - LEAST_SHARE) * number, missing
