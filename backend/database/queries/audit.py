"""The audit log: who did what against whom. Entries are added and read, never changed."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.database.queries.paging import Page, bounded
from backend.database.tables import AuditEntry

_LONGEST_DETAIL = 2000


def add(
    session: Session,
    *,
    actor: str,
    action: str,
    peer: str = "",
    target_url: str = "",
    result_id: str | None = None,
    detail: str = "",
) -> AuditEntry:
    """Note that somebody did something. What is too long is cut: an entry is never refused.

    `actor` is an e-mail address or "local", `peer` the address that the request came from.
    """
    entry = AuditEntry(
        actor=actor[:254],
        action=action[:50],
        peer=peer[:100],
        target_url=target_url[:2048],
        result_id=result_id,
        detail=detail[:_LONGEST_DETAIL],
    )
    session.add(entry)
    session.flush()
    return entry


def find(
    session: Session, actor: str | None = None, limit: int = 100, offset: int = 0
) -> Page[AuditEntry]:
    """Entries, of one actor or of all, the newest first."""
    total = select(func.count()).select_from(AuditEntry)
    rows = select(AuditEntry)
    if actor is not None:
        total = total.where(AuditEntry.actor == actor)
        rows = rows.where(AuditEntry.actor == actor)
    rows = rows.order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    rows = rows.limit(bounded(limit)).offset(bounded(offset))
    return Page(session.scalar(total) or 0, tuple(session.scalars(rows)))
