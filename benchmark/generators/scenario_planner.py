"""Turns operations and their data flow into the plan of a load: who does what, with what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from benchmark.generators.credential_needs import missing_credentials, signs_in
from benchmark.generators.naming import collection_of, path_noun, words
from benchmark.generators.parameter_generator import ParameterGenerator
from benchmark.generators.recipes import RecipeWriter
from benchmark.models import (
    ApiSpec,
    Created,
    Credentials,
    Dependencies,
    Dependency,
    Found,
    LoadPlan,
    Operation,
    PlannedTask,
    PlannedUser,
    Readiness,
    ResourceKind,
    SkippedOperation,
    Source,
    escape_pointer,
)

WEIGHTS = {"GET": 4, "QUERY": 4, "POST": 2, "PUT": 2, "PATCH": 2}
"""How often a method is called, relative to others: reads more often than writes; others 1."""

READ_ONLY = frozenset({"GET", "HEAD", "OPTIONS", "QUERY"})
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "QUERY", "TRACE"})


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What the user asked of the plan.

    `include` and `exclude` are globs on `GET /path`, on the path, and on the operation's name.
    `users` is the number of virtual users of the run. `max_operations` is per application.
    """

    seed: int = 0
    wait_time: tuple[float, float] = (1.0, 3.0)
    users: int = 1
    credentials: Credentials = field(default_factory=Credentials)
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    read_only: bool = False
    infer_meaning: bool = True
    file_upload_size: int = 1024
    max_operations: int | None = None


def plan_scenarios(
    base_url: str, specs: Sequence[ApiSpec], dependencies: Dependencies, options: PlanOptions
) -> LoadPlan:
    """The plan for all applications. Same documents, options and seed: same plan, dates aside."""
    skipped = [skip for spec in specs for skip in spec.skipped]
    users: list[PlannedUser] = []
    chosen: dict[str, tuple[Operation, ApiSpec]] = {}
    for spec in specs:
        operations: list[Operation] = []
        for operation in spec.operations:
            reason = _left_out(operation, options, len(operations))
            if reason:
                skipped.append(SkippedOperation(spec.application, operation.key, reason))
            else:
                operations.append(operation)
        chosen.update({operation.key: (operation, spec) for operation in operations})
    readiness = _judge(chosen, dependencies, options)
    for spec in specs:
        tasks = _plan_application(spec, chosen, dependencies, readiness, options)
        if tasks:
            users.append(_user(spec, tasks))
    if len(users) > max(1, options.users):
        users = [_merge(users)]
    return LoadPlan(
        base_url=base_url,
        seed=options.seed,
        wait_time=options.wait_time,
        users=tuple(users),
        kinds=dependencies.kinds,
        skipped=tuple(skipped),
    )


def _left_out(operation: Operation, options: PlanOptions, so_far: int) -> str:
    """Why the user's options leave an operation out of the test; "" if they do not."""
    texts = (operation.key, operation.path, operation.name)

    def matches(globs: tuple[str, ...]) -> bool:
        return any(fnmatchcase(text, glob) for glob in globs for text in texts)

    if operation.method not in _METHODS:
        return f"method {operation.method} is not supported"
    if options.include and not matches(options.include):
        return "left out: not in --include"
    if matches(options.exclude):
        return "left out by --exclude"
    if options.tags and not set(options.tags) & set(operation.tags):
        return "left out: not in --tag"
    if options.read_only and operation.method not in READ_ONLY:
        return "left out by --read-only"
    if options.max_operations is not None and so_far >= options.max_operations:
        return f"left out: more than {options.max_operations} operations (max_endpoints_per_app)"
    return ""


# ── readiness ─────────────────────────────────────────────────────────────────────────────────


def _judge(
    chosen: Mapping[str, tuple[Operation, ApiSpec]],
    dependencies: Dependencies,
    options: PlanOptions,
) -> dict[str, Readiness]:
    """Whether each operation can be called, its creates and their creates considered."""
    verdicts: dict[str, Readiness] = {}
    links_of = dependencies.by_consumer()

    def judge(key: str) -> Readiness:
        if key not in verdicts:
            verdicts[key] = Readiness(reason="")  # a cycle counts as callable while it is looked at
            operation, spec = chosen[key]
            reason = _obstacle(operation, spec, options) or unbound(operation)
            verdicts[key] = Readiness("unverified", enabled=not reason, reason=reason)
        return verdicts[key]

    def unbound(operation: Operation) -> str:
        links = {
            (link.location, link.slot_pointer): link for link in links_of.get(operation.key, ())
        }
        for parameter in operation.parameters:
            if parameter.location != "path":
                continue
            link = links.get(("path", f"/{escape_pointer(parameter.name)}"))
            about = path_noun(collection_of(operation.path, parameter.name), parameter.name)
            if about is None:
                continue
            if link is None:
                if _is_documented(operation, parameter.name):
                    continue
                return f"no way found to get a {{{parameter.name}}}"
            if supplier(dependencies.kinds[link.kind]) is None:
                return f"no way to get a {{{parameter.name}}}: {link.kind} cannot be made or found"
        return ""

    def supplier(kind: ResourceKind) -> str | None:
        for key in (kind.create, kind.list):
            if key is not None and key in chosen and judge(key).enabled:
                return key
        return None

    for key in chosen:
        judge(key)
    return verdicts


def _obstacle(operation: Operation, spec: ApiSpec, options: PlanOptions) -> str:
    """What keeps an operation from being called at all: credentials, mostly; "" if nothing."""
    if signs_in(operation, spec):
        return "needs credentials: it is the sign-in"
    missing = missing_credentials(operation, spec, options.credentials)
    return f"needs credentials ({missing})" if missing else ""


def _is_documented(operation: Operation, name: str) -> bool:
    """Whether the document itself gives a value for a path parameter of a read."""
    if operation.method not in READ_ONLY:
        return False
    for parameter in operation.parameters:
        if parameter.name == name and parameter.location == "path":
            schema = parameter.schema if isinstance(parameter.schema, Mapping) else {}
            return bool(parameter.examples) or any(
                keyword in schema for keyword in ("enum", "const", "default", "example", "examples")
            )
    return False


# ── tasks and users ───────────────────────────────────────────────────────────────────────────


def _plan_application(
    spec: ApiSpec,
    chosen: Mapping[str, tuple[Operation, ApiSpec]],
    dependencies: Dependencies,
    readiness: Mapping[str, Readiness],
    options: PlanOptions,
) -> tuple[PlannedTask, ...]:
    generator = ParameterGenerator(
        options.seed, spec.definitions, options.file_upload_size, options.infer_meaning
    )
    writer = RecipeWriter(generator, spec.definitions)
    links_of = dependencies.by_consumer()
    creators = {kind.create: kind for kind in dependencies.kinds.values() if kind.create}
    deleters = {kind.delete: kind for kind in dependencies.kinds.values() if kind.delete}
    tasks = []
    for operation in spec.operations:
        if operation.key not in chosen:
            continue
        links = links_of.get(operation.key, [])
        bound = _bind(links, dependencies.kinds, readiness, readiness[operation.key].enabled)
        kept = creators.get(operation.key)
        taken = deleters.get(operation.key)
        tasks.append(
            PlannedTask(
                operation=operation.key,
                name=operation.name,
                method=operation.method,
                path=operation.path,
                summary=operation.summary or operation.description,
                weight=1 if operation.deprecated else WEIGHTS.get(operation.method, 1),
                recipe=writer.write(operation, bound),
                readiness=readiness[operation.key],
                keeps=kept.kind if kept else None,
                takes=taken.kind if taken and readiness.get(taken.create or "") else None,
            )
        )
    return tuple(tasks)


def _bind(
    links: Sequence[Dependency],
    kinds: Mapping[str, ResourceKind],
    readiness: Mapping[str, Readiness],
    enabled: bool,
) -> dict[tuple[str, str], Source]:
    """The source of each linked slot: a resource of one's own where one can be made, else found.

    Slots of disabled operations (`enabled` False) are bound too: the file shows the data flow, and
    enabling them is a matter of removing a comment sign.
    """
    bound: dict[tuple[str, str], Source] = {}
    for link in links:
        kind = kinds[link.kind]
        options: list[tuple[str | None, Source]] = [
            (kind.create, Created(link.kind, link.pointer)),
            (kind.list, Found(link.kind, link.pointer)),
        ]
        known = [(readiness[key], source) for key, source in options if key and key in readiness]
        known.sort(key=lambda pair: not pair[0].enabled)  # one that can be called comes first
        if known and (known[0][0].enabled or not enabled):
            bound[(link.location, link.slot_pointer)] = known[0][1]
    return bound


def _user(spec: ApiSpec, tasks: tuple[PlannedTask, ...]) -> PlannedUser:
    enabled = sum(task.readiness.enabled for task in tasks)
    mount = f", mounted at {spec.prefix}" if spec.prefix else ""
    left_out = f", {len(tasks) - enabled} of them disabled" if enabled < len(tasks) else ""
    noun = "operation" if len(tasks) == 1 else "operations"
    title = " ".join(part for part in (spec.title or spec.application, spec.version) if part)
    return PlannedUser(
        name="".join(word.capitalize() for word in words(spec.application)) + "User",
        description=f"{title}{mount}: {len(tasks)} {noun}{left_out}.",
        applications=(spec.application,),
        weight=max(1, enabled),
        tasks=tasks,
        security_schemes=tuple(spec.security_schemes.values()),
    )


def _merge(users: Sequence[PlannedUser]) -> PlannedUser:
    """One class for several applications: with fewer users than applications, some would starve."""
    used: dict[str, int] = {}
    tasks = []
    for task in (task for user in users for task in user.tasks):
        number = used[task.name] = used.get(task.name, 0) + 1
        tasks.append(task if number == 1 else replace(task, name=f"{task.name}_{number}"))
    return PlannedUser(
        name="ApiLoadUser",
        description=" ".join(user.description for user in users),
        applications=tuple(name for user in users for name in user.applications),
        weight=1,
        tasks=tuple(tasks),
        security_schemes=tuple(scheme for user in users for scheme in user.security_schemes),
    )
