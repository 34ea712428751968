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
    """A small file of `size` bytes, really of the type `content_type`."""

    file_name: str
    content_type: str
    size: int


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
    """What the server holds now: the value at `pointer` of the answer of the read operation."""

    operation: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Credential:
    """The user's credentials for a security scheme, taken from the environment at run time."""

    scheme: str


Source = Constant | Pooled | Unique | Clock | Upload | Created | Found | Echo | Credential


@dataclass(frozen=True, slots=True)
class ObjectNode:
    """A JSON object whose members are nodes or sources, in the order of sending."""

    members: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class ArrayNode:
    """A JSON array whose items are nodes or sources."""

    items: tuple[Node, ...]


Node = ObjectNode | ArrayNode | Source


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in a request and the one source of its value. `pointer` is a JSON Pointer."""

    location: SlotLocation
    pointer: str
    source: Source


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to make one request of an operation that succeeds.

    `parameters` are slots of path, query, header and cookie, their values as they go on the wire
    (styles already applied). `media_type` and `body` are None together. `doubts` names the slots
    for which no value was found that fits the document ("body", "query limit"): a near one is sent.
    """

    parameters: tuple[Slot, ...] = ()
    media_type: str | None = None
    body: Node | None = None
    doubts: tuple[str, ...] = ()

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
    removes from them. `weight` is relative to the other tasks of the same user class.
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


@dataclass(frozen=True, slots=True)
class PlannedUser:
    """One user class: an application, or a group of applications that share resources."""

    name: str
    description: str
    applications: tuple[str, ...]
    weight: int
    tasks: tuple[PlannedTask, ...]
    security_schemes: tuple[SecurityScheme, ...] = ()


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

    def tasks(self) -> Iterator[PlannedTask]:
        """Every planned operation, the disabled ones included."""
        for user in self.users:
            yield from user.tasks
