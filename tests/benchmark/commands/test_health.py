"""Health and check: one line for each thing that was looked at."""

from __future__ import annotations

import io
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmark.commands.health import (
    Check,
    check_all,
    check_installation,
    check_target,
    print_checks,
)
from benchmark.settings import BenchmarkConfig

if TYPE_CHECKING:
    from conftest import Serve


@pytest.fixture
def one_package_missing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The metadata of Locust is not to be found."""
    real = metadata.version

    def version(name: str) -> str:
        if name == "locust":
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
    return iter(())


def test_a_sound_installation_passes(tmp_path: Path) -> None:
    """Python, packages, results folder and web port are named, and all is well."""
    checks = check_installation(BenchmarkConfig(results_dir=tmp_path))
    assert [check.name for check in checks] == ["python", "packages", "results folder", "port 8089"]
    assert all(check.ok for check in checks)


def test_a_folder_that_cannot_be_written_is_found(tmp_path: Path) -> None:
    """With the exit code of a wrong option."""
    (tmp_path / "file").touch()
    checks = check_installation(BenchmarkConfig(results_dir=tmp_path / "file"))
    assert [(check.name, check.exit_code) for check in checks if not check.ok] == [
        ("results folder", 2)
    ]


@pytest.mark.usefixtures("one_package_missing")
def test_a_missing_package_is_named_and_the_host_left_alone(
    tmp_path: Path, closed_url: str
) -> None:
    """Without its packages the suite cannot ask the host."""
    checks = check_all(BenchmarkConfig(results_dir=tmp_path, host=closed_url))
    failed = [check for check in checks if not check.ok]
    assert [(check.name, check.detail) for check in failed] == [("packages", "missing: locust")]
    assert failed[0].exit_code == 5
    assert "requirements.txt" in failed[0].hint


def test_a_host_is_asked_even_where_the_document_is_a_file(
    tmp_path: Path, closed_url: str, serve: Serve
) -> None:
    """A document beside us says nothing of whether the host is up."""
    (tmp_path / "api.yaml").write_text(
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: {/x: {get: {responses: {}}}}\n"
    )
    spec = (str(tmp_path / "api.yaml"),)
    down = check_target(BenchmarkConfig(host=closed_url, spec=spec))
    assert [(check.name, check.ok, check.exit_code) for check in down] == [("target", False, 3)]
    up = check_target(BenchmarkConfig(host=serve({}), spec=spec))
    assert [check.ok for check in up] == [True, True]
    assert "answers with status 404" in up[0].detail


def test_a_failed_check_is_followed_by_its_next_step() -> None:
    """Names and details are aligned; nothing from outside moves the cursor."""
    out = io.StringIO()
    print_checks((Check("a", True, "fine\x1b[2J"), Check("longer", False, "bad", "mend it")), out)
    assert out.getvalue() == "ok    a       fine\nFAIL  longer  bad\n              hint: mend it\n"
