"""The account service: sign in for a token, then keep notes."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from pydantic import BaseModel, Field

from examples.gateway.schemas import refusal
from examples.gateway.storage import BoundedStore

if TYPE_CHECKING:
    from fastapi.params import Depends as Dependency

NAME = "Account service"
VERSION = "1.1.0"
TOKEN_LIFETIME = timedelta(hours=1)
MAX_TOKENS = 50_000
MAX_NOTES = 50_000

router = APIRouter()
# Relative, so that it holds wherever the application is mounted.
bearer = OAuth2PasswordBearer(tokenUrl="token")


@dataclass(frozen=True, slots=True)
class Credentials:
    """The one user who may sign in."""

    username: str = "demo"
    password: str = field(default="demo-password", repr=False)


class IssuedToken(BaseModel):
    """The answer to a sign-in, as OAuth 2 (RFC 6749, section 5.1) wants it."""

    access_token: str
    token_type: str = Field(default="bearer")
    expires_in: int = Field(description="Seconds until the token stops working.")


class TokenEntry(BaseModel):
    """A token that was issued, without its secret."""

    id: UUID
    username: str
    issued_at: datetime
    expires_at: datetime


class Account(BaseModel):
    """Who is signed in."""

    username: str
    note_count: int


class NoteCreate(BaseModel):
    """A note to keep."""

    title: str = Field(min_length=1, max_length=80)
    text: str = Field(default="", max_length=2000)


class Note(NoteCreate):
    """A note that is kept."""

    id: UUID
    created_at: datetime


class Accounts:
    """The user's tokens and notes."""

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials
        self.tokens: BoundedStore[str, TokenEntry] = BoundedStore(MAX_TOKENS)
        self.notes: BoundedStore[UUID, Note] = BoundedStore(MAX_NOTES)

    def accepts(self, username: str, password: str) -> bool:
        """Whether this is the user; how long the answer takes tells nothing about the password."""
        name_fits = hmac.compare_digest(username.encode(), self.credentials.username.encode())
        password_fits = hmac.compare_digest(password.encode(), self.credentials.password.encode())
        return name_fits and password_fits


async def _accounts(request: Request) -> Accounts:
    accounts: Accounts = request.app.state.accounts
    return accounts


AccountsDep = Annotated[Accounts, Depends(_accounts)]


async def _signed_in(token: Annotated[str, Depends(bearer)], accounts: AccountsDep) -> TokenEntry:
    entry = accounts.tokens.get(token)
    if entry is None or entry.expires_at <= datetime.now(UTC):
        raise _unauthorized("The token is unknown or has expired.")
    return entry


async def _note(note_id: UUID, accounts: AccountsDep) -> Note:
    note = accounts.notes.get(note_id)
    if note is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"There is no note {note_id}.")
    return note


def _unauthorized(detail: str) -> HTTPException:
    return HTTPException(HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": "Bearer"})


SignedIn = Annotated[TokenEntry, Depends(_signed_in)]
NoteDep = Annotated[Note, Depends(_note)]
Limit = Annotated[int, Query(ge=1, le=100, description="How many entries the answer holds.")]
DENIED = refusal(HTTPStatus.UNAUTHORIZED, "Not signed in")
NO_NOTE = refusal(HTTPStatus.NOT_FOUND, "No such note")


def create_accounts_app(
    credentials: Credentials, dependencies: Sequence[Dependency] = ()
) -> FastAPI:
    """The account service for one user, with no tokens and no notes yet."""
    app = FastAPI(
        title=NAME,
        version=VERSION,
        description="Needs a login token; `POST /token` issues one.",
        dependencies=dependencies,
        responses=DENIED,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.accounts = Accounts(credentials)
    app.include_router(router)
    return app


@router.post("/token", tags=["login"])
async def sign_in(
    form: Annotated[OAuth2PasswordRequestForm, Depends()], accounts: AccountsDep
) -> IssuedToken:
    """Exchange user name and password for a token that holds for an hour."""
    if not accounts.accepts(form.username, form.password):
        raise _unauthorized("User name or password is wrong.")
    now = datetime.now(UTC)
    secret = secrets.token_urlsafe(32)
    entry = TokenEntry(
        id=uuid4(), username=form.username, issued_at=now, expires_at=now + TOKEN_LIFETIME
    )
    accounts.tokens.add(secret, entry)
    return IssuedToken(access_token=secret, expires_in=int(TOKEN_LIFETIME.total_seconds()))


@router.get("/me", tags=["login"])
async def read_me(token: SignedIn, accounts: AccountsDep) -> Account:
    """Give the user whom the token belongs to."""
    return Account(username=token.username, note_count=len(accounts.notes))


@router.get("/tokens", tags=["login"])
async def list_tokens(_: SignedIn, accounts: AccountsDep, limit: Limit = 20) -> list[TokenEntry]:
    """List issued tokens without their secrets, newest first."""
    return accounts.tokens.newest(limit)


@router.post("/notes", tags=["notes"], status_code=HTTPStatus.CREATED)
async def create_note(wanted: NoteCreate, _: SignedIn, accounts: AccountsDep) -> Note:
    """Keep a note."""
    note = Note(id=uuid4(), created_at=datetime.now(UTC), **wanted.model_dump())
    accounts.notes.add(note.id, note)
    return note


@router.get("/notes", tags=["notes"])
async def list_notes(_: SignedIn, accounts: AccountsDep, limit: Limit = 20) -> list[Note]:
    """List notes, newest first."""
    return accounts.notes.newest(limit)


@router.get("/notes/{note_id}", tags=["notes"], responses=NO_NOTE)
async def read_note(_: SignedIn, note: NoteDep) -> Note:
    """Give one note."""
    return note


@router.delete(
    "/notes/{note_id}",
    tags=["notes"],
    status_code=HTTPStatus.NO_CONTENT,
    responses=NO_NOTE,
)
async def delete_note(_: SignedIn, note: NoteDep, accounts: AccountsDep) -> None:
    """Throw a note away."""
    accounts.notes.pop(note.id)
