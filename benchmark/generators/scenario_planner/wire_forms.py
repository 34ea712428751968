"""Carries over what a document says of the wire: reserved characters, and members of forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from benchmark.generators import schema_view
from benchmark.generators.parameter_generator import ParameterGenerator
from benchmark.generators.parameter_serializer import serialize_parameter
from benchmark.models import (
    ArrayNode,
    Constant,
    Echo,
    JsonSchema,
    MediaType,
    Node,
    ObjectNode,
    Operation,
    Parameter,
    Pooled,
    Recipe,
    Slot,
    Upload,
    unescape_pointer,
)

_GIVEN = ("const", "default", "enum", "example", "examples")


def as_documented(
    recipe: Recipe,
    operation: Operation,
    generator: ParameterGenerator,
    definitions: Mapping[str, JsonSchema],
) -> Recipe:
    """The recipe of an operation with `Slot.allow_reserved` and `Recipe.encoding` filled in."""
    unencoded = _unencoded(operation, definitions)
    parameters = tuple(
        replace(slot, allow_reserved=True) if _is_one_of(slot, unencoded) else slot
        for slot in recipe.parameters
    )
    media_types = operation.body.media_types if operation.body else ()
    media = next((m for m in media_types if m.content_type == recipe.media_type), None)
    encoding = _encoding(media, recipe.body, generator) if media and media.encoding else {}
    return replace(recipe, parameters=parameters, encoding=encoding)


def _unencoded(
    operation: Operation, definitions: Mapping[str, JsonSchema]
) -> frozenset[tuple[str, str]]:
    """Location and name of every slot whose reserved characters are not percent-encoded.

    An exploded object has a slot for each of its members. Style `cookie` encodes nothing
    (OpenAPI 3.2, section 4.12.2.2).
    """
    found: set[tuple[str, str]] = set()
    for parameter in operation.parameters:
        if parameter.allow_reserved or parameter.style == "cookie":
            names = {parameter.name}
            if parameter.explode and parameter.style in ("form", "cookie"):
                names.update(schema_view.properties(parameter.schema, definitions))
            found.update((parameter.location, name) for name in names)
    return frozenset(found)


def _is_one_of(slot: Slot, places: frozenset[tuple[str, str]]) -> bool:
    name = unescape_pointer(slot.pointer[1:])
    return (slot.location, name) in places or (slot.location, name.partition("[")[0]) in places


def _encoding(
    media: MediaType, body: Node | None, generator: ParameterGenerator
) -> dict[str, dict[str, Any]]:
    """What the members that are sent need, headers with a value each."""
    found: dict[str, dict[str, Any]] = {}
    for name, node in body.members if isinstance(body, ObjectNode) else ():
        how = dict(media.encoding.get(name, {}))
        headers = _header_values(how.pop("headers", {}), generator)
        how = _needed(node, how)
        if headers:
            how["headers"] = headers
        if how:
            found[name] = how
    return found


def _needed(node: Node, how: dict[str, Any]) -> dict[str, Any]:
    """What of an encoding changes how a member is written."""
    if _is_file(node):
        return {}  # a file brings its own content type
    if "contentType" in how:
        # Objects are not written as XML here; a part must not say that it is.
        return {} if "*" in how["contentType"] or "xml" in how["contentType"] else how
    if how.get("explode") is (how.get("style") == "form"):
        del how["explode"]  # the default of its style
    is_flat = isinstance(node, ArrayNode) and not any(
        isinstance(item, ObjectNode | ArrayNode) for item in node.items
    )
    if how.get("style") == "form" and "explode" not in how and (is_flat or _is_scalar(node)):
        del how["style"]  # lists repeat their name anyway
    return how


def _is_scalar(node: Node) -> bool:
    """Whether a member is never an array or an object, for which styles differ."""
    if isinstance(node, ObjectNode | ArrayNode | Echo):
        return False
    values = node.values if isinstance(node, Pooled) else ()
    values = (node.value,) if isinstance(node, Constant) else values
    return not any(isinstance(value, list | tuple | dict) for value in values)


def _is_file(node: Node) -> bool:
    if isinstance(node, ArrayNode):
        return any(isinstance(item, Upload) for item in node.items)
    return isinstance(node, Upload)


def _header_values(
    headers: Mapping[str, Parameter], generator: ParameterGenerator
) -> dict[str, str]:
    """A value for each header that is required, or for which the document names one."""
    values: dict[str, str] = {}
    for name, header in headers.items():
        schema = header.schema if isinstance(header.schema, Mapping) else {}
        if header.required or header.examples or any(key in schema for key in _GIVEN):
            (value,) = generator.samples(header.schema, 1, name, "minimal", header.examples)
            values |= dict(serialize_parameter(header, value))
    return values
