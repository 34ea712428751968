"""Parameters of an operation: merged, completed, and with all defaults filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from benchmark.generators.openapi_parser.context import Context, as_flag, as_list, as_map, as_text
from benchmark.generators.openapi_parser.examples import examples_of
from benchmark.generators.openapi_parser.paths import PathTemplate
from benchmark.generators.openapi_parser.schemas import SchemaLeveller
from benchmark.models import Parameter, ParameterLocation

_LOCATIONS: dict[str, ParameterLocation] = {
    "path": "path",
    "query": "query",
    "querystring": "query",
    "header": "header",
    "cookie": "cookie",
}
_STYLES = {
    "path": frozenset({"simple", "label", "matrix"}),
    "query": frozenset({"form", "spaceDelimited", "pipeDelimited", "deepObject"}),
    "header": frozenset({"simple"}),
    "cookie": frozenset({"form", "cookie"}),
}
_COLLECTION_STYLES = {
    "ssv": "spaceDelimited",
    "pipes": "pipeDelimited",
    "tsv": "tabDelimited",
}
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_FRAMING_HEADERS = frozenset(
    "accept content-type authorization host content-length content-encoding transfer-encoding "
    "connection keep-alive upgrade te trailer expect proxy-connection proxy-authorization".split()
)
# The specification ignores these as parameters: bodies, answers and security describe them.
_DESCRIBED_ELSEWHERE = frozenset({"accept", "content-type", "authorization"})
_SCHEMA_KEYS = frozenset(
    "type format items enum default minimum maximum exclusiveMinimum exclusiveMaximum multipleOf "
    "minLength maxLength pattern minItems maxItems uniqueItems x-nullable nullable".split()
)
_SEPARATORS = str.maketrans("", "", "_-. ")


def raw_parameters(context: Context, where: str, *levels: object) -> list[Mapping[str, Any]]:
    """The parameter objects of the path item and the operation, merged by name and location."""
    merged: dict[tuple[str, str], Mapping[str, Any]] = {}
    for level in levels:
        listed = context.follow(level, where)
        if listed is not None and not isinstance(listed, list):
            context.warn(where, "parameters is no list; ignored")
        for raw in _each(context, where, listed):
            location = as_text(raw.get("in")) if isinstance(raw, Mapping) else ""
            name = _name(raw.get("name")) if isinstance(raw, Mapping) else ""
            if location in ("body", "querystring"):
                merged["", location] = raw
            elif name and (location in _LOCATIONS or location == "formData"):
                merged[name.lower() if location == "header" else name, location] = raw
            elif raw is not None:
                context.warn(where, "a parameter without a name or a known place; ignored")
    return list(merged.values())


def _each(context: Context, where: str, listed: object) -> Iterator[Any]:
    """The parameters of a list; a reference in it may lead to a whole list of them."""
    for declared in as_list(listed):
        raw = context.follow(declared, where)
        if raw is not declared and isinstance(raw, list):
            yield from (context.follow(member, where) for member in raw)
        else:
            yield raw


def _name(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else as_text(value)


def parse_parameters(
    context: Context,
    leveller: SchemaLeveller,
    where: str,
    raws: list[Mapping[str, Any]],
    template: PathTemplate,
) -> tuple[Parameter, ...]:
    """The parameters that a request can have: path first, the others as declared."""
    parsed = [_parameter(context, leveller, where, raw) for raw in raws if _is_sent(raw)]
    usable = [p for p in parsed if _is_usable(context, where, p, template)]
    return (
        *_path_parameters(context, where, usable, template),
        *(p for p in usable if p.location != "path"),
        *_undeclared_query(usable, template),
    )


def _is_sent(raw: Mapping[str, Any]) -> bool:
    return raw.get("in") in _LOCATIONS


def _is_usable(context: Context, where: str, parameter: Parameter, template: PathTemplate) -> bool:
    if parameter.location == "header" and parameter.name.lower() in _FRAMING_HEADERS:
        if parameter.name.lower() not in _DESCRIBED_ELSEWHERE:
            context.warn(where, f"header {parameter.name!r} is the HTTP client's own; left out")
        return False
    if parameter.location in ("header", "cookie") and not _TOKEN.fullmatch(parameter.name):
        context.warn(where, f"{parameter.location} {parameter.name!r} is no valid name; left out")
        return False
    return not (parameter.location == "query" and parameter.name in template.fixed_query)


def _parameter(
    context: Context, leveller: SchemaLeveller, where: str, raw: Mapping[str, Any]
) -> Parameter:
    location = _LOCATIONS[as_text(raw.get("in"))]
    name = _name(raw.get("name"))
    raw_schema, content_type = _raw_schema(context, where, raw)
    style, explode = _style(context, where, raw, raw_schema)
    required = as_flag(raw.get("required"))
    if required is None and location != "path":
        required = as_flag(as_map(raw_schema).get("required"))
    media = as_map(as_map(raw.get("content")).get(content_type)) if content_type else {}
    if raw.get("in") == "querystring":
        # One object whose members are the whole query string: what form, exploded, writes.
        content_type, style, explode = None, "form", True
    return Parameter(
        name=name,
        location=location,
        required=location == "path" or bool(required),
        schema=leveller.level(raw_schema, where, name),
        style=style,
        explode=explode,
        allow_reserved=bool(as_flag(raw.get("allowReserved"))),
        content_type=content_type,
        description=as_text(raw.get("description")),
        examples=(*examples_of(context, raw), *examples_of(context, media), *_of(raw_schema)),
    )


def part_header(
    context: Context, leveller: SchemaLeveller, where: str, name: str, raw: Mapping[str, Any]
) -> Parameter:
    """A Header Object, which is a parameter without its name and place."""
    return _parameter(context, leveller, where, {**raw, "name": name, "in": "header"})


def _of(raw_schema: object) -> tuple[Any, ...]:
    schema = as_map(raw_schema)
    return tuple([schema["example"]] if "example" in schema else as_list(schema.get("examples")))


def _raw_schema(context: Context, where: str, raw: Mapping[str, Any]) -> tuple[object, str | None]:
    """The schema of a parameter, and the content type of one that is described by `content`."""
    if isinstance(raw.get("schema"), Mapping | bool):
        return raw["schema"], None
    for content_type, media in as_map(raw.get("content")).items():
        return as_map(context.follow(media, where)).get("schema", True), content_type
    if raw.get("schema") is not None:
        context.warn(where, f"the schema of {_name(raw.get('name'))!r} is no schema; ignored")
    # Swagger 2.0 writes the schema's keywords beside the parameter's own.
    return {key: raw[key] for key in raw if key in _SCHEMA_KEYS}, None


def _style(
    context: Context, where: str, raw: Mapping[str, Any], raw_schema: object
) -> tuple[str, bool]:
    location = _LOCATIONS[as_text(raw.get("in"))]
    default = "form" if location in ("query", "cookie") else "simple"
    style, explode = raw.get("style"), as_flag(raw.get("explode"))
    if style is None and ("collectionFormat" in raw or context.is_swagger):
        collection = raw.get("collectionFormat")
        if collection is None:
            collection = as_map(as_map(raw_schema).get("items")).get("collectionFormat", "csv")
        if collection == "multi":
            return default, True
        return _COLLECTION_STYLES.get(as_text(collection), default), False
    if style is not None and as_text(style) not in _STYLES[location]:
        context.warn(where, f"style {as_text(style)!r} is none of {location} parameters")
        style = None
    style = as_text(style) or default
    return style, explode if explode is not None else style in ("form", "cookie")


def _path_parameters(
    context: Context, where: str, usable: list[Parameter], template: PathTemplate
) -> Iterator[Parameter]:
    declared = {p.name: p for p in usable if p.location == "path"}
    spare = {n: p for n, p in declared.items() if n not in template.names}
    missing = [name for name in template.names if name not in declared]
    for name in template.names:
        found = declared.get(name) or _misnamed(name, spare, only=len(missing) == 1)
        if found is None:
            context.warn(where, f"the path parameter {name!r} is not declared; taken as text")
            found = Parameter(name, "path", True, {"type": "string"}, "simple", explode=False)
        elif found.name != name:
            context.warn(where, f"the path parameter {name!r} is declared as {found.name!r}")
        yield replace(
            found, name=name, allow_reserved=found.allow_reserved or name in template.reserved
        )
    for name in spare:
        context.warn(where, f"the path parameter {name!r} is not in the path; left out")


def _misnamed(name: str, spare: dict[str, Parameter], *, only: bool) -> Parameter | None:
    """The declared parameter that must be meant: spelt alike, or the only one left."""
    for other in spare:
        if other.translate(_SEPARATORS).casefold() == name.translate(_SEPARATORS).casefold():
            return spare.pop(other)
    return spare.popitem()[1] if only and len(spare) == 1 else None


def _undeclared_query(usable: list[Parameter], template: PathTemplate) -> Iterator[Parameter]:
    declared = {p.name for p in usable if p.location == "query"}
    for name in template.query_names:
        if name not in declared:
            yield Parameter(name, "query", False, {"type": "string"})
