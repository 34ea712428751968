"""Values of the plan: how every request of the load is made. The renderer sees nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from benchmark.models.api import ResourceKind, SecurityScheme, SkippedOperation, SlotLocation


@dataclass(frozen=True, slots=True)
class Constant:
    """The same value in every request."""

    value: Any


@dataclass(frozen=True, slots=True)
class Pooled:
    """Generated values, one of them in each request.

    All `Pooled` slots of one recipe have values of the same number, and the n-th of each belong
    together (a start before its end, a password and its repetition).
    """

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Unique:
    """A value never sent before: `sample` with a stamp of run, worker, user and counter.

    `style` says where the stamp goes: "text" appends it, "email" puts it before the @, "uuid" and
    "number" are made of it. The result is at most `max_length` characters (None: no limit).
    """

    sample: Any
    style: Literal["text", "email", "uuid", "number"] = "text"
    max_length: int | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """The time of sending plus an offset in seconds, written as `format`."""

    offset_seconds: int
    format: Literal["date-time", "date", "time", "epoch"] = "date-time"


@dataclass(frozen=True, slots=True)
class Upload:
    """A small file of `size` bytes, really of the type `content_type`.

    Where `text` is set, that is what the file holds.
    """

    file_name: str
    content_type: str
    size: int
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Created:
    """The value at `pointer` of an item of `kind` that this user made."""

    kind: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Found:
    """The value at `pointer` of an item of `kind` that exists on the server, looked up at start."""

    kind: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Echo:
    """What the server holds now: the value at `pointer` of the answer of a read.

    `operation` is the key of that read; its own recipe says how to call it, for the same resources
    as the request that echoes. Of an object only `members` are sent back; () means all of them.
    Where `header` is set it is that header of the answer instead, such as its ETag.
    """

    operation: str
    pointer: str = ""
    members: tuple[str, ...] = ()
    header: str = ""


@dataclass(frozen=True, slots=True)
class Credential:
    """A part of the credentials that the user gave, read from the environment at run time.

    "username" and "password" are the halves of BENCHMARK_BASIC, "token" is BENCHMARK_TOKEN.
    """

    part: Literal["username", "password", "token"]


@dataclass(frozen=True, slots=True)
class Registered:
    """What the registration of this user's account sent at `pointer` of its body."""

    pointer: str


@dataclass(frozen=True, slots=True)
class OwnAddress:
    """The URL of a path on the target itself, which the target is to fetch."""

    path: str


Source = (
    Constant | Pooled | Unique | Clock | Upload | Created | Found | Echo | Credential | Registered
    | OwnAddress
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ObjectNode:
    """A JSON object whose members are nodes or sources, in the order of sending."""

    members: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class ArrayNode:
    """A JSON array whose items are nodes or sources."""

    items: tuple[Node, ...]


Node = ObjectNode | ArrayNode | Source


Place = tuple[SlotLocation, str]
"""Where in a request: the location, and a JSON Pointer (`/name` for a parameter)."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in a request and the one source of its value. `pointer` is a JSON Pointer.

    With `allow_reserved` the reserved characters of RFC 3986 in it are not percent-encoded.
    """

    location: SlotLocation
    pointer: str
    source: Source
    allow_reserved: bool = False


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to make one request of an operation that succeeds.

    `parameters` are slots of path, query, header and cookie, their values as they go on the wire
    (styles already applied). `media_type` and `body` are None together. `doubts` names the slots
    for which no value was found that fits the document ("body", "query limit"): a near one is sent.
    `encoding` says of members of a form how they are written, where it is not as usual: the words
    of `MediaType.encoding`, with the values of headers that are sent.

    Where the state of a thing matters: the operations `before` are called first for the same
    resources (a start before a stop), those of `after` afterwards, to put things back. With `fresh`
    the request uses its innermost own thing up: it is made for it, and used for nothing else.
    """

    parameters: tuple[Slot, ...] = ()
    media_type: str | None = None
    body: Node | None = None
    doubts: tuple[str, ...] = ()
    encoding: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    fresh: bool = False

    def slots(self) -> Iterator[Slot]:
        """Every slot, those of the body included, in the order of sending."""
        yield from self.parameters
        if self.body is not None:
            yield from _leaves(self.body, "")


def _leaves(node: Node, pointer: str) -> Iterator[Slot]:
    if isinstance(node, ObjectNode):
        for name, member in node.members:
            yield from _leaves(member, f"{pointer}/{escape_pointer(name)}")
    elif isinstance(node, ArrayNode):
        for index, item in enumerate(node.items):
            yield from _leaves(item, f"{pointer}/{index}")
    else:
        yield Slot("body", pointer, node)


def escape_pointer(token: str) -> str:
    """One reference token of a JSON Pointer (RFC 6901, section 3)."""
    return token.replace("~", "~0").replace("/", "~1")


def unescape_pointer(token: str) -> str:
    """The member name that a reference token stands for (RFC 6901, section 4)."""
    return token.replace("~1", "/").replace("~0", "~")


ReadinessStatus = Literal["verified", "in doubt", "unverified", "excluded"]


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether an operation is fit for load, and why (one sentence, "" where none is needed).

    Without a probe every operation that can be written is "unverified" and enabled.
    """

    status: ReadinessStatus = "unverified"
    enabled: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """One operation of the load: how it is called, how often, and what its answer leaves behind.

    `keeps` is the kind that a 2xx answer adds to the user's resources, `takes` the kind that it
    removes from them; `clears` is the kind of which it removes all that was made with the same
    resources. `weight` is relative to the other tasks of the same user class. `answers`
    says what else than data in a 2xx answer is right: "anything" (a page, an image), "redirect"
    (a 3xx, too).
    """

    operation: str
    name: str
    method: str
    path: str
    summary: str
    weight: int
    recipe: Recipe
    readiness: Readiness = Readiness()
    keeps: str | None = None
    takes: str | None = None
    clears: str | None = None
    answers: Literal["data", "anything", "redirect"] = "data"


@dataclass(frozen=True, slots=True)
class CsrfToken:
    """A token against forged requests, which the API hands out to whoever is signed in.

    The answer of the operation `read` holds it at `pointer`; writes send it as `header`.
    """

    read: str
    recipe: Recipe
    pointer: str
    header: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """How the users of the load get their credentials from the API itself.

    The operation `login` is called with `recipe` before the first request, and again when a request
    is answered 401: once for all users of a process, or by each user where `per_user` is set. What
    its answer holds at `token_pointer` is sent with every request as the header, query parameter or
    cookie `parameter`, behind `prefix`; where `token_pointer` is None the answer sets cookies.
    Where `register` is set, that operation makes the account first. `csrf` is read after a login.
    """

    login: str
    recipe: Recipe
    token_pointer: str | None
    location: Literal["header", "query", "cookie"] = "header"
    parameter: str = "Authorization"
    prefix: str = "Bearer "
    register: str | None = None
    register_recipe: Recipe = Recipe()
    per_user: bool = False
    csrf: CsrfToken | None = None


@dataclass(frozen=True, slots=True)
class PlannedUser:
    """One user class: an application, or a group of applications that share resources."""

    name: str
    description: str
    applications: tuple[str, ...]
    weight: int
    tasks: tuple[PlannedTask, ...]
    security_schemes: tuple[SecurityScheme, ...] = ()
    sign_in: SignIn | None = None


StrategyName = Literal["sequential", "interleaved", "random"]
"""How a user chooses its next task: in dependency order, evenly by weight, or at random."""


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """Everything that the locustfile is rendered from.

    `wait_time` is the pause between two tasks of a user: shortest and longest, in seconds.
    No value in it was taken from an answer of the target, so it works again on a reset server.
    """

    base_url: str
    seed: int
    wait_time: tuple[float, float]
    users: tuple[PlannedUser, ...]
    kinds: Mapping[str, ResourceKind] = field(default_factory=dict)
    skipped: tuple[SkippedOperation, ...] = ()
    strategy: StrategyName = "random"

    def tasks(self) -> Iterator[PlannedTask]:
        """Every planned operation, the disabled ones included."""
        for user in self.users:
            yield from user.tasks
