"""Finds the data flow between operations: which answers supply which path and body values.

A *producer* answers with an item (`POST /sessions` → `{"id": …}`) or lists items that exist; a
*want* is a slot that needs an identifier. Names decide: `{session_id}`, or `{id}` behind
`/sessions`, wants a session; an operation produces sessions if its path or the schema of its
answer says so.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, count
from typing import Literal

from benchmark.generators import schema_view
from benchmark.generators.naming import collection_of, identified_noun, noun, path_noun, words
from benchmark.models import (
    ApiSpec,
    Dependencies,
    Dependency,
    JsonSchema,
    Operation,
    ResourceKind,
    SlotLocation,
    escape_pointer,
)

MAX_BODY_DEPTH = 3
"""How deep body schemas are searched for references to other resources."""

_TEMPLATE = re.compile(r"\{([^{}]*)\}")
_STRONG = frozenset({"id", "ids", "uuid", "uuids", "guid", "guids", "uid", "uids"})
_SCHEMA_SUFFIXES = frozenset(
    "out output in input read create created response result dto model schema public detail "
    "details resource entity view base".split()
)
_NOT_CREATING = frozenset(
    "search query login logout signin signout token refresh validate verify check preview count "
    "batch bulk export".split()
)
_TAKEN = frozenset({"at", "between", "clock", "deletes", "kind", "reply", "self", "unique"})
_WRAPPERS = frozenset(
    "data item items result results content records record response payload value values rows "
    "entries list".split()
)


_Reference = tuple[str, str, str]
_Known = dict[tuple[str, int], tuple[_Reference, ...]]


@dataclass(frozen=True, slots=True)
class Want:
    """A slot that needs the identifier of a `noun`; `collection` is the path before a path slot."""

    operation: Operation
    location: SlotLocation
    pointer: str
    name: str
    noun: str
    collection: str | None = None


@dataclass(frozen=True, slots=True)
class Producer:
    """An operation whose answer holds an item, or the list of items, at `pointer`."""

    operation: Operation
    action: Literal["create", "list"]
    nouns: frozenset[str]
    pointer: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A want and those who can supply it: the one that creates, the one that lists, or both."""

    want: Want
    create: Producer | None
    list: Producer | None

    @property
    def key(self) -> str:
        """What identifies the resource kind: the operation that creates it, else that lists it."""
        producer = self.create or self.list
        return producer.operation.key if producer else ""


def analyze_dependencies(specs: Sequence[ApiSpec]) -> Dependencies:
    """The resource kinds of all applications, and the slots that they fill.

    Each application is looked at by itself: the name of an identifier alone is too weak a reason
    to carry a value from one application to another.
    """
    kinds: dict[str, ResourceKind] = {}
    links: list[Dependency] = []
    for spec in specs:
        matches = match_wants(spec)
        names = _name_kinds(matches, spec.application, kinds)
        kinds.update(_kinds(matches, names, spec.application))
        links.extend(
            Dependency(
                match.want.operation.key,
                match.want.location,
                match.want.pointer,
                names[match.key],
                _identifier(match.create or match.list, match.want),
            )
            for match in matches
        )
    return Dependencies(kinds, tuple(links))


def match_wants(spec: ApiSpec) -> tuple[Match, ...]:
    """Every want of an application that some operation of the application can supply."""
    producers = [p for op in spec.operations if (p := find_producer(op, spec.definitions))]
    creates = _index([p for p in producers if p.action == "create"])
    lists = _index([p for p in producers if p.action == "list"])
    matches: list[Match] = []
    known: _Known = {}
    for operation in spec.operations:
        for want in find_wants(operation, spec.definitions, known):
            create, listed = _best(creates, want), _best(lists, want)
            if create or listed:
                matches.append(Match(want, create, listed))
    return _without_cycles(matches)


# ── wants ─────────────────────────────────────────────────────────────────────────────────────


def find_wants(
    operation: Operation, definitions: Mapping[str, JsonSchema], known: _Known | None = None
) -> Iterator[Want]:
    """The slots of an operation that, by their names, take the identifier of a resource.

    `known` remembers, between operations of one application, what was found in shared schemas.
    """
    for parameter in operation.parameters:
        pointer = f"/{escape_pointer(parameter.name)}"
        if parameter.location == "path":
            collection = collection_of(operation.path, parameter.name)
            about = path_noun(collection, parameter.name)
            if about is not None:
                yield Want(operation, "path", pointer, parameter.name, about, collection)
        elif parameter.location == "query" and parameter.required:
            if about := _reference_noun(parameter.name):
                yield Want(operation, "query", pointer, parameter.name, about)
    if operation.body:
        schema = operation.body.media_types[0].schema
        found = _references(schema, definitions, MAX_BODY_DEPTH, {} if known is None else known)
        for pointer, name, about in found:
            yield Want(operation, "body", pointer, name, about)


def _references(
    schema: JsonSchema, definitions: Mapping[str, JsonSchema], depth: int, known: _Known
) -> tuple[_Reference, ...]:
    """The members of a body that refer to a resource: pointer, name and noun of each."""
    key = (schema_view.reference_name(schema), depth)
    if key[0] and key in known:
        return known[key]
    found: list[_Reference] = []
    for name, member in schema_view.properties(schema, definitions).items():
        here = f"/{escape_pointer(name)}"
        element = schema_view.items(member, definitions)
        if about := _reference_noun(name):
            found.append((here if element is None else f"{here}/0", name, about))
        elif element is None and depth:
            inner = _references(member, definitions, depth - 1, known)
            found.extend((here + pointer, below, noun_) for pointer, below, noun_ in inner)
    if key[0]:
        known[key] = tuple(found)
    return tuple(found)


def _reference_noun(name: str) -> str | None:
    """The noun that a query or body field refers to; names such as first_name refer to nothing."""
    parts = words(name)
    return identified_noun(name) if len(parts) > 1 and parts[-1] in _STRONG else None


# ── producers ─────────────────────────────────────────────────────────────────────────────────


def find_producer(operation: Operation, definitions: Mapping[str, JsonSchema]) -> Producer | None:
    """What an operation produces, judged by its documented 2xx answers; None if nothing."""
    last = next((s for s in reversed(operation.path.split("/")) if s), "")
    for response in operation.responses:
        for media in response.media_types if response.is_success else ():
            nouns = frozenset({noun(last), *_schema_nouns(media.schema, definitions)} - {""})
            if operation.method == "POST" and not _NOT_CREATING.intersection(words(last)):
                if found := _item(media.schema, definitions):
                    return Producer(operation, "create", nouns, *found)
            elif operation.method == "GET" and _is_plain_list(operation):
                if listed := _items(media.schema, definitions):
                    pointer, element = listed
                    item = _item(element, definitions)
                    if item and item[0] == "":
                        nouns |= _schema_nouns(element, definitions)
                        return Producer(operation, "list", nouns, pointer, item[1])
    return None


def _is_plain_list(operation: Operation) -> bool:
    """Whether a list can be asked for without knowing anything: nothing in it is required."""
    return "{" not in operation.path and not any(p.required for p in operation.parameters)


def _item(
    schema: JsonSchema, definitions: Mapping[str, JsonSchema], depth: int = 0
) -> tuple[str, tuple[str, ...]] | None:
    """Where in an answer the item is, and its members: at the top, or below a wrapper."""
    members = schema_view.properties(schema, definitions)
    names = tuple(members)
    if "id" in members:
        return "", names
    for name, member in members.items():
        wraps = name in _WRAPPERS or len(members) == 1
        if wraps and depth < 2 and schema_view.properties(member, definitions):
            if inner := _item(member, definitions, depth + 1):
                return f"/{escape_pointer(name)}{inner[0]}", inner[1]
    return ("", names) if any(identified_noun(name) is not None for name in names) else None


def _items(
    schema: JsonSchema, definitions: Mapping[str, JsonSchema]
) -> tuple[str, JsonSchema] | None:
    """Where in an answer the list is, and the schema of its items: at the top, or below a name."""
    if element := schema_view.items(schema, definitions):
        return "", element
    members = schema_view.properties(schema, definitions)
    arrays = {n: e for n, m in members.items() if (e := schema_view.items(m, definitions))}
    for name, element in arrays.items():
        if name in _WRAPPERS or len(arrays) == 1:
            return f"/{escape_pointer(name)}", element
    return None


def _schema_nouns(schema: JsonSchema, definitions: Mapping[str, JsonSchema]) -> set[str]:
    """The nouns that a schema's name and title suggest: "SessionOut" → session."""
    title = schema_view.resolve(schema, definitions).get("title")
    found = set()
    for name in (schema_view.reference_name(schema), title if isinstance(title, str) else ""):
        parts = list(words(name.rpartition(".")[2]))
        while len(parts) > 1 and parts[-1] in _SCHEMA_SUFFIXES:
            parts.pop()
        found.add(noun("_".join(parts)))
    return found - {""}


# ── matching ──────────────────────────────────────────────────────────────────────────────────


def _index(producers: Sequence[Producer]) -> dict[str, list[Producer]]:
    """The producers by what they can be found by: each of their nouns, and their path."""
    found: dict[str, list[Producer]] = {}
    for producer in producers:
        for key in {*producer.nouns, producer.operation.path.rstrip("/") or "/"}:
            found.setdefault(key, []).append(producer)
    return found


def _best(producers: Mapping[str, list[Producer]], want: Want) -> Producer | None:
    """The producer that fits best; None if none fits. Ties go to the shallower, shorter path."""
    path = "" if want.collection is None else want.collection.rstrip("/") or "/"
    candidates = {p.operation.key: p for key in (path, want.noun) for p in producers.get(key, ())}
    scored = [(score, p) for p in candidates.values() if (score := _score(p, want)) >= 3]
    if not scored:
        return None
    return max(
        scored, key=lambda s: (s[0], -s[1].operation.path.count("{"), -len(s[1].operation.path))
    )[1]


def _score(producer: Producer, want: Want) -> int:
    """How well a producer fits a want: same collection 4, same noun 3, same member name 2."""
    path = producer.operation.path.rstrip("/")
    if not _identifier(producer, want) or producer.operation.key == want.operation.key:
        return 0
    if want.collection is not None and path.startswith(f"{want.collection}/{{"):
        return 0  # it needs the identifier of such a thing itself
    score = 4 if want.collection is not None and path == want.collection.rstrip("/") else 0
    score += 3 if want.noun in producer.nouns else 0
    return score + (2 if score and _plain(want.name) in map(_plain, producer.members) else 0)


def _identifier(producer: Producer | None, want: Want) -> str:
    """The JSON Pointer, in the producer's item, of the member that identifies it for this want."""
    if producer is None:
        return ""
    members = {_plain(name): name for name in reversed(producer.members)}
    last = words(want.name)[-1]
    candidates = [_plain(want.name), f"{_plain(want.noun)}id", last, "id", "uuid", "guid", "uid"]
    candidates += ["key", "slug", "sid", "code", "name"] if want.location == "path" else []
    found = next((members[name] for name in candidates if name in members), None)
    return f"/{escape_pointer(found)}" if found is not None else ""


@lru_cache(maxsize=100_000)
def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _without_cycles(matches: Sequence[Match]) -> tuple[Match, ...]:
    """The matches without those by which making a thing would need that thing to exist first.

    Path slots are kept before body slots, since a body slot may be left to a generated value.
    """
    kept: list[Match] = []
    needs: dict[str, set[str]] = {}
    for match in sorted(matches, key=lambda m: m.want.location != "path"):
        if match.create is None:
            kept.append(match)
            continue
        maker, made = match.want.operation.key, match.create.operation.key
        if _reaches(needs, made, maker):
            if match.list:
                kept.append(Match(match.want, None, match.list))
            continue
        needs.setdefault(maker, set()).add(made)
        kept.append(match)
    order = {id(match.want): index for index, match in enumerate(matches)}
    return tuple(sorted(kept, key=lambda m: order[id(m.want)]))


def _reaches(needs: Mapping[str, set[str]], start: str, goal: str) -> bool:
    waiting, seen = [start], set()
    while waiting:
        key = waiting.pop()
        if key == goal:
            return True
        if key not in seen:
            seen.add(key)
            waiting.extend(needs.get(key, ()))
    return False


# ── kinds ─────────────────────────────────────────────────────────────────────────────────────


def _name_kinds(
    matches: Sequence[Match], application: str, taken: Mapping[str, ResourceKind]
) -> dict[str, str]:
    """A readable name for each kind, unique in the target: its noun, else with more words."""
    names: dict[str, str] = {}
    used = set(taken)
    for match in matches:
        if match.key in names:
            continue
        about = _safe_name(match.want.noun)
        numbered = (f"{about}_{number}" for number in count(2))
        options = chain([about, f"{_safe_name(noun(application))}_{about}"], numbered)
        names[match.key] = next(option for option in options if option not in used)
        used.add(names[match.key])
    return names


def _safe_name(about: str) -> str:
    """A kind's name as it may stand in source text as a variable: `import` → `import_item`."""
    if not about or not about.isidentifier():
        return f"item_{about}".rstrip("_")
    reserved = keyword.iskeyword(about) or keyword.issoftkeyword(about) or about in _TAKEN
    return f"{about}_item" if reserved or hasattr(builtins, about) else about


def _kinds(
    matches: Sequence[Match], names: Mapping[str, str], application: str
) -> dict[str, ResourceKind]:
    found: dict[str, ResourceKind] = {}
    by_kind, by_operation = defaultdict(list), defaultdict(list)
    for match in matches:
        by_kind[match.key].append(match)
        by_operation[match.want.operation.key].append(match)
    for key, name in names.items():
        mine = by_kind[key]
        create = mine[0].create
        listed = next((match.list for match in mine if match.list), None)
        deletes = [m.want for m in mine if m.want.operation.method == "DELETE" and _is_last(m.want)]
        maker = create.operation.key if create else ""
        parents = [names[m.key] for m in by_operation[maker] if m.want.location == "path"]
        found[name] = ResourceKind(
            kind=name,
            application=application,
            create=create.operation.key if create else None,
            list=listed.operation.key if listed else None,
            delete=deletes[0].operation.key if deletes else None,
            parents=tuple(parents),
            identifiers=tuple(dict.fromkeys(_identifier(m.create or m.list, m.want) for m in mine)),
            item_pointer=create.pointer if create else "",
            list_pointer=listed.pointer if listed else "",
        )
    return found


def _is_last(want: Want) -> bool:
    names = _TEMPLATE.findall(want.operation.path)
    ends = want.operation.path.rstrip("/").endswith("}")
    return bool(names) and ends and names[-1] == want.name
