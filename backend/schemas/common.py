"""What all bodies share: their strictness, and the kinds of values that they are made of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    JsonValue,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic.config import JsonDict
from pydantic_core import core_schema

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


@dataclass(frozen=True, slots=True)
class Like:
    """A text like a pattern, which is documented; `problem` says to people what it is not."""

    pattern: str
    problem: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^{self.pattern}$"}

    def _checked(self, value: str) -> str:
        if not re.fullmatch(self.pattern, value):
            raise ValueError(self.problem)
        return value


NULL: JsonDict = {"enum": [None]}
NOT_NULL: JsonDict = {"not": {"type": "null"}}
"""Of members that depend on one another. They name no type: pages that show the document would
merge it with the member's own, and warn."""


def given_one_of(*names: str) -> JsonDict:
    """The schema that one at least of these members is given, and not null."""
    return {"anyOf": [{"required": [name], "properties": {name: NOT_NULL}} for name in names]}


def _base_url(value: str) -> str:
    """What a pattern cannot say. Whether a test may go there is asked when one is started."""
    try:
        port = urlsplit(value).port
    except ValueError:
        raise ValueError("has no valid port, or no IPv6 address in its brackets") from None
    if port == 0:
        raise ValueError("has no valid port")
    return value.rstrip("/")


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("is blank")
    return value


Email = Annotated[
    str,
    StringConstraints(min_length=3, max_length=254),
    Like(
        r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){0,7}",
        "is no e-mail address; write it as user1@example.com",
    ),
    AfterValidator(str.lower),
    Field(description="An e-mail address; upper and lower case are the same."),
]
TargetUrl = Annotated[
    str,
    StringConstraints(min_length=8, max_length=2048),
    Like(  # a scheme, a host, perhaps a port, perhaps a path
        r"[Hh][Tt][Tt][Pp][Ss]?://(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252})?)"
        r"(:[0-9]{1,5})?(/[!-\x22$->A-\x5b\x5d-~]*)?",
        "is no base URL: write it as http://localhost:8001, without query and fragment; a user "
        "and a password belong into headers",
    ),
    AfterValidator(_base_url),
    Field(
        description="The base URL of the API under test, without query and without a password.",
        examples=["http://localhost:8001"],
    ),
]
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    AfterValidator(_not_blank),
    Field(json_schema_extra={"pattern": r"\S"}),
]
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

_HEADER_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}"
_HEADER_VALUE = r"[\x20-\x7e\x80-\xff]*"
HeaderName = Annotated[str, Like(_HEADER_NAME, "is no name of a header")]
HeaderValue = Annotated[
    str,
    StringConstraints(max_length=8_000),
    Like(_HEADER_VALUE, "is no value of a header: one line, without letters beyond Latin-1"),
]
_NOT_TO_BE_SET = frozenset(
    "connection content-length expect host http2-settings keep-alive proxy-authenticate "
    "proxy-authorization proxy-connection te trailer transfer-encoding upgrade".split()
)
"""What frames a message, and Host: behind an address that many names share, such as that of a
content delivery network, it would lead to a target that nobody allowed."""


def _may_be_set(headers: dict[str, str]) -> dict[str, str]:
    for name in headers:
        if name.lower() in _NOT_TO_BE_SET:
            raise ValueError(f"must not set {name}; Host is that of target_url")
    return headers


Headers = Annotated[
    dict[HeaderName, HeaderValue],
    AfterValidator(_may_be_set),
    Field(max_length=50),
    WithJsonSchema(
        {
            "type": "object",
            "maxProperties": 50,
            "propertyNames": {"pattern": f"^{_HEADER_NAME}$"},
            "additionalProperties": {
                "type": "string",
                "maxLength": 8000,
                "pattern": f"^{_HEADER_VALUE}$",
            },
            "description": (
                "Sent with every request to the target. Values are secrets: they are encrypted "
                "until the test ends, never returned, and never part of a configuration."
            ),
            "examples": [{"Authorization": "Bearer your-token"}],
        }
    ),
]

Item = TypeVar("Item")


class Page(Answer, Generic[Item]):
    """A part of a list: `items` are those from `offset` on, `limit` at most, of `total`."""

    total: int = Field(ge=0, description="How many there are without `limit` and `offset`.")
    limit: int
    offset: int
    items: list[Item]
