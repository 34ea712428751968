"""backend.database.connecting: addresses of databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.database.connecting import checked_url, file_url, sqlite_file
from benchmark.errors import UsageError


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_postgresql_has_one_driver(scheme: str) -> None:
    """Both spellings of PostgreSQL's scheme are taken, and our driver is used for them."""
    url = checked_url(f"{scheme}://user:p%40ss@db.example.com:5433/tests?sslmode=require")
    assert url.drivername == "postgresql+psycopg"
    assert (url.password, url.port, url.query["sslmode"]) == ("p@ss", 5433, "require")
    assert sqlite_file(url) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "stress_api.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:x?mode=memory&uri=true",
        "mysql://root:s3cret@localhost/x",
        "nothing://root:s3cret@localhost/x",
        "postgresql://user:s3cret@host:port/x",
    ],
)
def test_other_addresses_are_refused(text: str) -> None:
    """What is no address of a supported database is a UsageError that repeats no password."""
    with pytest.raises(UsageError, match="DATABASE_URL") as caught:
        checked_url(text)
    assert "s3cret" not in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("name", ["plain.db", "with space?and#more%41.db", "ünï:@.db"])
def test_any_file_has_an_address(tmp_path: Path, name: str) -> None:
    """The address of a file leads to that file, whatever its name."""
    assert sqlite_file(checked_url(file_url(tmp_path / name))) == tmp_path / name


def test_a_relative_file_is_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three slashes are a path from the working folder on."""
    monkeypatch.chdir(tmp_path)
    assert sqlite_file(checked_url("sqlite:///a/b.db")) == tmp_path / "a" / "b.db"
