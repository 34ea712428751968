"""Hostile text in any place of a document changes literals and names of the file, nothing else."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmark.generators.dependency_analyzer import analyze_dependencies
from benchmark.generators.locust_generator import render_locustfile
from benchmark.generators.openapi_parser import parse_document
from benchmark.generators.scenario_planner import PlanOptions, plan_scenarios
from benchmark.models import ApiDocument, Credentials

PAYLOADS = [
    '"""\nimport os; os.environ["PWNED"] = "1"\n"""',
    "'''\nimport os\n'''",
    '")\n__import__("os").environ.update(PWNED="1")\n("',
    "{{ ''.__class__.__mro__ }}{% for x in y %}",
    "\\",
    '\\"',
    "x\r\nHost: evil.invalid\r\n\r\n",
    "\x00\x1b[31m\x07\x85\u2028\u2029\u202e\ufeff",
    "#!/bin/sh\n# coding: utf-7\n+AAo-import os",
    "f'{__import__(\"os\")}'",
    "../../../../tmp/pwned.py",
    "$(touch PWNED)`touch PWNED`%(x)s%n",
    "a" * 5000,
    "\U000e0041\U0001f4a9\u0301" * 20,
    "{}{0}{x}",
    "~0~1/~",
    ":;,@&=+$?#[]!*'()<>|^%",
    " ",
]
NOT_A_WORD = st.characters(exclude_categories=["Lu", "Ll", "Nd", "Cs"])
TEXTS = st.sampled_from(PAYLOADS) | st.text(NOT_A_WORD, min_size=1, max_size=30)

_KNOWN_NAMES = frozenset(
    "ApiUser Body abstract any_of api_key between client clock cookies data delete deletes file_of "
    "files find get head headers json keep locust need new of params patch path pick post put "
    "reply request seed self take task unique unique_email wait_time weight".split()
)


def document() -> dict[str, Any]:
    """An API in which every text is settled, so that only a changed text can change the file."""
    note = {
        "type": "object",
        "required": ["text", "kind", "tag"],
        "properties": {
            "id": {"type": "string"},
            "text": {"const": "t"},
            "kind": {"enum": ["a", "b"]},
            "tag": {"type": "string", "const": "g", "description": "d", "title": "t"},
        },
    }
    answer = {
        "description": "ok",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}},
    }
    sent = {**note, "properties": {k: v for k, v in note["properties"].items() if k != "id"}}  # type: ignore[attr-defined]
    parameters = [
        {"name": "q", "in": "query", "required": True, "schema": {"const": "1"}},
        {"name": "X-One", "in": "header", "required": True, "schema": {"const": "1"}},
        {"name": "one", "in": "cookie", "required": True, "schema": {"const": "1"}},
    ]
    place = {"name": "place", "in": "path", "required": True, "schema": {"const": "1"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Notes", "version": "1", "description": "d", "license": {"name": "l"}},
        "servers": [{"url": "/base", "description": "d"}],
        "tags": [{"name": "tag", "description": "d"}],
        "security": [{"key": []}],
        "paths": {
            "/notes": {
                "post": {
                    "operationId": "makeNote",
                    "summary": "Make",
                    "tags": ["tag"],
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": sent}},
                    },
                    "responses": {"201": answer},
                }
            },
            "/notes/{note_id}": {"get": {"responses": {"200": answer}}},
            "/at/{place}": {
                "parameters": [place],
                "get": {"parameters": parameters, "responses": {"200": {"description": "ok"}}},
                "post": {
                    "requestBody": {
                        "required": True,
                        "content": {"text/plain": {"schema": {"const": "text"}}},
                    },
                    "responses": {"200": {"description": "ok"}},
                },
            },
        },
        "components": {
            "schemas": {"Note": note},
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "X-Mine", "description": "d"}
            },
        },
    }  # fmt: skip


Change = Callable[[dict[str, Any], str], Any]


def at(*way: Any) -> Change:
    """Puts the text where the keys lead."""

    def change(raw: dict[str, Any], text: str) -> None:
        holder: Any = raw
        for key in way[:-1]:
            holder = holder[key]
        holder[way[-1]] = text

    return change


def renamed(*way: Any) -> Change:
    """Calls the member to which the keys lead by the text, where it stands."""

    def change(raw: dict[str, Any], text: str) -> None:
        holder: Any = raw
        for key in way[:-1]:
            holder = holder[key]
        members = [(text if name == way[-1] else name, member) for name, member in holder.items()]
        holder.clear()
        holder.update(members)

    return change


def both(*changes: Change) -> Change:
    """Puts the text into several places that belong together."""

    def change(raw: dict[str, Any], text: str) -> None:
        for one in changes:
            one(raw, text)

    return change


def listed(*way: Any) -> Change:
    """Puts a list of the text where the keys lead."""
    return lambda raw, text: at(*way)(raw, [text])  # type: ignore[arg-type]


def at_path(raw: dict[str, Any], text: str) -> None:
    """Calls a path parameter by the text, in the path and where it is declared.

    Without the operators of RFC 6570, which mean something else than a name.
    """
    text = "".join(char for char in text if char not in "+#./;?&,=:*")
    raw["paths"]["/at/{place}"]["parameters"][0]["name"] = text
    renamed("paths", "/at/{place}")(raw, f"/at/{{{text}}}")


def as_segment(raw: dict[str, Any], text: str) -> None:
    """Puts the text into a path; braces would make it a parameter, which is another matter."""
    renamed("paths", "/at/{place}")(raw, f"/{without_braces(text)}/{{place}}")


def as_path(raw: dict[str, Any], text: str) -> None:
    """Makes the text the whole path."""
    renamed("paths", "/at/{place}")(raw, without_braces(text))


def without_braces(text: str) -> str:
    """The text, with other brackets for braces."""
    return text.replace("{", "[").replace("}", "]")


def as_reference(raw: dict[str, Any], text: str) -> None:
    """Calls a schema by the text, and refers to it."""
    renamed("components", "schemas", "Note")(raw, text)
    pointer = quote(text.replace("~", "~0").replace("/", "~1"), safe="~")
    for path, method, status in (("/notes", "post", "201"), ("/notes/{note_id}", "get", "200")):
        media = raw["paths"][path][method]["responses"][status]["content"]["application/json"]
        media["schema"] = {"$ref": f"#/components/schemas/{pointer}"}


def as_security(raw: dict[str, Any], text: str) -> None:
    """Calls a security scheme by the text, and asks for it."""
    renamed("components", "securitySchemes", "key")(raw, text)
    raw["security"] = [{text: []}]


def nothing(raw: dict[str, Any], text: str) -> None:
    """Leaves the document alone."""


MAKE = ("paths", "/notes", "post")
ASK = ("paths", "/at/{place}", "get")
SENT = (*MAKE, "requestBody", "content", "application/json", "schema")
SAID = ("paths", "/at/{place}", "post", "requestBody", "content")
REFUSED_PATH = "/a/../b"

POSITIONS: dict[str, tuple[Change, tuple[str, ...]]] = {
    # how a text gets there, and harmless texts: each way in which the file may then look
    "application": (nothing, ("plain",)),
    "title": (at("info", "title"), ("plain", "")),
    "version": (at("info", "version"), ("plain", "")),
    "description": (both(at("info", "description"), at("tags", 0, "description")), ("plain",)),
    "licence": (at("info", "license", "name"), ("plain",)),
    "server": (at("servers", 0, "url"), ("plain", "/plain", "https://x.invalid/y", "")),
    "tag": (both(at("tags", 0, "name"), listed(*MAKE, "tags")), ("plain",)),
    "summary": (at(*MAKE, "summary"), ("plain words", "")),
    "operation description": (at(*ASK, "description"), ("plain words", "")),
    "operationId": (at(*MAKE, "operationId"), ("plain", "")),
    "path": (as_segment, ("plain", "..", "?a=b")),
    "whole path": (as_path, ("/plain", REFUSED_PATH, "x-", "/?a=b")),
    "path parameter": (at_path, ("plain", "")),
    "query parameter": (at(*ASK, "parameters", 0, "name"), ("plain", "")),
    "header parameter": (at(*ASK, "parameters", 1, "name"), ("Plain", "no token")),
    "cookie parameter": (at(*ASK, "parameters", 2, "name"), ("plain", "no token")),
    "parameter style": (at(*ASK, "parameters", 0, "style"), ("plain",)),
    "query value": (at(*ASK, "parameters", 0, "schema", "const"), ("plain",)),
    "query example": (at(*ASK, "parameters", 0, "example"), ("plain",)),
    "header value": (at(*ASK, "parameters", 1, "schema", "const"), ("plain", "")),
    "path value": (at("paths", "/at/{place}", "parameters", 0, "schema", "const"), ("plain", "")),
    "property": (renamed(*SENT, "properties", "tag"), ("plain",)),
    "const": (at(*SENT, "properties", "text", "const"), ("plain",)),
    "enum": (at(*SENT, "properties", "kind", "enum", 0), ("plain",)),
    "default": (at(*SENT, "properties", "tag", "default"), ("plain",)),
    "example": (at(*SENT, "properties", "tag", "example"), ("plain",)),
    "examples": (listed(*SENT, "properties", "tag", "examples"), ("plain",)),
    "pattern": (at(*SENT, "properties", "tag", "pattern"), ("plain",)),
    "format": (at(*SENT, "properties", "tag", "format"), ("plain",)),
    "type": (at(*SENT, "properties", "tag", "type"), ("plain",)),
    "schema title": (at("components", "schemas", "Note", "title"), ("plain",)),
    "schema name": (as_reference, ("Plain",)),
    "content type": (renamed(*SAID, "text/plain"), ("application/x-plain", "plain", "")),
    "answer content type": (
        renamed(*MAKE, "responses", "201", "content", "application/json"),
        ("application/json", "plain", ""),
    ),
    "status": (renamed(*MAKE, "responses", "201"), ("201", "plain")),
    "body value": (at(*SAID, "text/plain", "schema", "const"), ("plain",)),
    "security scheme": (as_security, ("plain", "")),
    "key name": (at("components", "securitySchemes", "key", "name"), ("Plain", "no token", "")),
    "key place": (at("components", "securitySchemes", "key", "in"), ("plain", "query")),
    "scheme type": (at("components", "securitySchemes", "key", "type"), ("plain",)),
    "base URL": (nothing, ("plain",)),
    "file name": (nothing, ("plain",)),
}  # fmt: skip


def rendered(position: str, text: str) -> str:
    """The file of the document with the text in that place. It has passed the source guard."""
    raw = document()
    POSITIONS[position][0](raw, text)
    application = text if position == "application" else "main"
    spec = parse_document(ApiDocument(application, "", "memory", raw))
    base_url = f"http://localhost{text}" if position == "base URL" else "http://localhost"
    options = PlanOptions(credentials=Credentials(api_key="k"))
    plan = plan_scenarios(base_url, [spec], analyze_dependencies([spec]), options)
    return render_locustfile(plan, text if position == "file name" else "locustfile.py")


def skeleton(source: str) -> str:
    """The syntax tree without values, and with names that are ours to choose counted through."""
    names: dict[str, str] = {}

    def name(given: str) -> str:
        return given if given in _KNOWN_NAMES else names.setdefault(given, f"name{len(names)}")

    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.value = None
        elif isinstance(node, ast.Name):
            node.id = name(node.id)
        elif isinstance(node, ast.Attribute):
            node.attr = name(node.attr)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            node.name = ""  # `get` may be the name of a task, too
        elif isinstance(node, ast.keyword) and node.arg is not None:
            node.arg = name(node.arg)
    return ast.dump(tree, indent=1)


@lru_cache(maxsize=1)
def harmless() -> dict[str, dict[str, str]]:
    """For each position the allowed trees, each with the text that gives it."""
    return {
        position: {skeleton(rendered(position, text)): text for text in texts}
        for position, (_, texts) in POSITIONS.items()
    }


@pytest.mark.parametrize("position", POSITIONS)
@settings(max_examples=20)
@given(text=TEXTS)
@example(text=PAYLOADS[0])
@example(text=PAYLOADS[2])
@example(text=PAYLOADS[6])
def test_text_stays_text(position: str, text: str) -> None:
    """The tree is that of a harmless text in the same place, and nothing has been executed."""
    source = rendered(position, text)
    assert skeleton(source) in harmless()[position], source
    assert "PWNED" not in os.environ
    assert source.encode("utf-8").isascii() or "\x00" not in source


def test_the_tree_shows_what_changes() -> None:
    """A statement, a call or an argument too many would be seen."""
    source = rendered("title", "plain")
    assert skeleton(source) != skeleton(source.replace('"/notes"', '"/notes", timeout=1'))
    assert skeleton(source) != skeleton(source + "\nimport os\n")
    assert skeleton(source) == skeleton(source.replace("make_note", "other_name"))
