"""A run's folder shows what is in it, and leads nowhere else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from backend.supervisor.folder import (
    FolderHeldError,
    Outcome,
    RunFolder,
    folder_of,
    names_of,
    outcome_from_json,
    read_json,
    write_json,
)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../other", "/etc", "a" * 36, "{id}/../x", "%2e%2e", "\0", "x\ny"]
)
def test_only_ids_have_folders(name: str, tmp_path: Path) -> None:
    """An id is what `uuid4` writes; nothing else becomes part of a path."""
    assert folder_of(tmp_path, name) is None
    assert folder_of(tmp_path, str(uuid4()).upper()) is None
    run_id = str(uuid4())
    folder = folder_of(tmp_path, run_id)
    assert folder is not None
    assert folder.path == tmp_path / run_id


@pytest.mark.parametrize("name", ["", ".", "..", "../key", "a/b", "/etc/passwd", ".hidden"])
def test_a_file_has_a_bare_name(name: str, tmp_path: Path) -> None:
    """No name leads out of the folder."""
    (tmp_path / "key").write_text("secret", encoding="utf-8")
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    (folder.path / ".hidden").write_text("x", encoding="utf-8")
    assert folder.file(name) is None


def test_links_are_no_files_of_a_run(tmp_path: Path) -> None:
    """They could lead anywhere."""
    (tmp_path / "link.html").symlink_to("/etc/hostname")
    (tmp_path / "page.html").write_text("x", encoding="utf-8")
    assert RunFolder(tmp_path).file("link.html") is None
    assert RunFolder(tmp_path).file("page.html") == tmp_path / "page.html"


def test_one_supervisor_holds_a_folder(tmp_path: Path) -> None:
    """A second one is refused, also in the same process; others see that it is held."""
    folder = RunFolder(tmp_path)
    assert not folder.is_held()
    with folder.held():
        assert folder.is_held()
        with pytest.raises(FolderHeldError), folder.held():
            pass
    assert not folder.is_held()


def test_a_child_does_not_hold_the_folder_of_its_parent(tmp_path: Path) -> None:
    """A Locust that is left over must not look like a supervisor."""
    folder = RunFolder(tmp_path)
    with folder.held():
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with child:
        assert not folder.is_held()
        child.communicate(b"\n")


@pytest.mark.parametrize(
    "value",
    [
        None, [], 7, "completed", {}, {"status": "completed"},
        {"status": "running", "reason": "", "files": {}},
        {"status": ["completed"], "reason": "", "files": {}},
        {"status": "completed", "reason": 7, "files": {}},
        {"status": "completed", "reason": "", "files": ["a"]},
    ],
)  # fmt: skip
def test_what_is_no_outcome_is_none(value: Any) -> None:
    """A file that was damaged says nothing."""
    assert outcome_from_json(value) is None


def test_an_outcome_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Status, reason and files."""
    outcome = Outcome("stopped", "stopped on request", {"result": "a.json"})
    write_json(tmp_path / "outcome.json", outcome.to_json())
    assert outcome_from_json(read_json(tmp_path / "outcome.json")) == outcome


def test_damaged_documents_are_none(tmp_path: Path) -> None:
    """Half a document, a list, a deep one, or none at all."""
    for text in ('{"a": ', "[1]", "[" * 100_000, ""):
        (tmp_path / "x.json").write_text(text, encoding="utf-8")
        assert read_json(tmp_path / "x.json") is None
    assert read_json(tmp_path / "missing.json") is None


def test_names_of_files_have_no_folders() -> None:
    """So that nobody learns where the service keeps them."""
    assert names_of({"report": "/srv/runs/x/a.html", "log": "a.log"}) == {
        "report": "a.html",
        "log": "a.log",
    }
    assert names_of("nonsense") == {}


def test_the_size_of_a_folder_is_that_of_all_files(tmp_path: Path) -> None:
    """Those in folders count, links do not lead on."""
    (tmp_path / "tmp" / "deep").mkdir(parents=True)
    (tmp_path / "a").write_bytes(b"x" * 100)
    (tmp_path / "tmp" / "deep" / "b").write_bytes(b"x" * 11)
    (tmp_path / "loop").symlink_to(tmp_path)
    assert 111 <= RunFolder(tmp_path).size() < 111 + 4096
