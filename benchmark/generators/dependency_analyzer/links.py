"""Links that a document declares itself: which part of an answer goes to which parameter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmark.generators.dependency_analyzer.offers import Offer
from benchmark.generators.dependency_analyzer.producers import Producer
from benchmark.generators.dependency_analyzer.wants import SlotKey, Want
from benchmark.generators.naming import collection_of, noun, path_noun, plain
from benchmark.models import ApiSpec, Operation, SlotLocation, escape_pointer, unescape_pointer

MAX_LINKS = 2000
"""How many declared links of one application are followed."""

_LOCATIONS: Mapping[str, SlotLocation] = {
    "path": "path", "query": "query", "header": "header", "cookie": "cookie",
}  # fmt: skip
_BODY = "$response.body#"
_SENT_BODY = "$request.body#"
_SENT_PATH = "$request.path."


def declared_offers(
    spec: ApiSpec, producers: Mapping[str, Producer], by_slot: Mapping[SlotKey, Offer]
) -> Iterator[tuple[Want, Offer]]:
    """What the links of an application's answers say: slots, each with what supplies it.

    A link from an answer that shows one item is taken for all items of its kind: `GET /users/{id}`
    shows what `POST /users` makes. Expressions that name no part of an answer or of a path are
    left out. `producers` are those of the application by their operations' keys, `by_slot` what
    supplies the slots otherwise.
    """
    by_name = _by_name(spec.operations)
    by_key = {operation.key: operation for operation in spec.operations}
    count = 0
    for source in spec.operations:
        for response in source.responses if any(r.links for r in source.responses) else ():
            for link in response.links.values() if response.is_success else ():
                target = _target(link, by_name, by_key, spec.prefix)
                parameters = link.get("parameters")
                if target is None or not isinstance(parameters, Mapping):
                    continue
                for name, expression in parameters.items():
                    count += 1
                    if count > MAX_LINKS or not isinstance(expression, str):
                        return
                    want = _want(target, str(name))
                    offer = _offer(source, expression, producers, by_slot)
                    if want and offer and offer.key != target.key:
                        yield want, offer


def _by_name(operations: Sequence[Operation]) -> dict[str, Operation]:
    """The operations by the plain form of their names, as far as no two share one."""
    found: dict[str, Operation] = {}
    twice = set()
    for operation in operations:
        name = plain(operation.name)
        if name in found:
            twice.add(name)
        found[name] = operation
    return {name: operation for name, operation in found.items() if name not in twice}


def _target(
    link: Mapping[str, Any],
    by_name: Mapping[str, Operation],
    by_key: Mapping[str, Operation],
    prefix: str,
) -> Operation | None:
    operation_id, reference = link.get("operationId"), link.get("operationRef")
    if isinstance(operation_id, str):
        return by_name.get(plain(operation_id))
    if isinstance(reference, str) and "#/paths/" in reference:
        path, _, method = reference.partition("#/paths/")[2].rpartition("/")
        path = unescape_pointer(path)
        keys = (f"{method.upper()} {prefix}{path}", f"{method.upper()} {path}")
        return next((by_key[key] for key in keys if key in by_key), None)
    return None


def _want(target: Operation, name: str) -> Want | None:
    """The slot of a link's target: `id`, or `path.id`."""
    location, _, rest = name.partition(".")
    for parameter in target.parameters:
        is_it = parameter.name == name or (
            parameter.name == rest and parameter.location == _LOCATIONS.get(location)
        )
        if is_it:
            collection = None
            about: str | None = noun(parameter.name)
            if parameter.location == "path":
                collection = collection_of(target.path, parameter.name)
                about = path_noun(collection, parameter.name) or about
            return Want(
                target, parameter.location, f"/{escape_pointer(parameter.name)}", parameter.name,
                about or "item", collection, parameter.required, "id", parameter.schema,
            )  # fmt: skip
    return None


def _offer(
    source: Operation,
    expression: str,
    producers: Mapping[str, Producer],
    by_slot: Mapping[SlotKey, Offer],
) -> Offer | None:
    """What supplies the value of a runtime expression of a link from `source`."""
    producer = producers.get(source.key)
    if expression.startswith(_SENT_PATH):
        pointer = f"/{escape_pointer(expression[len(_SENT_PATH) :])}"
        return by_slot.get((source.key, "path", pointer))
    if expression.startswith(_BODY):
        pointer = expression[len(_BODY) :]
        if producer is not None and producer.action == "create":
            return _of_producer(producer, pointer)
        if producer is not None and producer.action == "list":
            return _of_list(producer, pointer)
        return _of_shown(source, pointer, by_slot)
    if expression.startswith(_SENT_BODY) and producer is not None:
        pointer = expression[len(_SENT_BODY) :]
        if pointer in producer.sent:
            return Offer(producer, None, pointer)
    return None


def _of_producer(producer: Producer, pointer: str) -> Offer | None:
    inside = pointer.removeprefix(producer.pointer)
    known = pointer.startswith(producer.pointer) and inside.startswith("/")
    return Offer(producer, None, inside) if known else None


def _of_list(producer: Producer, pointer: str) -> Offer | None:
    """`/items/0/id` of a list at `/items`."""
    head, _, inside = pointer.removeprefix(producer.pointer).lstrip("/").partition("/")
    known = pointer.startswith(producer.pointer) and head.isdecimal() and inside
    return Offer(None, producer, f"/{inside}") if known else None


def _of_shown(source: Operation, pointer: str, by_slot: Mapping[SlotKey, Offer]) -> Offer | None:
    """The member of an item that a GET shows: such an item is made, or listed, elsewhere."""
    last = source.path.rstrip("/").rpartition("/")[2]
    if source.method != "GET" or not (last.startswith("{") and last.endswith("}")):
        return None
    offer = by_slot.get((source.key, "path", f"/{escape_pointer(last[1:-1])}"))
    if offer is None or not pointer.startswith("/"):
        return None
    members = offer.create or offer.list
    known = members is not None and pointer in {found[0] for found in members.members.values()}
    return Offer(offer.create, offer.list, pointer) if known else None
