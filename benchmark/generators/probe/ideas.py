"""Other ways to write a request that was refused: each idea is a recipe changed from another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from benchmark.generators import schema_view
from benchmark.generators.naming import noun, plain, reference_noun, static_segments, words
from benchmark.generators.probe.complaints import Complaint
from benchmark.generators.probe.repairs import Maker
from benchmark.generators.scenario_planner import OMIT, RecipeWriter, Variant, repaired_at
from benchmark.models import (
    ArrayNode,
    Constant,
    Created,
    Echo,
    Found,
    JsonSchema,
    Node,
    ObjectNode,
    Operation,
    Place,
    Pooled,
    Recipe,
    Source,
    Unique,
    escape_pointer,
)

MAX_BRANCHES = 4
"""How many alternatives of a body (`oneOf`, `anyOf`) are tried."""

MAX_ADDITIONS = 6
"""How many optional members are tried one by one."""

_PLAIN_TEXTS = ("1", "200", "default", "test", "en")
_USUAL_TYPES = ("custom", "default", "generic", "standard", "basic")
"""What sorts of things are called in many APIs, where nothing says which sorts there are."""

_CONTENT_TYPE = re.compile(
    r"\b(?:application|audio|image|text|video)/[a-z0-9][a-z0-9.+-]{0,60}", re.IGNORECASE
)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_IDS = frozenset({"id", "uuid", "guid", "parent"})
_SET_BY_SERVERS = frozenset({"created", "updated", "modified", "deleted"})
_MAX_INNER = 2
_MAX_TOLD = 4000
_STAMP = "0a1b2c3d4e5f6g"  # as long as those of `stamps.next_stamp`
_MARK = "mark"
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def variants(
    operation: Operation, writer: RecipeWriter, bound: Mapping[Place, Source]
) -> Iterator[Recipe]:
    """The same operation with more or less of what is optional, and with other alternatives."""
    yield writer.write(operation, bound, Variant("minimal"))
    yield writer.write(operation, bound, Variant("full"))
    if operation.body is None:
        if operation.method in _WRITES - {"DELETE"}:
            base = writer.write(operation, bound)
            yield replace(base, media_type="application/json", body=ObjectNode(()))
        return
    for branch in range(1, _branches(operation, writer.definitions) + 1):
        yield writer.write(operation, bound, Variant("typical", branch=branch))
    for media in range(1, min(3, len(operation.body.media_types))):
        yield writer.write(operation, bound, Variant("typical", media=media))


def leaner(recipe: Recipe, maker: Maker, *, to_the_least: bool) -> Iterator[Recipe]:
    """The body without optional members that name things nobody has, or that the server sets.

    Documents often describe what is sent by the schema of what is answered, ids and times included.
    With `to_the_least` also without any optional member: where only a status is said, any may be
    the one that is meant.
    """
    if not isinstance(recipe.body, ObjectNode):
        return
    body = _without_made_up(recipe.body, "", maker)
    if body != recipe.body:
        yield replace(recipe, body=body)
    members = recipe.body.members
    needed = tuple((n, node) for n, node in members if not maker.is_optional(_below("", n)))
    if to_the_least and needed != members:
        yield replace(recipe, body=ObjectNode(needed))


def _without_made_up(node: ObjectNode, pointer: str, maker: Maker) -> ObjectNode:
    kept: list[tuple[str, Node]] = []
    for name, member in node.members:
        place = _below(pointer, name)
        if isinstance(member, ObjectNode) and pointer.count("/") < _MAX_INNER:
            kept.append((name, _without_made_up(member, place[1], maker)))
        elif not (_is_made_up(name, member) and maker.is_optional(place)):
            kept.append((name, member))
    return ObjectNode(tuple(kept))


def _below(pointer: str, name: str) -> Place:
    return "body", f"{pointer}/{escape_pointer(name)}"


def _is_made_up(name: str, node: Node) -> bool:
    items = node.items if isinstance(node, ArrayNode) else (node,)
    if not all(isinstance(item, Constant | Pooled | Unique) for item in items):
        return False
    said = words(name)
    if node == Constant(None) or plain(name) in _IDS or reference_noun(name) is not None:
        return True
    if _SET_BY_SERVERS.intersection(said):
        return True
    return bool(items) and all(_UUID.fullmatch(str(_first(item))) for item in items)


def _first(node: Node) -> object:
    if isinstance(node, Pooled):
        return node.values[0]
    if isinstance(node, Unique):
        return node.sample
    return node.value if isinstance(node, Constant) else None


def single_additions(
    operation: Operation, writer: RecipeWriter, bound: Mapping[Place, Source]
) -> Iterator[Recipe]:
    """The least body with one optional member more: where just one of several is needed."""
    if operation.body is None:
        return
    least = writer.write(operation, bound, Variant("minimal"))
    typical = writer.write(operation, bound)
    if not isinstance(typical.body, ObjectNode):
        return
    present = {n for n, _ in least.body.members} if isinstance(least.body, ObjectNode) else set()
    optional = [(n, node) for n, node in typical.body.members if n not in present]
    for name, node in optional[:MAX_ADDITIONS]:
        place: Place = ("body", f"/{escape_pointer(name)}")
        base = replace(least, media_type=typical.media_type)
        yield repaired_at(base, place[0], place[1], node)


def echoes_of(
    operation: Operation,
    read: Operation,
    recipe: Recipe,
    definitions: Mapping[str, JsonSchema],
    answer: object,
) -> Iterator[Recipe]:
    """An update that sends back what the read of the same thing answers: all, and without nulls.

    `answer` is an answer of the read: it tells where in it the thing stands, at the top or wrapped.
    """
    if operation.method not in {"PUT", "PATCH"} or operation.body is None:
        return
    media = operation.body.media_types[0]
    members = schema_view.properties(media.schema, definitions)
    writable = tuple(
        name
        for name, member in members.items()
        if not schema_view.resolve(member, definitions).get("readOnly")
    )
    pointer, thing = _thing_in(answer, writable)
    echo = Echo(read.key, pointer, writable)
    yield replace(recipe, media_type=media.content_type, body=echo, doubts=())
    full = tuple(name for name in writable if thing.get(name) is not None)
    if full and full != writable:
        body = replace(echo, members=full)
        yield replace(recipe, media_type=media.content_type, body=body, doubts=())


def _thing_in(answer: object, members: Sequence[str]) -> tuple[str, Mapping[str, object]]:
    """Where in an answer the object with such members is, at the top or one level down."""
    if not isinstance(answer, Mapping):
        return "", {}
    inner = [(f"/{escape_pointer(str(name))}", value) for name, value in answer.items()]
    found = [(at, each) for at, each in (("", answer), *inner) if isinstance(each, Mapping)]

    def known(place: tuple[str, Mapping[str, object]]) -> int:
        return sum(name in place[1] for name in members)

    best = max(found, key=known)
    return best if known(best) else ("", answer)


def partial_echo(
    recipe: Recipe, operation: Operation, complaints: Sequence[Complaint]
) -> Iterator[Recipe]:
    """A PATCH that sends back less: without the members that are refused even as they are."""
    if operation.method != "PATCH" or not isinstance(recipe.body, Echo):
        return
    refused = {complaint.pointer.partition("/")[2] for complaint in complaints}
    members = tuple(name for name in recipe.body.members if escape_pointer(name) not in refused)
    if members and members != recipe.body.members:
        yield replace(recipe, body=replace(recipe.body, members=members))


def mirror_of(recipe: Recipe, kind: str, item: Mapping[str, object]) -> Recipe | None:
    """A create whose values are those of a thing that the server lists, but for unique ones."""
    if not isinstance(recipe.body, ObjectNode):
        return None
    members: list[tuple[str, Node]] = []
    changed = False
    for name, node in recipe.body.members:
        value = item.get(name)
        if isinstance(node, Constant | Pooled) and isinstance(value, str | int | float | bool):
            members.append((name, Found(kind, f"/{name}")))
            changed = True
        else:
            members.append((name, node))
    return replace(recipe, body=ObjectNode(tuple(members))) if changed else None


def acceptable(recipe: Recipe, operation: Operation, told: str) -> Iterator[Recipe]:
    """The request asking for what the document, or the 406 answer itself, says can be had."""
    documented = [
        media.content_type
        for response in operation.responses
        if response.is_success
        for media in response.media_types
    ]
    types = dict.fromkeys([*documented, *_CONTENT_TYPE.findall(told[:_MAX_TOLD])])
    for content_type in list(types)[:3]:
        yield with_source(recipe, ("header", "/Accept"), Constant(content_type))


def free_values(recipe: Recipe, operation: Operation) -> Iterator[Recipe]:
    """Other plain values for what is free in the path, where nobody says what is right.

    An update or a delete gets none but a status: there may be something called "test" or "1".
    """
    harmless = operation.method not in _WRITES or operation.method == "POST"
    for slot in reversed(recipe.parameters):
        if slot.location == "path" and isinstance(slot.source, Constant | Pooled):
            said = {noun(word) for word in words(operation.path)}
            texts = _PLAIN_TEXTS if harmless else ("200",) if "status" in said else ()
            for text in texts:
                yield with_source(recipe, ("path", slot.pointer), Constant(text))


def type_names(
    recipe: Recipe,
    operation: Operation,
    definitions: Mapping[str, JsonSchema],
    complaints: Sequence[Complaint],
) -> Iterator[Recipe]:
    """Other names for a field that says which sort of thing is meant, and that was refused.

    Such fields hold the name of a class or schema: that of the collection, or one like it.
    """
    about = noun(next(reversed(static_segments(operation.path)), ""))
    if not about:
        return
    alike = [name for name in definitions if about.replace("_", "") in plain(name)]
    names = dict.fromkeys([_pascal(about), about, about.upper(), *_USUAL_TYPES, *alike[:4]])
    for complaint in complaints:
        field = complaint.pointer.rpartition("/")[2]
        known = any(slot.pointer == complaint.pointer for slot in recipe.slots())
        if known and plain(field).endswith(("type", "kind", "class")):
            for name in names:
                place: Place = (complaint.location or "body", complaint.pointer)
                yield with_source(recipe, place, Constant(name))


def choices(
    recipe: Recipe, complaints: Sequence[Complaint], vocabulary: Sequence[Sequence[str]]
) -> Iterator[Recipe]:
    """One name of each group for a field whose value is no valid choice, nobody says of which."""
    slots = {slot.pointer for slot in recipe.slots()}
    for complaint in complaints:
        if complaint.pointer in slots:
            for group in vocabulary:
                place: Place = (complaint.location or "body", complaint.pointer)
                yield with_source(recipe, place, Constant(group[0]))


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def with_source(recipe: Recipe, place: Place, source: Source) -> Recipe:
    """The recipe with another source in one slot."""
    return repaired_at(recipe, place[0], place[1], source)


def with_node(recipe: Recipe, place: Place, node: Node) -> Recipe:
    """The recipe with other content in one place of its body, or another source in a slot."""
    return repaired_at(recipe, place[0], place[1], node)


def without_slot(recipe: Recipe, place: Place) -> Recipe:
    """The recipe with one slot left out."""
    return repaired_at(recipe, place[0], place[1], OMIT)


def all_unique(recipe: Recipe, maker: Maker) -> Recipe:
    """The recipe with every free text at the top of its body made unique, choices left out.

    A map in which anything may stand gets a member that is unique: it may be what must differ.
    """
    if not isinstance(recipe.body, ObjectNode):
        return recipe
    members = []
    for name, node in recipe.body.members:
        place: Place = ("body", f"/{escape_pointer(name)}")
        unique = _unique(node)
        if isinstance(unique, Unique) and not maker.allows(place, f"{unique.sample}-{_STAMP}"):
            unique = node  # a choice, or a text of a certain form
            if not maker.is_needed(place):
                continue
        if maker.is_free_map(place):
            unique = _with_unique_member(node)
        members.append((name, unique))
    return replace(recipe, body=ObjectNode(tuple(members)))


def by_ids(recipe: Recipe, kind: str, name: str = "ids") -> Recipe:
    """A delete on a collection that names what is to go: one thing of one's own."""
    ids = ArrayNode((Created(kind, "/id"),))
    return replace(recipe, media_type="application/json", body=ObjectNode(((name, ids),)))


def narrowed(recipe: Recipe, index: int) -> Recipe:
    """The recipe with each pool cut down to the one value that was seen to work."""
    return _with_pools(recipe, lambda pool: Constant(pool.values[index % len(pool.values)]))


def cut(recipe: Recipe, length: int) -> Recipe:
    """The recipe with each pool cut down to its first values, those that were seen to work."""
    return _with_pools(recipe, lambda pool: Pooled(pool.values[:length]))


def for_one_use(recipe: Recipe) -> Recipe:
    """The recipe with a thing of its own each time, which no other request will see."""
    return replace(recipe, fresh=True)


def kinds_in(recipe: Recipe) -> dict[str, bool]:
    """The kinds of things that a recipe needs, and whether they must be own ones."""
    found: dict[str, bool] = {}
    for slot in recipe.slots():
        if isinstance(slot.source, Created | Found):
            own = isinstance(slot.source, Created)
            found[slot.source.kind] = found.get(slot.source.kind, False) or own
    return found


def _branches(operation: Operation, definitions: Mapping[str, JsonSchema]) -> int:
    """How many alternatives the body has, at most MAX_BRANCHES."""
    if operation.body is None:
        return 0
    schema = operation.body.media_types[0].schema
    return min(MAX_BRANCHES, schema_view.alternatives(schema, definitions))


def _unique(node: Node) -> Node:
    if isinstance(node, Constant) and isinstance(node.value, str) and node.value.isascii():
        return Unique(node.value)
    if isinstance(node, Pooled) and all(isinstance(value, str) for value in node.values):
        return Unique(node.values[0])
    return node


def _with_unique_member(node: Node) -> Node:
    """A map with one more member whose value never repeats; what is no map stays."""
    opened = ObjectNode(()) if node == Constant({}) else node
    if not isinstance(opened, ObjectNode):
        return node
    return ObjectNode((*opened.members, (_MARK, Unique(_MARK))))


def _with_pools(recipe: Recipe, change: Callable[[Pooled], Source]) -> Recipe:
    """The recipe with something else in the place of each pool."""

    def changed(node: Node) -> Node:
        if isinstance(node, ObjectNode):
            return ObjectNode(tuple((name, changed(member)) for name, member in node.members))
        if isinstance(node, ArrayNode):
            return ArrayNode(tuple(changed(item) for item in node.items))
        return change(node) if isinstance(node, Pooled) else node

    parameters = tuple(
        replace(slot, source=change(slot.source)) if isinstance(slot.source, Pooled) else slot
        for slot in recipe.parameters
    )
    body = None if recipe.body is None else changed(recipe.body)
    return replace(recipe, parameters=parameters, body=body)
