"""Values from the target to its operations and the data flow between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

JsonSchema = Mapping[str, Any] | bool
"""A schema in one dialect, JSON Schema 2020-12, whatever the document was written in.

References are `#/$defs/<name>` into `ApiSpec.definitions`. Kept from OpenAPI: `discriminator`,
`xml`, `readOnly`, `writeOnly`, `example`, `examples`, `format`.
"""

ParameterLocation = Literal["path", "query", "header", "cookie"]
SlotLocation = Literal["path", "query", "header", "cookie", "body"]


# ── What the user named ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the user gave to sign in with. Never shown: `repr` hides every value."""

    token: str = ""
    basic: str = ""
    api_key: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        given = [name for name in ("token", "basic", "api_key", "headers") if getattr(self, name)]
        return f"Credentials(given: {', '.join(given) or 'none'})"

    def secrets(self) -> tuple[str, ...]:
        """Every text that must not appear in any output."""
        password = self.basic.partition(":")[2]
        values = (self.token, self.basic, password, self.api_key, *(v for _, v in self.headers))
        return tuple(value for value in values if value)


@dataclass(frozen=True, slots=True)
class Target:
    """The API under test: `base_url` has a scheme and a host and no trailing slash.

    Each of `addresses` is a host and an address of it, which counts instead of the name service.
    """

    base_url: str
    credentials: Credentials = Credentials()
    allowed_hosts: tuple[str, ...] = ()
    verify_tls: bool = True
    addresses: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AskedEndpoint:
    """An operation that the user wants called, and how often in proportion to the others.

    `path` is a template (`/users/{id}`) or a path that one matches (`/users/7`), below the host or
    below the base URL; it may end in a query string. `parameters` are values that are sent as they
    are: by name, or by location and name (`{"query": {"limit": 5}}`). `body` is the value of the
    whole body. None means that it is for us to choose.
    """

    method: str
    path: str
    weight: float = 1.0
    parameters: Mapping[str, Any] | None = None
    body: Any = None

    @property
    def key(self) -> str:
        """As it was asked for: `GET /users/7`."""
        return f"{self.method} {self.path}"


# ── Discovery ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth telling the user: where it was seen, and what about it."""

    where: str
    message: str


@dataclass(frozen=True, slots=True)
class ApiDocument:
    """One application's OpenAPI document, as it was found.

    `name` is "main" for the root application, else the last telling segment of its mount.
    `prefix` is the path below the host under which the document's paths answer: "" or "/a/b".
    `openapi_url` is a URL, a file name, or "module:attribute".
    `related` holds the other documents that its references lead to, by their path from its folder
    or their URL; references in them count from this document, and they may hold any value.
    """

    name: str
    prefix: str
    openapi_url: str
    spec: Mapping[str, Any] = field(repr=False)
    docs_url: str | None = None
    related: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Discovery:
    """Every application found at a base URL, the root application first."""

    base_url: str
    documents: tuple[ApiDocument, ...]
    notes: tuple[Note, ...] = ()
    requests: int = 0


# ── The parsed API ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Parameter:
    """A path, query, header or cookie parameter of one operation.

    `style` and `explode` are always set (the specification's defaults are filled in).
    `content_type` is set for a parameter described by `content` instead of `schema`.
    `examples` are the document's own, in its order, not checked against the schema.
    `allow_reserved` holds for path, query and cookies: nothing in a header is percent-encoded.
    """

    name: str
    location: ParameterLocation
    required: bool
    schema: JsonSchema
    style: str = "form"
    explode: bool = True
    allow_reserved: bool = False
    content_type: str | None = None
    description: str = ""
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class MediaType:
    """One way to write a body: its content type (as documented), schema, examples and encoding.

    `encoding` has what a form's members need beyond the defaults, by member: `style`, `explode` and
    `allowReserved` together, or else `contentType`, and `headers` of its part (name → `Parameter`).
    """

    content_type: str
    schema: JsonSchema
    examples: tuple[Any, ...] = ()
    encoding: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RequestBody:
    """A request body: the best media type first, the alternatives after it; never empty."""

    media_types: tuple[MediaType, ...]
    required: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """A documented answer. `status` is as documented ("200", "2XX", "default")."""

    status: str
    description: str = ""
    media_types: tuple[MediaType, ...] = ()
    headers: tuple[str, ...] = ()
    links: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def is_success(self) -> bool:
        """Whether this describes a 2xx answer."""
        return self.status.startswith("2")


@dataclass(frozen=True, slots=True)
class SecurityScheme:
    """A way to sign in. `type` is apiKey, http, oauth2, openIdConnect or mutualTLS.

    For apiKey, `location` is header, query or cookie and `parameter` its name; for http, `scheme`
    is basic, bearer, digest, …, in lower case; for oauth2, `flows` maps flow names (`password`,
    `clientCredentials`, …) to their URLs.
    """

    name: str
    type: str
    location: str = ""
    parameter: str = ""
    scheme: str = ""
    flows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    openid_url: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path template.

    `path` is the full template below the host, mount prefix included: `/api/v1/items/{id}`.
    `name` is a Python identifier, unique in its application and the same every time.
    `security` holds the alternatives, each a tuple of scheme names that are needed together;
    an empty alternative means that no credentials are needed, and so does no alternative at all.
    """

    application: str
    name: str
    method: str
    path: str
    summary: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    body: RequestBody | None = None
    responses: tuple[Response, ...] = ()
    security: tuple[tuple[str, ...], ...] = ()
    deprecated: bool = False

    @property
    def key(self) -> str:
        """What identifies the operation everywhere, unique in a target: `GET /items/{id}`."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class SkippedOperation:
    """An operation that cannot be used, and why."""

    application: str
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class ApiSpec:
    """One application's API, independent of the document's version and dialect."""

    application: str
    title: str
    version: str
    prefix: str
    operations: tuple[Operation, ...]
    description: str = ""
    definitions: Mapping[str, JsonSchema] = field(default_factory=dict, repr=False)
    security_schemes: Mapping[str, SecurityScheme] = field(default_factory=dict)
    skipped: tuple[SkippedOperation, ...] = ()
    warnings: tuple[Note, ...] = ()


# ── Dependencies ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ResourceKind:
    """A sort of thing the API keeps, such as "session", and the operations that handle it.

    Operations are keys (`Operation.key`) or None. `identifiers` are the JSON Pointers, in the item,
    of what names it; `item_pointer` leads from the body of the create answer to the item, and
    `list_pointer` from the body of the list answer to the array of items ("" is the body itself).
    `parents` are the kinds whose identifiers stand in its path, outermost first.

    Where the client chooses what names the thing (`PUT /buckets/{bucket_id}`), `sent` holds the
    names of the path parameters that do: their values are added to the item under these names.
    Entries of `sent` that begin with "/" are JSON Pointers into the body that was sent: their
    values are added under their last token. A `list_pointer` that ends in `/*` leads to an object
    whose values are the items, each under its id, which those without one get as the member `id`.
    With `from_location` the answer's Location header names it: its last segment is added as `id`.
    So it is with an `item_pointer` that ends in `/*`, whose object has one member.
    A bare string or number as an answer is the item `{"id": …}`. `settle_seconds` is how long a
    new thing takes until it can be read. Of what is listed only those items are of the kind that
    have each value of `where` at its JSON Pointer.
    """

    kind: str
    application: str
    create: str | None = None
    list: str | None = None
    delete: str | None = None
    parents: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ("/id",)
    item_pointer: str = ""
    list_pointer: str = ""
    sent: tuple[str, ...] = ()
    from_location: bool = False
    settle_seconds: float = 0.0
    where: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Dependency:
    """A slot of one operation that another operation's answer fills.

    The value at `pointer` of the item of `kind` goes to the slot (`location`, `slot_pointer`) of
    the operation `consumer`.
    """

    consumer: str
    location: SlotLocation
    slot_pointer: str
    kind: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The data flow of a target: its resource kinds and the slots that they fill.

    `links` holds the best supplier of each slot, `alternatives` the others, the better ones first.
    A slot may have alternatives alone: guesses that are not made without being tried. The links
    by which things are made form no cycle; alternatives may.
    """

    kinds: Mapping[str, ResourceKind]
    links: tuple[Dependency, ...]
    alternatives: tuple[Dependency, ...] = ()

    def by_consumer(self) -> dict[str, list[Dependency]]:
        """The links that fill slots of each operation, by its key; {} for one without."""
        found: dict[str, list[Dependency]] = {}
        for link in self.links:
            found.setdefault(link.consumer, []).append(link)
        return found
