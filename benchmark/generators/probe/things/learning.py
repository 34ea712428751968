"""Learns what an operation creates, lists and removes, and where the ids are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from benchmark.generators.dependency_analyzer import kind_name
from benchmark.generators.naming import noun, plain, singular, static_segments, words
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.requests.judging import answer_value
from benchmark.generators.probe.safety.caution import is_upsert
from benchmark.generators.probe.things.holdings import Held
from benchmark.generators.transport import Reply
from benchmark.models import Created, Operation, Recipe, ResourceKind, escape_pointer
from benchmark.wire.resource_items import bare_text, item_of, items_of

_WRAPPERS = ("data", "item", "result", "payload", "record", "resource", "content", "response")
_LISTS = ("items", "data", "results", "records", "content", "rows", "entries", "values", "list")
_IDS = frozenset("id uuid guid uid sid pk key slug name code".split())
_BODY_KEYS = ("id", "uuid", "key", "slug", "code", "name", "username")
_VERBS = frozenset("create new add register insert".split())
_CHANGES = frozenset("set update change mark toggle check validate count search filter".split())
_COPIES = frozenset("clone copy duplicate fork replicate".split())
_MAX_DEPTH = 3
_SHORTEST_ID = 8  # characters of an answer that is nothing else


@dataclass(frozen=True, slots=True)
class Creation:
    """A thing that an operation made: its kind, corrected by what was seen, and its item."""

    kind: ResourceKind
    held: Held


@dataclass(frozen=True, slots=True)
class Listing:
    """Things that an operation lists: their kind, corrected by what was seen, and the items."""

    kind: ResourceKind
    items: tuple[Any, ...]


def creation_of(case: Case, outcome: Outcome, kinds: Mapping[str, ResourceKind]) -> Creation | None:
    """What a good answer says was made; None if nothing was, or nothing that can be named."""
    reply, built = outcome.reply, outcome.built
    if reply is None or built is None or not 200 <= reply.status < 300:
        return None
    kind = kinds.get(case.keeps or "") or _new_kind(case, outcome, kinds)
    if kind is None:
        return None
    answer = answer_value(reply)
    location = reply.headers.get("Location") or None
    body = {pointer: value for (at, pointer), value in built.sent.items() if at == "body"}
    for candidate in _candidates(kind, case, answer, location, body):
        sent = {name: _sent(outcome, name) for name in candidate.sent}
        at = location if candidate.from_location else None
        item = item_of(answer, candidate.item_pointer, at, _named(sent))
        if isinstance(item, Mapping) and _is_named(item, candidate):
            held = Held(candidate.kind, item, dict(outcome.resources))
            held.is_accepted = reply.status == 202
            return Creation(candidate, held)
    return None


def listing_of(case: Case, outcome: Outcome, kinds: Mapping[str, ResourceKind]) -> Listing | None:
    """What a good answer of a read lists; None if it lists nothing that can be named."""
    reply = outcome.reply
    if reply is None or case.operation.method != "GET" or not 200 <= reply.status < 300:
        return None
    answer = answer_value(reply)
    known = next((k for k in kinds.values() if k.list == case.key and not k.where), None)
    pointers = [known.list_pointer] if known else []
    # Tags that are listed as {"tag": …} are named by that, without any id.
    about = plain(noun(next(reversed(static_segments(case.operation.path)), "")))
    ends_fixed = not case.operation.path.rstrip("/").endswith("}")
    for pointer in (*pointers, *(_list_pointers(answer) if ends_fixed else ())):
        items = [
            item
            for item in items_of(answer, pointer)
            if isinstance(item, Mapping) and (_ids(item) or about in map(plain, item))
        ]
        if items:
            kind = known or _listed_kind(case, kinds)
            return Listing(replace(kind, list=case.key, list_pointer=pointer), tuple(items[:50]))
    return None


def known_as(kind: ResourceKind, item: Any, kinds: Mapping[str, ResourceKind]) -> ResourceKind:
    """The kind as which a thing can be deleted, where it was made in another place of the API.

    `POST /teams/{id}/tasks` makes a task like `POST /tasks` does, and `DELETE /tasks/{id}` deletes
    both; `POST /tasks/{id}/copy` makes one, too.
    """
    if kind.delete or kind.create is None or not isinstance(item, Mapping):
        return kind
    how = (kind.item_pointer, kind.sent, kind.from_location)
    for other in kinds.values():
        if other.delete is None or other.create is None or other.kind == kind.kind:
            continue
        alike = _noun_of(kind.create) == _noun_of(other.create) or _copies(kind.create, other)
        same_way = (other.item_pointer, other.sent, other.from_location) == how
        if alike and same_way and all(_has(item, pointer) for pointer in other.identifiers):
            return other
    return kind


def _copies(create: str, kind: ResourceKind) -> bool:
    """Whether a create makes another of a kind out of one: `POST /tasks/{id}/copy`."""
    place, _, verb = create.partition(" ")[2].rstrip("/").rpartition("/")
    above = place.rpartition("/")[0]
    made_at = (kind.create or "").partition(" ")[2].rstrip("/")
    return bool(_COPIES.intersection(words(verb))) and place.endswith("}") and above == made_at


def _noun_of(key: str) -> str:
    """What an operation is about, by the end of its path: `…/create_run` a run."""
    last = next(reversed(static_segments(key.partition(" ")[2])), "")
    return noun("_".join(part for part in words(last) if part not in _VERBS) or last)


# ── creations ─────────────────────────────────────────────────────────────────────────────────


def _new_kind(
    case: Case, outcome: Outcome, kinds: Mapping[str, ResourceKind]
) -> ResourceKind | None:
    """A kind for an operation that turned out to create something."""
    path, reply = case.operation.path.rstrip("/"), outcome.reply
    last = path.rpartition("/")[2]
    makes = case.operation.method == "POST" or is_upsert(case.operation, case.siblings)
    if not makes or reply is None or "{" in last or case.takes:
        return None
    parts = words(last)
    plural = bool(parts) and singular(parts[-1]) != parts[-1]
    if not plural and _CHANGES.intersection(parts[:1]):
        return None  # the answer tells of a change, whatever its status
    makes = bool(_VERBS.intersection(parts))
    says_so = reply.status == 201 or bool(reply.headers.get("Location")) or _gives_id(reply)
    if not (plural or makes or says_so):
        return None
    if makes:
        place = path.rpartition("/")[0]
        for listed in kinds.values():
            if listed.create is None and listed.list == f"GET {place}":
                return replace(listed, create=case.key)  # what is made here is listed there
        last = next(reversed(static_segments(place)), last)
    deletes = [key for key in case.siblings if key.startswith(f"DELETE {path}/{{")]
    one = [key for key in deletes if key.count("/") == path.count("/") + 1]
    return ResourceKind(
        kind=kind_name(noun(last), set(kinds)),
        application=case.operation.application,
        create=case.key,
        delete=one[0] if one else None,
        identifiers=(),
    )


def _gives_id(reply: Reply) -> bool:
    """Whether an answer is nothing but an id, in plain text."""
    text = bare_text(reply.content_type, reply.body) or ""
    return len(text) >= _SHORTEST_ID and text.isascii() and any(char.isdigit() for char in text)


def _candidates(
    kind: ResourceKind, case: Case, answer: Any, location: str | None, body: Mapping[str, Any]
) -> Iterator[ResourceKind]:
    """The kind as documented, then with the item, or what names it, found elsewhere."""
    yield kind
    pointers = [*_item_pointers(answer), *_only_members(answer)]
    for pointer in sorted(pointers, key=lambda pointer: not _is_keyed(answer, pointer)):
        yield replace(kind, item_pointer=pointer, identifiers=(), sent=(), from_location=False)
    if location:
        yield replace(kind, item_pointer="", identifiers=("/id",), from_location=True)
    path = case.operation.path.rstrip("/")
    if path.endswith("}"):
        name = path.rpartition("{")[2][:-1]
        pointer = f"/{escape_pointer(name)}"
        yield replace(kind, item_pointer="", identifiers=(pointer,), sent=(name,))
        return
    for name in _BODY_KEYS:
        if isinstance(body.get(f"/{name}"), str | int):
            yield replace(kind, item_pointer="", identifiers=(f"/{name}",), sent=(f"/{name}",))


def _is_named(item: Mapping[str, Any], kind: ResourceKind) -> bool:
    if not kind.identifiers:
        return bool(_ids(item))
    return any(_has(item, pointer) for pointer in kind.identifiers)


def _has(item: Mapping[str, Any], pointer: str) -> bool:
    found: Any = item
    for token in pointer[1:].split("/"):
        name = token.replace("~1", "/").replace("~0", "~")
        if not isinstance(found, Mapping) or name not in found:
            return False
        found = found[name]
    return found is not None and found != ""


def _sent(outcome: Outcome, name: str) -> Any:
    """What a request sent under a name of its path, or at a pointer of its body."""
    if outcome.built is None:
        return None
    if name.startswith("/"):
        return outcome.built.sent.get(("body", name))
    return outcome.built.path_values().get(name)


def _named(sent: Mapping[str, Any]) -> dict[str, Any]:
    return {name.rpartition("/")[2]: value for name, value in sent.items() if value is not None}


# ── places in answers ─────────────────────────────────────────────────────────────────────────


def _item_pointers(answer: Any, depth: int = 0) -> Iterator[str]:
    """Where in an answer an item with something that names it may be, the outermost first."""
    if isinstance(answer, str | int) and not isinstance(answer, bool) and depth == 0:
        yield ""
    if isinstance(answer, list) and answer and depth == 0:
        for pointer in _item_pointers(answer[0], depth + 1):
            yield f"/0{pointer}"
    if not isinstance(answer, Mapping) or depth > _MAX_DEPTH:
        return
    if _ids(answer):
        yield ""
    inner = [name for name in _WRAPPERS if isinstance(answer.get(name), Mapping)]
    inner += [n for n, m in answer.items() if isinstance(m, Mapping) and n not in inner]
    for name in inner[:5]:
        for pointer in _item_pointers(answer[name], depth + 1):
            yield f"/{escape_pointer(name)}{pointer}"


def _is_keyed(answer: Any, pointer: str) -> bool:
    """Whether the only member's name is rather an id than a word: there is a digit in it."""
    return pointer == "/*" and any(char.isdigit() for name in answer for char in str(name))


def _only_members(answer: Any) -> Iterator[str]:
    """Where the only member of an object is an item under its id, which is no usual word."""
    if isinstance(answer, Mapping) and len(answer) == 1:
        ((name, member),) = answer.items()
        if isinstance(member, Mapping) and str(name) not in _WRAPPERS:
            yield "/*"


def _list_pointers(answer: Any) -> Iterator[str]:
    """Where in an answer the list may be; a lone object with a name of its own is a list of one."""
    if isinstance(answer, list):
        yield ""
        return
    if not isinstance(answer, Mapping):
        return
    names = [name for name in _LISTS if name in answer]
    names += [name for name in answer if name not in names]
    for name in names:
        if isinstance(answer[name], list) and answer[name]:
            yield f"/{escape_pointer(name)}"
    for name in names[:20]:
        if isinstance(answer[name], Mapping):
            for inner in _LISTS:
                if isinstance(answer[name].get(inner), list):
                    yield f"/{escape_pointer(name)}/{inner}"
    members = list(answer.values())
    if len(members) > 1 and all(
        isinstance(m, Mapping) and m.keys() == members[0].keys() for m in members
    ):
        yield "/*"
    if _ids(answer):
        yield ""


def _ids(item: Mapping[str, Any]) -> list[str]:
    """The members of an item that may name it."""
    return [
        name
        for name, value in item.items()
        if isinstance(value, str | int)
        and not isinstance(value, bool)
        and value != ""
        and (plain(name) in _IDS or (words(name) or ("",))[-1] in _IDS)
    ]


def _listed_kind(case: Case, kinds: Mapping[str, ResourceKind]) -> ResourceKind:
    """The kind that an unexpected listing is of: the one made in the same place, else a new one."""
    path = case.operation.path.rstrip("/")
    for kind in kinds.values():
        if kind.create and kind.list is None and kind.create.partition(" ")[2].rstrip("/") == path:
            return kind
    about = noun(next(reversed(static_segments(path)), "")) or "item"
    return ResourceKind(
        kind=kind_name(about, set(kinds)),
        application=case.operation.application,
        identifiers=(),
    )


def taken_by(operation: Operation, recipe: Recipe) -> str | None:
    """The kind of own thing that a delete removes: what its path's end, or else its body, names."""
    last = operation.path.rstrip("/").rpartition("/")[2]
    if operation.method == "DELETE" and "{" not in operation.path:
        own = (s.source.kind for s in recipe.slots() if isinstance(s.source, Created))
        return next(own, None)
    if operation.method != "DELETE" or not last.startswith("{") or not last.endswith("}"):
        return None
    if any(key.partition(" ")[2] == operation.path for key in recipe.before):
        return None  # it takes apart what was joined just before
    pointer = f"/{escape_pointer(last[1:-1])}"
    for slot in recipe.parameters:
        if slot.location == "path" and slot.pointer == pointer:
            return slot.source.kind if isinstance(slot.source, Created) else None
    return None
