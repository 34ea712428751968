"""What a run was asked for with its secrets: encrypted, and erased when the run ends."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.database.key_file import RunCipher
from backend.database.tables import RunSecret


def put(session: Session, cipher: RunCipher, result_id: str, value: dict[str, Any]) -> None:
    """Keep what a run was asked for. Once for each result."""
    session.add(RunSecret(result_id=result_id, ciphertext=cipher.encrypt(result_id, value)))
    session.flush()


def get(session: Session, cipher: RunCipher, result_id: str) -> dict[str, Any] | None:
    """What the run was asked for; None after it was erased. SecretUnreadable with another key."""
    stored = session.scalar(select(RunSecret.ciphertext).where(RunSecret.result_id == result_id))
    return None if stored is None else cipher.decrypt(result_id, stored)


def erase(session: Session, result_id: str) -> None:
    """Forget it. `results.store` and `queue.request_stop` do so at a run's end."""
    session.execute(delete(RunSecret).where(RunSecret.result_id == result_id))
