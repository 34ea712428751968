"""What all bodies share: their strictness, and the kinds of values that they are made of."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    StringConstraints,
    model_validator,
)

from backend.schemas.plain_json import problem_of

MAX_ID = 2**31 - 1
"""The largest id of a user, session or configuration: an INTEGER of PostgreSQL."""

Status = Literal["pending", "running", "completed", "failed", "stopped", "interrupted"]
StrategyName = Literal["sequential", "interleaved", "random"]


class Part(BaseModel):
    """A part of a request: what it does not know is refused, and said."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)


class Body(Part):
    """The body of a request. The whole of it is checked before its members are."""

    @model_validator(mode="before")
    @classmethod
    def _is_plain_json(cls, value: Any) -> Any:
        if isinstance(value, dict) and (problem := problem_of(value)):
            raise ValueError(problem)
        return value


class Answer(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


# ── single values ─────────────────────────────────────────────────────────────────────────────


def _plain(value: Any) -> Any:
    """Of a value outside a body, where nobody has looked yet."""
    if problem := problem_of(value):
        raise ValueError(problem)
    return value


def _lower(value: str) -> str:
    return value.lower()


def _base_url(value: str) -> str:
    """An HTTP base URL. What is refused may hold a password, so the text is not repeated."""
    if any(character.isspace() or ord(character) < 0x21 for character in value):
        raise ValueError("holds white space or control characters")
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("is no URL; write it as http://localhost:8001") from None
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise ValueError("is no base URL; write it as http://localhost:8001")
    if parts.username is not None or "@" in parts.netloc:
        raise ValueError("must not hold a user or a password; send them in `headers`")
    if parts.query or parts.fragment or "?" in value or "#" in value:
        raise ValueError("must end with the path: no query, no fragment")
    if port == 0:
        raise ValueError("has no valid port")
    return value.rstrip("/")


Email = Annotated[
    str,
    BeforeValidator(_plain),
    StringConstraints(
        min_length=3,
        max_length=254,
        pattern=r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){0,7}$",
    ),
    AfterValidator(_lower),
    Field(description="An e-mail address; upper and lower case are the same."),
]
TargetUrl = Annotated[
    str,
    StringConstraints(
        min_length=8, max_length=2048, pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s?#@]+$"
    ),
    AfterValidator(_base_url),
    Field(
        description="The base URL of the API under test, without query and without a password.",
        examples=["http://localhost:8001"],
    ),
]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"\S")]
Id = Annotated[int, Field(ge=1, le=MAX_ID, strict=True)]
Moment = Annotated[
    datetime,
    PlainSerializer(
        lambda moment: moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        return_type=str,
        when_used="json",
    ),
    Field(json_schema_extra={"format": "date-time"}, description="UTC, RFC 3339."),
]
Json = JsonValue
HttpMethod = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "QUERY", "TRACE"]

_HEADER_NAME = r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$"
_HEADER_VALUE = r"^[\x20-\x7e\x80-\xff]*$"
HeaderName = Annotated[str, StringConstraints(pattern=_HEADER_NAME)]
HeaderValue = Annotated[str, StringConstraints(max_length=8_000, pattern=_HEADER_VALUE)]
Headers = Annotated[
    dict[HeaderName, HeaderValue],
    Field(
        max_length=50,
        description=(
            "Sent with every request to the target. Values are secrets: they are kept encrypted "
            "until the test ends, never returned, and never part of a configuration."
        ),
        examples=[{"Authorization": "Bearer your-token"}],
    ),
]

Item = TypeVar("Item")


class Page(Answer, Generic[Item]):
    """A part of a list: `items` are those from `offset` on, `limit` at most, of `total`."""

    total: int = Field(ge=0, description="How many there are without `limit` and `offset`.")
    limit: int
    offset: int
    items: list[Item]
