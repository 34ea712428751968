"""Sessions and their documents, kept in memory within fixed bounds."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from examples.gateway.schemas import Chunk, Document, Session
from examples.gateway.storage import BoundedStore

if TYPE_CHECKING:
    from examples.gateway.schemas import SessionCreate

CHUNK_CHARACTERS = 500
MAX_SESSIONS = 100_000
MAX_BYTES = 256 * 1024 * 1024
RECORD_BYTES = 4096  # what a document without text costs, roughly: models, keys, indexes


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document and its text."""

    document: Document
    text: str


def _cost(stored: StoredDocument) -> int:
    return RECORD_BYTES + sys.getsizeof(stored.text)


class Library:
    """Every session and document; a document lives no longer than its session."""

    def __init__(self, max_sessions: int = MAX_SESSIONS, max_bytes: int = MAX_BYTES) -> None:
        self._sessions: BoundedStore[UUID, Session] = BoundedStore(max_sessions)
        self._documents: BoundedStore[UUID, StoredDocument] = BoundedStore(max_bytes, _cost)
        self._of_session: dict[UUID, dict[UUID, Document]] = {}

    @property
    def session_count(self) -> int:
        """Sessions that are open now."""
        return len(self._sessions)

    @property
    def document_count(self) -> int:
        """Documents that are stored now."""
        return len(self._documents)

    def open_session(self, wanted: SessionCreate) -> Session:
        """A new, empty session."""
        session = Session(
            id=uuid4(),
            title=wanted.title,
            owner_email=wanted.owner_email,
            tags=wanted.tags,
            document_count=0,
            created_at=datetime.now(UTC),
        )
        self._of_session[session.id] = {}
        for evicted in self._sessions.add(session.id, session):
            self._drop_documents(evicted.id)
        return session

    def session(self, session_id: UUID) -> Session | None:
        """The session, or None."""
        return self._sessions.get(session_id)

    def close_session(self, session: Session) -> None:
        """Remove a session and its documents."""
        self._sessions.pop(session.id)
        self._drop_documents(session.id)

    def add_document(
        self, session: Session, filename: str, content_type: str, content: bytes, description: str
    ) -> Document:
        """Store a file's text; what is not UTF-8 is replaced. An empty description is none."""
        text = content.decode(errors="replace")
        document = Document(
            id=uuid4(),
            session_id=session.id,
            filename=filename,
            content_type=content_type,
            description=description or None,
            size_bytes=len(content),
            chunk_count=-(-len(text) // CHUNK_CHARACTERS),
            created_at=datetime.now(UTC),
        )
        self._of_session[session.id][document.id] = document
        session.document_count += 1
        for evicted in self._documents.add(document.id, StoredDocument(document, text)):
            self._leave_session(evicted.document)
        return document

    def document(self, document_id: UUID) -> StoredDocument | None:
        """The document with its text, or None."""
        return self._documents.get(document_id)

    def delete_document(self, document: Document) -> None:
        """Remove one document; its session stays."""
        self._documents.pop(document.id)
        self._leave_session(document)

    def newest(
        self, session_id: UUID | None, limit: int, offset: int
    ) -> tuple[list[Document], int]:
        """One page of documents, newest first, of one session or of all, and how many there are."""
        if session_id is None:
            page = [stored.document for stored in self._documents.newest(limit, offset)]
            return page, len(self._documents)
        documents = list(self._of_session.get(session_id, {}).values())[::-1]
        return documents[offset : offset + limit], len(documents)

    def _leave_session(self, document: Document) -> None:
        del self._of_session[document.session_id][document.id]
        session = self._sessions.get(document.session_id)
        if session is not None:
            session.document_count -= 1

    def _drop_documents(self, session_id: UUID) -> None:
        for document_id in self._of_session.pop(session_id):
            self._documents.pop(document_id)


def chunks(text: str, limit: int, offset: int) -> list[Chunk]:
    """At most `limit` chunks of a text, from the chunk number `offset` on."""
    starts = range(0, len(text), CHUNK_CHARACTERS)[offset : offset + limit]
    return [
        Chunk(index=start // CHUNK_CHARACTERS, text=text[start : start + CHUNK_CHARACTERS])
        for start in starts
    ]
