"""Request bodies and responses: their media types, best first, for every version of OpenAPI."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from benchmark.generators.openapi_parser.context import Context, as_flag, as_list, as_map, as_text
from benchmark.generators.openapi_parser.encodings import (
    CONTENT_TYPE,
    collection_encoding,
    parse_encoding,
)
from benchmark.generators.openapi_parser.examples import examples_of
from benchmark.generators.openapi_parser.schemas import SchemaLeveller
from benchmark.models import MediaType, RequestBody, Response

_URLENCODED = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_STATUS = re.compile(r"[1-5](?:\d\d|XX)|DEFAULT", re.IGNORECASE)
_NO_BODY = frozenset({"HEAD", "TRACE"})


class UnusableBodyError(Exception):
    """A required body that cannot be known; the text is a clause that says why."""


def parse_body(
    context: Context,
    leveller: SchemaLeveller,
    where: str,
    raw: Mapping[str, Any],
    parameters: list[Mapping[str, Any]],
) -> RequestBody | None:
    """The body of an operation, of either dialect. Raises UnusableBodyError where it is lost."""
    if where.partition(" ")[0] in _NO_BODY:
        return None
    if raw.get("requestBody") is not None:
        return _request_body(context, leveller, where, raw["requestBody"])
    form = [p for p in parameters if p.get("in") == "formData"]
    if form:
        return _form_body(context, leveller, where, raw, form)
    for parameter in parameters:
        if parameter.get("in") == "body":
            return _body_parameter(context, leveller, where, raw, parameter)
    return None


def _request_body(
    context: Context, leveller: SchemaLeveller, where: str, declared: object
) -> RequestBody | None:
    body = context.follow(declared, where)
    if not isinstance(body, Mapping):
        if isinstance(declared, Mapping):
            raise UnusableBodyError("its request body is only a reference that leads nowhere")
        context.warn(where, "requestBody is no object; ignored")
        return None
    media_types = media_types_of(context, leveller, where, body.get("content"))
    if not media_types:
        context.warn(where, "its request body has no usable media type; sent without one")
        return None
    required = bool(as_flag(body.get("required")))
    return RequestBody(media_types, required, as_text(body.get("description")))


def _body_parameter(
    context: Context,
    leveller: SchemaLeveller,
    where: str,
    raw: Mapping[str, Any],
    parameter: Mapping[str, Any],
) -> RequestBody:
    examples = as_map(parameter.get("x-examples"))
    schema = leveller.level(parameter.get("schema", True), where)
    described = examples_of(context, parameter)
    media_types = [
        MediaType(
            content_type,
            schema,
            (*described, *([examples[content_type]] if content_type in examples else ())),
        )
        for content_type in _content_types(context, raw, "consumes") or ["application/json"]
    ]
    required = bool(as_flag(parameter.get("required")))
    return RequestBody(_best_first(media_types), required, as_text(parameter.get("description")))


def _form_body(
    context: Context,
    leveller: SchemaLeveller,
    where: str,
    raw: Mapping[str, Any],
    form: list[Mapping[str, Any]],
) -> RequestBody:
    """The form of Swagger 2.0, whose fields are parameters, as one object."""
    own = ("name", "in", "required", "collectionFormat", "allowEmptyValue")
    fields = {as_text(p["name"]): p for p in form}
    properties = {n: {k: v for k, v in p.items() if k not in own} for n, p in fields.items()}
    required = [name for name, p in fields.items() if as_flag(p.get("required"))]
    schema = leveller.level(
        {"type": "object", "properties": properties, "required": required}, where
    )
    encoding = {
        name: collection_encoding(p.get("collectionFormat"))
        for name, p in fields.items()
        if p.get("type") == "array" and as_map(p.get("items")).get("type") != "file"
    }
    has_file = any(p.get("type") == "file" for p in form)
    forms = [t for t in _content_types(context, raw, "consumes") if t in (_URLENCODED, _MULTIPART)]
    content_types = [_MULTIPART] if has_file else forms or [_URLENCODED]
    media_types = [MediaType(name, schema, (), encoding) for name in content_types]
    return RequestBody(_best_first(media_types), bool(required))


def _content_types(context: Context, raw: Mapping[str, Any], keyword: str) -> list[str]:
    declared = raw[keyword] if keyword in raw else context.document.get(keyword)
    names = [name for name in as_list(declared) if isinstance(name, str)]
    usable = [name.strip() for name in names if CONTENT_TYPE.fullmatch(name.strip())]
    return list(dict.fromkeys(usable))[: context.limits.max_media_types]


def media_types_of(
    context: Context, leveller: SchemaLeveller, where: str, content: object
) -> tuple[MediaType, ...]:
    """The media types of a `content` object, best first."""
    found = []
    declared_types = as_map(context.follow(content, where))
    limit = context.limits.max_media_types
    if len(declared_types) > limit:
        context.warn(where, f"only {limit} of {len(declared_types)} media types are read")
    for name, declared in islice(declared_types.items(), limit):
        if not CONTENT_TYPE.fullmatch(name.strip()):
            context.warn(where, f"{name!r} is no media type; ignored")
            continue
        media = as_map(context.follow(declared, where))
        raw_schema = media.get("schema", True)
        if "schema" not in media and "itemSchema" in media:  # a sequence of items, OpenAPI 3.2
            raw_schema = {"type": "array", "items": media["itemSchema"]}
        schema = leveller.level(raw_schema, where)
        encoding = parse_encoding(context, leveller, where, name, media.get("encoding"))
        found.append(MediaType(name.strip(), schema, examples_of(context, media), encoding))
    return _best_first(found)


def _best_first(media_types: list[MediaType]) -> tuple[MediaType, ...]:
    return tuple(sorted(media_types, key=lambda media: _rank(media.content_type)))


def _rank(content_type: str) -> int:
    """How easily a valid body of this type is made: 0 is best."""
    essence = content_type.partition(";")[0].strip().lower()
    if essence == "application/json":
        return 0
    if essence.endswith("+json"):
        # A patch document has a shape of its own, which its schema seldom tells.
        return 3 if "patch" in essence else 1
    if essence in ("*/*", "application/*", "text/json"):
        return 2
    kinds = (_URLENCODED, "multipart/", "xml", "octet-stream", "text/")
    return next((4 + rank for rank, kind in enumerate(kinds) if kind in essence), 9)


def parse_responses(
    context: Context, leveller: SchemaLeveller, where: str, raw: Mapping[str, Any]
) -> tuple[Response, ...]:
    """The documented answers, in the document's order."""
    declared = context.follow(raw.get("responses"), where)
    if declared is not None and not isinstance(declared, Mapping):
        context.warn(where, "responses is no object; ignored")
    responses = []
    for status, entry in as_map(declared).items():
        if status.startswith("x-"):
            continue
        if not _STATUS.fullmatch(status):
            context.warn(where, f"{status!r} is no status of a response; ignored")
            continue
        response = context.follow(entry, where)
        if isinstance(response, Mapping):
            media_types = media_types_of(context, leveller, where, response.get("content"))
            if not media_types and "schema" in response:
                media_types = _swagger_answer(context, leveller, where, raw, response)
            responses.append(_response(context, where, status, response, media_types))
        elif entry is not None:
            context.warn(where, f"response {status} cannot be used; ignored")
    return tuple(responses)


def _swagger_answer(
    context: Context,
    leveller: SchemaLeveller,
    where: str,
    raw: Mapping[str, Any],
    response: Mapping[str, Any],
) -> tuple[MediaType, ...]:
    schema = leveller.level(response["schema"], where)
    examples = as_map(response.get("examples"))
    names = _content_types(context, raw, "produces") or ["application/json"]
    return _best_first(
        [MediaType(n, schema, (examples[n],) if n in examples else ()) for n in names]
    )


def _response(
    context: Context,
    where: str,
    status: str,
    response: Mapping[str, Any],
    media_types: tuple[MediaType, ...],
) -> Response:
    links = {name: context.follow(v, where) for name, v in as_map(response.get("links")).items()}
    return Response(
        status=status.lower() if status.lower() == "default" else status.upper(),
        description=as_text(response.get("description")),
        media_types=media_types,
        headers=tuple(as_map(response.get("headers"))),
        links={name: link for name, link in links.items() if isinstance(link, Mapping)},
    )
