"""Writes a value as an XML document, by the `xml` hints of its schema (OpenAPI's XML Object)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from benchmark.generators import schema_view
from benchmark.models import JsonSchema

_NOT_A_NAME = re.compile(r"[^A-Za-z0-9_.-]")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9:/?#@!$&'()*+,;=._~%-]+")
_NOT_TEXT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_xml(schema: JsonSchema, definitions: Mapping[str, JsonSchema], value: Any) -> str:
    """The value as XML text with a declaration; the root is named by hint, definition or "root"."""
    name = _hints(schema, definitions).get("name") or schema_view.reference_name(schema) or "root"
    root = _element(None, name, schema, definitions)
    _fill(root, schema, definitions, value)
    return '<?xml version="1.0" encoding="UTF-8"?>' + tostring(root, encoding="unicode")


def _fill(
    element: Element, schema: JsonSchema, definitions: Mapping[str, JsonSchema], value: Any
) -> None:
    if isinstance(value, dict):
        members = schema_view.properties(schema, definitions)
        for name, member in value.items():
            _add(element, name, members.get(name, {}), definitions, member)
    elif isinstance(value, list):
        items = schema_view.items(schema, definitions) or {}
        for item in value:
            _add(
                element, _hints(items, definitions).get("name") or "item", items, definitions, item
            )
    elif value is not None:
        element.text = _text(value)


def _add(
    parent: Element,
    name: str,
    schema: JsonSchema,
    definitions: Mapping[str, JsonSchema],
    value: Any,
) -> None:
    hints = _hints(schema, definitions)
    label = hints.get("name") or name
    if hints.get("attribute"):
        parent.set(_name(str(label)), _text(value))
    elif isinstance(value, list):
        items = schema_view.items(schema, definitions) or {}
        item_name = _hints(items, definitions).get("name") or label
        holder = _element(parent, label, schema, definitions) if hints.get("wrapped") else parent
        for item in value:
            _fill(_element(holder, item_name, items, definitions), items, definitions, item)
    else:
        _fill(_element(parent, label, schema, definitions), schema, definitions, value)


def _element(
    parent: Element | None, name: Any, schema: JsonSchema, definitions: Mapping[str, JsonSchema]
) -> Element:
    hints = _hints(schema, definitions)
    prefix, namespace = hints.get("prefix"), hints.get("namespace")
    tag = _name(str(name))
    attributes = {}
    if isinstance(namespace, str) and _URI.fullmatch(namespace):
        label = _name(prefix) if isinstance(prefix, str) and prefix else ""
        attributes[f"xmlns:{label}" if label else "xmlns"] = namespace
        tag = f"{label}:{tag}" if label else tag
    if parent is None:
        return Element(tag, attributes)
    return SubElement(parent, tag, attributes)


def _hints(schema: JsonSchema, definitions: Mapping[str, JsonSchema]) -> Mapping[str, Any]:
    hints = schema_view.resolve(schema, definitions).get("xml")
    return hints if isinstance(hints, Mapping) else {}


def _name(text: str) -> str:
    cleaned = _NOT_A_NAME.sub("_", text)
    usable = cleaned[:1].isalpha() or cleaned[:1] == "_"
    return cleaned if usable and not cleaned.lower().startswith("xml") else f"_{cleaned}"


def _text(value: Any) -> str:
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return _NOT_TEXT.sub("", text)
