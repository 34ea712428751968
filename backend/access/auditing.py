"""Notes who did what against whom."""

from __future__ import annotations

from sqlalchemy.orm import Session

from backend.access.callers import Caller
from backend.database.queries import audit as queries


def audit(
    session: Session,
    caller: Caller,
    peer: str,
    action: str,
    target_url: str = "",
    result_id: str | None = None,
) -> None:
    """Add a line to the audit log, in the transaction of what it tells."""
    queries.add(
        session,
        actor=caller.name,
        peer=peer,
        action=action,
        target_url=target_url,
        result_id=result_id,
    )
