"""backend.database.key_file and queries.secrets: secrets of runs, encrypted until they end."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from backend.database import Database, RunCipher, SecretUnreadable, open_cipher
from backend.database.queries import queue, results, secrets
from backend.database.tables import RunSecret
from benchmark.errors import UsageError
from tests.backend.database.rows import enqueue


def test_a_key_is_made_for_the_owner_alone(tmp_path: Path) -> None:
    """A missing key file is made, with rights for its owner only, whatever the umask; it stays."""
    file = tmp_path / "deep" / "run.key"
    before = os.umask(0)
    try:
        ciphertext = open_cipher(file).encrypt("a", {"token": "t"})
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]
    assert open_cipher(file).decrypt("a", ciphertext) == {"token": "t"}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_key_that_others_read_is_refused(tmp_path: Path, mode: int) -> None:
    """The message names the file and the command that mends it."""
    file = tmp_path / "run.key"
    open_cipher(file)
    file.chmod(mode)
    with pytest.raises(UsageError, match="can be read by others") as caught:
        open_cipher(file)
    assert f"chmod 600 {file}" in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 44, os.urandom(5000), b"\xff" * 44])
def test_a_file_without_a_key_is_refused(tmp_path: Path, content: bytes) -> None:
    """What is no key is neither used nor replaced."""
    file = tmp_path / "run.key"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(UsageError, match="holds no key"):
        open_cipher(file)
    assert file.read_bytes() == content


def test_only_a_plain_file_is_a_key_file(tmp_path: Path) -> None:
    """Links, pipes and folders are refused: a link may lead to a file of others."""
    (tmp_path / "real").write_bytes(Fernet.generate_key())
    (tmp_path / "real").chmod(0o600)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "folder").mkdir()
    for name in ("link", "pipe", "folder", "real/inner"):
        with pytest.raises(UsageError, match="key file"):
            open_cipher(tmp_path / name)


def _other_cipher() -> RunCipher:
    return RunCipher(Fernet.generate_key())


def test_a_secret_is_read_with_its_key_and_id_only() -> None:
    """What was encrypted for one test says nothing for another, nor with another key."""
    cipher = _other_cipher()
    ciphertext = cipher.encrypt("one", {"token": "t0p-s3cret"})
    assert b"s3cret" not in ciphertext
    assert cipher.decrypt("one", ciphertext) == {"token": "t0p-s3cret"}
    with pytest.raises(SecretUnreadable):
        cipher.decrypt("other", ciphertext)
    with pytest.raises(SecretUnreadable):
        _other_cipher().decrypt("one", ciphertext)
    with pytest.raises(SecretUnreadable):
        cipher.decrypt("one", ciphertext[:-2])


@pytest.mark.parametrize("ending", ["store", "stop", "erase"])
def test_secrets_are_erased_when_a_test_ends(database: Database, ending: str) -> None:
    """Whatever ends a test, nothing of its secrets is left."""
    cipher = _other_cipher()
    with database.writing() as session:
        row = enqueue(session)
        secrets.put(session, cipher, row.id, {"token": "t"})
    with database.reading() as session:
        assert secrets.get(session, cipher, row.id) == {"token": "t"}
    with database.writing() as session:
        if ending == "store":
            queue.claim(session, "me", 1, 10)
            assert results.store(session, row.id, "failed", "because", None)
        elif ending == "stop":
            queue.request_stop(session, row.id)
        else:
            secrets.erase(session, row.id)
    with database.reading() as session:
        assert secrets.get(session, cipher, row.id) is None
        assert session.scalars(select(RunSecret)).all() == []


def test_secrets_of_a_running_test_stay_until_it_has_ended(database: Database) -> None:
    """To ask a running test to stop erases nothing yet."""
    cipher = _other_cipher()
    with database.writing() as session:
        row = enqueue(session)
        secrets.put(session, cipher, row.id, {"token": "t"})
        queue.claim(session, "me", 1, 10)
        queue.request_stop(session, row.id)
        assert secrets.get(session, cipher, row.id) == {"token": "t"}
