"""Encoding Objects: how the members of a form are written where the defaults do not hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from benchmark.generators.media_types import essence, is_form, is_multipart
from benchmark.generators.openapi_parser.context import Context, as_flag, as_map, as_text
from benchmark.generators.openapi_parser.parameters import part_header
from benchmark.generators.openapi_parser.schemas import SchemaLeveller
from benchmark.models import Parameter

Encoding = dict[str, dict[str, Any]]

_STYLES = frozenset({"form", "spaceDelimited", "pipeDelimited", "deepObject"})
_COLLECTIONS = {
    "ssv": "spaceDelimited",
    "pipes": "pipeDelimited",
    "tsv": "tabDelimited",
}
CONTENT_TYPE = re.compile(r"[\w!#$&^.+*\-]+/[\w!#$&^.+*\-]+(?:\s*;[\x20-\x7e]*)?", re.ASCII)
"""A media type, a range of them included, with or without parameters (RFC 9110, section 8.3.1)."""

_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
# The part's place in the form and its type are written from what else is known of it.
_DESCRIBED_ELSEWHERE = frozenset({"content-type", "content-disposition", "content-length"})
_MAX_FIELDS = 1000
_MAX_HEADERS = 20


def collection_encoding(collection: object) -> dict[str, Any]:
    """The encoding of an array in a form of Swagger 2.0, from its `collectionFormat`."""
    if collection == "multi":
        return {"style": "form", "explode": True}
    return {"style": _COLLECTIONS.get(as_text(collection), "form"), "explode": False}


def parse_encoding(
    context: Context, leveller: SchemaLeveller, where: str, media_type: str, declared: object
) -> Encoding:
    """The `encoding` of a media type, as `MediaType.encoding` has it.

    A style that is named makes the content type meaningless (OpenAPI 3.1.1, section 4.8.15.1.2);
    in OpenAPI 3.0 it means nothing to multipart. Media types that are no forms have no encoding.
    """
    if not is_form(media_type):
        return {}
    in_parts = is_multipart(media_type)
    styled = not in_parts or (
        essence(media_type) == "multipart/form-data" and not context.version.startswith("3.0")
    )
    found: Encoding = {}
    for name, raw in islice(as_map(context.follow(declared, where)).items(), _MAX_FIELDS):
        how = as_map(context.follow(raw, where))
        one = _style(context, where, name, how) if styled else {}
        if not one and (content_type := _content_type(how.get("contentType"))):
            one = {"contentType": content_type}
        if in_parts and (headers := _headers(context, leveller, where, how)):
            one["headers"] = headers
        if one:
            found[name] = one
    return found


def _style(context: Context, where: str, name: str, how: Mapping[str, Any]) -> dict[str, Any]:
    """Style, explode and allowReserved with their defaults; {} where none of them is named."""
    if not {"style", "explode", "allowReserved"} & how.keys():
        return {}
    style = as_text(how.get("style", "form"))
    if style not in _STYLES:
        context.warn(where, f"encoding {name}: style {style!r} is none of forms; ignored")
        style = "form"
    explode = as_flag(how.get("explode"))
    found = {"style": style, "explode": style == "form" if explode is None else explode}
    return {**found, "allowReserved": True} if as_flag(how.get("allowReserved")) else found


def _content_type(declared: object) -> str:
    """The first content type of a list that is no wildcard, else the first one, else ""."""
    listed = [text.strip() for text in as_text(declared).split(",")]
    usable = [text for text in listed if CONTENT_TYPE.fullmatch(text)]
    return next((text for text in usable if "*" not in text), usable[0] if usable else "")


def _headers(
    context: Context, leveller: SchemaLeveller, where: str, how: Mapping[str, Any]
) -> dict[str, Parameter]:
    """The headers of a part, as parameters."""
    found: dict[str, Parameter] = {}
    for name, declared in islice(
        as_map(context.follow(how.get("headers"), where)).items(), _MAX_HEADERS
    ):
        raw = context.follow(declared, where)
        if not isinstance(raw, Mapping) or name.lower() in _DESCRIBED_ELSEWHERE:
            continue
        if not _HEADER_NAME.fullmatch(name):
            context.warn(where, f"header {name!r} is no valid name; left out")
        else:
            found[name] = part_header(context, leveller, where, name, raw)
    return found
