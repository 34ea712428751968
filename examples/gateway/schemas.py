"""What the document service takes and answers, and what every service answers on refusal."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from http import HTTPStatus

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def _require_email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise ValueError("not an e-mail address")
    return value


Email = Annotated[
    str,
    Field(max_length=254, json_schema_extra={"format": "email"}),
    AfterValidator(_require_email),
]
Tag = Annotated[str, Field(min_length=1, max_length=30)]


class Problem(BaseModel):
    """Why a request was refused."""

    detail: str


def refusal(status: HTTPStatus, description: str) -> dict[int | str, dict[str, Any]]:
    """Document one way in which an operation refuses a request."""
    return {int(status): {"model": Problem, "description": description}}


class Health(BaseModel):
    """Whether the service can do its work."""

    status: str = Field(examples=["ok"])


class ServiceInfo(BaseModel):
    """The service's version and limits."""

    name: str
    version: str
    max_upload_bytes: int
    chunk_characters: int
    sessions: int = Field(description="Sessions that are open now.")
    documents: int = Field(description="Documents that are stored now.")


class SessionCreate(BaseModel):
    """A session to open."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    title: str = Field(min_length=1, max_length=120, examples=["Quarterly reports"])
    owner_email: Email = Field(examples=["ada@example.org"])
    tags: list[Tag] = Field(default_factory=list, max_length=10, examples=[["finance", "2025"]])


class Session(BaseModel):
    """A group of documents with one owner."""

    id: UUID
    title: str
    owner_email: str
    tags: list[str]
    document_count: int
    created_at: datetime


class Document(BaseModel):
    """An uploaded file, without its text."""

    id: UUID
    session_id: UUID
    filename: str
    content_type: str
    description: str | None
    size_bytes: int
    chunk_count: int
    created_at: datetime


class DocumentPage(BaseModel):
    """Documents, newest first."""

    items: list[Document]
    total: int
    limit: int
    offset: int


class Chunk(BaseModel):
    """A piece of a document's text."""

    index: int
    text: str


class ChunkPage(BaseModel):
    """Pieces of one document, in the order of the text."""

    document_id: UUID
    items: list[Chunk]
    total: int
    limit: int
    offset: int
