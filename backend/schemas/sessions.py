"""Sessions and their configurations. A session is a named group of configurations, not a login."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from backend.schemas.common import (
    NOT_NULL,
    NULL,
    Answer,
    Body,
    Email,
    Id,
    Moment,
    Name,
    Page,
    TargetUrl,
    given_one_of,
)
from backend.schemas.starts import ConfigurationSettings

Description = Annotated[str, StringConstraints(max_length=5_000)]


class NewConfiguration(Body):
    """A configuration, in the session with `session_id`, or in a new one."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {
                    "required": ["session_id"],
                    "properties": {
                        "session_id": NOT_NULL,
                        "session_name": NULL,
                        "session_description": NULL,
                    },
                },
                {
                    "required": ["session_name"],
                    "properties": {
                        "session_name": NOT_NULL,
                        "session_id": NULL,
                    },
                },
            ],
            "example": {
                "user_email": "user1@example.com",
                "session_name": "Release 2.1",
                "configuration_name": "Reading mix",
                "target_url": "http://localhost:8001",
                "settings": {
                    "strategy": "interleaved",
                    "max_concurrent_users": 20,
                    "duration": 60,
                    "endpoints": [{"path": "/users", "method": "GET", "weight": 2.0}],
                },
            },
        }
    )

    user_email: Email | None = Field(
        default=None,
        description="Whose session it is; made on first use. The caller's own where tokens are "
        "used, else `local@localhost`.",
    )
    session_id: Id | None = Field(default=None, description="An existing session.")
    session_name: Name | None = Field(default=None, description="Of a new session.")
    session_description: Description | None = Field(default=None, description="Of a new session.")
    configuration_name: Name
    target_url: TargetUrl
    settings: ConfigurationSettings = Field(default_factory=ConfigurationSettings)

    @model_validator(mode="after")
    def _has_one_session(self) -> Self:
        if (self.session_id is None) == (self.session_name is None):
            raise ValueError("give either `session_id` or the `session_name` of a new session")
        if self.session_id is not None and self.session_description is not None:
            raise ValueError("`session_description` is for new sessions: use PATCH for this one")
        return self


class _Change(Body):
    """What is given is changed, the rest stays as it is."""

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if all(getattr(self, name) is None for name in type(self).model_fields):
            raise ValueError(f"nothing to change: give {' or '.join(type(self).model_fields)}")
        return self


class SessionChange(_Change):
    """What to change of a session."""

    model_config = ConfigDict(
        json_schema_extra={
            **given_one_of("session_name", "session_description"),
            "example": {"session_name": "Release 2.2"},
        }
    )

    session_name: Name | None = None
    session_description: Description | None = None


class ConfigurationChange(_Change):
    """What to change of a configuration. `settings` are replaced as a whole."""

    model_config = ConfigDict(
        json_schema_extra={
            **given_one_of("configuration_name", "target_url", "settings"),
            "example": {"configuration_name": "More users"},
        }
    )

    configuration_name: Name | None = None
    target_url: TargetUrl | None = None
    settings: ConfigurationSettings | None = None


class Configuration(Answer):
    """What a test asks for, kept under a name: `POST /api/stress-test/start` takes its id."""

    configuration_id: int = Field(examples=[1])
    session_id: int = Field(examples=[1])
    session_name: str = Field(examples=["Release 2.1"])
    user_email: str = Field(examples=["user1@example.com"])
    configuration_name: str = Field(examples=["Reading mix"])
    target_url: str = Field(examples=["http://localhost:8001"])
    settings: dict[str, Any] = Field(
        description="The fields of a start that were given.",
        examples=[{"strategy": "interleaved", "max_concurrent_users": 20, "duration": 60}],
    )
    created_at: Moment
    updated_at: Moment


class Session(Answer):
    """A named group of configurations."""

    session_id: int = Field(examples=[1])
    session_name: str = Field(examples=["Release 2.1"])
    session_description: str = Field(examples=["Does it hold what the last one held?"])
    user_email: str = Field(examples=["user1@example.com"])
    created_at: Moment
    updated_at: Moment
    configurations: list[Configuration]


class SessionPage(Page[Session]):
    """A page of sessions."""
