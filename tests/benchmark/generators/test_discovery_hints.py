"""What pages, scripts and listings say about documents."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmark.generators.subapp_discovery.hints import (
    document_hints,
    json_hints,
    link_header_hints,
    page_hints,
    parameter_parents,
)
from tests.benchmark.generators.loopback_server import openapi

BASE = "http://host:1/docs/"
ITEMS = openapi("GET /items", "POST /items", "GET /items/{id}")

PAGES = {
    "swagger-ui": '<script>SwaggerUIBundle({"url": "/hid/den.json"})</script>',
    "escaped": r"<script>const ui = {url: '\/hid\u002Fden.json'}</script>",
    "urls": '<script>SwaggerUIBundle({urls: [{name: "A", url: "../hid/den.json"}]})</script>',
    "redoc": "<redoc spec-url='/hid/den.json'></redoc>",
    "redoc-init": '<script>Redoc.init("/hid/den.json", {})</script>',
    "scalar": '<script id="api-reference" data-url="/hid/den.json"></script>',
    "scalar-configuration": (
        '<div data-configuration="{&quot;spec&quot;:{&quot;url&quot;:&quot;/hid/den.json&quot;}}">'
    ),
    "rapidoc": '<rapi-doc spec-url="/hid/den.json"></rapi-doc>',
    "stoplight": '<elements-api apiDescriptionUrl="/hid/den.json"></elements-api>',
    "fetch": '<script>fetch("/hid/den.json").then(show)</script>',
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_each_tool_names_its_document(page: str) -> None:
    """Each documentation tool's own way to name the document is understood."""
    assert "http://host:1/hid/den.json" in page_hints(page, BASE).documents


EMBEDDED = {
    "swagger-ui-init": f'let options = {{"swaggerDoc": {json.dumps(ITEMS)}, "x": {{}}}};',
    "configuration": "<div data-configuration='"
    + json.dumps({"content": ITEMS}).replace('"', "&quot;")
    + "'></div>",
    "script": f'<html><script id="s" type="application/json">{json.dumps(ITEMS)}</script>',
}


@pytest.mark.parametrize("text", EMBEDDED.values(), ids=EMBEDDED)
def test_embedded_documents_are_cut_out(text: str) -> None:
    """A document that stands inside a page or script is taken from there, once."""
    assert [json.loads(data) for data in page_hints(text, BASE).embedded] == [ITEMS]


@pytest.mark.parametrize(
    "content",
    [
        [{"name": "d", "url": "/hid/den", "swaggerVersion": "2.0"}],
        {"configUrl": "/c", "url": "/hid/den"},
        {"urls": [{"url": "/hid/den", "name": "a"}]},
        {"deep": [{"openapi_url": "/hid/den"}]},
        {"linkset": [{"service-desc": [{"href": "/hid/den", "type": "application/json"}]}]},
        {"services": {"den": {"spec": "../hid/den.json"}}},
    ],
)
def test_each_listing_names_its_documents(content: Any) -> None:
    """Springfox, springdoc, RFC 9727 and home-made listings are understood."""
    documents = json_hints(content, BASE).documents
    assert {url.removesuffix(".json") for url in documents} >= {"http://host:1/hid/den"}


def test_links_are_sorted_by_what_they_look_like() -> None:
    """Documents, pages, listings and places of applications are told apart; files are left."""
    found = json_hints(
        {
            "a": "/x/openapi.json",
            "b": "/y/redoc",
            "c": "/z/apps",
            "d": "/p/q/{id}/r",
            "e": "/logo.png",
            "f": "not/a/link",
            "g": "https://petstore.swagger.io/v2/swagger.json",
        },
        BASE,
    )
    assert found.documents == ("http://host:1/x/openapi.json",)
    assert found.pages == ("http://host:1/y/redoc",)
    assert found.listings == ("http://host:1/z/apps",)
    assert found.prefixes == ("http://host:1/y", "http://host:1/p/q", "http://host:1/p")


def test_link_headers_are_read() -> None:
    """Relations in any notation are found among others."""
    header = '<a>; rel=next, </d>; type="x"; rel="describedby service-desc", </p>; rel=service-doc'
    found = link_header_hints(header, BASE)
    assert (found.documents, found.pages) == (("http://host:1/d",), ("http://host:1/p",))


def test_parameters_leave_no_room_for_documents() -> None:
    """Below `/items/{id}` every name is an id, but below a catch-all an application may be."""
    spec = openapi("GET /items/{id}", "GET /far/{full_path}", "POST /x/{y}", "GET /a/{b}/{c}")
    assert parameter_parents(spec, "http://host:1") == {"http://host:1/items"}
    assert "http://host:1/far" in document_hints(spec, "http://host:1").prefixes


@pytest.mark.parametrize(
    "content",
    [
        {"a": [[[[{"url": 1, "href": None, "path": ["http://["]}]]]], "/x": {"": "http://[/"}},
        ["//", "/", "http://", "http://h:port/x", "\x00", "/a b", "/" + "a" * 10_000],
        None,
        7,
    ],
)
def test_nonsense_does_no_harm(content: Any) -> None:
    """Wrong types and URLs that are none lead nowhere."""
    json_hints(content, BASE)
    page_hints(json.dumps(content), BASE)
    document_hints({"paths": content, "info": content, "tags": content}, BASE)


@pytest.mark.parametrize(
    "unit", ['{"openapi":', "url: '", "href=", "<script ", "specspec", '"/a.json', "\\u00", "((("]
)
def test_huge_pages_are_read_through(unit: str) -> None:
    """No pattern takes the square of a megabyte, in which this would not end."""
    page_hints(unit * (1_000_000 // len(unit)), BASE)
