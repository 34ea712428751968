"""Sessions and configurations: made, read, changed, deleted."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy.orm import Session as Transaction
from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import Response

from backend.access import Caller
from backend.database.queries import configurations, sessions
from backend.database.tables import TestSession
from backend.openapi_document import problems
from backend.problems import Problem
from backend.routers.answering import json_answer, no_such
from backend.routers.parts import CallerHere, Parts, PartsHere
from backend.routers.showing import configuration_of, session_of
from backend.routers.starting import secret_place
from backend.schemas.common import MAX_ID, Email
from backend.schemas.filters import PageQuery, SessionQuery
from backend.schemas.sessions import (
    Configuration,
    ConfigurationChange,
    NewConfiguration,
    Session,
    SessionChange,
    SessionPage,
)
from backend.schemas.starts import ConfigurationSettings

router = APIRouter(prefix="/api", tags=["Sessions"])

_LOCAL_USER = "local@localhost"
"""To whom sessions belong where nobody says who they are, and no token does."""


class _SessionId(Convertor[str]):
    """A part of a path that is not the name of the other route there."""

    regex = "(?!configuration$)[^/]+"

    def convert(self, value: str) -> str:
        """As it stands: whether it is an id is asked later, and said."""
        return value

    def to_string(self, value: str) -> str:
        """As it stands."""
        return value


register_url_convertor("session", _SessionId())

SessionId = Annotated[int, Path(ge=1, le=MAX_ID)]
ConfigurationId = Annotated[int, Path(ge=1, le=MAX_ID)]
_CREATED: dict[int | str, dict[str, Any]] = {
    201: {"headers": {"Location": {"description": "Where it is.", "schema": {"type": "string"}}}},
    **problems(404, 409),
}


@router.get(
    "/user/{email}/sessions",
    operation_id="list_user_sessions",
    summary="The sessions of a user",
    response_model=SessionPage,
    responses=problems(404),
)
def list_user_sessions(
    email: Annotated[Email, Path(description="Whose sessions.")],
    asked: Annotated[PageQuery, Query()],
    caller: CallerHere,
    parts: PartsHere,
) -> Response:
    """With their configurations, the newest first. Somebody who never made one has none."""
    if not caller.sees(email):
        raise no_such("user", email, "GET /api/sessions: your own")
    return _page(parts, email, asked)


@router.get(
    "/sessions", operation_id="list_sessions", summary="All sessions", response_model=SessionPage
)
def list_sessions(
    asked: Annotated[SessionQuery, Query()], caller: CallerHere, parts: PartsHere
) -> Response:
    """With their configurations, the newest first. A user sees their own only."""
    if asked.user_email is not None and not caller.sees(asked.user_email):
        return json_answer(SessionPage(total=0, limit=asked.limit, offset=asked.offset, items=[]))
    return _page(parts, asked.user_email or caller.owner_email, asked)


@router.post(
    "/sessions/configuration",
    operation_id="create_configuration",
    summary="Keep a configuration, in a new session or in one that is there",
    status_code=201,
    response_model=Configuration,
    responses=_CREATED,
)
def create_configuration(asked: NewConfiguration, caller: CallerHere, parts: PartsHere) -> Response:
    """With a `session_name` a session is made for it, with a `session_id` it is added to that one.

    A configuration is kept unencrypted, so it takes no secrets: no `headers`, and no values whose
    names say password, token or the like.
    """
    settings = _kept(asked.settings)
    with parts.database.writing() as transaction:
        group = _group_for(transaction, asked, caller)
        made = configurations.create(
            transaction, group.id, asked.configuration_name, asked.target_url, settings
        )
        if made is None:
            raise no_such("session", group.id, "GET /api/sessions")
        shown = configuration_of(made, group)
    where = {"Location": f"/api/configurations/{shown.configuration_id}"}
    return json_answer(shown, 201, where)


@router.get(
    "/sessions/{session_id:session}",
    operation_id="get_session",
    summary="One session",
    response_model=Session,
    responses=problems(404),
)
def get_session(session_id: SessionId, caller: CallerHere, parts: PartsHere) -> Response:
    """With its configurations."""
    with parts.database.reading() as transaction:
        found = sessions.get(transaction, session_id, caller.owner_email)
        if found is None:
            raise no_such("session", session_id, "GET /api/sessions")
        return json_answer(session_of(found))


@router.patch(
    "/sessions/{session_id:session}",
    operation_id="change_session",
    summary="Change a session",
    response_model=Session,
    responses=problems(404),
)
def change_session(
    session_id: SessionId, asked: SessionChange, caller: CallerHere, parts: PartsHere
) -> Response:
    """Name or description; what is left out stays as it is."""
    with parts.database.writing() as transaction:
        found = sessions.update(
            transaction,
            session_id,
            name=asked.session_name,
            description=asked.session_description,
            owner_email=caller.owner_email,
        )
        if found is None:
            raise no_such("session", session_id, "GET /api/sessions")
        return json_answer(session_of(found))


@router.delete(
    "/sessions/{session_id:session}",
    operation_id="delete_session",
    summary="Delete a session",
    status_code=204,
    responses=problems(404),
)
def delete_session(session_id: SessionId, caller: CallerHere, parts: PartsHere) -> None:
    """With its configurations. Results stay; they no longer say to which session they belonged."""
    with parts.database.writing() as transaction:
        if not sessions.delete(transaction, session_id, caller.owner_email):
            raise no_such("session", session_id, "GET /api/sessions")


@router.get(
    "/configurations/{configuration_id}",
    operation_id="get_configuration",
    summary="One configuration",
    response_model=Configuration,
    responses=problems(404),
)
def get_configuration(
    configuration_id: ConfigurationId, caller: CallerHere, parts: PartsHere
) -> Response:
    """A start takes its settings where it names its `configuration_id`."""
    with parts.database.reading() as transaction:
        found = configurations.get(transaction, configuration_id, caller.owner_email)
        if found is None:
            raise no_such("configuration", configuration_id, "GET /api/sessions")
        return json_answer(configuration_of(found))


@router.patch(
    "/configurations/{configuration_id}",
    operation_id="change_configuration",
    summary="Change a configuration",
    response_model=Configuration,
    responses=problems(404),
)
def change_configuration(
    configuration_id: ConfigurationId,
    asked: ConfigurationChange,
    caller: CallerHere,
    parts: PartsHere,
) -> Response:
    """Name, target or settings; what is left out stays as it is. Settings are replaced as a whole.

    Tests that were started with it before keep what it said then.
    """
    settings = None if asked.settings is None else _kept(asked.settings)
    with parts.database.writing() as transaction:
        found = configurations.update(
            transaction,
            configuration_id,
            name=asked.configuration_name,
            target_url=asked.target_url,
            settings=settings,
            owner_email=caller.owner_email,
        )
        if found is None:
            raise no_such("configuration", configuration_id, "GET /api/sessions")
        return json_answer(configuration_of(found))


@router.delete(
    "/configurations/{configuration_id}",
    operation_id="delete_configuration",
    summary="Delete a configuration",
    status_code=204,
    responses=problems(404),
)
def delete_configuration(
    configuration_id: ConfigurationId, caller: CallerHere, parts: PartsHere
) -> None:
    """Results stay; they no longer say which configuration they came from."""
    with parts.database.writing() as transaction:
        if not configurations.delete(transaction, configuration_id, caller.owner_email):
            raise no_such("configuration", configuration_id, "GET /api/sessions")


# ── small parts ───────────────────────────────────────────────────────────────────────────────


def _page(parts: Parts, email: str | None, asked: PageQuery) -> Response:
    with parts.database.reading() as transaction:
        page = sessions.find(transaction, email, asked.limit, asked.offset)
        items = [session_of(row) for row in page.rows]
    return json_answer(
        SessionPage(total=page.total, limit=asked.limit, offset=asked.offset, items=items)
    )


def _group_for(transaction: Transaction, asked: NewConfiguration, caller: Caller) -> TestSession:
    """The session that was named, or a new one. Raises Problem (403, 404, 409)."""
    if asked.session_id is not None:
        found = sessions.get(transaction, asked.session_id, caller.owner_email)
        if found is None:
            raise no_such("session", asked.session_id, "GET /api/sessions")
        if asked.user_email is not None and asked.user_email != found.user.email:
            raise Problem(
                409,
                f"session {found.id} belongs to somebody else than user_email",
                "leave out user_email, or make a new session (session_name)",
            )
        return found
    email = caller.owner_of_new(asked.user_email) or _LOCAL_USER
    assert asked.session_name is not None
    return sessions.create(transaction, email, asked.session_name, asked.session_description or "")


def _kept(settings: ConfigurationSettings) -> dict[str, Any]:
    """What is stored of settings: what was given. Raises Problem (422) where that is a secret."""
    given = settings.model_dump(mode="json", exclude_none=True)
    if place := secret_place(given):
        raise Problem(
            422,
            f"settings.{place} looks like a secret, and configurations are kept unencrypted",
            "leave it out; send it with each start, whose secrets are erased when the test ends",
        )
    return given
