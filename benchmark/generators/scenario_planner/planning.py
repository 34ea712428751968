"""Turns operations and their data flow into the plan of a load: who does what, with what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from benchmark.generators import schema_view
from benchmark.generators.parameter_generator import ParameterGenerator
from benchmark.generators.scenario_planner.expected_answers import expected_answer
from benchmark.generators.scenario_planner.readiness import READ_ONLY, judge, plain_list
from benchmark.generators.scenario_planner.recipes import RecipeWriter
from benchmark.generators.scenario_planner.users import planned_users
from benchmark.generators.scenario_planner.wire_forms import as_documented
from benchmark.models import (
    ApiSpec,
    Created,
    Credentials,
    Dependencies,
    Dependency,
    Found,
    JsonSchema,
    LoadPlan,
    Operation,
    Place,
    PlannedTask,
    Readiness,
    ResourceKind,
    SkippedOperation,
    Source,
    StrategyName,
    Unique,
    escape_pointer,
)

WEIGHTS = {"GET": 4, "QUERY": 4, "POST": 2, "PUT": 2, "PATCH": 2}
"""How often a method is called, relative to others: reads more often than writes; others 1."""

_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "QUERY", "TRACE"})


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What the user asked of the plan.

    `include` and `exclude` are globs on `GET /path`, on the path, and on the operation's name;
    `tags` are tags or globs on them. `wait_time` is in seconds, `file_upload_size` in bytes.
    `users` is the number of virtual users of the run. `max_operations` is per application.
    `given_in_paths` are the path parameters of which the user gave the values: operation and name.
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
    strategy: StrategyName = "random"
    given_in_paths: frozenset[tuple[str, str]] = frozenset()


def plan_scenarios(
    base_url: str, specs: Sequence[ApiSpec], dependencies: Dependencies, options: PlanOptions
) -> LoadPlan:
    """The plan for all applications. Same documents, options and seed: same plan, dates aside."""
    chosen, left_out = _choose(specs, options)
    readiness = judge(chosen, dependencies, options.credentials, options.given_in_paths)
    planned = []
    for spec in specs:
        mine = [operation for operation, owner in chosen.values() if owner is spec]
        if mine:
            planned.append((spec, _plan_tasks(spec, mine, dependencies, readiness, options)))
    return LoadPlan(
        base_url=base_url,
        seed=options.seed,
        wait_time=options.wait_time,
        users=planned_users(planned, options.users),
        kinds=dependencies.kinds,
        skipped=(*(skip for spec in specs for skip in spec.skipped), *left_out),
        strategy=options.strategy,
    )


def _choose(
    specs: Sequence[ApiSpec], options: PlanOptions
) -> tuple[dict[str, tuple[Operation, ApiSpec]], list[SkippedOperation]]:
    """The operations that take part, by key, and those that the options leave out."""
    chosen: dict[str, tuple[Operation, ApiSpec]] = {}
    left_out: list[SkippedOperation] = []
    for spec in specs:
        count = 0
        for operation in spec.operations:
            reason = _left_out(operation, options, count)
            if not reason and operation.key in chosen:
                reason = f"the same as in {chosen[operation.key][1].application}"
            if reason:
                left_out.append(SkippedOperation(spec.application, operation.key, reason))
            else:
                chosen[operation.key] = (operation, spec)
                count += 1
    return chosen, left_out


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
    if options.tags and not _tagged(operation, options.tags):
        return "left out: not in --tag"
    if options.read_only and operation.method not in READ_ONLY:
        return "left out by --read-only"
    if options.max_operations is not None and so_far >= options.max_operations:
        return f"left out: more than {options.max_operations} operations (max_endpoints_per_app)"
    return ""


def _tagged(operation: Operation, wanted: tuple[str, ...]) -> bool:
    return any(tag == glob or fnmatchcase(tag, glob) for tag in operation.tags for glob in wanted)


def _plan_tasks(
    spec: ApiSpec,
    operations: Sequence[Operation],
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
    deleters = {kind.delete: kind.kind for kind in dependencies.kinds.values() if kind.delete}
    tasks = []
    for operation in operations:
        links = links_of.get(operation.key, [])
        bound = _bind(links, dependencies.kinds, readiness, readiness[operation.key].enabled)
        own = {source.kind for source in bound.values() if isinstance(source, Created)}
        if (made := creators.get(operation.key)) is not None:
            bound |= _own_keys(operation, made, generator, spec.definitions)
        deleted = deleters.get(operation.key)
        recipe = writer.write(operation, bound)
        tasks.append(
            PlannedTask(
                operation=operation.key,
                name=operation.name,
                method=operation.method,
                path=operation.path,
                summary=operation.summary or operation.description,
                weight=1 if operation.deprecated else WEIGHTS.get(operation.method, 1),
                recipe=as_documented(recipe, operation, generator, spec.definitions),
                readiness=readiness[operation.key],
                keeps=made.kind if made else None,
                takes=deleted if deleted in own else None,
                clears=cleared_by(operation, dependencies.kinds.values()),
                answers=expected_answer(operation),
            )
        )
    return tuple(tasks)


def cleared_by(operation: Operation, kinds: Iterable[ResourceKind]) -> str | None:
    """The kind of things that a DELETE on their collection removes all at once."""
    path = operation.path.rstrip("/")
    if operation.method != "DELETE" or path.endswith("}") or "{" not in path:
        return None
    for kind in kinds:
        places = {(key or "").partition(" ")[2].rstrip("/") for key in (kind.create, kind.list)}
        made_below = (kind.create or "").startswith(f"PUT {path}/{{")
        if kind.create and (path in places or made_below):
            return kind.kind
    return None


def _bind(
    links: Sequence[Dependency],
    kinds: Mapping[str, ResourceKind],
    readiness: Mapping[str, Readiness],
    enabled: bool,
) -> dict[Place, Source]:
    """The source of each linked slot: a resource of one's own where one can be made, else found.

    Slots of disabled operations (`enabled` False) are bound too: the file shows the data flow, and
    enabling them is a matter of removing a comment sign.
    """
    bound: dict[Place, Source] = {}
    for link in links:
        kind = kinds[link.kind]
        options: list[tuple[str | None, Source]] = [
            (kind.create, Created(link.kind, link.pointer)),
            (plain_list(kind), Found(link.kind, link.pointer)),
        ]
        known = [(readiness[key], source) for key, source in options if key and key in readiness]
        known.sort(key=lambda pair: not pair[0].enabled)  # one that can be called comes first
        if known and (known[0][0].enabled or not enabled):
            bound[(link.location, link.slot_pointer)] = known[0][1]
    return bound


def _own_keys(
    operation: Operation,
    kind: ResourceKind,
    generator: ParameterGenerator,
    definitions: Mapping[str, JsonSchema],
) -> dict[Place, Source]:
    """A new value each time for the path parameters by which the client names what it makes."""
    keys: dict[Place, Source] = {}
    for parameter in operation.parameters:
        schema = schema_view.resolve(parameter.schema, definitions)
        settled = any(keyword in schema for keyword in ("enum", "const", "pattern"))
        if parameter.location == "path" and parameter.name in kind.sent and not settled:
            examples = parameter.examples
            sample = generator.samples(schema, 1, parameter.name, "minimal", examples)[0]
            limit = schema.get("maxLength")
            if isinstance(sample, str):
                keys["path", f"/{escape_pointer(parameter.name)}"] = Unique(
                    sample,
                    "uuid" if schema.get("format") == "uuid" else "text",
                    limit if isinstance(limit, int) else None,
                )
    return keys
