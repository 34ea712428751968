"""The key file, and what is encrypted with it: the secrets of runs that have not ended."""

from __future__ import annotations

import base64
import hmac
import json
import os
import stat
from pathlib import Path
from secrets import token_hex
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from backend.database.errors import SecretUnreadable
from backend.database.json_text import to_json
from benchmark.errors import UsageError

_LARGEST = 1000


class RunCipher:
    """Encrypts what a run was asked for. Made by `open_cipher`."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    def encrypt(self, result_id: str, value: dict[str, Any]) -> bytes:
        """What can be read again for this result only."""
        return self._fernet.encrypt(to_json([result_id, value]).encode())

    def decrypt(self, result_id: str, ciphertext: bytes) -> dict[str, Any]:
        """What was encrypted for this result. SecretUnreadable where it was not, or by another key."""
        try:
            whose, value = json.loads(self._fernet.decrypt(ciphertext))
        except InvalidToken:
            raise SecretUnreadable(
                "what the test was asked for was encrypted with another key",
                "start the test again; STRESS_API_KEY_FILE has to stay the same",
            ) from None
        if whose != result_id or not isinstance(value, dict):
            raise SecretUnreadable(
                "what the test was asked for belongs to another test", "start the test again"
            )
        return value


def open_cipher(key_file: Path) -> RunCipher:
    """A cipher with the key of that file, which is made where it is missing.

    Processes that start at once agree on one key. UsageError where others than the owner can read
    the file, where it holds no key, or where it cannot be made.
    """
    return RunCipher(_key(key_file))


def derived_key(key_file: Path, purpose: str) -> bytes:
    """A key of 32 bytes for another purpose, which tells nothing of the one in the file.

    Raises UsageError as `open_cipher` does.
    """
    key = base64.urlsafe_b64decode(_key(key_file))
    return hmac.digest(key, f"stress-api: {purpose}".encode(), "sha256")


def _key(key_file: Path) -> bytes:
    """The key of the file, made if need be, in the form that Fernet takes."""
    try:
        key = _read(key_file)
        if key is None:
            _make(key_file)
            key = _read(key_file)
    except OSError as error:
        raise UsageError(
            f"the key file {key_file} cannot be used: {error.strerror}",
            "let STRESS_API_KEY_FILE name a file that the service may make or read",
        ) from None
    try:
        Fernet(key or b"")
    except ValueError:
        raise UsageError(
            f"the key file {key_file} holds no key",
            "restore it, or remove it: a new one is made (tests that wait have to be started anew)",
        ) from None
    return key or b""


def _read(path: Path) -> bytes | None:
    """The key, or None where there is no file. A link is not followed: it may lead to any file."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with os.fdopen(number, "rb") as file:
        about = os.fstat(number)
        if not stat.S_ISREG(about.st_mode):
            raise UsageError(f"the key file {path} is no file", "remove it: a new one is made")
        if stat.S_IMODE(about.st_mode) & 0o077:
            raise UsageError(f"the key file {path} can be read by others", f"chmod 600 {path}")
        if about.st_uid not in {os.geteuid(), 0}:
            raise UsageError(
                f"the key file {path} belongs to somebody else", "let the service own it"
            )
        return file.read(_LARGEST).strip()


def _make(path: Path) -> None:
    """Make the file whole: nobody sees it empty, and who comes second leaves it as it is."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{token_hex(8)}")
    number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
            file.flush()
            os.fsync(number)
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
