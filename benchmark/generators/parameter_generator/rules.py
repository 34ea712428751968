"""`Rules`: what one value must satisfy, as one level of a schema says it, and how two are merged.

Both dialects of OpenAPI are understood. Keywords of the wrong type are ignored, because documents
are written by people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from benchmark.generators.parameter_generator.reading import (
    a_mapping,
    a_sequence,
    a_text,
    bounds,
    count,
    identical,
    number,
    texts,
    types_of,
)

FORMAT_ALIASES = {
    "datetime": "date-time",
    "dateonly": "date",
    "url": "uri",
    "guid": "uuid",
    "ip": "ipv4",
    "base64": "byte",
    "idn-email": "email",
    "idn-hostname": "hostname",
    "iri": "uri",
    "iri-reference": "uri-reference",
    "long": "int64",
    "int": "int32",
    "integer": "int32",
    "string": "",
}
"""Formats that documents use in place of a registered one."""

Number = int | float
_N = TypeVar("_N", int, int | float)


@dataclass(frozen=True, slots=True, eq=False)
class ObjectPart:
    """What one schema says of the members of an object."""

    properties: Mapping[str, Any]
    pattern_properties: Mapping[str, Any]
    additional: Any = True


@dataclass(frozen=True, slots=True, eq=False)
class ArrayPart:
    """What one schema says of the items of an array."""

    prefix: Sequence[Any]
    items: Any = True


@dataclass(frozen=True, slots=True, eq=False)
class Contains:
    """Between `least` and `most` items must satisfy `schema`."""

    schema: Any
    least: int
    most: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """A `oneOf` (`exactly_one`) or `anyOf`."""

    branches: Sequence[Any]
    exactly_one: bool
    discriminator: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """An `if` with its `then` and `else`."""

    test: Any
    then: Any
    otherwise: Any


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """Everything that one value must satisfy, and what the document says about it besides.

    `types`, `enum` are None where anything goes. `names` are the definitions that were passed on
    the way here, outermost first. `defaults` has one member or none.
    """

    impossible: bool = False
    types: tuple[str, ...] | None = None
    enum: tuple[Any, ...] | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    above: Number | None = None
    below: Number | None = None
    multiples: tuple[Number, ...] = ()
    min_length: int = 0
    max_length: int | None = None
    patterns: tuple[str, ...] = ()
    format: str = ""
    content_encoding: str = ""
    content_type: str = ""
    arrays: tuple[ArrayPart, ...] = ()
    min_items: int = 0
    max_items: int | None = None
    unique: bool = False
    contains: tuple[Contains, ...] = ()
    objects: tuple[ObjectPart, ...] = ()
    required: tuple[str, ...] = ()
    min_properties: int = 0
    max_properties: int | None = None
    property_names: tuple[Any, ...] = ()
    dependent_required: tuple[tuple[str, tuple[str, ...]], ...] = ()
    dependent_schemas: tuple[tuple[str, Any], ...] = ()
    closed: bool = False
    choices: tuple[Choice, ...] = ()
    conditions: tuple[Condition, ...] = ()
    forbidden: tuple[Any, ...] = ()
    examples: tuple[Any, ...] = ()
    defaults: tuple[Any, ...] = ()
    read_only: bool = False
    deprecated: bool = False
    discriminators: tuple[Mapping[str, Any], ...] = ()
    names: tuple[str, ...] = ()


ANYTHING = Rules()
NOTHING = Rules(impossible=True)


def merge(first: Rules, second: Rules) -> Rules:
    """The rules of a value that satisfies both; annotations of `first` win."""
    if first is ANYTHING:
        return second
    if second is ANYTHING:
        return first
    enum, types = _both_enums(first.enum, second.enum), _both_types(first.types, second.types)
    return Rules(
        impossible=first.impossible or second.impossible or types == () or enum == (),
        types=types,
        enum=enum,
        minimum=_most(first.minimum, second.minimum),
        maximum=_least(first.maximum, second.maximum),
        above=_most(first.above, second.above),
        below=_least(first.below, second.below),
        multiples=joined(first.multiples, second.multiples),
        min_length=max(first.min_length, second.min_length),
        max_length=_least(first.max_length, second.max_length),
        patterns=joined(first.patterns, second.patterns),
        format=first.format or second.format,
        content_encoding=first.content_encoding or second.content_encoding,
        content_type=first.content_type or second.content_type,
        arrays=first.arrays + second.arrays,
        min_items=max(first.min_items, second.min_items),
        max_items=_least(first.max_items, second.max_items),
        unique=first.unique or second.unique,
        contains=first.contains + second.contains,
        objects=first.objects + second.objects,
        required=joined(first.required, second.required),
        min_properties=max(first.min_properties, second.min_properties),
        max_properties=_least(first.max_properties, second.max_properties),
        property_names=first.property_names + second.property_names,
        dependent_required=first.dependent_required + second.dependent_required,
        dependent_schemas=first.dependent_schemas + second.dependent_schemas,
        closed=first.closed or second.closed,
        choices=first.choices + second.choices,
        conditions=first.conditions + second.conditions,
        forbidden=first.forbidden + second.forbidden,
        examples=first.examples + second.examples,
        defaults=first.defaults or second.defaults,
        read_only=first.read_only or second.read_only,
        deprecated=first.deprecated or second.deprecated,
        discriminators=first.discriminators + second.discriminators,
        names=joined(first.names, second.names),
    )


def own_rules(schema: Mapping[str, Any]) -> Rules:
    """What a schema says itself, without its `$ref` and `allOf`."""
    low, high, above, below = bounds(schema)
    least_contained = count(schema.get("minContains"))
    types = types_of(schema)
    return Rules(
        impossible=types == (),
        types=types,
        enum=_enum(schema),
        minimum=low,
        maximum=high,
        above=above,
        below=below,
        multiples=tuple(
            value for value in [number(schema.get("multipleOf"))] if value is not None and value > 0
        ),
        min_length=count(schema.get("minLength")) or 0,
        max_length=count(schema.get("maxLength")),
        patterns=texts([schema.get("pattern")]),
        format=_format(schema),
        content_encoding=a_text(schema.get("contentEncoding")).lower(),
        content_type=a_text(schema.get("contentMediaType")).lower(),
        arrays=_array_parts(schema),
        min_items=count(schema.get("minItems")) or 0,
        max_items=count(schema.get("maxItems")),
        unique=schema.get("uniqueItems") is True,
        contains=(
            (
                Contains(
                    schema["contains"],
                    1 if least_contained is None else least_contained,
                    count(schema.get("maxContains")),
                ),
            )
            if "contains" in schema
            else ()
        ),
        objects=_object_parts(schema),
        required=texts(a_sequence(schema.get("required"))),
        min_properties=count(schema.get("minProperties")) or 0,
        max_properties=count(schema.get("maxProperties")),
        property_names=(schema["propertyNames"],) if "propertyNames" in schema else (),
        dependent_required=tuple(
            (str(key), texts(a_sequence(names)))
            for key, names in a_mapping(schema.get("dependentRequired")).items()
        ),
        dependent_schemas=tuple(
            (str(key), value) for key, value in a_mapping(schema.get("dependentSchemas")).items()
        ),
        closed=schema.get("unevaluatedProperties") is False,
        choices=_choices(schema),
        conditions=(
            (Condition(schema["if"], schema.get("then", True), schema.get("else", True)),)
            if "if" in schema
            else ()
        ),
        forbidden=(schema["not"],) if "not" in schema else (),
        examples=_examples(schema),
        defaults=(schema["default"],) if "default" in schema else (),
        read_only=schema.get("readOnly") is True,
        deprecated=schema.get("deprecated") is True,
        discriminators=(
            (schema["discriminator"],)
            if isinstance(schema.get("discriminator"), Mapping)
            and not ("oneOf" in schema or "anyOf" in schema)
            else ()
        ),
    )


def _enum(schema: Mapping[str, Any]) -> tuple[Any, ...] | None:
    if "const" in schema:
        return (schema["const"],)
    values = schema.get("enum")
    if not isinstance(values, (list, tuple)) or not values:
        return None
    return tuple(values)


def _format(schema: Mapping[str, Any]) -> str:
    if a_text(schema.get("type")).lower() == "file":
        return "binary"
    name = re.sub(r"[\s_]", "-", a_text(schema.get("format")).strip()).lower()
    return FORMAT_ALIASES.get(name, name)


def _examples(schema: Mapping[str, Any]) -> tuple[Any, ...]:
    given = [schema[key] for key in ("example", "x-example") if key in schema]
    examples = schema.get("examples")
    if isinstance(examples, (list, tuple)):
        given += examples
    elif isinstance(examples, Mapping):  # Example Objects, which belong elsewhere but are met here
        given += [a_mapping(one).get("value", one) for one in examples.values()]
    return tuple(given)


def _object_parts(schema: Mapping[str, Any]) -> tuple[ObjectPart, ...]:
    keys = ("properties", "patternProperties", "additionalProperties")
    if not any(key in schema for key in keys):
        return ()
    properties = {str(key): value for key, value in a_mapping(schema.get("properties")).items()}
    additional = schema.get("additionalProperties", True)
    return (ObjectPart(properties, a_mapping(schema.get("patternProperties")), additional),)


def _array_parts(schema: Mapping[str, Any]) -> tuple[ArrayPart, ...]:
    items = schema.get("items", True)
    if isinstance(items, (list, tuple)):  # before 2020-12
        return (ArrayPart(items, schema.get("additionalItems", True)),)
    if "prefixItems" in schema or "items" in schema:
        return (ArrayPart(a_sequence(schema.get("prefixItems")), items),)
    return ()


def _choices(schema: Mapping[str, Any]) -> tuple[Choice, ...]:
    discriminator = schema.get("discriminator")
    return tuple(
        Choice(
            branches,
            key == "oneOf",
            discriminator if isinstance(discriminator, Mapping) else None,
        )
        for key in ("oneOf", "anyOf")
        if (branches := a_sequence(schema.get(key)))
    )


def joined(first: tuple[Any, ...], second: Iterable[Any]) -> tuple[Any, ...]:
    """Both in a row, each value once."""
    return tuple(dict.fromkeys((*first, *second)))


def _most(first: Number | None, second: Number | None) -> Number | None:
    return max((value for value in (first, second) if value is not None), default=None)


def _least(first: _N | None, second: _N | None) -> _N | None:
    return min((value for value in (first, second) if value is not None), default=None)


def _both_types(
    first: tuple[str, ...] | None, second: tuple[str, ...] | None
) -> tuple[str, ...] | None:
    if first is None or second is None:
        return second if first is None else first
    both = [name for name in first if name in second]
    if "integer" not in both and ("integer" in first or "integer" in second):
        both += ["integer"] if "number" in first or "number" in second else []
    return tuple(both)


def _both_enums(
    first: tuple[Any, ...] | None, second: tuple[Any, ...] | None
) -> tuple[Any, ...] | None:
    if first is None or second is None:
        return second if first is None else first
    return tuple(value for value in first if any(identical(value, other) for other in second))
