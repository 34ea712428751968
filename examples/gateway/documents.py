"""The document service: sessions, uploads, documents and their chunks."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Form, HTTPException, Query, Request, UploadFile

from examples.gateway.library import CHUNK_CHARACTERS, Library, StoredDocument, chunks
from examples.gateway.schemas import (
    ChunkPage,
    Document,
    DocumentPage,
    Health,
    ServiceInfo,
    Session,
    SessionCreate,
    refusal,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi.params import Depends as Dependency

NAME = "Document service"
VERSION = "1.4.0"
MAX_UPLOAD_BYTES = 1024 * 1024

router = APIRouter()


async def _library(request: Request) -> Library:
    library: Library = request.app.state.library
    return library


LibraryDep = Annotated[Library, Depends(_library)]


async def _session(session_id: UUID, library: LibraryDep) -> Session:
    session = library.session(session_id)
    if session is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"There is no session {session_id}.")
    return session


async def _document(document_id: UUID, library: LibraryDep) -> StoredDocument:
    stored = library.document(document_id)
    if stored is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"There is no document {document_id}.")
    return stored


SessionDep = Annotated[Session, Depends(_session)]
DocumentDep = Annotated[StoredDocument, Depends(_document)]
Limit = Annotated[int, Query(ge=1, le=100, description="How many entries a page holds.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="How many entries are skipped.")]
NO_SESSION = refusal(HTTPStatus.NOT_FOUND, "No such session")
NO_DOCUMENT = refusal(HTTPStatus.NOT_FOUND, "No such document")
TOO_LARGE = refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "File too large")


def create_documents_app(dependencies: Sequence[Dependency] = ()) -> FastAPI:
    """The document service with an empty library of its own."""
    app = FastAPI(
        title=NAME,
        version=VERSION,
        description="Stores text documents by session and cuts them into chunks.",
        dependencies=dependencies,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.library = Library()
    app.include_router(router)
    return app


# Fixed paths come first: `/{document_id}` would take them for ids.


@router.get("/health", tags=["service"])
async def documents_health() -> Health:
    """Say whether the service can do its work."""
    return Health(status="ok")


@router.get("/info", tags=["service"])
async def documents_info(library: LibraryDep) -> ServiceInfo:
    """Give the service's version, limits and current size."""
    return ServiceInfo(
        name=NAME,
        version=VERSION,
        max_upload_bytes=MAX_UPLOAD_BYTES,
        chunk_characters=CHUNK_CHARACTERS,
        sessions=library.session_count,
        documents=library.document_count,
    )


@router.post("/sessions", tags=["sessions"], status_code=HTTPStatus.CREATED)
async def create_session(wanted: SessionCreate, library: LibraryDep) -> Session:
    """Open a session for the documents of one owner."""
    return library.open_session(wanted)


@router.get("/session/{session_id}", tags=["sessions"], responses=NO_SESSION)
async def read_session(session: SessionDep) -> Session:
    """Give a session with the number of its documents."""
    return session


@router.post(
    "/session/{session_id}/upload",
    tags=["sessions"],
    status_code=HTTPStatus.CREATED,
    responses=NO_SESSION | TOO_LARGE,
)
async def upload_document(
    session_id: UUID,
    library: LibraryDep,
    file: UploadFile,
    description: Annotated[str, Form(max_length=200)] = "",
) -> Document:
    """Store a text file of at most 1 MiB in a session."""
    content = await file.read(MAX_UPLOAD_BYTES + 1)
    if len(content) > MAX_UPLOAD_BYTES:
        raise HTTPException(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"The file is larger than {MAX_UPLOAD_BYTES} bytes.",
        )
    # Looked up only now: reading may wait, and the session may be closed meanwhile.
    session = await _session(session_id, library)
    return library.add_document(
        session,
        filename=file.filename or "unnamed",
        content_type=file.content_type or "application/octet-stream",
        content=content,
        description=description,
    )


@router.delete(
    "/session/{session_id}",
    tags=["sessions"],
    status_code=HTTPStatus.NO_CONTENT,
    responses=NO_SESSION,
)
async def delete_session(session: SessionDep, library: LibraryDep) -> None:
    """Close a session; its documents go with it."""
    library.close_session(session)


@router.get("/", tags=["documents"])
async def list_documents(
    library: LibraryDep,
    limit: Limit = 20,
    offset: Offset = 0,
    session_id: Annotated[UUID | None, Query(description="Only documents of this session.")] = None,
) -> DocumentPage:
    """List documents, newest first."""
    items, total = library.newest(session_id, limit, offset)
    return DocumentPage(items=items, total=total, limit=limit, offset=offset)


@router.get("/{document_id}", tags=["documents"], responses=NO_DOCUMENT)
async def read_document(stored: DocumentDep) -> Document:
    """Give what is known about a document."""
    return stored.document


@router.get("/{document_id}/chunks", tags=["documents"], responses=NO_DOCUMENT)
async def read_chunks(stored: DocumentDep, limit: Limit = 20, offset: Offset = 0) -> ChunkPage:
    """Give the text of a document in pieces."""
    return ChunkPage(
        document_id=stored.document.id,
        items=chunks(stored.text, limit, offset),
        total=stored.document.chunk_count,
        limit=limit,
        offset=offset,
    )


@router.delete(
    "/{document_id}",
    tags=["documents"],
    status_code=HTTPStatus.NO_CONTENT,
    responses=NO_DOCUMENT,
)
async def delete_document(stored: DocumentDep, library: LibraryDep) -> None:
    """Remove a document from its session."""
    library.delete_document(stored.document)
